import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { notifyAll } from '../../platform/live.ts'
import { readSettingsEverywhere } from '../setting/setting.ts'
import { order } from './order.ts'

type Moved = { user_id: string; account_id: number; extension: string }

/** Agents whose calls have ended get no further one from the queue while they write, for as long as their site has set. */
export async function startWrapUp(trx: Trx, callIds: number[], now: Date): Promise<void> {
  const settings = await readSettingsEverywhere(trx, ['call.wrap-up-seconds'])
  const { rows: sites } = await sql<{
    id: number
  }>`select distinct site_id as id from telephony_account`.execute(trx)
  const seconds = sites
    .map(({ id }) => ({ id, seconds: settings(id)['call.wrap-up-seconds'] }))
    .filter((one) => one.seconds > 0)
  if (seconds.length === 0) return
  const { rows } = await sql<Moved>`
    update agent_line l set presence = 'wrap-up', presence_since = now(), wrap_until = c.ended_at + u.seconds * interval '1 second'
    from call c join call_leg g on g.call_id = c.id and g.answered_at is not null
      join unnest(${seconds.map((one) => one.id)}::int[], ${seconds.map((one) => one.seconds)}::int[]) as u(site_id, seconds) on u.site_id = c.site_id
    where c.id = any(${callIds}::bigint[]) and c.disposition is null and g.user_id = l.user_id and l.account_id = c.account_id
      and l.presence = 'available' and c.ended_at + u.seconds * interval '1 second' > ${now}::timestamptz
      and not exists (select 1 from call_leg later where later.call_id = c.id and later.answered_at > g.answered_at and later.user_id is not null)
      and not exists (select 1 from call_leg other join call o on o.id = other.call_id
        where other.user_id = l.user_id and other.answered_at is not null and other.ended_at is null and o.ended_at is null
          and o.started_at > now() - interval '12 hours')
    returning l.user_id, l.account_id, l.extension`.execute(trx)
  await tell(trx, 'pause', rows)
}

/** Whoever has not written by then is free again all the same; the call stays to be wrapped up. */
export async function endWrapUps(trx: Trx, now: Date): Promise<void> {
  const { rows } = await sql<Moved>`
    update agent_line set presence = 'available', presence_since = now(), wrap_until = null
    where presence = 'wrap-up' and wrap_until <= ${now}::timestamptz returning user_id, account_id, extension`.execute(
    trx,
  )
  await tell(trx, 'unpause', rows)
}

async function tell(trx: Trx, act: 'pause' | 'unpause', moved: Moved[]): Promise<void> {
  for (const { user_id: userId, account_id: accountId, extension } of moved)
    await order(trx, { accountId, callId: null, act, data: { extension }, userId })
  await notifyAll(
    trx,
    'call',
    moved.map((one) => ({ userId: one.user_id })),
  )
}
