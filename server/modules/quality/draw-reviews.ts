import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { localDate, shiftDate } from '../../platform/clock.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { audit } from '../../platform/audit.ts'
import { systemActor } from '../../platform/actor.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { uniform } from '../spot-check/draw.ts'

export const reviewForm = 'call-review'
const actor = systemActor('system:call-quality', '话务质检抽样')

type Candidate = { callId: number; userId: string; userName: string }
type Drawn = Candidate & { probability: number }

/**
 * So many calls of each agent, every call with the same chance: those with the smallest numbers that the seed gives them. A pure function
 * of its arguments, whatever the order of the calls, so that anybody can draw the same again.
 */
export function drawCalls(seed: string, calls: readonly Candidate[], size: number): Drawn[] {
  return [...Map.groupBy(calls, (call) => call.userId)].flatMap(([, own]) => {
    const probability = Math.min(1, size / own.length)
    return own
      .map((call) => ({ call, key: uniform(seed, call.callId) }))
      .sort((a, b) => a.key - b.key || a.call.callId - b.call.callId)
      .slice(0, size)
      .map(({ call }) => ({ ...call, probability }))
  })
}

/** Draws the calls of the week before from every site that has not done so; no calls, no draw. */
export async function drawReviews(db: Db, now: Date): Promise<void> {
  const settings = await readSettingsEverywhere(db, ['call.reviews-per-week', 'call.review-seconds'])
  const sites = await db.selectFrom('site').select(['id', 'time_zone']).execute()
  for (const site of sites) {
    const rules = settings(site.id)
    if (rules['call.reviews-per-week'] === 0) continue
    const today = localDate(now, site.time_zone)
    const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7
    const week = shiftDate(today, -weekday - 7)
    await transaction(db, (trx) =>
      drawWeek(trx, {
        siteId: site.id,
        zone: site.time_zone,
        week,
        size: rules['call.reviews-per-week'],
        seconds: rules['call.review-seconds'],
      }),
    )
  }
}

type Week = { siteId: number; zone: string; week: string; size: number; seconds: number }

async function drawWeek(trx: Trx, { siteId, zone, week, size, seconds }: Week): Promise<void> {
  const seed = randomBytes(16).toString('hex')
  const { rows } = await callsOf({ siteId, zone, week, seconds }).execute(trx)
  if (rows.length === 0) return
  const { rows: fresh } = await sql`
    insert into call_review_draw (site_id, week, seed) values (${siteId}, ${week}, ${seed}) on conflict do nothing returning 1`.execute(
    trx,
  )
  if (fresh.length === 0) return
  const drawn = drawCalls(seed, rows, size)
  await sql`
    insert into call_review (call_id, site_id, user_id, user_name, week, probability, questionnaire_version_id, created_by_name)
    select u.call_id, ${siteId}, u.user_id, u.user_name, ${week}, u.probability, ${currentForm}, ${actor.name}
    from unnest(${drawn.map((one) => one.callId)}::bigint[], ${drawn.map((one) => one.userId)}::text[],
      ${drawn.map((one) => one.userName)}::text[], ${drawn.map((one) => one.probability)}::float8[])
      as u(call_id, user_id, user_name, probability)
    on conflict (call_id) do nothing`.execute(trx)
  await audit(trx, actor, {
    action: 'call-review.draw',
    subject: `site:${siteId} week:${week} calls:${drawn.length}`,
  })
}

/** The published version of the scoring form. */
export const currentForm = sql<number>`(select v.id from questionnaire_version v join questionnaire q on q.id = v.questionnaire_id
  where q.code = ${reviewForm} order by v.version desc limit 1)`

/** Who answered last in the call `c` and so ended it. */
export const agentOfCall = sql`lateral (select l.user_id, l.user_name from call_leg l
  where l.call_id = c.id and l.user_id is not null and l.answered_at is not null order by l.answered_at desc limit 1)`

/** Calls of a week that are long enough and were chosen by nobody. */
const callsOf = ({ siteId, zone, week, seconds }: Omit<Week, 'size'>) => sql<Candidate>`
  select c.id as "callId", a.user_id as "userId", a.user_name as "userName" from call c cross join ${agentOfCall} a
  where c.site_id = ${siteId} and c.direction in ('inbound', 'outbound')
    and c.started_at >= ${week}::date::timestamp at time zone ${zone}
    and c.started_at < (${week}::date + 7)::timestamp at time zone ${zone}
    and c.ended_at - c.answered_at >= ${seconds} * interval '1 second'
    and not exists (select 1 from call_review r where r.call_id = c.id)`
