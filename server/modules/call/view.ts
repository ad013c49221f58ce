import { type RawBuilder, sql } from 'kysely'
import type { CallState, CallSummary } from '../../../contract/call.ts'
import type { Actor } from '../../platform/actor.ts'
import { leftJoinPerson } from '../event/record.ts'
import { maskPhone } from '../person/mask.ts'
import { nameSeenBy } from '../person/scope.ts'
import { stateOfCall } from './scope.ts'

export type CallRow = {
  id: number
  account_id: number
  site_id: number
  direction: CallSummary['direction']
  state: CallState
  number: string | null
  queue: string | null
  person_id: number | null
  person_name: string | null
  task_id: number | null
  started_at: Date
  queued_at: Date | null
  answered_at: Date | null
  ended_at: Date | null
  agent_name: string | null
  disposition: CallSummary['disposition']
  note: string | null
  recording: string | null
}

/** Of the call `c` with the person `p`. */
export const callColumns = (actor: Actor): RawBuilder<unknown> => sql`
  c.id, c.account_id, c.site_id, c.direction, ${stateOfCall} as state, c.number, c.queue, p.id as person_id, ${nameSeenBy(actor)} as person_name, c.task_id,
  c.started_at, c.queued_at, c.answered_at, c.ended_at, c.disposition, c.note, c.recording,
  (select l.user_name from call_leg l where l.call_id = c.id and l.user_name is not null
    order by l.answered_at desc nulls last, l.ringing_at desc nulls last limit 1) as agent_name`
export const callJoins = leftJoinPerson(sql`c.person_id`)

const seconds = (from: Date, to: Date | null) =>
  to === null ? null : Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000))

export function viewCall(row: CallRow): CallSummary {
  return {
    id: row.id,
    direction: row.direction,
    state: row.state,
    number: row.number && maskPhone(row.number),
    queue: row.queue,
    personId: row.person_id,
    personName: row.person_name,
    taskId: row.task_id,
    startedAt: row.started_at.toISOString(),
    answeredAt: row.answered_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    waitedSeconds: seconds(row.queued_at ?? row.started_at, row.answered_at ?? row.ended_at),
    talkedSeconds: row.answered_at && seconds(row.answered_at, row.ended_at),
    agentName: row.agent_name,
    disposition: row.disposition,
    note: row.note,
    hasRecording: row.recording !== null,
  }
}
