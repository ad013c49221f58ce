import { onCalendar } from './modules/setting/calendar.ts'
import { ofPersons, onEvents, type Reactor } from './modules/event/event.ts'
import { encounterSubject } from './modules/encounter/subject.ts'
import { bookingInMessage } from './modules/appointment/link.ts'
import { keepUrgentSlots } from './modules/appointment/urgent.ts'
import { followAppointmentReplies } from './modules/appointment/reply.ts'
import { appointmentSubject, offerSubject } from './modules/appointment/subject.ts'
import { registerSubject } from './modules/event/subject.ts'
import { followActivity } from './modules/person/facts.ts'
import { agreementSubject } from './modules/group/subject.ts'
import { retimeClocks } from './modules/clock/clock.ts'
import { registerClock } from './modules/clock/rule.ts'
import { disputeClock } from './modules/dispute/clock.ts'
import { followMembers } from './modules/campaign/follow.ts'
import { followCallResults } from './modules/call/evidence.ts'
import { caseClocks } from './modules/case/clock.ts'
import { followCases } from './modules/case/react.ts'
import { caseSubject } from './modules/case/subject.ts'
import { promiseRule } from './modules/promise/clock.ts'
import { followPromises } from './modules/promise/react.ts'
import { directAnswers } from './modules/conversation/out.ts'
import { followConversations, keepStray } from './modules/conversation/react.ts'
import { followDisputes } from './modules/dispute/react.ts'
import { linkInMessage } from './modules/form/link-token.ts'
import { instructionClock } from './modules/instruction/clock.ts'
import { followInstructions } from './modules/instruction/react.ts'
import { registerCalls } from './modules/message/call.ts'
import { registerPlaceholder, registerUnsubscribe } from './modules/message/placeholder.ts'
import { followUnmerges } from './modules/match/unmerge.ts'
import { queueAppointments } from './modules/outbound/queue-appointment.ts'
import { queueCorrections } from './modules/outbound/queue.ts'
import { unblockEnrollments } from './modules/pathway/enrollment.ts'
import { followPathways } from './modules/pathway/react.ts'
import { followTaskResults } from './modules/pathway/task-result.ts'
import { followSpotChecks } from './modules/spot-check/react.ts'
import { preferencesInMessage, unsubscribeInMessage, wishesUrls } from './modules/preference/placeholder.ts'
import { followReplies } from './modules/preference/reply.ts'
import { bookingCodes } from './modules/booking/code-text.ts'
import { registerDirect } from './modules/message/direct.ts'
import { registerStray } from './modules/message/receipt.ts'
import { makeCalls } from './modules/task/message-call.ts'
import { keepProof } from './modules/task/proof.ts'

/**
 * Reactions to events, in this order, in the transaction that records them. Modules call downwards only; effects on higher modules travel
 * as events to here.
 */
const reactions: Reactor[] = [
  ofPersons(followActivity),
  ofPersons(followReplies),
  ofPersons(followAppointmentReplies),
  ofPersons(keepUrgentSlots),
  followTaskResults,
  followPathways,
  followMembers,
  keepProof,
  ofPersons(followSpotChecks),
  ofPersons(followInstructions),
  ofPersons(followUnmerges),
  ofPersons(followDisputes),
  ofPersons(followCallResults),
  followPromises,
  followCases,
  ofPersons(followConversations),
  ofPersons(queueCorrections),
  ofPersons(queueAppointments),
]

/** Called once at start-up. */
export function connectReactions(): void {
  for (const reaction of reactions) onEvents(reaction)
  for (const rule of [instructionClock, disputeClock, promiseRule, ...caseClocks]) registerClock(rule)
  for (const subject of [encounterSubject, agreementSubject, appointmentSubject, offerSubject, caseSubject])
    registerSubject(subject)
  for (const placeholder of [linkInMessage, preferencesInMessage, unsubscribeInMessage, bookingInMessage])
    registerPlaceholder(placeholder)
  registerUnsubscribe((trx, _, messages, publicUrl) =>
    wishesUrls(
      trx,
      messages.map((one) => one.id),
      publicUrl,
    ),
  )
  registerCalls(makeCalls)
  registerDirect(bookingCodes)
  registerDirect(directAnswers)
  registerStray(keepStray)
  onCalendar(unblockEnrollments)
  onCalendar(retimeClocks)
}
