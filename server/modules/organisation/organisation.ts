import { type Insertable, type RawBuilder, type Selectable, sql, type SqlBool, type Updateable } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import type { Actor, Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isTimeZone } from '../../platform/clock.ts'
import type { Department, Site, Staff } from '../../platform/db-types.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertMayWrite } from '../setting/setting.ts'
import { assertDepartmentOf } from './department-of.ts'

/** What a feed knows of a department or a member of staff: the code, and perhaps a name. */
export type Named = { code: string; name: string | null }

/** Ids by code for one site; see {@link ensureOrganisation}. */
export type Organisation = { siteId: number; departments: Map<string, number>; staff: Map<string, number> }

/**
 * Ids of a site's departments and staff, by the codes that a feed uses. What is missing is made and marked for review, because a
 * message must not be lost over a department that nobody entered yet.
 */
export async function ensureOrganisation(
  trx: Trx,
  siteCode: string,
  departments: Named[],
  staff: (Named & { departmentCode: string | null })[],
): Promise<Organisation> {
  const known = await knownCodes(trx, siteCode, departments, staff)
  const siteId = known.siteId ?? (await ensureSite(trx, siteCode))
  const departmentIds = known.departments
  const missing = unknown(departments, departmentIds)
  if (missing.length > 0) {
    await trx
      .insertInto('department')
      .values(
        missing.map(({ code, name }) => ({ site_id: siteId, code, name: name ?? code, needs_review: true })),
      )
      .onConflict((c) => c.columns(['site_id', 'code']).doNothing())
      .execute()
    for (const [code, id] of await codes(trx, 'department', siteId, missing)) departmentIds.set(code, id)
  }
  const staffIds = known.staff
  const newStaff = unknown(staff, staffIds)
  if (newStaff.length > 0) {
    await trx
      .insertInto('staff')
      .values(
        newStaff.map(({ code, name, departmentCode }) => ({
          site_id: siteId,
          code,
          name: name ?? code,
          role: 'doctor',
          department_id: (departmentCode && departmentIds.get(departmentCode)) || null,
          needs_review: true,
        })),
      )
      .onConflict((c) => c.columns(['site_id', 'code']).doNothing())
      .execute()
    for (const [code, id] of await codes(trx, 'staff', siteId, newStaff)) staffIds.set(code, id)
  }
  return { siteId, departments: departmentIds, staff: staffIds }
}

/** Existing rows, nearly always all of them, in one statement. */
async function knownCodes(trx: Trx, siteCode: string, departments: Named[], staff: Named[]) {
  const list = (named: Named[]) => [...new Set(named.map((one) => one.code))]
  const { rows } = await sql<{ kind: 'site' | 'department' | 'staff'; id: number; code: string }>`
    select 'site' as kind, s.id, s.code from site s where s.code = ${siteCode}
    union all select 'department', d.id, d.code from department d join site s on s.id = d.site_id
      where s.code = ${siteCode} and d.code = any(${list(departments)}::text[])
    union all select 'staff', m.id, m.code from staff m join site s on s.id = m.site_id
      where s.code = ${siteCode} and m.code = any(${list(staff)}::text[])`.execute(trx)
  const ids = (kind: string) =>
    new Map(rows.filter((row) => row.kind === kind).map((row) => [row.code, row.id]))
  return { siteId: ids('site').get(siteCode), departments: ids('department'), staff: ids('staff') }
}

