import { sql } from 'kysely'
import type { z } from 'zod'
import type { listColleagues as colleaguesRoute } from '../../../contract/call.ts'
import type { getMyLine, setMyLine } from '../../../contract/line.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { notify } from '../../platform/live.ts'
import { keepBrowserLine } from './browser-line.ts'
import { order } from './order.ts'

export type Line = {
  account_id: number
  account_name: string
  site_id: number
  extension: string
  presence: 'available' | 'wrap-up' | 'break'
  presence_since: Date
  browser: boolean
}

/** Where the actor sits. */
export async function lineOf(db: Db, actor: Actor): Promise<Line | undefined> {
  const { rows } = await sql<Line>`
    select l.account_id, a.name as account_name, a.site_id, l.extension, l.presence, l.presence_since, l.browser
    from agent_line l join telephony_account a on a.id = l.account_id where l.user_id = ${actor.userId}`.execute(
    db,
  )
  return rows[0]
}

const sitesOf = (reach: Reach, actor: Actor) =>
  reach.all
    ? sql`true`
    : sql`a.site_id = any(${[...reach.siteIds, ...actor.grants.flatMap((one) => one.siteId ?? [])]}::int[])`

/** A command refused this long ago is still told. */
const refusedSeconds = 60
/** Calls that nobody told the end of are not mine for ever. */
const liveHours = 12
const callsShown = 5

export async function myLine(db: Db, actor: Actor): Promise<z.output<(typeof getMyLine)['response']>> {
  const reach = authorize(actor, 'call.work')
  const line = await lineOf(db, actor)
  const { rows: accounts } = await sql<z.output<(typeof getMyLine)['response']>['accounts'][number]>`
    select a.id, a.name, s.name as "siteName", coalesce(a.config ->> 'browserUrl', '') <> '' as browser, b.sip_user as "sipUser"
    from telephony_account a join site s on s.id = a.site_id left join browser_line b on b.account_id = a.id and b.user_id = ${actor.userId}
    where a.active and ${sitesOf(reach, actor)} order by a.name`.execute(db)
  const since = sql`now() - ${liveHours} * interval '1 hour'`
  const legAt = sql`coalesce(l.ringing_at, l.answered_at, l.ended_at)`
  const { rows: calls } = await sql<{ id: number }>`
    select id from (
      (select c.id, false as over from call_leg l join call c on c.id = l.call_id
        where l.user_id = ${actor.userId} and l.ended_at is null and c.ended_at is null and c.started_at > ${since})
      union all
      (select c.id, true from call_leg l join call c on c.id = l.call_id
        where l.user_id = ${actor.userId} and ${legAt} > ${since} and c.started_at > ${since} and l.answered_at is not null
          and c.ended_at is not null and c.wrapped_up_at is null and c.disposition is null
          and not exists (select 1 from call_leg later where later.call_id = c.id and later.answered_at > l.answered_at and later.user_id is not null)
        order by ${legAt} desc limit ${callsShown})) x
    group by id order by bool_and(over), id desc limit ${callsShown}`.execute(db)
  const { rows: refused } = await sql<{ act: string; error: string; at: Date }>`
    select act, error, done_at as at from call_command
    where user_id = ${actor.userId} and error is not null and done_at > now() - ${refusedSeconds} * interval '1 second' order by id desc limit 1`.execute(
    db,
  )
  return {
    line: line
      ? {
          accountId: line.account_id,
          accountName: line.account_name,
          extension: line.extension,
          presence: line.presence,
          presenceSince: line.presence_since.toISOString(),
          browser: line.browser,
        }
      : null,
    accounts,
    calls: calls.map((call) => call.id),
    refused: refused[0] ? { ...refused[0], at: refused[0].at.toISOString() } : null,
  }
}

/**
 * Sits down at a telephone or says whether one is there; the telephone system's queue is told of breaks.
 * @throws {AppError} not-found, invalid
 */
export async function sitDown(
  trx: Trx,
  actor: Actor,
  secret: string,
  input: z.output<(typeof setMyLine)['body']>,
): Promise<void> {
  const reach = authorize(actor, 'call.work')
  if (actor.userId === null) throw new AppError('forbidden')
  const account = found(
    (
      await sql<{
        id: number
        extensions: string | null
      }>`select a.id, a.config ->> 'extensions' as extensions from telephony_account a where a.id = ${input.accountId} and ${sitesOf(reach, actor)}`.execute(
        trx,
      )
    ).rows[0],
  )
  const before = await lineOf(trx, actor)
  const { extension } = input
  if (extension !== null && account.extensions && !new RegExp(account.extensions).test(extension))
    throw new AppError('invalid', undefined, [{ path: 'extension', message: 'is not known' }])
  if (extension === null) await trx.deleteFrom('agent_line').where('user_id', '=', actor.userId).execute()
  else {
    await sql`delete from agent_line where account_id = ${account.id} and extension = ${extension} and user_id <> ${actor.userId}`.execute(
      trx,
    )
    await sql`
      insert into agent_line (user_id, account_id, extension, presence, browser)
      values (${actor.userId}, ${account.id}, ${extension}, ${input.presence}, ${input.browser})
      on conflict (user_id) do update set account_id = excluded.account_id, extension = excluded.extension, presence = excluded.presence, wrap_until = null, browser = excluded.browser,
        presence_since = case when agent_line.presence = excluded.presence then agent_line.presence_since else now() end`.execute(
      trx,
    )
    if (input.browser) await keepBrowserLine(trx, secret, actor.userId, input)
  }
  await pauseQueue(trx, actor, before, extension === null ? undefined : { ...input, extension })
  await audit(trx, actor, {
    action: 'call.line',
    subject: `telephony:${account.id} ${extension ?? ''} ${input.presence}`,
  })
  await notify(trx, 'call', { userId: actor.userId })
}

/** The queue gives no calls to who has a break or left. */
async function pauseQueue(
  trx: Trx,
  actor: Actor,
  before: Line | undefined,
  now: { accountId: number; extension: string; presence: Line['presence'] } | undefined,
): Promise<void> {
  const tell = (accountId: number, extension: string, free: boolean) =>
    order(trx, {
      accountId,
      callId: null,
      act: free ? 'unpause' : 'pause',
      data: { extension },
      userId: actor.userId,
    })
  const same = before && now && before.account_id === now.accountId && before.extension === now.extension
  if (before && !same) await tell(before.account_id, before.extension, false)
  if (now && !(same && before.presence === now.presence))
    await tell(now.accountId, now.extension, now.presence === 'available')
}

/** Who sits at a telephone of the actor's system. */
export async function listColleagues(
  db: Db,
  actor: Actor,
): Promise<z.output<(typeof colleaguesRoute)['response']>> {
  authorize(actor, 'call.work')
  const line = await lineOf(db, actor)
  if (!line) return { items: [] }
  const { rows } = await sql<z.output<(typeof colleaguesRoute)['response']>['items'][number]>`
    select l.user_id as "userId", u.name, l.extension, l.presence, exists (
      select 1 from call_leg g join call c on c.id = g.call_id
      where g.user_id = l.user_id and g.ended_at is null and c.ended_at is null and c.started_at > now() - ${liveHours} * interval '1 hour') as talking
    from agent_line l join app_user u on u.id = l.user_id
    where l.account_id = ${line.account_id} and l.user_id <> ${actor.userId} and not u.suspended order by l.presence, u.name`.execute(
    db,
  )
  return { items: rows }
}
