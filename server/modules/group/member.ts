import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { GroupMember, GroupMemberBody } from '../../../contract/group.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { joinPerson, recordsOf } from '../event/record.ts'
import { maskPhone } from '../person/mask.ts'
import { assertWithin, personWithin } from '../person/scope.ts'
import { candidatesFor, countriesSet } from '../person/search.ts'
import { asksNumber, assertNotWalking, countMiss, numberMissed } from '../person/walk.ts'
import { isCurrent } from '../person/membership.ts'
import { assertGroup } from './scope.ts'

type Row = {
  id: number
  version: number
  person_id: number
  name: string
  sex: string
  birth_date: string | null
  phone: string | null
  record_numbers: string[]
  last_visit_at: Date | null
  role: GroupMember['role']
  employee_number: string | null
  department: string | null
  title: string | null
  since: string | null
  until: string | null
  note: string | null
}

type Query = { search?: string | undefined; current: boolean; cursor?: string | undefined; limit: number }

async function select(db: Db, where: RawBuilder<SqlBool>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select gm.id, gm.version, p.id as person_id, p.name, p.sex, p.birth_date, gm.role, gm.employee_number, gm.department, gm.title, gm.since, gm.until, gm.note,
      f.last_visit_at,
      (select t.value from person_telecom t where t.person_id = any(r.records) and t.system = 'phone' and t.valid
        order by t.updated_at desc, t.id limit 1) as phone,
      array(select i.value from person_identifier i where i.person_id = any(r.records) and i.system like 'mrn:%' order by 1) as record_numbers
    from group_member gm ${joinPerson(sql`gm.person_id`)} left join person_facts f on f.person_id = p.id
    cross join lateral (select ${recordsOf(sql`p.id`)} as records) r
    where ${where} order by gm.id desc limit ${limit}`.execute(db)
  return rows
}

const view = (row: Row): GroupMember => ({
  id: row.id,
  version: row.version,
  personId: row.person_id,
  name: row.name,
  sex: row.sex,
  birthDate: row.birth_date,
  phone: row.phone && maskPhone(row.phone),
  recordNumbers: row.record_numbers,
  lastVisitAt: row.last_visit_at?.toISOString() ?? null,
  role: row.role,
  employeeNumber: row.employee_number,
  department: row.department,
  title: row.title,
  since: row.since,
  until: row.until,
  note: row.note,
})

/** Members whom the actor may see as persons. @throws {AppError} forbidden, not-found */
export async function listMembers(db: Db, actor: Actor, groupId: number, query: Query) {
  await assertGroup(db, actor, 'group.read', groupId)
  const reach = authorize(actor, 'person.read')
  const byNumber = asksNumber(query.search)
  if (byNumber) await assertNotWalking(db, actor)
  const countries = byNumber ? await countriesSet(db) : []
  const [before] = decodeCursor<[number]>(query.cursor, ['number']) ?? []
  const where = [
    sql<SqlBool>`gm.group_id = ${groupId}`,
    query.current ? isCurrent : sql<SqlBool>`not ${isCurrent}`,
    personWithin(reach, sql`p.id`),
    ...(before === undefined ? [] : [sql<SqlBool>`gm.id < ${before}`]),
    ...(query.search
      ? [
          sql<SqlBool>`(gm.employee_number = ${query.search} or p.id in (
            select coalesce(r.survivor_id, r.id) from (${candidatesFor(query.search, countries)}) as hit join person r on r.id = hit.id))`,
        ]
      : []),
  ]
  const rows = await select(db, sql<SqlBool>`${sql.join(where, sql` and `)}`, query.limit + 1)
  const missed = byNumber && rows.length === 0 && before === undefined
  if (missed) await countMiss(db, actor)
  await audit(db, actor, {
    action: missed ? numberMissed : 'group.members',
    subject: `group:${groupId} persons:${rows
      .slice(0, query.limit)
      .map((row) => row.person_id)
      .join(',')}`,
    fields: ['name', 'phone-masked'],
  })
  return pageOf(rows, query.limit, (row) => [row.id], view)
}

/** Members for an export, at most `most`; the caller has checked access to the group. */
export async function exportedMembers(
  db: Db,
  actor: Actor,
  groupId: number,
  most: number,
): Promise<GroupMember[]> {
  const reach = authorize(actor, 'person.read')
  const rows = await select(
    db,
    sql<SqlBool>`gm.group_id = ${groupId} and ${personWithin(reach, sql`p.id`)}`,
    most,
  )
  return rows.map(view)
}

const columnsOf = (input: GroupMemberBody) => ({
  role: input.role,
  employee_number: input.employeeNumber || null,
  department: input.department || null,
  title: input.title || null,
  since: input.since,
  until: input.until,
  note: input.note || null,
})

const memberAlready = (error: unknown): unknown =>
  isUniqueViolation(error, 'group_member_once')
    ? new AppError('already-exists', 'This person is a member already.')
    : error

async function getMember(trx: Trx, actor: Actor, groupId: number, id: number): Promise<GroupMember> {
  const reach = authorize(actor, 'person.read')
  const [row] = await select(
    trx,
    sql<SqlBool>`gm.id = ${id} and gm.group_id = ${groupId} and ${personWithin(reach, sql`p.id`)}`,
    1,
  )
  return view(found(row))
}

/** @throws {AppError} forbidden, not-found, already-exists */
export async function addMember(
  trx: Trx,
  actor: Actor,
  groupId: number,
  { personId, ...input }: GroupMemberBody & { personId: number },
): Promise<GroupMember> {
  await assertGroup(trx, actor, 'group.write', groupId)
  const person = found(
    await trx
      .selectFrom('person')
      .select(sql<number>`coalesce(survivor_id, id)`.as('id'))
      .where('id', '=', personId)
      .executeTakeFirst(),
  )
  await assertWithin(trx, authorize(actor, 'person.read'), [person.id])
  const { rows } = await sql`
    select 1 from group_member gm where gm.group_id = ${groupId} and gm.person_id = any(${recordsOf(sql`${person.id}`)}) and ${isCurrent}`.execute(
    trx,
  )
  if (rows.length > 0) throw memberAlready({ code: '23505', constraint: 'group_member_once' })
  const { id } = await trx
    .insertInto('group_member')
    .values({ group_id: groupId, person_id: person.id, ...columnsOf(input), source: 'staff' })
    .returning('id')
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw memberAlready(error)
    })
  await audit(trx, actor, {
    action: 'group.member',
    personId: person.id,
    subject: `group:${groupId} member:${id}`,
  })
  return getMember(trx, actor, groupId, id)
}

/** @throws {AppError} forbidden, not-found, changed-meanwhile, already-exists when it would be a second open membership */
export async function updateMember(
  trx: Trx,
  actor: Actor,
  groupId: number,
  id: number,
  { version, ...input }: GroupMemberBody & { version: number },
): Promise<GroupMember> {
  await assertGroup(trx, actor, 'group.write', groupId)
  const { personId } = await getMember(trx, actor, groupId, id)
  const { numUpdatedRows } = await trx
    .updateTable('group_member')
    .set({ ...columnsOf(input), source: 'staff', version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
    .catch((error: unknown) => {
      throw memberAlready(error)
    })
  if (numUpdatedRows === 0n) throw new AppError('changed-meanwhile')
  await audit(trx, actor, { action: 'group.member', personId, subject: `group:${groupId} member:${id}` })
  return getMember(trx, actor, groupId, id)
}
