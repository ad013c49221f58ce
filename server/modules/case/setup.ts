import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type {
  addCaseCategory as addCategoryRoute,
  addCaseMeasure as addMeasureRoute,
  CaseCategory,
  CaseMeasure,
  changeCaseCategory as changeCategoryRoute,
  changeCaseMeasure as changeMeasureRoute,
  MeasureLimit,
} from '../../../contract/case-setup.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { siteWithin } from '../promise/scope.ts'
import { ownLimit } from './limit.ts'

type Which = { siteId?: number | undefined; retired: boolean }

/** What is for all sites belongs to those who manage all sites. */
const mayWrite = (reach: Reach | undefined, siteId: number | null): boolean =>
  reach !== undefined && (reach.all || (siteId !== null && reach.siteIds.includes(siteId)))

/** Rows `k` that hold at a site: its own, and those for all that it has no own one of. Without a site: all within reach. */
function inForce(
  table: 'case_category' | 'case_measure',
  actor: Actor,
  { siteId, retired }: Which,
): RawBuilder<SqlBool> {
  const within = sql<SqlBool>`(k.site_id is null or ${siteWithin(actor, 'case.read', sql`k.site_id`)})`
  const live = retired ? sql<SqlBool>`true` : sql<SqlBool>`k.retired_at is null`
  if (siteId === undefined) return sql<SqlBool>`${within} and ${live}`
  return sql<SqlBool>`${within} and ${live} and (k.site_id = ${siteId} or (k.site_id is null
    and not exists (select 1 from ${sql.table(table)} o where o.code = k.code and o.site_id = ${siteId})))`
}

type Shared = {
  id: number
  site_id: number | null
  site_name: string | null
  code: string
  name: string
  retired: boolean
  version: number
}
const sharedColumns = sql`k.id, k.site_id, s.name as site_name, k.code, k.name, k.retired_at is not null as retired, k.version`

type CategoryRow = Shared & { parent_id: number | null }
const viewCategory =
  (actor: Actor) =>
  (row: CategoryRow): CaseCategory => ({
    id: row.id,
    siteId: row.site_id,
    siteName: row.site_name,
    parentId: row.parent_id,
    code: row.code,
    name: row.name,
    retired: row.retired,
    version: row.version,
    mayWrite: mayWrite(actor.access['case.manage'], row.site_id),
  })

async function categories(db: Db, where: RawBuilder<SqlBool>): Promise<CategoryRow[]> {
  const { rows } = await sql<CategoryRow>`
    select ${sharedColumns}, k.parent_id from case_category k left join site s on s.id = k.site_id
      left join case_category u on u.id = k.parent_id
    where ${where} order by coalesce(u.position, k.position), coalesce(u.id, k.id), k.parent_id nulls first, k.position, k.id limit 1000`.execute(
    db,
  )
  return rows
}

export async function listCategories(db: Db, actor: Actor, which: Which): Promise<CaseCategory[]> {
  authorize(actor, 'case.read')
  return (await categories(db, inForce('case_category', actor, which))).map(viewCategory(actor))
}

/** A category in force at a site. @throws {AppError} not-found */
export async function assertCategory(db: Db, actor: Actor, id: number, siteId: number): Promise<void> {
  const rows = await categories(
    db,
    sql`k.id = ${id} and ${inForce('case_category', actor, { siteId, retired: false })}`,
  )
  found(rows[0])
}

/** @throws {AppError} forbidden, not-found */
function assertMayWrite(actor: Actor, siteId: number | null): void {
  if (!mayWrite(authorize(actor, 'case.manage'), siteId)) throw new AppError('not-found')
}

const taken = (error: unknown): never => {
  throw isUniqueViolation(error, 'case_category_code') || isUniqueViolation(error, 'case_measure_code')
    ? new AppError('already-exists')
    : error
}

export async function addCategory(
  trx: Trx,
  actor: Actor,
  input: z.output<typeof addCategoryRoute.body>,
): Promise<CaseCategory> {
  assertMayWrite(actor, input.siteId)
  if (input.parentId !== null)
    found(
      (
        await categories(
          trx,
          sql`k.id = ${input.parentId} and k.parent_id is null and (k.site_id is null or k.site_id = ${input.siteId})`,
        )
      )[0],
    )
  const { rows } = await sql<{ id: number }>`
    insert into case_category (site_id, parent_id, code, name, position)
    values (${input.siteId}, ${input.parentId}, coalesce(${input.code ?? null}::text, 'own-' || gen_random_uuid()), ${input.name},
      (select coalesce(max(position), 0) + 1 from case_category)) returning id`
    .execute(trx)
    .catch(taken)
  const { id } = found(rows[0])
  await audit(trx, actor, { action: 'case-category.add', subject: `case-category:${id}` })
  return viewCategory(actor)(found((await categories(trx, sql`k.id = ${id}`))[0]))
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function changeCategory(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, name, retired }: z.output<typeof changeCategoryRoute.body>,
): Promise<CaseCategory> {
  const before = found((await categories(trx, sql`k.id = ${id}`))[0])
  assertMayWrite(actor, before.site_id)
  const { rows } = await sql`
    update case_category set name = coalesce(${name ?? null}, name), version = version + 1,
      retired_at = ${retired === undefined ? sql`retired_at` : retired ? sql`coalesce(retired_at, now())` : sql`null`}
    where id = ${id} and version = ${version} returning id`.execute(trx)
  if (rows.length === 0) throw new AppError('changed-meanwhile')
  await audit(trx, actor, { action: 'case-category.change', subject: `case-category:${id}` })
  return viewCategory(actor)(found((await categories(trx, sql`k.id = ${id}`))[0]))
}

