import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { LunarMonth, Solar } from 'lunar-typescript'
import type { PersonFact } from '../../../contract/fact.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import type { Schedule } from '../../../contract/schedule.ts'
import { localDate, shiftDate, toLocal } from '../../platform/clock.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { handle, job, type JobHandler } from '../../platform/jobs.ts'
import type { Services } from '../../platform/services.ts'
import { recordsOf } from '../event/record.ts'
import { factSql, joinPersonSite } from '../person/fact.ts'
import { conditionSql } from '../segment/rule.ts'
import { enroll, entryColumns, type EntryRow, entryVerdict } from './enter.ts'
import { occurrencesOf } from './occurrence.ts'
import type { Open } from './react.ts'

const calendar = job('pathway.calendar', { cron: '* * * * *' })

export function calendarJobs({ db }: Services): JobHandler[] {
  return [
    handle(calendar, async () => {
      await enterByCalendar(db, new Date())
    }),
  ]
}

/** Days that are caught up after a downtime. */
const lookBack = 2
/** A single day that a throttle or a pause spreads over many. */
const onceLookBack = 60
const chunk = 2000

type Occasion = { pathway: Open; timeZone: string; day: string; now: Date }

/**
 * Enrols everybody due by a calendar entry. Each pathway, time zone and day runs exactly once, also across crashes; people are processed
 * in batches by id, and the row of the occasion holds the progress.
 * @returns how many were enrolled
 */
export async function enterByCalendar(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<Open & { published_at: Date; zones: string[] }>`
    select p.id, p.name, v.id as version_id, v.definition, v.published_at, array(select distinct time_zone from site order by 1) as zones
    from pathway p join pathway_version v on v.id = p.current_version_id
    where p.active and p.paused_at is null and v.definition -> 'entry' ? 'calendar' order by p.id`.execute(db)
  let entered = 0
  for (const { published_at: published, zones, ...pathway } of rows)
    for (const timeZone of zones)
      for (const day of daysDue(pathway.definition.entry.calendar, now, timeZone, published))
        entered += await takeIn(db, { pathway, timeZone, day, now })
  return entered
}

/** The days of a schedule up to now that may still be caught up. */
function daysDue(schedule: Schedule | undefined, now: Date, timeZone: string, published: Date): string[] {
  if (!schedule) return []
  const today = localDate(now, timeZone)
  const first = localDate(published, timeZone)
  const back = schedule.on.every === 'once' ? onceLookBack : lookBack
  const days = Array.from({ length: back + 1 }, (_, n) => shiftDate(today, n - back))
  return days.filter(
    (day) =>
      day >= first &&
      (day < today || toLocal(now, timeZone).hour >= schedule.hour) &&
      isNamed(schedule.on, day),
  )
}

/** Whether people enter on this day; always true where it depends on the person. */
export function isNamed(on: Schedule['on'], date: string): boolean {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  switch (on.every) {
    case 'once':
      return date === on.date
    case 'month':
      return day === Math.min(on.day, last)
    case 'year':
      return month === on.month && day === Math.min(on.day, last)
    case 'lunar-year': {
      const lunar = Solar.fromYmd(year, month, day).getLunar()
      const days = LunarMonth.fromYm(lunar.getYear(), on.month)?.getDayCount() ?? 30
      return lunar.getMonth() === on.month && lunar.getDay() === Math.min(on.day, days)
    }
    case 'birthday':
    case 'date':
      return true
  }
}

/** The people of a day, as a condition on the person `p` with facts `f`. */
function meant(on: Schedule['on'], date: string): RawBuilder<SqlBool> {
  if (on.every === 'date')
    return sql<SqlBool>`${factSql(on.fact as PersonFact)} = ${shiftDate(date, on.daysBefore)}::date`
  if (on.every !== 'birthday') return sql<SqlBool>`true`
  const target = shiftDate(date, on.daysBefore)
  const days = [target.slice(5)]
  if (target.endsWith('-02-28') && !shiftDate(target, 1).endsWith('-02-29')) days.push('02-29')
  return sql<SqlBool>`to_char(p.birth_date, 'MM-DD') = any(${days}::text[])`
}

async function takeIn(db: Db, occasion: Occasion): Promise<number> {
  let entered = 0
  for (;;) {
    const step = await transaction(db, (trx) => takeSome(trx, occasion))
    entered += step.entered
    if (!step.more) return entered
  }
}

/** How many more may enter by now: what an hour takes, spread evenly over it. */
function allowed(
  perHour: number,
  { started_at: since, taken }: { started_at: Date; taken: number },
  now: Date,
) {
  const minutes = Math.floor((now.getTime() - since.getTime()) / 60_000) + 1
  return Math.max(0, Math.ceil((minutes * perHour) / 60) - taken)
}

async function takeSome(
  trx: Trx,
  { pathway, timeZone, day, now }: Occasion,
): Promise<{ entered: number; more: boolean }> {
  const nothing = { entered: 0, more: false }
  await sql`insert into pathway_occasion (pathway_id, time_zone, day, started_at) values (${pathway.id}, ${timeZone}, ${day}, ${now}) on conflict do nothing`.execute(
    trx,
  )
  // Another process is already working on it.
  const { rows: occasions } = await sql<{ last_person_id: number; started_at: Date; taken: number }>`
    select last_person_id, started_at, taken from pathway_occasion
    where pathway_id = ${pathway.id} and time_zone = ${timeZone} and day = ${day} and finished_at is null for update skip locked`.execute(
    trx,
  )
  const [occasion] = occasions
  const { entry } = pathway.definition
  if (!occasion || !entry.calendar) return nothing
  const most = entry.perHour === undefined ? chunk : Math.min(chunk, allowed(entry.perHour, occasion, now))
  if (most === 0) return nothing
  const { rows } = await sql<EntryRow & { id: number; site_id: number }>`
    select p.id, f.site_id, ${entryColumns([pathway.definition], sql`g.records`)}
    from person p join person_facts f on f.person_id = p.id ${joinPersonSite} cross join (select null::jsonb as facts) s
      cross join lateral (select ${recordsOf(sql`p.id`)} as records offset 0) g
    where p.id > ${occasion.last_person_id} and p.survivor_id is null and st.time_zone = ${timeZone}
      and (${entry.siteId ?? null}::int is null or f.site_id = ${entry.siteId ?? null})
      and ${meant(entry.calendar.on, day)} and ${entry.when ? conditionSql(entry.when) : sql`true`}
    order by p.id limit ${most}`.execute(trx)
  // The database has already checked the condition.
  const definition: PathwayDefinition = { ...pathway.definition, entry: { ...entry, when: undefined } }
  const entering = rows.filter(
    (row) =>
      entryVerdict(
        definition,
        { at: now, data: {}, encounterId: null },
        { ...row, occurrences: occurrencesOf(row.occurrences) },
      ) === 'enters',
  )
  const alone = { pathway, groupId: null, subject: null, enteredAt: now }
  const ids = await enroll(
    trx,
    entering.map(({ id, site_id: siteId }) => ({ ...alone, personId: id, siteId })),
    null,
  )
  const more = rows.length === most
  await sql`
    update pathway_occasion set last_person_id = ${rows.at(-1)?.id ?? occasion.last_person_id}, entered = entered + ${ids.length}, taken = taken + ${rows.length},
      finished_at = case when ${more} then null else now() end
    where pathway_id = ${pathway.id} and time_zone = ${timeZone} and day = ${day}`.execute(trx)
  return { entered: ids.length, more }
}
