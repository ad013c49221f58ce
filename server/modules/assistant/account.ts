import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  AssistantAccount,
  AssistantProblem,
  createAssistantAccount as createRoute,
} from '../../../contract/assistant.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import type { AssistantAccount as Table } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { seal, unseal } from '../../platform/sealed.ts'
import { assertSite } from '../setting/setting.ts'
import { askModel, type Model } from './model.ts'

type Row = Selectable<Table>
type Body = z.output<typeof createRoute.body>

function within(actor: Actor, permission: 'channel.read' | 'channel.write'): RawBuilder<SqlBool> {
  const reach = authorize(actor, permission)
  return reach.all ? sql<SqlBool>`true` : sql<SqlBool>`a.site_id = any(${reach.siteIds}::int[])`
}

export async function listAccounts(db: Db, actor: Actor): Promise<{ items: AssistantAccount[] }> {
  const writes = may(actor, 'channel.write') ? within(actor, 'channel.write') : sql<SqlBool>`false`
  const { rows } = await sql<Row & { site_name: string; writes: boolean }>`
    select a.*, s.name as site_name, ${writes} as writes from assistant_account a join site s on s.id = a.site_id
    where ${within(actor, 'channel.read')} order by a.site_id`.execute(db)
  return {
    items: rows.map((row) => ({
      id: row.id,
      siteId: row.site_id,
      siteName: row.site_name,
      url: row.url,
      model: row.model,
      secretSet: row.secret !== null,
      timeoutSeconds: row.timeout_seconds,
      active: row.active,
      checkedAt: row.checked_at?.toISOString() ?? null,
      checkProblem: row.check_problem as AssistantProblem | null,
      mayChange: row.writes,
      version: row.version,
    })),
  }
}

async function assertMay(trx: Trx, actor: Actor, siteId: number): Promise<void> {
  const reach = authorize(actor, 'channel.write')
  if (!reach.all && !reach.siteIds.includes(siteId)) throw new AppError('not-found')
  await assertSite(trx, siteId)
}

const columnsOf = (body: Body, actor: Actor) => ({
  site_id: body.siteId,
  url: body.url.replace(/\/+$/, ''),
  model: body.model,
  timeout_seconds: body.timeoutSeconds,
  active: body.active,
  updated_by_name: actor.name,
})

function oneEach(error: unknown): never {
  throw isUniqueViolation(error)
    ? new AppError('already-exists', undefined, [{ path: 'siteId', message: 'has an assistant already' }])
    : error
}

/** @throws {AppError} not-found, already-exists when the site has one */
export async function createAccount(
  trx: Trx,
  actor: Actor,
  secret: string,
  body: Body,
): Promise<{ id: number }> {
  await assertMay(trx, actor, body.siteId)
  const { id } = await trx
    .insertInto('assistant_account')
    .values({ ...columnsOf(body, actor), secret: body.secret ? seal(secret, body.secret) : null })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch(oneEach)
  await audit(trx, actor, { action: 'assistant.create', subject: `assistant:${id}` })
  return { id }
}

/** @throws {AppError} not-found, changed-meanwhile, already-exists, invalid when the key would go to another server */
export async function updateAccount(
  trx: Trx,
  actor: Actor,
  secret: string,
  id: number,
  { version, ...body }: Body & { version: number },
): Promise<void> {
  const { rows } = await sql<Row>`
    select a.* from assistant_account a where a.id = ${id} and ${within(actor, 'channel.write')} for update`.execute(
    trx,
  )
  const row = found(rows[0])
  await assertMay(trx, actor, body.siteId)
  if (row.version !== version) throw new AppError('changed-meanwhile')
  const columns = columnsOf(body, actor)
  if (
    row.secret !== null &&
    body.secret === undefined &&
    new URL(columns.url).origin !== new URL(row.url).origin
  )
    throw new AppError('invalid', undefined, [
      { path: 'secret', message: 'has to be entered again, because it would go elsewhere' },
    ])
  await trx
    .updateTable('assistant_account')
    .set({
      ...columns,
      ...(body.secret !== undefined && { secret: body.secret === '' ? null : seal(secret, body.secret) }),
      checked_at: null,
      check_problem: null,
      version: version + 1,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .execute()
    .catch(oneEach)
  await audit(trx, actor, { action: 'assistant.update', subject: `assistant:${id}` })
}

const modelOf = (row: Row, secret: string): Model => ({
  url: row.url,
  name: row.model,
  key: row.secret === null ? null : unseal(secret, row.secret),
  withinMs: row.timeout_seconds * 1000,
})

/** The model of a site that is switched on; undefined: there is none. */
export async function modelAt(db: Db, secret: string, siteId: number): Promise<Model | undefined> {
  const { rows } =
    await sql<Row>`select * from assistant_account where site_id = ${siteId} and active`.execute(db)
  return rows[0] && modelOf(rows[0], secret)
}

/** Asks for one word. @throws {AppError} not-found */
export async function checkAccount(
  db: Db,
  actor: Actor,
  secret: string,
  id: number,
): Promise<{ problem: AssistantProblem | null; milliseconds: number }> {
  const { rows } = await sql<Row>`
    select a.* from assistant_account a where a.id = ${id} and ${within(actor, 'channel.write')}`.execute(db)
  const row = found(rows[0])
  await audit(db, actor, { action: 'assistant.check', subject: `assistant:${id}` })
  const answer = await askModel(db, modelOf(row, secret), [
    { role: 'system', content: 'Answer with JSON only: {"ok": true}' },
    { role: 'user', content: '{"check": true}' },
  ])
  const problem = answer.problem ?? null
  await sql`
    update assistant_account set checked_at = now(), check_problem = ${problem} where id = ${id} and version = ${row.version}`.execute(
    db,
  )
  return { problem, milliseconds: answer.milliseconds }
}
