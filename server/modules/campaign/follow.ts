import { type RawBuilder, sql } from 'kysely'
import { budgetExhausted } from '../../../contract/campaign.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import type { AnyEvent } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { closePathway, pausePathway, stopPathway } from '../pathway/pause.ts'

/** How old figures of a running campaign may be. */
const staleAfter = sql`interval '5 minutes'`
/** Charges and corrections that arrive late still count so long after a window has closed. */
const grace = sql`interval '30 days'`
const chunk = 5000

const stage = sql`
  case when f.last_visit_at is null then 'never' when f.last_visit_at > e.entered_at - interval '365 days' then 'active'
    when f.last_visit_at > e.entered_at - interval '730 days' then 'dormant' else 'lost' end`

/** Keeps who entered a campaign, or is only observed, and who answered. */
export async function followMembers(trx: Trx, events: AnyEvent[]): Promise<void> {
  const entered = events.flatMap(({ kind, data }) =>
    (kind === 'enrollment.started' || kind === 'enrollment.held-out') &&
    typeof data['variant'] === 'string' &&
    typeof data['enrollmentId'] === 'number'
      ? [data['enrollmentId']]
      : [],
  )
  if (entered.length > 0)
    await sql`
      insert into campaign_member (enrollment_id, campaign_id, person_id, variant, stage, entered_at, until)
      select e.id, c.id, e.person_id, e.variant, ${stage}, e.entered_at, e.entered_at + c.window_days * interval '1 day'
      from enrollment e join campaign c on c.pathway_id = e.pathway_id left join person_facts f on f.person_id = ${personOfRecord(sql`e.person_id`)}
      where e.id = any(${entered}::bigint[]) on conflict do nothing`.execute(trx)
  const answers = events.flatMap((event) => {
    const { enrollmentId, outcome } = event.data
    const answered =
      event.kind === 'questionnaire.completed' ||
      event.kind === 'message.replied' ||
      (event.kind === 'contact.attempted' && outcome === 'reached')
    return answered && typeof enrollmentId === 'number' ? [{ enrollmentId, at: event.at }] : []
  })
  if (answers.length > 0)
    await sql`
      update campaign_member m set answered_at = least(m.answered_at, w.at)
      from unnest(${answers.map((one) => one.enrollmentId)}::bigint[], ${answers.map((one) => one.at)}::timestamptz[]) as w(enrollment_id, at)
      where m.enrollment_id = w.enrollment_id and m.person_id = (select e.person_id from enrollment e where e.id = w.enrollment_id)
        and w.at <= m.until`.execute(trx)
}

type Due = {
  id: number
  status: string
  pathway_id: number
  since: Date | null
  ended: boolean
  entering: boolean
  exhausted: boolean
}

/**
 * Brings the campaign that has waited longest up to date: what its persons did, a spent budget, its last day, its end. Several processes
 * may run; each campaign is handled by one.
 * @returns how many were brought up to date
 */
export async function followCampaign(db: Db): Promise<number> {
  const followed = await transaction(db, async (trx) => {
    const { rows } = await sql<Due>`
      select c.id, c.status, c.pathway_id, c.followed_at as since, coalesce(c.ends_on < (now() at time zone ${organisationZone})::date, false) as ended, p.active as entering,
        ${exhausted} as exhausted
      from campaign c join pathway p on p.id = c.pathway_id
      where (c.followed_at is null or c.followed_at < now() - ${staleAfter} or (c.status = 'running' and (${exhausted})))
        and (c.status in ('running', 'paused') or c.finished_at > now() - ${grace} - c.window_days * interval '1 day')
      order by c.followed_at nulls first, c.id limit 1 for update of c skip locked`.execute(trx)
    const [campaign] = rows
    if (!campaign) return null
    await keepOutcomes(trx, campaign.id, campaign.since)
    if (campaign.status === 'running') await steer(trx, campaign)
    await sql`update campaign set followed_at = now() where id = ${campaign.id}`.execute(trx)
    return campaign
  })
  if (!followed) return 0
  if (followed.status === 'cancelled')
    await stopPathway(db, followed.pathway_id, 'campaign-cancelled', 'system:campaign')
  return 1
}

