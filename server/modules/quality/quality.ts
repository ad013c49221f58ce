import { sql } from 'kysely'
import {
  type CallQuality,
  type ChannelLine,
  criticalKinds,
  type getCallQuality as qualityRoute,
  mostQualityDays,
  qualityChannels,
} from '../../../contract/call-quality.ts'
import type { z } from 'zod'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type HoursOfDay, loadCalendars, nextOpening } from '../../platform/calendar.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { leftJoinPerson } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'
import { siteWithin } from '../spot-check/draw-month.ts'
import { scoreOf } from '../spot-check/score.ts'
import { longestWrapUp } from './scope.ts'

type Query = z.output<(typeof qualityRoute)['query']>
type Zoned = Query & { zone: string }

const settingNames = [
  'call.answer-seconds',
  'call.answer-percent',
  'call.short-abandon-seconds',
  'call.first-contact-days',
  'call.hours.from',
  'call.hours.to',
  'conversation.answer-minutes',
  'conversation.hours-from',
  'conversation.hours-to',
  'conversation.working-days-only',
] as const

/** How a site was reached and answered. @throws {AppError} not-found, invalid */
export async function callQuality(
  db: Db,
  actor: Actor,
  query: Query,
  now = new Date(),
): Promise<CallQuality> {
  const days = (Date.parse(query.to) - Date.parse(query.from)) / 86_400_000 + 1
  const wrong =
    days < 1
      ? 'is before the first day'
      : days > mostQualityDays
        ? `at most ${mostQualityDays} days from the first`
        : null
  if (wrong) throw new AppError('invalid', undefined, [{ path: 'to', message: wrong }])
  const site = await siteWithin(db, authorize(actor, 'call.supervise'), query.siteId)
  const at = { ...query, zone: site.time_zone }
  const rules = await readSettings(db, settingNames, query.siteId)
  const calendar = (await loadCalendars(db))(query.siteId)
  const opening = (hours: HoursOfDay) => (begins: Date) =>
    hours.from < hours.to ? nextOpening(begins, hours, site.time_zone, calendar, false) : begins
  const phoneOpening = opening({
    from: rules['call.hours.from'],
    to: rules['call.hours.to'],
    workingDaysOnly: false,
  })
  const writtenOpening = opening({
    from: rules['conversation.hours-from'],
    to: rules['conversation.hours-to'],
    workingDaysOnly: rules['conversation.working-days-only'],
  })
  const lines = new Map<string, Tally>()
  for (const contact of await contactsOf(db, at, rules['call.first-contact-days'])) {
    const phone = contact.channel === 'phone'
    const line = lines.get(contact.channel) ?? newTally()
    lines.set(contact.channel, line)
    const begins = (phone ? phoneOpening : writtenOpening)(contact.at)
    count(line, contact, {
      begins,
      now,
      target: phone ? rules['call.answer-seconds'] : rules['conversation.answer-minutes'] * 60,
      // A caller does not wait until tomorrow.
      outside: phone && begins > contact.at,
      short: phone ? rules['call.short-abandon-seconds'] : 0,
      again: rules['call.first-contact-days'] * 86_400_000,
    })
  }
  const result = {
    targetPercent: rules['call.answer-percent'],
    firstContactDays: rules['call.first-contact-days'],
    channels: qualityChannels.flatMap((channel): ChannelLine[] => {
      const line = lines.get(channel)
      if (!line || line.contacts === 0) return []
      const { waits, ...rest } = line
      const target =
        channel === 'phone' ? rules['call.answer-seconds'] : rules['conversation.answer-minutes'] * 60
      return [{ channel, ...rest, medianSeconds: median(waits), targetSeconds: target }]
    }),
    agents: await agentsOf(db, at),
    reviews: await reviewsOf(db, at),
  }
  await audit(db, actor, {
    action: 'call-quality.read',
    subject: `site:${query.siteId} ${query.from}/${query.to}`,
  })
  return result
}

