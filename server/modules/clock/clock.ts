import { sql } from 'kysely'
import { type Calendars, loadCalendars } from '../../platform/calendar.ts'
import type { Trx } from '../../platform/db.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { type ClockRule, ruleOf } from './rule.ts'
import { levelsOf, type Pause, type Span, type Unit } from './time.ts'

/** A running clock with the time zone of its site. */
export type ClockRow = {
  id: number
  kind: string
  subject_id: number
  site_id: number
  person_id: number | null
  time_zone: string
  started_at: Date
  allowed: number | null
  chosen_at: Date | null
  unit: Unit
  escalations: Span[]
  pauses: { from: string; to: string }[]
  paused_at: Date | null
  due_at: Date | null
  breached_at: Date | null
  escalation_level: number
}

export const clockColumns = sql`
  c.id, c.kind, c.subject_id, c.site_id, c.person_id, (select time_zone from site where id = c.site_id) as time_zone, c.started_at, c.allowed,
  c.chosen_at, c.unit, c.escalations, c.pauses, c.paused_at, c.due_at, c.breached_at, c.escalation_level`

/** When a clock falls due and what the loop has to look at next. */
export type Timing = { dueAt: Date | null; nextAt: Date | null; blocked: string | null }

/** Pure: what a clock's times are by the calendar of its site. */
export function timingOf(
  row: Omit<ClockRow, 'id' | 'kind' | 'subject_id' | 'person_id' | 'due_at'>,
  calendars: Calendars,
): Timing {
  const plan = {
    startedAt: row.started_at,
    allowed:
      row.chosen_at === null
        ? { value: row.allowed ?? 0, unit: row.unit }
        : { until: row.chosen_at, unit: row.unit },
    escalations: row.escalations,
    pauses: row.pauses.map(({ from, to }): Pause => ({ from: new Date(from), to: new Date(to) })),
  }
  const place = { timeZone: row.time_zone, calendar: calendars(row.site_id) }
  const open = row.paused_at === null ? [] : [{ from: row.paused_at, to: null }]
  const levels = levelsOf({ ...plan, pauses: [...plan.pauses, ...open] }, place)
  const next = levels.times[row.breached_at === null ? 0 : row.escalation_level + 1] ?? null
  const due = levels.open && 'paused' in levels.open ? levelsOf(plan, place) : levels
  const waits = [levels, due].find((one) => one.open && 'blocked' in one.open)?.open
  return {
    dueAt: due.times[0] ?? null,
    nextAt: next,
    blocked: next === null && waits && 'blocked' in waits ? waits.blocked : null,
  }
}

/**
 * The calendars, kept from changing until the transaction ends: a clock that is timed by the old one while a new one is entered would be
 * passed over by {@link retimeClocks}.
 */
export async function holdCalendars(trx: Trx): Promise<Calendars> {
  await sql`select pg_advisory_xact_lock_shared(hashtext('careloop.clock.calendar'))`.execute(trx)
  return loadCalendars(trx)
}

export type Start = {
  subjectId: number
  siteId: number
  personId: number | null
  at: Date
  /** Somebody chose the time; left out, the setting of the site says how long it may take. */
  dueAt?: Date | undefined
  /** How much of the rule's unit it may take, where that depends on the subject; left out, the rule's setting of the site. */
  allowed?: number | undefined
}

/**
 * Starts a clock for each subject that has none of this kind running.
 * @returns when each falls due, by subject; null where the working calendar is unknown: such a clock waits for the calendar
 */
