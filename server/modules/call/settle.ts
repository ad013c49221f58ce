import { sql } from 'kysely'
import { loadCalendars, nextOpening } from '../../platform/calendar.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { type NewEvent, recordEvents } from '../event/event.ts'
import { maskPhone } from '../person/mask.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { createTasks } from '../task/create.ts'
import { cancelTasks } from '../task/transition.ts'
import { proveByCalls } from './evidence.ts'
import { endWrapUps, startWrapUp } from './wrap-up.ts'

/** Seconds that late events of an ended call have to arrive. */
const graceSeconds = 3
const batch = 200

type Ended = {
  id: number
  site_id: number
  time_zone: string
  direction: 'inbound' | 'outbound' | 'internal' | null
  number: string | null
  person_id: number | null
  task_id: number | null
  started_at: Date
  answered_at: Date | null
  ended_at: Date
  recording: string | null
}

/**
 * What follows from the end of calls, once each: the timeline, a task to call back who was not answered, and the proof of a result.
 * @param now the time to settle for
 * @returns how many calls
 */
export async function settleCalls(db: Db, now = new Date()): Promise<number> {
  return transaction(db, async (trx) => {
    await endWrapUps(trx, now)
    const { rows } = await sql<Ended>`
      select c.id, c.site_id, s.time_zone, c.direction, c.number, c.person_id, c.task_id, c.started_at, c.answered_at, c.ended_at, c.recording
      from call c join site s on s.id = c.site_id
      where c.ended_at < ${now}::timestamptz - ${graceSeconds} * interval '1 second' and c.settled_at is null
      order by c.ended_at limit ${batch} for update of c skip locked`.execute(trx)
    if (rows.length === 0) return 0
    await sql`update call set settled_at = now() where id = any(${rows.map((row) => row.id)}::bigint[])`.execute(
      trx,
    )
    await recordEvents(trx, rows.flatMap(endedEvent))
    await callBackMissed(trx, rows)
    await startWrapUp(
      trx,
      rows.map((row) => row.id),
      now,
    )
    await proveByCalls(
      trx,
      rows.flatMap((row) => row.task_id ?? []),
    )
    return rows.length
  })
}

const endedEvent = (call: Ended): NewEvent[] =>
  call.person_id === null
    ? []
    : [
        {
          personId: call.person_id,
          at: call.started_at,
          kind: 'call.ended',
          source: 'telephony',
          taskId: call.task_id,
          data: {
            callId: call.id,
            direction: call.direction,
            answered: call.answered_at !== null,
            ...(call.answered_at && {
              seconds: Math.round((call.ended_at.getTime() - call.answered_at.getTime()) / 1000),
            }),
          },
        },
      ]

/** Tasks to call back: one for a number, gone as soon as somebody of that number was spoken to. */
async function callBackMissed(trx: Trx, calls: Ended[]): Promise<void> {
  const spoken = calls.filter((call) => call.answered_at !== null && call.number !== null)
  await cancelTasks(
    trx,
    sql`t.status = 'requested' and t.subject_kind = 'call' and t.held_by is null and exists (
      select 1 from call missed join call spoken on spoken.site_id = missed.site_id and spoken.number = missed.number
      where missed.id = t.subject_id and spoken.id = any(${spoken.map((call) => call.id)}::bigint[]) and spoken.started_at > missed.started_at)`,
    { reason: 'spoken-to', actorId: null, source: 'careloop' },
  )
  const missed = calls.filter(
    (call) => call.direction === 'inbound' && call.answered_at === null && call.number !== null,
  )
  if (missed.length === 0) return
  const { rows: open } = await sql<{ id: number }>`
    select u.id from unnest(${missed.map((call) => call.id)}::bigint[]) as u(id) join call c on c.id = u.id
    where exists (select 1 from task t join call before on before.id = t.subject_id
        where t.subject_kind = 'call' and t.status in ('requested', 'in-progress') and before.number = c.number and before.site_id = c.site_id)
      or exists (select 1 from call after where after.number = c.number and after.site_id = c.site_id and after.answered_at > c.started_at)`.execute(
    trx,
  )
  const asked = new Set(open.map((row) => row.id))
  const first = new Map<string, Ended>()
  for (const call of missed)
    if (!asked.has(call.id) && !first.has(`${call.site_id} ${call.number}`))
      first.set(`${call.site_id} ${call.number}`, call)
  await askToCallBack(trx, [...first.values()])
}

async function askToCallBack(trx: Trx, calls: Ended[]): Promise<void> {
  const settings = await readSettingsEverywhere(trx, [
    'call.hours.from',
    'call.hours.to',
    'call.call-back-minutes',
  ])
  const calendars = await loadCalendars(trx)
  await createTasks(
    trx,
    calls.map((call) => {
      const rules = settings(call.site_id)
      const hours = { from: rules['call.hours.from'], to: rules['call.hours.to'], workingDaysOnly: false }
      const opening = (at: Date) =>
        hours.from < hours.to ? nextOpening(at, hours, call.time_zone, calendars(call.site_id), false) : at
      const open = opening(call.ended_at)
      const late = open.getTime() > call.ended_at.getTime()
      const what = call.recording ? '听取语音留言并回拨' : late ? '回拨下班后来电' : '回拨未接来电'
      return {
        kind: 'other' as const,
        level: null,
        title: `${what} ${maskPhone(call.number ?? '')}`,
        description: null,
        personId: call.person_id,
        subject: { kind: 'call', id: call.id },
        encounterId: null,
        enrollmentId: null,
        stepKey: null,
        cause: `call:${call.id}`,
        place: { siteId: call.site_id, departmentId: null, attendingStaffId: null },
        assignee: 'service-centre' as const,
        priority: 1 as const,
        startAt: open,
        dueAt: opening(new Date(open.getTime() + rules['call.call-back-minutes'] * 60_000)),
        questionnaireVersionId: null,
      }
    }),
  )
}
