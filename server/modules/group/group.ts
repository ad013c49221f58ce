import { type SqlBool, sql } from 'kysely'
import type { GroupBody, GroupDetail, GroupSummary } from '../../../contract/group.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { localDate } from '../../platform/clock.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import { listOrder, type Sorted, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { normalise, searchOrganisation } from '../person/name.ts'
import { readSettings } from '../setting/setting.ts'
import { isCurrent } from '../person/membership.ts'
import { assertGroup, assertPlace, groupWithin } from './scope.ts'
import { type DetailRow, type SummaryRow, viewGroup, viewGroupSummary } from './view.ts'

type Query = {
  search?: string | undefined
  kind?: GroupSummary['kind'] | undefined
  status?: GroupSummary['status'] | undefined
  expiring?: boolean | undefined
  sort?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

/** Today, and the last day that is still "soon", as `YYYY-MM-DD`. */
async function daysOf(db: Db): Promise<{ today: string; soon: string }> {
  const { 'group.warn-days': days, 'organisation.time-zone': zone } = await readSettings(db, [
    'group.warn-days',
    'organisation.time-zone',
  ])
  return {
    today: localDate(new Date(), zone),
    soon: localDate(new Date(Date.now() + days * 86_400_000), zone),
  }
}

/** Columns: whether an agreement `a` has expired or expires soon. */
const ends = ({ today, soon }: { today: string; soon: string }) => sql`
  coalesce(a.status = 'active' and a.valid_until < ${today}::date, false) as expired,
  coalesce(a.status = 'active' and a.valid_until between ${today}::date and ${soon}::date, false) as expires_soon`

type ListRow = SummaryRow & Sorted & { search_name: string }

const byName: UsualOrder<ListRow> = {
  by: sql`g.search_name, g.id`,
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['string', 'number'])
    return after ? [sql<SqlBool>`(g.search_name, g.id) > (${after[0]}, ${after[1]})`] : []
  },
  key: (row) => [row.search_name, row.id],
}

const sortColumns = {
  name: { by: sql`g.pinyin`, type: 'text' },
  code: { by: sql`g.code`, type: 'text' },
  kind: { by: sql`g.kind`, type: 'text' },
  members: {
    by: sql`(select count(*) from group_member gm where gm.group_id = g.id and ${isCurrent})`,
    type: 'number',
  },
  owner: { by: sql`o.name`, type: 'text' },
  site: { by: sql`s.name`, type: 'text' },
} as const

