import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { NoShowFeature } from '../../../../contract/clinic-schedule.ts'
import { runAside } from '../../../platform/aside.ts'
import type { Db } from '../../../platform/db.ts'
import { joinPerson, recordsOf } from '../../event/record.ts'
import { factSql } from '../../person/fact.ts'
import type { Figures } from './judge.ts'
import { type Driver, explain, type Model, predict, type Row } from './model.ts'
import type { Value } from './terms.ts'

/** What a model learns from; starts in seconds since 1970. */
export type FitInput = { rows: Row[]; outcomes: number[]; starts: number[] }
export type Fitted = { figures: Figures; model: Model }

/** Fewer past appointments, or fewer of them missed, make no model: its figures would be chance. */
const fewest = { outcomes: 200, missed: 20 }
/** The latest ones of two years, which is more than a model of so few features can use. */
const latest = 50_000
const fitMs = 300_000
const atOnce = 1000

type Known = {
  id: number
  missed: boolean
  source: string
  starts: number
  lead_days: number | null
  weekday: number
  hour: number
  channel: string
  urgent: boolean
  visit_type: string | null
  department: string | null
  new_patient: boolean
  age: number | null
  sex: string
  earlier: number
  earlier_missed: number
  distance_km: number | null
}

/**
 * Appointments `a` with what was known when they were booked; earlier visits and appointments are those of all records of the person, at all
 * sites. Distance and address are today's.
 */
async function read(db: Db, which: RawBuilder<SqlBool>): Promise<Known[]> {
  const { rows } = await sql<Known>`
    select a.id, a.status = 'noshow' as missed, a.source, extract(epoch from a.starts_at)::float8 as starts,
      -- What another system told of afterwards was booked nobody knows when.
      case when a.booked_at <= a.starts_at then extract(epoch from a.starts_at - a.booked_at)::float8 / 86400 end as lead_days,
      extract(isodow from a.starts_at at time zone s.time_zone)::int as weekday, extract(hour from a.starts_at at time zone s.time_zone)::int as hour,
      a.channel, a.urgent, v.name as visit_type, d.name as department,
      not exists (select 1 from encounter n where n.person_id = any(${recordsOf(sql`p.id`)}) and n.starts_at < a.booked_at) as new_patient,
      extract(year from age((a.booked_at at time zone s.time_zone)::date, p.birth_date))::int as age, p.sex, earlier.*,
      ${factSql('person.distanceKm')}::float8 as distance_km
    from appointment a join site s on s.id = a.site_id ${joinPerson(sql`a.person_id`)} left join person_facts f on f.person_id = p.id
      left join visit_type v on v.id = a.visit_type_id left join department d on d.id = a.department_id
      cross join lateral (
        select count(*)::int as earlier, count(*) filter (where e.status = 'noshow')::int as earlier_missed
        from appointment e where e.person_id = any(${recordsOf(sql`p.id`)}) and e.starts_at < a.booked_at
          and e.status in ('arrived', 'fulfilled', 'noshow')) earlier
    where ${which} order by a.starts_at desc limit ${latest}`.execute(db)
  return rows
}

const yesNo = (value: boolean) => (value ? 'yes' : 'no')

function featuresOf(one: Known): Record<NoShowFeature, Value> {
  return {
    // A day more matters less after a month than on the first day.
    leadDays: one.lead_days === null ? null : Math.log1p(one.lead_days),
    weekday: String(one.weekday),
    hour: String(one.hour),
    channel: one.channel,
    urgent: yesNo(one.urgent),
    visitType: one.visit_type,
    department: one.department,
    newPatient: yesNo(one.new_patient),
    age: one.age,
    sex: one.sex,
    earlierMissed: one.earlier_missed,
    earlierMissedShare: one.earlier === 0 ? null : one.earlier_missed / one.earlier,
    distanceKm: one.distance_km,
  }
}

