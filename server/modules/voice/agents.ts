import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { machinePrefix } from '../call/machine.ts'
import type { VoiceSettings } from './dial.ts'
import type { Pace } from './pace.ts'

/** Hand-overs that the control looks back on. */
const remembered = 200
/** Calls that nobody told the end of do not keep an agent busy for ever. */
const liveHours = 12

/** How many agents are free, and what became of the calls handed over of late. */
export async function paceOf(
  db: Db,
  siteId: number,
  accountId: number,
  settings: VoiceSettings,
  handsOver: boolean,
): Promise<Omit<Pace, 'live'>> {
  const common = { lines: settings['voice.lines'], limit: settings['voice.abandonment'] }
  if (!handsOver) return { ...common, freeAgents: null, answered: 0, handedOver: 0, abandoned: 0 }
  const { rows } = await sql<{
    agents: number
    free: number
    waiting: number
    answered: number
    handed_over: number
    abandoned: number
  }>`
    with late as (
      select c.handed_over, c.id from voice_call c where c.site_id = ${siteId} and c.answered_at is not null and c.state = 'ended'
      order by c.planned_at desc, c.id desc limit ${remembered * 10}
    ), over as (select id from late where handed_over order by id desc limit ${remembered})
    select (select count(*)::int from agent_line l where l.account_id = ${accountId}) as agents,
      (select count(*)::int from agent_line l where l.account_id = ${accountId} and l.presence = 'available' and not exists (
        select 1 from call_leg w join call c on c.id = w.call_id where w.user_id = l.user_id and w.ended_at is null and c.ended_at is null
          and c.started_at > now() - ${liveHours} * interval '1 hour')) as free,
      (select count(*)::int from call c where c.account_id = ${accountId} and c.ended_at is null and c.answered_at is null and c.queue is not null
        and c.started_at > now() - interval '1 hour') as waiting,
      (select count(*)::int from late) as answered, (select count(*)::int from over) as handed_over,
      -- A call is named by its first channel. Whoever was never joined by an agent gave up.
      (select count(*)::int from over o join call c on c.account_id = ${accountId} and c.external_id = ${machinePrefix}::text || o.id
        where c.ended_at is not null and not exists (select 1 from call_leg w where w.call_id = c.id and w.user_id is not null and w.answered_at is not null)) as abandoned`.execute(
    db,
  )
  const [seen] = rows
  if (!seen) return { ...common, freeAgents: 0, answered: 0, handedOver: 0, abandoned: 0 }
  // Where no agent has a telephone entered here, the site says how many there are.
  const free = seen.agents === 0 ? settings['voice.agents'] : seen.free
  return {
    ...common,
    freeAgents: Math.max(0, free - seen.waiting),
    answered: seen.answered,
    handedOver: seen.handed_over,
    abandoned: seen.abandoned,
  }
}