/** Group customers within reach, by name. */
export async function listGroups(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'group.read')
  const days = await daysOf(db)
  const typed = (query.search ?? '').trim().replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
  const word = searchOrganisation(typed).search_name
  const where = [
    groupWithin(reach),
    ...(query.kind ? [sql<SqlBool>`g.kind = ${query.kind}`] : []),
    ...(query.status ? [sql<SqlBool>`g.status = ${query.status}`] : []),
    ...(typed
      ? [
          sql<SqlBool>`((${word} <> '' and (g.search_name || ' ' || g.pinyin || ' ' || g.initials) like ${`%${word}%`}) or g.code ilike ${`%${typed}%`})`,
        ]
      : []),
    ...(query.expiring
      ? [
          sql<SqlBool>`exists (select 1 from group_agreement a where a.group_id = g.id and a.status = 'active' and a.valid_until <= ${days.soon}::date)`,
        ]
      : []),
  ]
  const order = listOrder<ListRow>(sortColumns, sql`g.id`, byName, query)
  const from = sql`
    from group_customer g left join site s on s.id = g.site_id left join staff o on o.id = g.owner_staff_id
    where ${sql.join(where, sql` and `)}`
  const { rows } = await sql<ListRow>`
    select ${order.key} as sort_key, g.id, g.code, g.name, g.search_name, g.kind, g.status, g.level, g.site_id, s.name as site_name, o.name as owner_name,
      (select count(*) from group_member gm where gm.group_id = g.id and ${isCurrent}) as members,
      (select to_jsonb(x) from (
        select a.number, a.valid_until, ${ends(days)} from group_agreement a where a.group_id = g.id and a.status = 'active'
        order by a.valid_until desc nulls first, a.id desc limit 1) x) as agreement
    from group_customer g left join site s on s.id = g.site_id left join staff o on o.id = g.owner_staff_id
    where ${sql.join([...where, ...order.beyond], sql` and `)} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, { action: 'group.search', subject: `groups:${Math.min(rows.length, query.limit)}` })
  return { ...order.page(rows, query.limit, viewGroupSummary), total: await totalOf(db, query, from) }
}

/** @throws {AppError} forbidden, not-found */
export async function getGroup(db: Db, actor: Actor, id: number): Promise<GroupDetail> {
  const reach = authorize(actor, 'group.read')
  const days = await daysOf(db)
  const { rows } = await sql<DetailRow>`
    select to_jsonb(g) as "group", s.name as site_name, o.name as owner_name,
      (select p.name from group_customer p where p.id = g.parent_id) as parent_name,
      (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) order by c.name), '[]')
        from group_customer c where c.parent_id = g.id) as children,
      (select coalesce(jsonb_agg(to_jsonb(c) order by c.active desc, c.main desc, c.name), '[]')
        from group_contact c where c.group_id = g.id) as contacts,
      (select coalesce(jsonb_agg(to_jsonb(x) order by x.status <> 'active', x.valid_until desc nulls first, x.id desc), '[]')
        from (select a.*, ${ends(days)} from group_agreement a where a.group_id = g.id) x) as agreements,
      (select count(*) from group_member gm where gm.group_id = g.id and ${isCurrent}) as members,
      (select count(*) from group_member gm where gm.group_id = g.id and not ${isCurrent}) as former_members
    from group_customer g left join site s on s.id = g.site_id left join staff o on o.id = g.owner_staff_id
    where g.id = ${id} and ${groupWithin(reach)}`.execute(db)
  const row = found(rows[0])
  await audit(db, actor, { action: 'group.read', subject: `group:${id}` })
  return viewGroup(row, actor)
}

const columnsOf = (input: GroupBody) => ({
  site_id: input.siteId,
  code: input.code,
  name: normalise(input.name),
  ...searchOrganisation(input.name),
  kind: input.kind,
  status: input.status,
  level: input.level,
  parent_id: input.parentId,
  tax_id: input.taxId || null,
  industry: input.industry || null,
  headcount: input.headcount,
  phone: input.phone || null,
  address: input.address || null,
  district: input.district || null,
  city: input.city || null,
  province: input.province || null,
  owner_staff_id: input.ownerStaffId,
  note: input.note || null,
})

const codeTaken = () =>
  new AppError('already-exists', 'A group customer of this site has this number already.')

/** @throws {AppError} forbidden, invalid, already-exists */
export async function createGroup(trx: Trx, actor: Actor, input: GroupBody): Promise<number> {
  await assertPlace(trx, actor, input)
  const made = await trx
    .insertInto('group_customer')
    .values({ ...columnsOf(input), source: 'staff' })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw isUniqueViolation(error, 'group_customer_code') ? codeTaken() : error
    })
  await audit(trx, actor, { action: 'group.create', subject: `group:${made.id}` })
  return made.id
}

/** @throws {AppError} forbidden, not-found, invalid (also for a cyclic chain), already-exists, changed-meanwhile */
export async function updateGroup(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, ...input }: GroupBody & { version: number },
): Promise<void> {
  await assertGroup(trx, actor, 'group.write', id)
  await assertPlace(trx, actor, input)
  if (input.parentId !== null && (await isBelow(trx, input.parentId, id)))
    throw new AppError('invalid', undefined, [{ path: 'parentId', message: 'belongs to this one itself' }])
  const { numUpdatedRows } = await trx
    .updateTable('group_customer')
    .set({ ...columnsOf(input), source: 'staff', version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
    .catch((error: unknown) => {
      throw isUniqueViolation(error, 'group_customer_code') ? codeTaken() : error
    })
  if (numUpdatedRows === 0n) throw new AppError('changed-meanwhile')
  await audit(trx, actor, { action: 'group.update', subject: `group:${id}` })
}

/** Whether a group equals another or is below it. */
async function isBelow(trx: Trx, id: number, above: number): Promise<boolean> {
  const { rows } = await sql`
    with recursive up as (
      select g.id, g.parent_id from group_customer g where g.id = ${id}
      union select g.id, g.parent_id from group_customer g join up on g.id = up.parent_id
    ) select 1 from up where up.id = ${above}`.execute(trx)
  return rows.length > 0
}
