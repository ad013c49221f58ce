import { type AdtMessage, mapAdt, type SenderContext, siteOf, statedAt, visitNumberOf } from './map-adt.ts'
import {
  mapAppointment,
  mapCharges,
  mapDispenses,
  mapDocument,
  mapDrugOrders,
  mapImmunizations,
  mapPrescriptions,
} from './map-care.ts'
import {
  type FactStatement,
  mapAllergies,
  mapDiagnosisFacts,
  mapProblems,
  mapProcedures,
  notedFacts,
  ofPatient,
} from './map-facts.ts'
import { aside } from '../../platform/statement.ts'
import { mapPerson } from './map-person.ts'
import { mapObservations, mapOrder, resultGroups } from './map-results.ts'
import { allSegments, eachReadable, perPatient, segment } from './message.ts'
import { MappingError, type Message } from './note.ts'

/** Types about a patient; of any other type only what stands in the usual segments is read. */
const personal = /^(ADT|BAR|DFT|MDM|O\w\w|PPP|PPR|PGL|RDE|RDS|RDO|REF|RRI|SIU|VXU)$/
/** Types whose OBR are orders; in all others they are headings of results. */
const ordering = /^O(?:RM|M\w|P[LRU]|SM)$/
/** Events that concern a place, not a patient: bed status; slots that are blocked or free. */
const withoutPatient = new Set(['ADT^A20', 'SIU^S23', 'SIU^S24'])

/** Before 2.3 the event was often omitted where a type had only one. */
const onlyEvent: Record<string, string> = { ORU: 'R01', ORM: 'O01', DFT: 'P03' }

const answers = /^(ACK|RSP|OSR|OSQ|ORR|ORL|ORD|ORG|ERP|RRE|RRD|ADR|DSR|MCF)\b/
const impersonal = /^(QRY|QBP|QSB|MFN|MFK|NMD|NMQ)\b/

/** The message is valid and has no effect here; the reason. */
export class NothingKept extends Error {}

/** Why a type of message is ignored; null when it may be about a patient. */
export function whyIgnored(messageType: string): string | null {
  const [type] = messageType.split('^')
  if (impersonal.test(messageType)) return `${messageType} carries nothing about a person`
  if (answers.test(messageType)) return `${type} is an answer, and CareLoop asked nothing`
  return null
}

/**
 * Maps any message, one result for each patient in it.
 * @throws {MappingError} naming the field that makes the message unusable
 * @throws {NothingKept} nothing in it is kept here
 */
export function mapMessage(message: Message, messageType: string, context: SenderContext): AdtMessage[] {
  const [type = '', eventCode] = messageType.split('^')
  // Version 2.1 has the event in EVN-1 only.
  const event = eventCode ?? onlyEvent[type] ?? segment(message, 'EVN').component(1, 1) ?? ''
  const trigger = `${type}^${event}`
  if (!segment(message, 'PID').present) {
    if (personal.test(type) && !withoutPatient.has(trigger))
      throw new MappingError('PID', 'The message has no PID segment')
    throw new NothingKept(`${messageType} carries nothing about a person`)
  }
  if (trigger === 'ADT^A37')
    throw new MappingError('MSH-9', 'Records that were linked are separated on the page of the person')
  const parts = perPatient(message)
  if (trigger === 'ADT^A24') return [linked(parts, event, context)]
  const mapped = parts.map((part) =>
    (type === 'ADT' ? visitMessage : factMessage)(part, type, event, context),
  )
  const kept = mapped.filter((one) => one !== null)
  if (kept.length > 0) return kept
  if (message.leftOut[0]) throw message.leftOut[0]
  throw new NothingKept(
    personal.test(type)
      ? 'The message says nothing beyond who the patient is'
      : `Nothing of ${messageType} is kept here`,
  )
}

function visitMessage(message: Message, type: string, event: string, context: SenderContext): AdtMessage {
  const pid = segment(message, 'PID')
  const before = message.notes.length
  const adt = mapAdt(message, pid, event, context)
  const facts = factsOf(message, type, event, {
    ...adt,
    sentAt: adt.at,
    context,
    asFacts: adt.encounter === null,
  })
  return { ...adt, facts: ofPatient(pid, [...facts, ...notedFacts('', message.notes.slice(before), adt.at)]) }
}

/** Of types that only carry facts, demographics are secondary; they alone are kept of those that register somebody (BAR, REF). */
function factMessage(
  message: Message,
  type: string,
  event: string,
  context: SenderContext,
): AdtMessage | null {
  const pid = segment(message, 'PID')
  const pv1 = segment(message, 'PV1')
  const before = message.notes.length
  const { at: sentAt } = statedAt(message)
  const siteCode = siteOf(pv1, context)
  const visitNumber = visitNumberOf(pv1, context) ?? pid.component(18, 1)
  const facts = factsOf(message, type, event, { visitNumber, sentAt, context, asFacts: true })
  if (facts.length === 0 && !/^(BAR|REF|PPR)$/.test(type)) return null
  const person = mapPerson(message, pid, context, siteCode, sentAt)
  return {
    event: `${type}^${event}`,
    siteCode,
    at: sentAt,
    person: { ...person, deleted: undefined, sourceTime: aside(sentAt) },
    encounter: null,
    visitNumber,
    facts: ofPatient(pid, [...facts, ...notedFacts('', message.notes.slice(before), sentAt)]),
    merges: [],
  }
}

/** A24: two patients are one person. @throws {MappingError} it names only one */
function linked(parts: Message[], event: string, context: SenderContext): AdtMessage {
  const [first, second] = parts
  if (!first || !second) throw new MappingError('PID[2]', 'The message does not say which records are linked')
  const one = visitMessage(first, 'ADT', 'A31', context)
  const other = visitMessage(second, 'ADT', 'A31', context)
  return { ...one, event, merges: [{ ...other.person, sourceTime: aside(other.at) }] }
}

type Sent = {
  visitNumber: string | null
  sentAt: Date
  context: SenderContext
  /** Diagnoses are facts of their own, because the message states no visit. */
  asFacts: boolean
}

/** Everything said about the patient in the usual segments, whatever the type of the message. */
function factsOf(
  message: Message,
  type: string,
  event: string,
  { visitNumber, sentAt, context, asFacts }: Sent,
): FactStatement[] {
  const has = (name: string) => message.hl7.getSegment(name) !== undefined
  const groups = resultGroups(allSegments(message))
  const drugs = has('RXE') ? mapPrescriptions : mapDrugOrders
  return [
    ...(ordering.test(type) ? eachReadable(message, groups, (group) => mapOrder(group, sentAt)) : []),
    // In documents the OBX are the text.
    ...(type === 'MDM' ? [] : groups.flatMap((group) => mapObservations(message, group, sentAt))),
    ...drugs(message, sentAt),
    ...mapDispenses(message, sentAt),
    // RXA also stands in records of single doses given (RAS).
    ...(type === 'RAS' ? [] : mapImmunizations(message, sentAt)),
    ...mapCharges(message, sentAt, context.timeZone),
    ...mapProcedures(message, visitNumber, sentAt),
    ...mapAllergies(message, sentAt),
    ...mapProblems(message, sentAt),
    ...(asFacts ? mapDiagnosisFacts(message, visitNumber, sentAt) : []),
    ...eachReadable(message, [event], () => mapDocument(message, event, sentAt)),
    ...eachReadable(message, [event], () => mapAppointment(message, event, sentAt)),
  ]
}