/** Values in units that people know. */
function shown({ feature, value, contribution }: Driver): Driver {
  const plain = feature === 'leadDays' && typeof value === 'number' ? Math.expm1(value) : value
  const rounded = typeof plain === 'number' ? Math.round(plain * 100) / 100 : plain
  return { feature, value: rounded, contribution: Math.round(contribution * 1000) / 1000 }
}

/** Where a model stands: what it is, what it was judged by, and from how many it learned. */
type Trained = Fitted & { n: number; positives: number }

/**
 * Fits the model of a site to its past appointments and stores it with the figures of a model of the earlier three quarters on the last one.
 * Those that were attended or not count; cancelled ones are left out.
 * @returns null where there are too few of them, or their last quarter cannot judge a model; then nothing is stored
 */
export async function trainNoShow(db: Db, siteId: number): Promise<Trained | null> {
  const all = await read(
    db,
    sql<SqlBool>`a.site_id = ${siteId} and a.status in ('arrived', 'fulfilled', 'noshow') and a.starts_at < now()
      and a.starts_at > now() - interval '2 years'`,
  )
  // A system that tells only of those who did not come would teach that all its appointments are missed.
  const tellsAll = new Set(all.filter((one) => !one.missed).map((one) => one.source))
  const past = all.filter((one) => tellsAll.has(one.source))
  const positives = past.filter((one) => one.missed).length
  if (past.length < fewest.outcomes || positives < fewest.missed || positives === past.length) return null
  const input: FitInput = {
    rows: past.map(featuresOf),
    outcomes: past.map((one) => Number(one.missed)),
    starts: past.map((one) => one.starts),
  }
  const file = new URL('fit-thread.ts', import.meta.url)
  const fitted = await runAside<Fitted | null>(file, input, { timeoutMs: fitMs })
  if (!fitted) return null
  const { figures, model } = fitted
  await sql`
    insert into no_show_model (site_id, model, auc, auc_low, auc_high, calibration_slope, brier, n, positives)
    values (${siteId}, ${JSON.stringify(model)}::jsonb, ${figures.auc}, ${figures.aucLow}, ${figures.aucHigh}, ${figures.calibrationSlope},
      ${figures.brier}, ${past.length}, ${positives})`.execute(db)
  await sql`
    delete from no_show_model where site_id = ${siteId} and trained_at < now() - interval '1 year'`.execute(
    db,
  )
  return { figures, model, n: past.length, positives }
}

/** Writes risk and strongest drivers of the site's coming appointments. Their version stays: nobody changed anything about them. */
export async function foretellNoShow(db: Db, siteId: number, model: Model): Promise<void> {
  const coming = await read(
    db,
    sql<SqlBool>`a.site_id = ${siteId} and a.status = 'booked' and a.starts_at > now()`,
  )
  for (let from = 0; from < coming.length; from += atOnce) {
    const some = coming.slice(from, from + atOnce).map((one) => {
      const row = featuresOf(one)
      return {
        id: one.id,
        risk: predict(model, row),
        drivers: JSON.stringify(explain(model, row).map(shown)),
      }
    })
    await sql`
      update appointment a set no_show_risk = x.risk, no_show_drivers = x.drivers
      from unnest(${some.map((one) => one.id)}::bigint[], ${some.map((one) => one.risk)}::real[], ${some.map((one) => one.drivers)}::jsonb[])
        as x(id, risk, drivers)
      where a.id = x.id and a.status = 'booked' and (a.no_show_risk, a.no_show_drivers) is distinct from (x.risk, x.drivers)`.execute(
      db,
    )
  }
}

/**
 * Every night, for each site: a new model, and with it the risk of the coming appointments. A site without a model has no risks: what an
 * older one foretold is taken back.
 */
export async function renewNoShow(db: Db): Promise<void> {
  const sites = await db.selectFrom('site').select('id').orderBy('id').execute()
  for (const { id } of sites) {
    const trained = await trainNoShow(db, id)
    if (trained) await foretellNoShow(db, id, trained.model)
    else
      await sql`
        update appointment set no_show_risk = null, no_show_drivers = null
        where site_id = ${id} and status = 'booked' and starts_at > now() and no_show_risk is not null`.execute(
        db,
      )
  }
}
