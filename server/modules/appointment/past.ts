import { sql } from 'kysely'
import { type Db, transaction } from '../../platform/db.ts'
import { extendSchedules } from './generate.ts'

/**
 * Clinics of the days before today as a made-up hospital would have had them, so that load, forecast and no-show risk have something to read:
 * sessions and slots by the schedules, most places taken, some cancelled, and missed more often after a long wait, by the young, by the web and
 * by some persons, who are patients of the site. The same for the same slots. Rows only: nothing happened now, so there are no events.
 * @param days how far back
 */
export async function writePastClinics(db: Db, days: number): Promise<void> {
  await extendSchedules(db, days)
  await transaction(db, async (trx) => {
    await sql`
      with people as (
        select p.id, n.site_id, extract(year from age(p.birth_date)) < 35 as young,
          row_number() over (partition by n.site_id order by p.id) - 1 as nr, count(*) over (partition by n.site_id) as n
        from (select distinct site_id, person_id from encounter) n join person p on p.id = n.person_id
        where p.survivor_id is null and not p.deceased
      ), places as (
        select l.*, row_number() over (partition by l.site_id order by l.starts_at, l.id) as nr from slot l
        where l.starts_at < now() and l.status = 'free' and not l.overbooked and not exists (select 1 from appointment a where a.slot_id = l.id)
      ), drawn as (
        select l.*, v.name as title, p.id as person_id, p.young,
          (select array_agg((hashtextextended(l.id || ' ' || k, 0) & 1048575) / 1048576.0::float8 order by k) from generate_series(1, 6) k) as d
        from places l join visit_type v on v.id = l.visit_type_id join people p on p.site_id = l.site_id and p.nr = l.nr * 7 % p.n
      ), told as (
        select x.*, case when d[1] < 0.35 then 'web' when d[1] < 0.5 then 'follow-up' else 'phone' end as via, 14 * d[2] * d[2] as lead,
          case when d[3] < 0.05 then 'cancelled' end as cancelled
        -- Departments differ in how much they are asked for.
        from drawn x where d[4] < 0.55 + (department_id * 37 % 45) / 100.0
      ), judged as (
        select t.*, coalesce(cancelled, case when d[5] < 1 / (1 + exp(3 - 0.12 * lead - case when via = 'web' then 0.5 else 0 end
          - case when young then 0.8 else 0 end - case when person_id % 6 = 0 then 1.6 else 0 end)) then 'noshow' else 'fulfilled' end) as outcome
        from told t
      ), made as (
        insert into appointment (site_id, person_id, department_id, staff_id, room_id, visit_type_id, title, slot_id, starts_at, ends_at, status,
          channel, booked_at, booked_by, booked_by_name, arrived_at, called_at, seen_at, left_at, cancelled_at, cancelled_by, cancel_reason)
        select j.site_id, person_id, j.department_id, j.staff_id, c.room_id, j.visit_type_id, title, j.id, j.starts_at, j.ends_at, outcome,
          via, j.starts_at - lead * interval '1 day', 'system:demo', '演示数据',
          case when outcome = 'fulfilled' then j.starts_at - d[6] * interval '20 minutes' end,
          case when outcome = 'fulfilled' then j.starts_at + d[5] * least(j.number, 8) * interval '4 minutes' end,
          case when outcome = 'fulfilled' then j.starts_at + d[5] * least(j.number, 8) * interval '4 minutes' + interval '2 minutes' end,
          case when outcome = 'fulfilled' then j.ends_at + d[5] * least(j.number, 8) * interval '4 minutes' + interval '2 minutes' end,
          case when outcome = 'cancelled' then j.starts_at - d[6] * lead * interval '1 day' end,
          case when outcome = 'cancelled' then 'patient' end, case when outcome = 'cancelled' then '本人取消' end
        from judged j join clinic_session c on c.id = j.session_id
        returning slot_id, status)
      update slot l set status = 'booked' from made where made.slot_id = l.id and made.status <> 'cancelled'`.execute(
      trx,
    )
  })
}