type Contact = {
  channel: ChannelLine['channel']
  at: Date
  answered_at: Date | null
  ended_at: Date | null
  next_at: Date | null
  known: boolean
  score: number | null
}

type Tally = Omit<ChannelLine, 'channel' | 'medianSeconds' | 'targetSeconds'> & { waits: number[] }
const newTally = (): Tally => ({
  contacts: 0,
  answered: 0,
  abandoned: 0,
  inTime: 0,
  settled: 0,
  resolved: 0,
  rated: 0,
  satisfied: 0,
  waits: [],
})

type Rules = { begins: Date; now: Date; target: number; outside: boolean; short: number; again: number }

function count(line: Tally, contact: Contact, { begins, now, target, outside, short, again }: Rules): void {
  if (outside) return
  const { answered_at: answered, ended_at: ended } = contact
  const waited = Math.max(0, ((answered ?? ended ?? now).getTime() - begins.getTime()) / 1000)
  if (!answered && (ended ? waited <= short : waited <= target)) return
  line.contacts++
  if (contact.score !== null) {
    line.rated++
    if (contact.score >= 4) line.satisfied++
  }
  if (!answered) {
    if (ended) line.abandoned++
    return
  }
  line.answered++
  line.waits.push(waited)
  if (waited <= target) line.inTime++
  if (!contact.known || !ended || ended.getTime() + again > now.getTime()) return
  line.settled++
  if (!contact.next_at || contact.next_at.getTime() > ended.getTime() + again) line.resolved++
}

function median(values: number[]): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2
}

/**
 * Contacts that people sought, by any channel, each with the next one of the same person (or number): who comes again, by whatever channel,
 * was not helped the first time. What we began, what needed no answer, and spam are none.
 */
async function contactsOf(db: Db, { siteId, from, to, zone }: Zoned, days: number): Promise<Contact[]> {
  const begins = sql`${from}::date::timestamp at time zone ${zone}`
  const ends = sql`(${to}::date + 1)::timestamp at time zone ${zone}`
  const { rows } = await sql<Contact>`
    with sought as (
      select 'phone' as channel, coalesce('person ' || p.id, 'number ' || c.number) as who,
        coalesce(c.queued_at, c.started_at) as at, c.answered_at, c.ended_at, null::int as score
      from call c ${leftJoinPerson(sql`c.person_id`)}
      where c.direction = 'inbound' and c.site_id = ${siteId} and c.started_at >= ${begins}
        and c.started_at < ${ends} + ${days} * interval '1 day'
      union all
      select v.channel, coalesce('person ' || p.id, 'address ' || v.channel || ' ' || v.address), v.opened_at,
        v.first_answer_at, v.closed_at, v.score
      from conversation v ${leftJoinPerson(sql`v.person_id`)}
      where v.site_id = ${siteId} and v.joined_id is null and v.opened_at >= ${begins}
        and v.opened_at < ${ends} + ${days} * interval '1 day'
        and (v.outcome is null or v.outcome not in ('spam', 'no-answer-needed'))
        and 'in' = (select m.kind from conversation_message m where m.conversation_id = v.id and m.kind in ('in', 'out') order by m.id limit 1)
    ), followed as (
      select s.*, lead(s.at) over (partition by s.who order by s.at) as next_at from sought s
    )
    select channel, at, answered_at, ended_at, score, who is not null as known, case when who is not null then next_at end as next_at
    from followed where at < ${ends}`.execute(db)
  return rows
}

