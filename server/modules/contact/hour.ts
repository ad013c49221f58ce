import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { atBestHour, contactSettings } from './rules.ts'

/** Calls of a person before anything is said of their hours. */
const fewest = 3
/** How many calls the rate of the site counts as, beside the person's own: a single answered call proves little. */
const weight = 4

/**
 * Learns from the calls of a year in which hour each person answers best: their own rate of answered calls in an hour, drawn towards that
 * of all persons of their site (empirical Bayes with a fixed weight). Hours in which the site never called are not chosen. Set-based; run
 * nightly. @returns persons whose hours were learned
 */
export async function learnHours(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with call as (
      select ${personOfRecord(sql`t.person_id`)} as person_id, t.site_id,
        extract(hour from a.at at time zone coalesce(s.time_zone, ${organisationZone}))::int as hour,
        (a.outcome not in ('unreached', 'wrong-number'))::int as answered
      from task_attempt a join task t on t.id = a.task_id left join site s on s.id = t.site_id
      where a.channel = 'phone' and a.at > now() - interval '1 year' and t.person_id is not null
    ), site_hour as (
      select site_id, hour, (sum(answered) + 1)::float8 / (count(*) + 2) as rate from call group by site_id, hour
    ), home as (
      select distinct on (person_id) person_id, site_id, sum(count(*)) over (partition by person_id) as calls
      from call group by person_id, site_id order by person_id, count(*) desc, site_id
    ), own as (select person_id, hour, sum(answered) as answered, count(*) as calls from call group by person_id, hour
    ), best as (
      select distinct on (h.person_id) h.person_id, h.calls, s.hour,
        (coalesce(o.answered, 0) + ${weight} * s.rate) / (coalesce(o.calls, 0) + ${weight}) as share
      from home h join site_hour s on s.site_id is not distinct from h.site_id
      left join own o on o.person_id = h.person_id and o.hour = s.hour
      where h.calls >= ${fewest} order by h.person_id, share desc, s.hour
    ), kept as (
      insert into contact_hours as c (person_id, best_hour, best_share, calls, learned_at)
      select person_id, hour, share, calls, now() from best
      on conflict (person_id) do update set best_hour = excluded.best_hour, best_share = excluded.best_share, calls = excluded.calls,
        learned_at = excluded.learned_at
      where (c.best_hour, c.calls, c.best_share) is distinct from (excluded.best_hour, excluded.calls, excluded.best_share)
      returning 1)
    select count(*) as n from kept`.execute(db)
  return rows[0]?.n ?? 0
}

export type BestHour = { hour: number; share: number; calls: number }

/** When a person answers best, with how many calls it is learned from; null while too little is known. */
export async function bestHourOf(db: Db, personId: number): Promise<BestHour | null> {
  const { rows } = await sql<BestHour>`
    select best_hour as hour, best_share as share, calls from contact_hours
    where person_id = any(${recordsOf(sql`${personId}`)}) and best_hour is not null order by calls desc limit 1`.execute(
    db,
  )
  return rows[0] ?? null
}

/** The next time at which each of these persons or records answers best, for what may wait for it; those not known are left out. */
export async function bestTimes(db: Db, personIds: number[], now: Date): Promise<Map<number, Date>> {
  if (personIds.length === 0) return new Map()
  const settingsAt = await readSettingsEverywhere(db, contactSettings)
  const { rows } = await sql<{ id: number; hour: number; site_id: number | null; zone: string }>`
    select asked.id, b.best_hour as hour, s.id as site_id, coalesce(s.time_zone, ${organisationZone}) as zone
    from (select distinct unnest(${personIds}::bigint[]) as id) asked
    cross join lateral (select ${personOfRecord(sql`asked.id`)} as person offset 0) p
    cross join lateral (
      select c.best_hour from contact_hours c where c.person_id = any(${recordsOf(sql`p.person`)}) and c.best_hour is not null
      order by c.calls desc limit 1) b
    left join person_facts f on f.person_id = p.person left join department d on d.id = f.last_department_id
    left join site s on s.id = coalesce(d.site_id, f.site_id)`.execute(db)
  return new Map(rows.map((row) => [row.id, atBestHour(now, row.hour, settingsAt(row.site_id), row.zone)]))
}

/** Keeps the hours in which a person wants to be contacted; null: any. @throws {AppError} invalid when they end before they begin */
export async function wishHours(
  db: Db,
  personId: number,
  hours: { from: number; to: number } | null,
  by: string,
): Promise<void> {
  if (hours && hours.from >= hours.to)
    throw new AppError('invalid', undefined, [
      { path: 'hours.to', message: 'is not after the beginning of the day' },
    ])
  await sql`
    insert into contact_hours (person_id, wished_from, wished_to, wished_at, wished_by)
    values (${personId}, ${hours?.from ?? null}, ${hours?.to ?? null}, now(), ${by})
    on conflict (person_id) do update set wished_from = excluded.wished_from, wished_to = excluded.wished_to,
      wished_at = excluded.wished_at, wished_by = excluded.wished_by`.execute(db)
  // Wishes of records merged into the person are older than this one.
  await sql`
    update contact_hours set wished_from = null, wished_to = null
    where person_id = any(${recordsOf(sql`${personId}`)}) and person_id <> ${personId} and wished_from is not null`.execute(
    db,
  )
}

/** Hours in which a person wants to be contacted; null: any. */
export async function wishedHours(db: Db, personId: number): Promise<{ from: number; to: number } | null> {
  const { rows } = await sql<{ from: number; to: number }>`
    select wished_from as "from", wished_to as "to" from contact_hours
    where person_id = any(${recordsOf(sql`${personId}`)}) and wished_from is not null order by wished_at desc limit 1`.execute(
    db,
  )
  return rows[0] ?? null
}
