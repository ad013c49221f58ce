import { sql } from 'kysely'
import type { Absence } from '../../../contract/team.ts'
import { type Actor, authorize, systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertColleague, moveTasks, staffWithin } from '../task/assign.ts'

type Row = {
  id: number
  staff_id: number
  staff_name: string
  cover_staff_id: number
  cover_name: string
  from_at: Date
  to_at: Date
  reason: string | null
  ended_at: Date | null
  created_by_name: string
}

const columns = sql`a.id, a.staff_id, staff.name as staff_name, a.cover_staff_id, c.name as cover_name, a.from_at, a.to_at, a.reason, a.ended_at,
  a.created_by_name`
const joins = sql`join staff on staff.id = a.staff_id join staff c on c.id = a.cover_staff_id`

function viewAbsence(row: Row, now = new Date()): Absence {
  const over = row.ended_at !== null || row.to_at <= now
  return {
    id: row.id,
    staffId: row.staff_id,
    staffName: row.staff_name,
    coverStaffId: row.cover_staff_id,
    coverName: row.cover_name,
    from: row.from_at.toISOString(),
    to: row.to_at.toISOString(),
    reason: row.reason,
    state: over ? 'ended' : row.from_at > now ? 'planned' : 'absent',
    createdByName: row.created_by_name,
  }
}

/** Current and planned absences of colleagues within reach, and those ended in the last 30 days. */
export async function listAbsences(db: Db, actor: Actor): Promise<Absence[]> {
  const reach = authorize(actor, 'task.assign')
  const { rows } = await sql<Row>`
    select ${columns} from staff_absence a ${joins}
    where ${staffWithin(reach)} and a.to_at > now() - interval '30 days' order by a.ended_at is not null, a.from_at desc limit 200`.execute(
    db,
  )
  return rows.map((row) => viewAbsence(row))
}

type NewAbsence = {
  staffId: number
  coverStaffId: number
  from: string
  to: string
  reason?: string | undefined
}

/**
 * Registers an absence; if it has begun, the tasks move to the cover at once.
 * @throws {AppError} not-found, invalid (times, the cover is away too or the same person), already-exists when the times overlap
 */
export async function createAbsence(trx: Trx, actor: Actor, input: NewAbsence): Promise<Absence> {
  const reach = authorize(actor, 'task.assign')
  const wrong = (path: string, message: string) => new AppError('invalid', undefined, [{ path, message }])
  await assertColleague(trx, reach, input.staffId)
  if (input.coverStaffId === input.staffId) throw wrong('coverStaffId', 'is the same person')
  await assertColleague(trx, reach, input.coverStaffId)
  const [from, to] = [new Date(input.from), new Date(input.to)]
  if (!(from < to)) throw wrong('to', 'lies before the beginning')
  if (to <= new Date()) throw wrong('to', 'lies in the past')
  // Concurrent absences of one person, or of each other's cover, would leave the tasks with nobody.
  await sql`select 1 from staff where id in (${input.staffId}, ${input.coverStaffId}) order by id for update`.execute(
    trx,
  )
  const { rows: clash } = await sql<{ staff_id: number }>`
    select staff_id from staff_absence where staff_id in (${input.staffId}, ${input.coverStaffId}) and ended_at is null
      and from_at < ${to} and to_at > ${from}`.execute(trx)
  if (clash.some((one) => one.staff_id === input.staffId))
    throw new AppError('already-exists', 'This person is registered as away in that time already.')
  if (clash.length > 0) throw wrong('coverStaffId', 'is away in that time')
  const { id } = await trx
    .insertInto('staff_absence')
    .values({
      staff_id: input.staffId,
      cover_staff_id: input.coverStaffId,
      from_at: from,
      to_at: to,
      reason: input.reason ?? null,
      created_by: actor.id,
      created_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await audit(trx, actor, {
    action: 'absence.create',
    subject: `absence:${id} staff:${input.staffId} cover:${input.coverStaffId}`,
    ...(input.reason && { reason: input.reason }),
  })
  await applyAbsences(trx)
  return load(trx, actor, id)
}

/** @throws {AppError} not-found, already-closed */
export async function endAbsence(trx: Trx, actor: Actor, id: number): Promise<Absence> {
  const before = await load(trx, actor, id)
  if (before.state === 'ended') throw new AppError('already-closed')
  await sql`update staff_absence set ended_at = now(), ended_by_name = ${actor.name} where id = ${id} and ended_at is null`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'absence.end', subject: `absence:${id} staff:${before.staffId}` })
  await applyAbsences(trx)
  return load(trx, actor, id)
}

async function load(trx: Trx, actor: Actor, id: number): Promise<Absence> {
  const reach = authorize(actor, 'task.assign')
  const { rows } = await sql<Row>`
    select ${columns} from staff_absence a ${joins} where a.id = ${id} and ${staffWithin(reach)}`.execute(trx)
  return viewAbsence(found(rows[0]))
}

const system = systemActor('system:absence', '缺勤代班')

/** Moves tasks according to the current absences. Held tasks follow at the next run. */
export async function applyAbsences(trx: Trx): Promise<void> {
  // One at a time: two runs would move the same tasks twice.
  await sql`select pg_advisory_xact_lock(hashtext('careloop.absence'))`.execute(trx)
  const { rows } = await sql<{ id: number; staff_id: number; cover_staff_id: number; away: boolean }>`
    select id, staff_id, cover_staff_id, ended_at is null and to_at > now() as away from staff_absence
    where returned_at is null and from_at <= now() order by id`.execute(trx)
  const away = new Set(rows.filter((row) => row.away).map((row) => row.staff_id))
  for (const row of rows.filter((one) => one.away)) {
    const tasks = await freeTasks(trx, sql`queue = ${`staff:${row.staff_id}`}`)
    if (tasks.length > 0)
      await moveTasks(trx, system, tasks, {
        kind: 'absence',
        to: row.cover_staff_id,
        fromStaffId: row.staff_id,
        reason: null,
      })
  }
  for (const row of rows.filter((one) => !one.away)) {
    if (!away.has(row.staff_id)) {
      const tasks = await freeTasks(trx, sql`covered_for_staff_id = ${row.staff_id}`)
      if (tasks.length > 0)
        await moveTasks(trx, system, tasks, {
          kind: 'return',
          to: 'owner',
          fromStaffId: row.staff_id,
          reason: null,
        })
      const { rows: held } = await sql`
        select 1 from task where covered_for_staff_id = ${row.staff_id} and status in ('requested', 'in-progress') limit 1`.execute(
        trx,
      )
      if (held.length > 0) continue
    }
    await sql`update staff_absence set returned_at = now() where id = ${row.id}`.execute(trx)
  }
  // An absence cancelled before it began has nothing to give back.
  await sql`update staff_absence set returned_at = now() where returned_at is null and ended_at is not null and from_at > now()`.execute(
    trx,
  )
}

async function freeTasks(trx: Trx, which: ReturnType<typeof sql>): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from task where ${which} and status in ('requested', 'in-progress') and (held_by is null or held_until < now())
    order by id for update skip locked`.execute(trx)
  return rows.map((row) => row.id)
}

/** The scheduled run. */
export async function keepAbsences(db: Db): Promise<void> {
  const { rows } =
    await sql`select 1 from staff_absence where returned_at is null and from_at <= now() limit 1`.execute(db)
  if (rows.length > 0) await transaction(db, (trx) => applyAbsences(trx))
}