async function agentsOf(db: Db, { siteId, from, to, zone }: Zoned): Promise<CallQuality['agents']> {
  const { rows } = await sql<{
    user_id: string
    user_name: string
    answered: number
    talk: number | null
    wrap: number | null
    reviewed: number
    score: number | null
    critical: number
  }>`
    with own as (
      select c.id, l.user_id, l.answered_at, least(l.ended_at, c.ended_at) as ended_at, c.wrapped_up_by, c.wrapped_up_at - c.ended_at as wrapped
      from call c join call_leg l on l.call_id = c.id
      where c.site_id = ${siteId} and l.user_id is not null and l.answered_at is not null
        and c.started_at >= ${from}::date::timestamp at time zone ${zone}
        and c.started_at < (${to}::date + 1)::timestamp at time zone ${zone}
    ), scored as (
      select r.user_id, count(*)::int as reviewed, (sum(r.score / r.probability) / sum(1 / r.probability) filter (where r.score is not null))::float8 as score,
        (count(*) filter (where r.critical <> '{}'))::int as critical
      from call_review r join call c on c.id = r.call_id
      where r.site_id = ${siteId} and r.reviewed_at is not null and r.week is not null
        and c.started_at >= ${from}::date::timestamp at time zone ${zone}
        and c.started_at < (${to}::date + 1)::timestamp at time zone ${zone}
      group by r.user_id
    )
    select o.user_id, u.name as user_name, count(*)::int as answered, avg(extract(epoch from o.ended_at - o.answered_at))::float8 as talk,
      (avg(extract(epoch from o.wrapped)) filter (where o.wrapped_up_by = u.name
        and o.wrapped between interval '0' and ${longestWrapUp} * interval '1 second'))::float8 as wrap,
      coalesce(max(s.reviewed), 0) as reviewed, max(s.score) as score, coalesce(max(s.critical), 0) as critical
    from own o join app_user u on u.id = o.user_id left join scored s on s.user_id = o.user_id
    group by o.user_id, u.name order by u.name, o.user_id`.execute(db)
  return rows.map((row) => ({
    userId: row.user_id,
    userName: row.user_name,
    answered: row.answered,
    averageTalkSeconds: row.talk,
    averageWrapSeconds: row.wrap,
    reviewed: row.reviewed,
    score: row.score,
    critical: row.critical,
  }))
}

type Sample = {
  score: number | null
  critical: string[]
  assessed: string[]
  probability: number
  reviewed: boolean
}

/** Drawn calls with unequal chances: each counts with 1 ÷ its probability. */
async function reviewsOf(db: Db, { siteId, from, to, zone }: Zoned): Promise<CallQuality['reviews']> {
  const { rows } = await sql<Sample>`
    select r.score::float8 as score, r.critical, r.assessed, r.probability, r.reviewed_at is not null as reviewed
    from call_review r join call c on c.id = r.call_id
    where r.site_id = ${siteId} and r.week is not null and c.started_at >= ${from}::date::timestamp at time zone ${zone}
      and c.started_at < (${to}::date + 1)::timestamp at time zone ${zone}`.execute(db)
  const reviewed = rows.filter((row) => row.reviewed)
  const scored = reviewed.filter((row) => row.score !== null)
  const sum = (values: Sample[], of: (one: Sample) => number) =>
    values.reduce((total, one) => total + of(one), 0)
  const weight = sum(scored, (one) => 1 / one.probability)
  const accuracyOf = (kind: string) => {
    const own = reviewed.filter((row) => row.assessed.includes(kind))
    return scoreOf(
      {
        checked: own.length,
        weight: sum(own, (one) => 1 / one.probability),
        weightSquared: sum(own, (one) => 1 / one.probability ** 2),
        agreed: sum(own, (one) => (one.critical.includes(kind) ? 0 : 1 / one.probability)),
      },
      1,
    )
  }
  const [accuracy, privacy, safety] = criticalKinds.map(accuracyOf)
  return {
    drawn: rows.length,
    reviewed: reviewed.length,
    score: weight === 0 ? null : sum(scored, (one) => (one.score ?? 0) / one.probability) / weight,
    accuracy: { accuracy: accuracy ?? null, privacy: privacy ?? null, safety: safety ?? null },
  }
}
