import { onCalendar } from './modules/setting/calendar.ts'
import { onEvents, type Reactor } from './modules/event/event.ts'
import { retimeClocks } from './modules/clock/clock.ts'
import { registerClock } from './modules/clock/rule.ts'
import { disputeClock } from './modules/dispute/clock.ts'
import { followDisputes } from './modules/dispute/react.ts'
import { instructionClock } from './modules/instruction/clock.ts'
import { followInstructions } from './modules/instruction/react.ts'
import { queueCorrections } from './modules/outbound/queue.ts'
import { unblockEnrollments } from './modules/pathway/enrollment.ts'
import { followPathways } from './modules/pathway/react.ts'
import { followSpotChecks } from './modules/spot-check/react.ts'
import { keepProof } from './modules/task/proof.ts'

/**
 * What follows from events, in this order, in the transaction that records them. Modules call downwards; an effect on a module above
 * travels as an event to here.
 */
const reactions: Reactor[] = [
  followPathways,
  keepProof,
  followSpotChecks,
  followInstructions,
  followDisputes,
  queueCorrections,
]

/** Called once at start-up. */
export function connectReactions(): void {
  for (const reaction of reactions) onEvents(reaction)
  for (const rule of [instructionClock, disputeClock]) registerClock(rule)
  onCalendar(unblockEnrollments)
  onCalendar(retimeClocks)
}