export async function startClocks(
  trx: Trx,
  kind: string,
  starts: Start[],
): Promise<Map<number, Date | null>> {
  if (starts.length === 0) return new Map()
  const rule = ruleOf(kind)
  const calendars = await holdCalendars(trx)
  const settings = await readSettingsEverywhere(trx, [
    rule.allowed.setting,
    ...rule.escalations.map((one) => one.setting),
  ])
  const sites = await trx.selectFrom('site').select(['id', 'time_zone']).execute()
  const zones = new Map(sites.map((site) => [site.id, site.time_zone]))
  const rows = starts.map((start) => {
    const value = (setting: ClockRule['allowed']['setting']) => Number(settings(start.siteId)[setting])
    const row = {
      site_id: start.siteId,
      time_zone: zones.get(start.siteId) ?? 'UTC',
      started_at: start.at,
      allowed: start.dueAt ? null : (start.allowed ?? value(rule.allowed.setting)),
      chosen_at: start.dueAt ?? null,
      unit: rule.allowed.unit,
      escalations: rule.escalations.map(({ setting, unit }) => ({ value: value(setting), unit })),
      pauses: [],
      paused_at: null,
      breached_at: null,
      escalation_level: 0,
    }
    return { ...row, subject_id: start.subjectId, person_id: start.personId, ...timingOf(row, calendars) }
  })
  await trx
    .insertInto('clock')
    .values(
      rows.map((row) => ({
        kind,
        subject_kind: rule.subjectKind,
        subject_id: row.subject_id,
        site_id: row.site_id,
        person_id: row.person_id,
        started_at: row.started_at,
        allowed: row.allowed,
        chosen_at: row.chosen_at,
        unit: row.unit,
        escalations: JSON.stringify(row.escalations),
        due_at: row.dueAt,
        next_at: row.nextAt,
        blocked: row.blocked,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const running = await trx
    .selectFrom('clock')
    .select(['subject_id', 'due_at'])
    .where('kind', '=', kind)
    .where('subject_id', '=', sql<number>`any(${starts.map((start) => start.subjectId)}::bigint[])`)
    .where('stopped_at', 'is', null)
    .execute()
  return new Map(running.map((row) => [row.subject_id, row.due_at]))
}

/** Running clocks of these subjects, locked. */
async function lockRunning(trx: Trx, kind: string, subjectIds: number[]): Promise<ClockRow[]> {
  const { rows } = await sql<ClockRow>`
    select ${clockColumns} from clock c where c.kind = ${kind} and c.subject_id = any(${subjectIds}::bigint[]) and c.stopped_at is null
    order by c.id for update of c`.execute(trx)
  return rows
}

/** Time stops counting from `at` on, unless it has stopped already. What fell due before that still fires. */
export async function pauseClocks(
  trx: Trx,
  kind: string,
  subjectIds: number[],
  { at, reason }: { at: Date; reason: string },
): Promise<void> {
  const rows = (await lockRunning(trx, kind, subjectIds)).filter((row) => row.paused_at === null)
  const paused = rows.map((row) => ({ ...row, paused_at: notBefore(row, at) }))
  await sql`
    update clock c set paused_at = u.at, pause_reason = ${reason}
    from unnest(${paused.map((row) => row.id)}::bigint[], ${paused.map((row) => row.paused_at)}::timestamptz[]) as u(id, at)
    where c.id = u.id`.execute(trx)
  await retime(trx, paused)
}

/** A pause lies within the life of its clock, and none within another. */
function notBefore(row: ClockRow, at: Date): Date {
  const last = row.pauses.at(-1)?.to
  return new Date(Math.max(at.getTime(), row.started_at.getTime(), last ? Date.parse(last) : 0))
}

/** Time counts again from `at` on; what was to come moves by as much counted time as the pause took. */
export async function resumeClocks(trx: Trx, kind: string, subjectIds: number[], at: Date): Promise<void> {
  const rows = await lockRunning(trx, kind, subjectIds)
  const resumed = rows.flatMap((row) => {
    if (row.paused_at === null) return []
    const pause = {
      from: row.paused_at.toISOString(),
      to: new Date(Math.max(at.getTime(), row.paused_at.getTime())).toISOString(),
    }
    return [{ ...row, paused_at: null, pauses: [...row.pauses, pause] }]
  })
  await sql`
    update clock c set pauses = c.pauses || jsonb_build_array(jsonb_build_object('from', u.begins, 'to', u.ends, 'reason', c.pause_reason)),
      paused_at = null, pause_reason = null
    from unnest(${resumed.map((row) => row.id)}::bigint[], ${resumed.map((row) => row.pauses.at(-1)?.from)}::text[],
      ${resumed.map((row) => row.pauses.at(-1)?.to)}::text[]) as u(id, begins, ends)
    where c.id = u.id`.execute(trx)
  await retime(trx, resumed)
}

/**
 * A running clock gets more or less time, counted from its start; pauses stay. What has fired does not fire again.
 */
export async function allowClocks(
  trx: Trx,
  kind: string,
  changes: { subjectId: number; allowed: number }[],
): Promise<void> {
  const allowed = new Map(changes.map((one) => [one.subjectId, one.allowed]))
  const rows = (
    await lockRunning(
      trx,
      kind,
      changes.map((one) => one.subjectId),
    )
  ).map((row) => ({ ...row, allowed: allowed.get(row.subject_id) ?? row.allowed, chosen_at: null }))
  await sql`
    update clock c set allowed = u.allowed, chosen_at = null
    from unnest(${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.allowed)}::numeric[]) as u(id, allowed)
    where c.id = u.id`.execute(trx)
  await retime(trx, rows)
}

/** Nothing fires any more; whether it was in time is `stopped_at` against `due_at`. */
export async function stopClocks(
  trx: Trx,
  kind: string,
  stops: { subjectId: number; at: Date; outcome: string }[],
): Promise<void> {
  await sql`
    update clock c set stopped_at = greatest(u.at, c.started_at), outcome = u.outcome, next_at = null
    from unnest(${stops.map((stop) => stop.subjectId)}::bigint[], ${stops.map((stop) => stop.at)}::timestamptz[],
      ${stops.map((stop) => stop.outcome)}::text[]) as u(subject_id, at, outcome)
    where c.kind = ${kind} and c.subject_id = u.subject_id and c.stopped_at is null`.execute(trx)
}

/** Undoes the last stop of each subject, as if the clock had never stopped; what has fired does not fire again. */
export async function reopenClocks(trx: Trx, kind: string, subjectIds: number[]): Promise<void> {
  await sql`
    update clock c set stopped_at = null, outcome = null
    where c.id in (select distinct on (l.subject_id) l.id from clock l where l.kind = ${kind} and l.subject_id = any(${subjectIds}::bigint[])
        order by l.subject_id, l.id desc)
      and c.stopped_at is not null`.execute(trx)
  await retime(trx, await lockRunning(trx, kind, subjectIds))
}

/** A calendar was entered or corrected: clocks that count working days are timed again, also those that had to wait for it. */
export async function retimeClocks(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('careloop.clock.calendar'))`.execute(trx)
  const { rows } = await sql<ClockRow>`
    select ${clockColumns} from clock c
    where c.stopped_at is null and (c.unit = 'working-days' or c.escalations @> '[{"unit": "working-days"}]')
    order by c.id for update of c`.execute(trx)
  await retime(trx, rows)
}

/** Writes the times that follow from what the rows say now, and tells the rules of due times that moved. */
async function retime(trx: Trx, rows: ClockRow[]): Promise<void> {
  if (rows.length === 0) return
  const calendars = await holdCalendars(trx)
  const timed = rows.map((row) => ({ row, ...timingOf(row, calendars) }))
  await sql`
    update clock c set due_at = u.due_at, next_at = u.next_at, blocked = u.blocked
    from unnest(${timed.map((one) => one.row.id)}::bigint[], ${timed.map((one) => one.dueAt)}::timestamptz[],
      ${timed.map((one) => one.nextAt)}::timestamptz[], ${timed.map((one) => one.blocked)}::text[]) as u(id, due_at, next_at, blocked)
    where c.id = u.id`.execute(trx)
  const moved = timed.filter((one) => one.dueAt?.getTime() !== one.row.due_at?.getTime())
  for (const [kind, ofKind] of Map.groupBy(moved, (one) => one.row.kind))
    await ruleOf(kind).timed(
      trx,
      ofKind.map((one) => ({ subjectId: one.row.subject_id, dueAt: one.dueAt })),
    )
}
