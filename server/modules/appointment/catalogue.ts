import { sql } from 'kysely'
import type { Resource, VisitType } from '../../../contract/clinic-schedule.ts'
import type { Actor } from '../../platform/actor.ts'
import { authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertDepartmentOf } from '../organisation/department-of.ts'
import { authorizePlace, siteReached } from './scope.ts'

const visitTypeColumns = sql`
  v.id, v.site_id as "siteId", v.code, v.name, v.minutes, v.fee::float8 as fee, v.preparation, v.public, v.active`

export async function listVisitTypes(db: Db, actor: Actor, siteId?: number): Promise<{ items: VisitType[] }> {
  const reach = authorize(actor, 'schedule.read')
  const { rows } = await sql<VisitType>`
    select ${visitTypeColumns} from visit_type v where ${siteReached(reach, sql`v.site_id`)}
      and (${siteId ?? null}::int is null or v.site_id = ${siteId ?? null}) order by v.active desc, v.name, v.id`.execute(
    db,
  )
  return { items: rows }
}

/** @throws {AppError} not-found, already-exists */
export async function saveVisitType(
  trx: Trx,
  actor: Actor,
  input: Omit<VisitType, 'id'> & { id?: number | undefined },
): Promise<VisitType> {
  authorizePlace(actor, { siteId: input.siteId, departmentId: null })
  const { siteId, code, name, minutes, fee, preparation, active } = input
  const values = sql`${code}, ${name}, ${minutes}, ${fee}, ${preparation || null}, ${input.public}, ${active}`
  const statement = input.id
    ? sql<VisitType>`update visit_type v set (code, name, minutes, fee, preparation, public, active) = (${values})
        where v.id = ${input.id} and v.site_id = ${siteId} returning ${visitTypeColumns}`
    : sql<VisitType>`insert into visit_type as v (site_id, code, name, minutes, fee, preparation, public, active)
        values (${siteId}, ${values}) returning ${visitTypeColumns}`
  const { rows } = await statement.execute(trx).catch(refuseCode)
  const row = found(rows[0])
  await audit(trx, actor, { action: 'schedule.setup', subject: `visit-type:${row.id}` })
  return row
}

const resourceColumns = sql`
  r.id, r.site_id as "siteId", r.department_id as "departmentId", r.kind, r.code, r.name, r.directions, r.active`

export async function listResources(db: Db, actor: Actor, siteId?: number): Promise<{ items: Resource[] }> {
  const reach = authorize(actor, 'schedule.read')
  const { rows } = await sql<Resource>`
    select ${resourceColumns} from resource r where ${siteReached(reach, sql`r.site_id`)}
      and (${siteId ?? null}::int is null or r.site_id = ${siteId ?? null}) order by r.active desc, r.kind desc, r.name, r.id`.execute(
    db,
  )
  return { items: rows }
}

/** @throws {AppError} not-found, already-exists, invalid */
export async function saveResource(
  trx: Trx,
  actor: Actor,
  input: Omit<Resource, 'id'> & { id?: number | undefined },
): Promise<Resource> {
  const { siteId, departmentId, kind, code, name, directions, active } = input
  authorizePlace(actor, { siteId, departmentId })
  await assertDepartmentOf(trx, siteId, departmentId)
  if (input.id !== undefined) await assertMayChange(trx, actor, input.id)
  const values = sql`${departmentId}, ${kind}, ${code}, ${name}, ${directions || null}, ${active}`
  const statement = input.id
    ? sql<Resource>`update resource r set (department_id, kind, code, name, directions, active) = (${values})
        where r.id = ${input.id} and r.site_id = ${siteId} returning ${resourceColumns}`
    : sql<Resource>`insert into resource as r (site_id, department_id, kind, code, name, directions, active)
        values (${siteId}, ${values}) returning ${resourceColumns}`
  const { rows } = await statement.execute(trx).catch(refuseCode)
  const row = found(rows[0])
  await audit(trx, actor, { action: 'schedule.setup', subject: `resource:${row.id}` })
  return row
}

/** A head may not take another department's room by giving it to their own. */
async function assertMayChange(trx: Trx, actor: Actor, id: number): Promise<void> {
  const row = await trx
    .selectFrom('resource')
    .select(['site_id', 'department_id'])
    .where('id', '=', id)
    .executeTakeFirst()
  const { site_id: siteId, department_id: departmentId } = found(row)
  authorizePlace(actor, { siteId, departmentId })
}

function refuseCode(error: unknown): never {
  throw isUniqueViolation(error)
    ? new AppError('already-exists', undefined, [{ path: 'code', message: 'is in use at this site' }])
    : error
}

/** Whether what a schedule names belongs to its site. @throws {AppError} invalid, naming the field */
export async function assertOfSite(
  trx: Trx,
  siteId: number,
  one: {
    departmentId: number
    staffId: number | null
    roomId: number | null
    equipmentId: number | null
    visitTypeId: number
  },
): Promise<void> {
  const { rows } = await sql<{ field: string }>`
    select w.field from (values
      ('departmentId', exists (select 1 from department where id = ${one.departmentId} and site_id = ${siteId} and active)),
      ('staffId', ${one.staffId}::int is null or exists (select 1 from staff where id = ${one.staffId} and site_id = ${siteId} and active)),
      ('roomId', ${one.roomId}::int is null or exists (select 1 from resource where id = ${one.roomId} and site_id = ${siteId} and kind = 'room' and active)),
      ('equipmentId', ${one.equipmentId}::int is null or exists (
        select 1 from resource where id = ${one.equipmentId} and site_id = ${siteId} and kind = 'equipment' and active)),
      ('visitTypeId', exists (select 1 from visit_type where id = ${one.visitTypeId} and site_id = ${siteId} and active)))
      as w(field, known) where not w.known`.execute(trx)
  if (rows.length > 0)
    throw new AppError(
      'invalid',
      undefined,
      rows.map(({ field }) => ({ path: field, message: 'is not in use at this site' })),
    )
}
