import { sql } from 'kysely'
import type { CallWall } from '../../../contract/call.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { callColumns, callJoins, type CallRow, viewCall } from './view.ts'

/** Calls that nobody told the end of do not wait for ever. */
const liveHours = 12

type Today = {
  at: Date
  waiting: number
  longest: number | null
  offered: number
  answered: number
  abandoned: number
  in_time: number
  answer: number | null
  talk: number | null
}

/**
 * The call centre now. Offered are inbound calls of today that were answered or have ended; the service level is those answered in time
 * out of the offered without short abandons (as Asterisk's and Erlang C's "calls answered within t").
 */
export async function callWall(db: Db, actor: Actor, siteId: number | undefined): Promise<CallWall> {
  const reach = authorize(actor, 'call.supervise')
  const settings = await readSettings(
    db,
    ['call.answer-seconds', 'call.answer-percent', 'call.short-abandon-seconds'],
    siteId ?? (reach.siteIds.length === 1 ? (reach.siteIds[0] ?? null) : null),
  )
  const within = (alias: 'c' | 'a') =>
    sql`(${reach.all} or ${sql.ref(`${alias}.site_id`)} = any(${reach.siteIds}::int[])) and (${siteId ?? null}::int is null or ${sql.ref(`${alias}.site_id`)} = ${siteId ?? null})`
  const waited = sql`extract(epoch from coalesce(c.answered_at, c.ended_at, now()) - coalesce(c.queued_at, c.started_at))`
  const { rows } = await sql<Today>`
    select now() as at,
      count(*) filter (where c.ended_at is null and c.answered_at is null)::int as waiting,
      (max(${waited}) filter (where c.ended_at is null and c.answered_at is null))::int as longest,
      count(*) filter (where c.answered_at is not null or c.ended_at is not null)::int as offered,
      count(*) filter (where c.answered_at is not null)::int as answered,
      count(*) filter (where c.answered_at is null and c.ended_at is not null and ${waited} > ${settings['call.short-abandon-seconds']})::int as abandoned,
      count(*) filter (where c.answered_at is not null and ${waited} <= ${settings['call.answer-seconds']})::int as in_time,
      (avg(${waited}) filter (where c.answered_at is not null))::float8 as answer,
      (avg(extract(epoch from c.ended_at - c.answered_at)) filter (where c.answered_at is not null and c.ended_at is not null))::float8 as talk
    from call c where c.direction = 'inbound' and ${within('c')}
      and c.started_at >= date_trunc('day', now() at time zone ${organisationZone}) at time zone ${organisationZone}
      and c.started_at > now() - interval '1 day'`.execute(db)
  const today = rows[0]
  const { rows: agents } = await sql<{
    user_id: string
    name: string
    extension: string
    presence: CallWall['agents'][number]['presence']
    presence_since: Date
    call_id: number | null
    call_since: Date | null
    answered: number
  }>`
    select l.user_id, u.name, l.extension, l.presence, l.presence_since, g.id as call_id, g.answered_at as call_since, n.answered
    from agent_line l join telephony_account a on a.id = l.account_id join app_user u on u.id = l.user_id
    left join lateral (
      select c.id, w.answered_at from call_leg w join call c on c.id = w.call_id
      where w.user_id = l.user_id and w.answered_at is not null and w.ended_at is null and c.ended_at is null and c.started_at > now() - ${liveHours} * interval '1 hour'
      order by w.answered_at desc limit 1) g on true
    cross join lateral (
      select count(*)::int as answered from call_leg w join call c on c.id = w.call_id
      where w.user_id = l.user_id and w.answered_at >= date_trunc('day', now() at time zone ${organisationZone}) at time zone ${organisationZone}) n
    where ${within('a')} order by u.name`.execute(db)
  const { rows: calls } = await sql<CallRow>`
    select ${callColumns(actor)} from call c ${callJoins}
    where c.ended_at is null and c.started_at > now() - ${liveHours} * interval '1 hour' and ${within('c')} order by c.started_at limit 100`.execute(
    db,
  )
  await audit(db, actor, {
    action: 'call.list',
    subject: `persons:${calls.flatMap((row) => row.person_id ?? []).join(',')}`,
    fields: ['number-masked', 'name'],
  })
  return {
    at: (today?.at ?? new Date()).toISOString(),
    waiting: today?.waiting ?? 0,
    longestWaitSeconds: today?.longest ?? null,
    today: {
      offered: today?.offered ?? 0,
      answered: today?.answered ?? 0,
      abandoned: today?.abandoned ?? 0,
      inTime: today?.in_time ?? 0,
      averageAnswerSeconds: today?.answer ?? null,
      averageTalkSeconds: today?.talk ?? null,
    },
    target: { seconds: settings['call.answer-seconds'], percent: settings['call.answer-percent'] },
    agents: agents.map((row) => ({
      userId: row.user_id,
      name: row.name,
      extension: row.extension,
      presence: row.presence,
      presenceSince: row.presence_since.toISOString(),
      callId: row.call_id,
      callSince: row.call_since?.toISOString() ?? null,
      answeredToday: row.answered,
    })),
    calls: calls.map(viewCall),
  }
}
