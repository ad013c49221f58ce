import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ExpectedNoShow } from '../../../../contract/clinic-schedule.ts'
import { type Actor, authorize } from '../../../platform/actor.ts'
import type { Db } from '../../../platform/db.ts'
import { found } from '../../../platform/errors.ts'
import { readSettings, settingSql } from '../../setting/setting.ts'
import { siteReached } from '../scope.ts'

/*
 * The only readers of the risk of not coming. It reminds more, says how many are expected to miss a session, and shows fewer places above those of
 * a session; it is no condition of holding or booking, so that it refuses nobody. A test names who may import this.
 */

/** Whether appointment `a` is above what its site reminds more from; without a risk it is not. */
export const remindMore = sql<SqlBool>`coalesce(a.no_show_risk > ${settingSql(
  'appointment.remind-more-above',
  sql`a.site_id`,
)}::float8, false)`

/** Patients of the session that are expected not to come: the sum of their risks; who has none yet counts as coming. */
const expected = (session: RawBuilder<unknown>) => sql`(
  select coalesce(sum(e.no_show_risk::float8), 0) from appointment e join slot x on x.id = e.slot_id
  where x.session_id = ${session} and e.status = 'booked')`

/** How many places above those of a session may be filled: a share of its places, and no more than are expected not to come. */
const limit = (session: RawBuilder<unknown>, share: number) => sql`
  floor(least(${share}::float8 * (select count(*) from slot p where p.session_id = ${session} and not p.overbooked and p.status <> 'blocked'),
    ${expected(session)}) + 0.001)::int`

/** Whether slot `l` is a usual one, or among the first places above those of its session that this share allows. */
export const withinExpected = (share: number): RawBuilder<SqlBool> => sql<SqlBool>`(not l.overbooked or (
  select count(*) from slot o where o.session_id = l.session_id and o.overbooked
    and (o.status in ('held', 'booked') or (o.status = 'free' and o.number < l.number))) < ${limit(sql`l.session_id`, share)})`

/** So many reasons are named. */
const mostReasons = 3

/** Who is expected not to come to a session, and what speaks for it, over all its patients. @throws {AppError} not-found */
export async function expectedNoShow(db: Db, actor: Actor, sessionId: number): Promise<ExpectedNoShow> {
  const reach = authorize(actor, 'schedule.read')
  const { rows: sessions } = await sql<{ site_id: number }>`
    select c.site_id from clinic_session c where c.id = ${sessionId} and ${siteReached(reach, sql`c.site_id`)}`.execute(
    db,
  )
  const { site_id: siteId } = found(sessions[0])
  const { 'appointment.overbook-share': share } = await readSettings(
    db,
    ['appointment.overbook-share'],
    siteId,
  )
  const session = sql`${sessionId}`
  const { rows } = await sql<{ booked: number; known: number; expected: number; extra: number }>`
    select count(*)::int as booked, count(a.no_show_risk)::int as known, ${expected(session)} as expected, ${limit(session, share)} as extra
    from appointment a join slot l on l.id = a.slot_id where l.session_id = ${sessionId} and a.status = 'booked'`.execute(
    db,
  )
  const { rows: reasons } = await sql<{ feature: string; patients: number }>`
    select d ->> 'feature' as feature, count(*)::int as patients
    from appointment a join slot l on l.id = a.slot_id cross join jsonb_array_elements(a.no_show_drivers) d
    where l.session_id = ${sessionId} and a.status = 'booked' and (d ->> 'contribution')::float8 > 0
    group by 1 order by sum((d ->> 'contribution')::float8) desc limit ${mostReasons}`.execute(db)
  const { booked, known, expected: sum, extra } = found(rows[0])
  return {
    booked,
    known,
    expected: known === 0 ? null : sum,
    extra: share > 0 ? extra : null,
    reasons: reasons as ExpectedNoShow['reasons'],
  }
}