type MeasureRow = Shared & { priced: boolean; limits: MeasureLimit[] }

const viewMeasure =
  (actor: Actor, siteId: number | null) =>
  (row: MeasureRow): CaseMeasure => ({
    id: row.id,
    siteId: row.site_id,
    siteName: row.site_name,
    code: row.code,
    name: row.name,
    priced: row.priced,
    limits: row.limits,
    retired: row.retired,
    version: row.version,
    mayWrite: mayWrite(actor.access['case.manage'], row.site_id),
    own: ownLimit(actor, siteId, row.limits),
  })

async function measures(db: Db, where: RawBuilder<SqlBool>): Promise<MeasureRow[]> {
  const { rows } = await sql<MeasureRow>`
    select ${sharedColumns}, k.priced, k.limits from case_measure k left join site s on s.id = k.site_id
    where ${where} order by k.position, k.id limit 1000`.execute(db)
  return rows
}

export async function listMeasures(db: Db, actor: Actor, which: Which): Promise<CaseMeasure[]> {
  authorize(actor, 'case.read')
  return (await measures(db, inForce('case_measure', actor, which))).map(
    viewMeasure(actor, which.siteId ?? null),
  )
}

/** A measure in force at a site. @throws {AppError} not-found */
export async function measureAt(db: Db, actor: Actor, id: number, siteId: number): Promise<MeasureRow> {
  const rows = await measures(
    db,
    sql`k.id = ${id} and ${inForce('case_measure', actor, { siteId, retired: false })}`,
  )
  return found(rows[0])
}

export async function addMeasure(
  trx: Trx,
  actor: Actor,
  input: z.output<typeof addMeasureRoute.body>,
): Promise<CaseMeasure> {
  assertMayWrite(actor, input.siteId)
  const { rows } = await sql<{ id: number }>`
    insert into case_measure (site_id, code, name, priced, limits, position)
    values (${input.siteId}, 'own-' || gen_random_uuid(), ${input.name}, ${input.priced}, ${JSON.stringify(input.limits)}::jsonb,
      (select coalesce(max(position), 0) + 1 from case_measure)) returning id`
    .execute(trx)
    .catch(taken)
  const { id } = found(rows[0])
  await audit(trx, actor, { action: 'case-measure.add', subject: `case-measure:${id}` })
  return viewMeasure(actor, input.siteId)(found((await measures(trx, sql`k.id = ${id}`))[0]))
}

/** @throws {AppError} not-found, changed-meanwhile */
export async function changeMeasure(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, name, limits, retired }: z.output<typeof changeMeasureRoute.body>,
): Promise<CaseMeasure> {
  const before = found((await measures(trx, sql`k.id = ${id}`))[0])
  assertMayWrite(actor, before.site_id)
  const { rows } = await sql`
    update case_measure set name = coalesce(${name ?? null}, name), version = version + 1,
      limits = coalesce(${limits ? JSON.stringify(limits) : null}::jsonb, limits),
      retired_at = ${retired === undefined ? sql`retired_at` : retired ? sql`coalesce(retired_at, now())` : sql`null`}
    where id = ${id} and version = ${version} returning id`.execute(trx)
  if (rows.length === 0) throw new AppError('changed-meanwhile')
  await audit(trx, actor, { action: 'case-measure.change', subject: `case-measure:${id}` })
  return viewMeasure(actor, before.site_id)(found((await measures(trx, sql`k.id = ${id}`))[0]))
}

/** What is shipped: added where it is missing, never changed again. */
export async function shipCaseSetup(
  trx: Trx,
  shipped: {
    categories: { code: string; name: string; parent?: string }[]
    measures: { code: string; name: string; priced?: boolean; limits: MeasureLimit[] }[]
  },
): Promise<void> {
  for (const [at, one] of shipped.categories.entries())
    await sql`
      insert into case_category (code, name, position, parent_id)
      values (${one.code}, ${one.name}, ${at + 1}, (select id from case_category where site_id is null and code = ${one.parent ?? null}))
      on conflict do nothing`.execute(trx)
  for (const [at, one] of shipped.measures.entries())
    await sql`
      insert into case_measure (code, name, priced, limits, position)
      values (${one.code}, ${one.name}, ${one.priced ?? false}, ${JSON.stringify(one.limits)}::jsonb, ${at + 1})
      on conflict do nothing`.execute(trx)
}
