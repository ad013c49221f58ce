import type { CallDetail, CallState } from '../../../contract/call.ts'
import type { Tone } from '../../ui/StatusTag.tsx'

export const stateTone: Record<CallState, Tone> = {
  waiting: 'warning',
  ringing: 'warning',
  talking: 'success',
  held: 'info',
  ended: 'neutral',
  missed: 'danger',
}

/** What a call is to somebody whose telephone takes part: one that is handed over rings there while others still talk. */
export function stateAt(call: Pick<CallDetail, 'state' | 'legs'>, userId: string): CallState {
  const mine = call.legs.find((leg) => leg.userId === userId && leg.endedAt === null)
  return mine &&
    mine.answeredAt === null &&
    mine.ringingAt !== null &&
    call.state !== 'ended' &&
    call.state !== 'missed'
    ? 'ringing'
    : call.state
}
