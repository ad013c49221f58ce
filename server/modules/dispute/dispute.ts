import { sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type {
  closeDispute as closeRoute,
  listDisputes as listRoute,
  openDispute as openRoute,
} from '../../../contract/dispute.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { inDispute } from '../person/dispute.ts'
import { assertWithin, personWithin } from '../person/scope.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { type ClockColumns, clockViewColumns, joinClock, viewClock } from '../clock/view.ts'
import { answerClock } from './clock.ts'
import { pauseClocks, resumeClocks } from '../clock/clock.ts'

type Disputes = z.input<(typeof listRoute)['response']>

/** Joins the events of one dispute; other recorders use their own word before the colon. */
const keyOf = (id: number) => `dispute:${id}`

/** The person that a record belongs to now. @throws {AppError} not-found, also when outside the reach */
async function survivorOf(db: Db, id: number): Promise<number> {
  const row = await db
    .selectFrom('person')
    .select(sql<number>`coalesce(survivor_id, id)`.as('id'))
    .where('id', '=', id)
    .executeTakeFirst()
  return found(row).id
}

type Row = {
  id: number
  reason: string
  encounter_id: number | null
  department_id: number | null
  department_name: string | null
  opened_at: Date
  opened_by_name: string
  outcome: Disputes['items'][number]['outcome']
  note: string | null
  closed_at: Date | null
  closed_by_name: string | null
  clock_id: number | null
} & ClockColumns

/** @throws {AppError} not-found, also when outside the actor's reach */
export async function listDisputes(db: Db, actor: Actor, personId: number): Promise<Disputes> {
  const reach = authorize(actor, 'dispute.read')
  const person = await survivorOf(db, personId)
  await assertWithin(db, reach, [person])
  const { rows } = await sql<Row>`
    select x.id, x.reason, x.encounter_id, x.department_id, d.name as department_name, x.opened_at, x.opened_by_name, x.outcome, x.note,
      x.closed_at, x.closed_by_name, c.id as clock_id, ${clockViewColumns}
    from dispute x left join department d on d.id = x.department_id
      left join lateral (select id from task where person_id = x.person_id and cause = 'dispute:' || x.id order by id desc limit 1) t on true
      ${joinClock(answerClock, sql`t.id`)}
    where x.person_id = any(${recordsOf(sql`${person}`)}) order by x.closed_at is not null, x.id desc limit 50`.execute(
    db,
  )
  const { rows: offers } = await sql<Disputes['offers'][number]>`
    select p.id as "pathwayId", p.name as "pathwayName", n.id as "encounterId", e.id as "enrollmentId"
    from (
      select id, ends_at from encounter where person_id = any(${recordsOf(sql`${person}`)}) and class = 'inpatient' and status = 'finished'
      order by ends_at desc nulls last limit 1
    ) n
    join pathway p on p.active join pathway_version v on v.id = p.current_version_id
    left join lateral (
      select id, status, stop_reason from enrollment where pathway_id = p.id and encounter_id = n.id order by id desc limit 1
    ) e on true
    where not ${inDispute(sql`${person}`)}
      and n.ends_at > now() - coalesce((v.definition -> 'entry' ->> 'maxAgeDays')::int, 30) * interval '1 day'
      and case when e.id is null
        then exists (select 1 from event w where w.person_id = any(${recordsOf(sql`${person}`)}) and w.kind = 'enrollment.withheld' and w.encounter_id = n.id
          and (w.data ->> 'pathwayId')::int = p.id)
        else e.status = 'stopped' and e.stop_reason = 'dispute' end
    order by p.id`.execute(db)
  await audit(db, actor, { action: 'dispute.read', personId: person, fields: ['reason'] })
  return {
    items: rows.map((row) => ({
      id: row.id,
      reason: row.reason,
      encounterId: row.encounter_id,
      departmentId: row.department_id,
      departmentName: row.department_name,
      openedAt: row.opened_at.toISOString(),
      openedByName: row.opened_by_name,
      outcome: row.outcome,
      note: row.note,
      closedAt: row.closed_at?.toISOString() ?? null,
      closedByName: row.closed_by_name,
      clock: row.clock_id === null ? null : viewClock(row),
    })),
    offers,
  }
}

/**
 * Registers a dispute. What follows (enrolments end, a task is made) follows from the event.
 * @throws {AppError} not-found (person, stay or department outside the actor's reach), invalid (nothing says at which site)
 */
export async function openDispute(
  trx: Trx,
  actor: Actor,
  personId: number,
  input: z.output<(typeof openRoute)['body']>,
): Promise<{ id: number }> {
  const reach = authorize(actor, 'dispute.write')
  const person = await survivorOf(trx, personId)
  await assertWithin(trx, reach, [person])
  // Who was never here belongs to the site of whoever listens to them.
  const own = reach.all || reach.siteIds.length > 1 ? null : (reach.siteIds[0] ?? null)
  const place = found(
    (
      await sql<{ record_id: number; site_id: number | null; department_id: number | null }>`
        select coalesce(n.person_id, ${person}) as record_id, coalesce(n.site_id, d.site_id, last.site_id, ${own}::int, (select min(id) from site having count(*) = 1)) as site_id, coalesce(d.id, n.department_id) as department_id
        from (select 1) one
        left join encounter n on n.id = ${input.encounterId} and n.person_id = any(${recordsOf(sql`${person}`)})
        left join department d on d.id = ${input.departmentId} and (n.id is null or d.site_id = n.site_id)
          and ${reach.all ? sql<SqlBool>`true` : sql<SqlBool>`d.site_id = any(${reach.siteIds}::int[])`}
        left join lateral (
          select site_id from encounter where person_id = any(${recordsOf(sql`${person}`)}) order by starts_at desc nulls last limit 1
        ) last on true
        where (${input.encounterId}::bigint is null or n.id is not null) and (${input.departmentId}::int is null or d.id is not null)`.execute(
        trx,
      )
    ).rows[0],
  )
  const { site_id: siteId } = place
  if (siteId === null)
    throw new AppError('invalid', undefined, [
      { path: 'departmentId', message: 'is needed: this person was never here, so the site is not known' },
    ])
  const { id } = await trx
    .insertInto('dispute')
    .values({
      person_id: place.record_id,
      encounter_id: input.encounterId,
      site_id: siteId,
      department_id: place.department_id,
      reason: input.reason,
      opened_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await recordEvents(trx, [
    {
      personId: person,
      at: new Date(),
      kind: 'person.dispute-opened',
      source: 'staff',
      actorId: actor.id,
      encounterId: input.encounterId,
      data: { key: keyOf(id), siteId, departmentId: place.department_id },
    },
  ])
  await audit(trx, actor, { action: 'dispute.open', personId: person, subject: `dispute:${id}` })
  return { id }
}

/** An open dispute, locked. @throws {AppError} not-found, already-closed */
async function lockOpen(trx: Trx, actor: Actor, id: number) {
  const reach = authorize(actor, 'dispute.write')
  const { rows } = await sql<{
    person_id: number
    record_id: number
    encounter_id: number | null
    closed_at: Date | null
  }>`
    select ${personOfRecord(sql`x.person_id`)} as person_id, x.person_id as record_id, x.encounter_id, x.closed_at from dispute x
    where x.id = ${id} and ${personWithin(reach, personOfRecord(sql`x.person_id`))} for update of x`.execute(
    trx,
  )
  const row = found(rows[0])
  if (row.closed_at) throw new AppError('already-closed')
  return row
}

/**
 * Stops the time for the answer, or lets it run again (without a reason); the deadline moves by the working time of the pause.
 * @throws {AppError} not-found, already-closed
 */
export async function pauseDispute(trx: Trx, actor: Actor, id: number, reason: string | null): Promise<void> {
  const row = await lockOpen(trx, actor, id)
  const { rows } = await sql<{ id: number }>`
    select id from task where person_id = ${row.record_id} and cause = ${keyOf(id)}`.execute(trx)
  const tasks = rows.map((task) => task.id)
  const at = new Date()
  if (reason === null) await resumeClocks(trx, answerClock, tasks, at)
  else await pauseClocks(trx, answerClock, tasks, { at, reason })
  await audit(trx, actor, {
    action: reason === null ? 'dispute.resume' : 'dispute.pause',
    personId: row.person_id,
    subject: `dispute:${id}`,
  })
}

/** @throws {AppError} not-found, already-closed */
export async function closeDispute(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<(typeof closeRoute)['body']>,
): Promise<void> {
  const row = await lockOpen(trx, actor, id)
  await trx
    .updateTable('dispute')
    .set({ outcome: input.outcome, note: input.note, closed_at: sql`now()`, closed_by_name: actor.name })
    .where('id', '=', id)
    .execute()
  await recordEvents(trx, [
    {
      personId: row.person_id,
      at: new Date(),
      kind: 'person.dispute-closed',
      source: 'staff',
      actorId: actor.id,
      encounterId: row.encounter_id,
      data: { key: keyOf(id), disputeOutcome: input.outcome },
    },
  ])
  await audit(trx, actor, { action: 'dispute.close', personId: row.person_id, subject: `dispute:${id}` })
}