/** A message of campaign `c` did not fit into its budget, and none is being sent whose money may come back. */
export const exhausted = sql<boolean>`
  exists (select 1 from message_budget b where b.pathway_id = c.pathway_id and b.exhausted_at is not null)
    and not exists (select 1 from message m where m.pathway_id = c.pathway_id and m.status = 'sending')`

async function steer(
  trx: Trx,
  { id, pathway_id: pathwayId, ended, entering, exhausted: spent }: Due,
): Promise<void> {
  if (spent) {
    await pausePathway(trx, pathwayId)
    await sql`update campaign set status = 'paused', paused_reason = ${budgetExhausted} where id = ${id}`.execute(
      trx,
    )
    return
  }
  if (ended && entering) await closePathway(trx, pathwayId)
  // One that begins on a day is over when that day has been worked off, nobody is on their way, and no window is open.
  const { rows: finished } = await sql`
    update campaign c set status = 'finished', finished_at = now() where c.id = ${id}
      and (${ended} or (c.plan -> 'entry' ->> 'kind' = 'once'
        and exists (select 1 from pathway_occasion o where o.pathway_id = ${pathwayId})
        and not exists (select 1 from pathway_occasion o where o.pathway_id = ${pathwayId} and o.finished_at is null)))
      and not exists (select 1 from enrollment e where e.pathway_id = ${pathwayId} and e.status in ('active', 'waiting', 'blocked'))
      and not exists (select 1 from campaign_member m where m.campaign_id = ${id} and m.until > now())
    returning 1`.execute(trx)
  // Its segments are free again.
  if (finished.length > 0 && entering) await closePathway(trx, pathwayId)
}

/** What these persons did within their windows, from the rows themselves: whatever was corrected since comes out right. */
async function keepOutcomes(trx: Trx, campaignId: number, since: Date | null): Promise<void> {
  // Facts carry the start of their transaction.
  const changed =
    since === null ? sql`true` : sql`f.updated_at > ${since}::timestamptz - interval '10 minutes'`
  for (let afterId = 0; ;) {
    const { rows } = await sql<{ last: number | null; n: number }>`
      with due as materialized (
        select m.enrollment_id, m.person_id, m.entered_at, m.until, ${recordsOf(sql`p.id`)} as records
        from campaign_member m join person record on record.id = m.person_id join person p on p.id = coalesce(record.survivor_id, record.id)
        join person_facts f on f.person_id = p.id
        where m.campaign_id = ${campaignId} and m.enrollment_id > ${afterId} and m.until > now() - ${grace} and ${changed}
        order by m.enrollment_id limit ${chunk}
      ), kept as (
        update campaign_member m set booked_at = k.booked_at, visited_at = k.visited_at, visits = k.visits, revenue = k.revenue
        from (${outcomes}) k
        where m.person_id = k.person_id and m.enrollment_id = k.enrollment_id
          and (m.booked_at, m.visited_at, m.visits, m.revenue) is distinct from (k.booked_at, k.visited_at, k.visits, k.revenue)
      )
      select max(enrollment_id) as last, count(*) as n from due`.execute(trx)
    const [row] = rows
    if (!row || row.last === null || row.n < chunk) return
    afterId = row.last
  }
}

const outcomes: RawBuilder<unknown> = sql`
  select d.enrollment_id, d.person_id, x.booked_at, v.visited_at, v.visits, coalesce(x.revenue, 0) as revenue
  from due d
  cross join lateral (
    select min(n.starts_at) as visited_at, count(*)::int as visits from encounter n
    where n.person_id = any(d.records) and n.status <> 'cancelled' and n.starts_at > d.entered_at and n.starts_at <= d.until
  ) v
  cross join lateral (
    select min(t.at) filter (where t.kind = 'appointment.booked') as booked_at,
      sum((t.data ->> 'amount')::numeric) filter (where t.kind = 'charge.posted') as revenue
    from event t where t.person_id = any(d.records) and t.kind in ('appointment.booked', 'charge.posted')
      and t.at > d.entered_at and t.at <= d.until and not t.data ? 'superseded'
  ) x`