async function ensureSite(trx: Trx, code: string): Promise<number> {
  const made = await trx
    .insertInto('site')
    .values({ code, name: code })
    .onConflict((c) => c.column('code').doUpdateSet({ code }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return made.id
}

async function codes(
  trx: Trx,
  table: 'department' | 'staff',
  siteId: number,
  wanted: Named[],
): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map()
  const list = [...new Set(wanted.map((one) => one.code))]
  const rows = await trx
    .selectFrom(table)
    .select(['id', 'code'])
    .where('site_id', '=', siteId)
    .where('code', '=', sql<string>`any(${list})`)
    .execute()
  return new Map(rows.map((row) => [row.code, row.id]))
}

function unknown<T extends Named>(wanted: T[], known: Map<string, number>): T[] {
  return [...new Map(wanted.filter((one) => !known.has(one.code)).map((one) => [one.code, one])).values()]
}

/** Sites and departments; `within`: only those that a permission of the actor reaches, so that nobody is offered what shows nothing. */
export async function listSites(db: Db, actor: Actor, within?: Permission) {
  const reach = within && (actor.access[within] ?? null)
  const departments = await db
    .selectFrom('department')
    .selectAll()
    .$if(reach !== undefined, (query) => query.where(reached(reach ?? null, 'department')))
    .orderBy('site_id')
    .orderBy('code')
    .execute()
  const shown = departments.map((one) => one.site_id)
  const sites = await db
    .selectFrom('site')
    .selectAll()
    .$if(reach !== undefined && !reach?.all, (query) =>
      query.where('id', '=', sql<number>`any(${[...shown, ...(reach?.siteIds ?? [])]}::int[])`),
    )
    .orderBy('code')
    .execute()
  return { sites: sites.map(viewSite), departments: departments.map(viewDepartment) }
}

/** Rows within a reach; an own reach shows the own department, and of staff oneself. Null: no permission, no rows. */
function reached(reach: Reach | null, table: 'department' | 'staff'): RawBuilder<SqlBool> {
  if (!reach) return sql`false`
  if (reach.all) return sql`true`
  const { siteIds, departmentIds, staffId } = reach
  return table === 'staff'
    ? sql`(staff.site_id = any(${siteIds}::int[]) or staff.department_id = any(${departmentIds}::int[]) or staff.id = ${staffId})`
    : sql`(site_id = any(${siteIds}::int[]) or id = any(${departmentIds}::int[])
        or id = (select department_id from staff where staff.id = ${staffId}))`
}

type SiteRow = { id: number; code: string; name: string; time_zone: string }
const viewSite = (row: SiteRow) => ({ id: row.id, code: row.code, name: row.name, timeZone: row.time_zone })

type DepartmentRow = {
  id: number
  site_id: number
  code: string
  name: string
  specialty: string | null
  active: boolean
  needs_review: boolean
}
const viewDepartment = (row: DepartmentRow) => ({
  id: row.id,
  siteId: row.site_id,
  code: row.code,
  name: row.name,
  specialty: row.specialty,
  active: row.active,
  needsReview: row.needs_review,
})

export async function createSite(
  trx: Trx,
  actor: Actor,
  input: { code: string; name: string; timeZone: string },
) {
  assertMayWrite(actor, null)
  checkTimeZone(input.timeZone)
  const row = await unique(
    trx
      .insertInto('site')
      .values({ code: input.code, name: input.name, time_zone: input.timeZone })
      .returningAll()
      .executeTakeFirstOrThrow(),
    'code',
  )
  await audit(trx, actor, { action: 'site.create', subject: row.code })
  return viewSite(row)
}

export async function updateSite(
  trx: Trx,
  actor: Actor,
  id: number,
  input: { name?: string; timeZone?: string },
) {
  assertMayWrite(actor, id)
  if (input.timeZone) checkTimeZone(input.timeZone)
  const changes: Updateable<Site> = {
    ...(input.name && { name: input.name }),
    ...(input.timeZone && { time_zone: input.timeZone }),
  }
  if (Object.keys(changes).length === 0) throw new AppError('invalid', 'Nothing to change.')
  const row = found(
    await trx.updateTable('site').set(changes).where('id', '=', id).returningAll().executeTakeFirst(),
  )
  await audit(trx, actor, { action: 'site.update', subject: row.code, fields: Object.keys(changes) })
  return viewSite(row)
}

/** Sets the position of a site, for routes. @throws {AppError} not-found */
export async function placeSite(
  trx: Trx,
  id: number,
  { latitude, longitude }: { latitude: number; longitude: number },
): Promise<void> {
  found(
    await trx
      .updateTable('site')
      .set({ latitude, longitude })
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst(),
  )
}

function checkTimeZone(timeZone: string): void {
  if (!isTimeZone(timeZone))
    throw new AppError('invalid', undefined, [
      { path: 'timeZone', message: 'is not a time zone such as Asia/Shanghai' },
    ])
}

/** @returns the site of the row. @throws {AppError} forbidden, not-found */
async function assertMayWriteAt(
  trx: Trx,
  actor: Actor,
  table: 'department' | 'staff',
  id: number,
): Promise<number> {
  const row = found(await trx.selectFrom(table).select('site_id').where('id', '=', id).executeTakeFirst())
  assertMayWrite(actor, row.site_id)
  return row.site_id
}

export async function createDepartment(
  trx: Trx,
  actor: Actor,
  input: { siteId: number; code: string; name: string; specialty: string | null },
) {
  assertMayWrite(actor, input.siteId)
  const values: Insertable<Department> = {
    site_id: input.siteId,
    code: input.code,
    name: input.name,
    specialty: input.specialty,
  }
  const row = await unique(
    trx.insertInto('department').values(values).returningAll().executeTakeFirstOrThrow(),
    'code',
  )
  await audit(trx, actor, { action: 'department.create', subject: row.code })
  return viewDepartment(row)
}

export async function updateDepartment(
  trx: Trx,
  actor: Actor,
  id: number,
  input: { name?: string; specialty?: string | null; active?: boolean },
) {
  await assertMayWriteAt(trx, actor, 'department', id)
  // Whoever edits it has looked at it.
  const changes: Updateable<Department> = { ...input, needs_review: false }
  const row = found(
    await trx.updateTable('department').set(changes).where('id', '=', id).returningAll().executeTakeFirst(),
  )
  await audit(trx, actor, { action: 'department.update', subject: row.code, fields: Object.keys(input) })
  return viewDepartment(row)
}

type StaffInput = {
  siteId: number
  departmentId: number | null
  code: string
  name: string
  title: string | null
  role: Selectable<Staff>['role']
}

export async function createStaff(trx: Trx, actor: Actor, input: StaffInput) {
  assertMayWrite(actor, input.siteId)
  await assertDepartmentOf(trx, input.siteId, input.departmentId)
  const values: Insertable<Staff> = {
    site_id: input.siteId,
    department_id: input.departmentId,
    code: input.code,
    name: input.name,
    title: input.title,
    role: input.role,
  }
  const { id } = await unique(
    trx.insertInto('staff').values(values).returning('id').executeTakeFirstOrThrow(),
    'code',
  )
  await audit(trx, actor, { action: 'staff.create', subject: input.code })
  return getStaff(trx, id)
}

export async function updateStaff(
  trx: Trx,
  actor: Actor,
  id: number,
  input: Partial<Omit<StaffInput, 'siteId' | 'code'>> & { active?: boolean },
) {
  const siteId = await assertMayWriteAt(trx, actor, 'staff', id)
  const { departmentId, ...rest } = input
  await assertDepartmentOf(trx, siteId, departmentId)
  const changes: Updateable<Staff> = {
    ...rest,
    ...(departmentId !== undefined && { department_id: departmentId }),
    needs_review: false,
  }
  found(
    await unique(
      trx.updateTable('staff').set(changes).where('id', '=', id).returning('id').executeTakeFirst(),
      'departmentId',
    ),
  )
  await audit(trx, actor, { action: 'staff.update', subject: String(id), fields: Object.keys(input) })
  return getStaff(trx, id)
}

function staffQuery(db: Db) {
  return db
    .selectFrom('staff')
    .leftJoin('department', 'department.id', 'staff.department_id')
    .selectAll('staff')
    .select('department.name as department_name')
}

async function getStaff(db: Db, id: number) {
  return viewStaff(found(await staffQuery(db).where('staff.id', '=', id).executeTakeFirst()))
}

type StaffRow = NonNullable<Awaited<ReturnType<ReturnType<typeof staffQuery>['executeTakeFirst']>>>

export function viewStaff(row: StaffRow) {
  return {
    id: row.id,
    siteId: row.site_id,
    departmentId: row.department_id,
    departmentName: row.department_name,
    code: row.code,
    name: row.name,
    title: row.title,
    role: row.role,
    active: row.active,
    needsReview: row.needs_review,
  }
}

export function listStaffRows(
  db: Db,
  actor: Actor,
  input: {
    departmentId?: number | undefined
    search?: string | undefined
    within?: Permission | undefined
    after: number
    limit: number
  },
) {
  let query = staffQuery(db)
    .where('staff.id', '>', input.after)
    .orderBy('staff.id')
    .limit(input.limit + 1)
  if (input.within) query = query.where(reached(actor.access[input.within] ?? null, 'staff'))
  if (input.departmentId) query = query.where('staff.department_id', '=', input.departmentId)
  const search = input.search?.trim()
  if (search)
    query = query.where((e) =>
      e.or([
        e('staff.name', 'like', `%${likeText(search)}%`),
        e('staff.code', 'like', `${likeText(search)}%`),
      ]),
    )
  return query.execute()
}

/** Escapes `%` and `_` in a search term. */
function likeText(word: string): string {
  return word.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
}

async function unique<T>(work: Promise<T>, field: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError('already-exists', undefined, [{ path: field, message: 'is already in use here' }])
    // A site or department that does not exist.
    if ((error as { code?: string }).code === '23503')
      throw new AppError('invalid', 'It belongs to a site or department that does not exist.')
    throw error
  }
}
