import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { createGuidance as createRoute, Guidance } from '../../../contract/guidance.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'

type NewGuidance = z.output<(typeof createRoute)['body']>

type Row = {
  id: number
  title: string
  body: string
  site_id: number | null
  site_name: string | null
  department_id: number | null
  department_name: string | null
  condition_codes: string[]
  active: boolean
  version: number
  changed_at: Date
  changed_by_name: string
  given: number
  may_write: boolean
}

/** Condition in SQL over the text `g`: it belongs to a place within reach. Texts for all places belong to none. */
const within = (reach: Reach | undefined): RawBuilder<SqlBool> =>
  reach
    ? sql<SqlBool>`(${reach.all} or coalesce(g.site_id = any(${reach.siteIds}::int[]), false) or coalesce(g.department_id = any(${reach.departmentIds}::int[]), false))`
    : sql<SqlBool>`false`

async function rowsOf(db: Db, actor: Actor, id?: number): Promise<Row[]> {
  const reach = authorize(actor, 'guidance.read')
  const { rows } = await sql<Row>`
    select g.id, g.title, v.body, g.site_id, s.name as site_name, g.department_id, d.name as department_name, g.condition_codes, g.active, g.version,
      v.changed_at, v.changed_by_name, (select count(*) from guidance_given x where x.guidance_id = g.id) as given,
      ${within(actor.access['guidance.write'])} as may_write
    from guidance g join guidance_version v on v.guidance_id = g.id and v.version = g.version
    left join site s on s.id = g.site_id left join department d on d.id = g.department_id
    where (g.site_id is null or ${within(reach)} or (g.department_id is null and g.site_id in (
        select x.site_id from department x where x.id = any(${reach.departmentIds}::int[]))))
      and ${id === undefined ? sql`true` : sql`g.id = ${id}`}
    order by g.active desc, g.department_id nulls last, g.site_id nulls last, g.title, g.id limit 1000`.execute(
    db,
  )
  return rows
}

const viewGuidance = (row: Row): Guidance => ({
  id: row.id,
  title: row.title,
  body: row.body,
  siteId: row.site_id,
  siteName: row.site_name,
  departmentId: row.department_id,
  departmentName: row.department_name,
  conditionCodes: row.condition_codes,
  active: row.active,
  version: row.version,
  changedAt: row.changed_at.toISOString(),
  changedByName: row.changed_by_name,
  given: row.given,
  mayWrite: row.may_write,
})

export async function listGuidance(db: Db, actor: Actor): Promise<Guidance[]> {
  return (await rowsOf(db, actor)).map(viewGuidance)
}

/** Writers at a place may write its texts; texts for all places need the widest reach. @throws {AppError} not-found */
async function assertPlace(trx: Trx, actor: Actor, input: NewGuidance): Promise<number | null> {
  const reach = authorize(actor, 'guidance.write')
  if (input.departmentId !== null) {
    const { rows } = await sql<{ site_id: number }>`
      select site_id from department where id = ${input.departmentId} and (${reach.all} or site_id = any(${reach.siteIds}::int[])
        or id = any(${reach.departmentIds}::int[]))`.execute(trx)
    return found(rows[0]).site_id
  }
  const allowed = input.siteId === null ? reach.all : reach.all || reach.siteIds.includes(input.siteId)
  if (!allowed) throw new AppError('not-found')
  if (input.siteId !== null)
    found(await trx.selectFrom('site').select('id').where('id', '=', input.siteId).executeTakeFirst())
  return input.siteId
}

async function insertVersion(
  trx: Trx,
  actor: Actor,
  id: number,
  version: number,
  input: Pick<NewGuidance, 'title' | 'body'>,
) {
  await trx
    .insertInto('guidance_version')
    .values({
      guidance_id: id,
      version,
      title: input.title,
      body: input.body,
      changed_by: actor.id,
      changed_by_name: actor.name,
    })
    .execute()
}

/** Adds a shipped text, for all places; an existing code is left alone. */
export async function addGuidance(
  trx: Trx,
  actor: Actor,
  {
    code,
    title,
    body,
    conditionCodes,
    forStaff = false,
  }: Pick<NewGuidance, 'title' | 'body' | 'conditionCodes'> & { code: string; forStaff?: boolean },
): Promise<void> {
  const made = await trx
    .insertInto('guidance')
    .values({ code, title, condition_codes: conditionCodes, for_staff: forStaff })
    .onConflict((c) => c.column('code').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) await insertVersion(trx, actor, made.id, 1, { title, body })
}

/** @throws {AppError} not-found when the place is outside the reach */
export async function createGuidance(trx: Trx, actor: Actor, input: NewGuidance): Promise<Guidance> {
  const siteId = await assertPlace(trx, actor, input)
  const { id } = await trx
    .insertInto('guidance')
    .values({
      title: input.title,
      site_id: siteId,
      department_id: input.departmentId,
      condition_codes: input.conditionCodes,
      active: input.active,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await insertVersion(trx, actor, id, 1, input)
  await audit(trx, actor, { action: 'guidance.create', subject: `guidance:${id}`, fields: ['title', 'body'] })
  return viewGuidance(found((await rowsOf(trx, actor, id))[0]))
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function updateGuidance(
  trx: Trx,
  actor: Actor,
  id: number,
  input: NewGuidance & { version: number },
): Promise<Guidance> {
  const { rows } = await sql<{ version: number }>`
    select g.version from guidance g where g.id = ${id} and ${within(authorize(actor, 'guidance.write'))} for update`.execute(
    trx,
  )
  if (found(rows[0]).version !== input.version) throw new AppError('changed-meanwhile')
  const siteId = await assertPlace(trx, actor, input)
  await trx
    .updateTable('guidance')
    .set({
      title: input.title,
      site_id: siteId,
      department_id: input.departmentId,
      condition_codes: input.conditionCodes,
      active: input.active,
      version: input.version + 1,
    })
    .where('id', '=', id)
    .execute()
  await insertVersion(trx, actor, id, input.version + 1, input)
  await audit(trx, actor, {
    action: 'guidance.update',
    subject: `guidance:${id} version:${input.version + 1}`,
    fields: ['title', 'body'],
  })
  return viewGuidance(found((await rowsOf(trx, actor, id))[0]))
}

/** @throws {AppError} not-found */
export async function listVersions(db: Db, actor: Actor, id: number) {
  found((await rowsOf(db, actor, id))[0])
  const rows = await db
    .selectFrom('guidance_version')
    .selectAll()
    .where('guidance_id', '=', id)
    .orderBy('version', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    version: row.version,
    title: row.title,
    body: row.body,
    changedAt: row.changed_at.toISOString(),
    changedByName: row.changed_by_name,
  }))
}
