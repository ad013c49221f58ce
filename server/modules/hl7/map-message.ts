import type { Hl7Message } from '@medplum/core'
import {
  type AdtMessage,
  isAdtEvent,
  mapAdt,
  patientOf,
  type SenderContext,
  siteOf,
  statedAt,
} from './map-adt.ts'
import {
  mapAppointment,
  mapCharges,
  mapDispenses,
  mapDrugOrders,
  mapDocument,
  mapImmunizations,
  mapPrescriptions,
} from './map-care.ts'
import { type FactStatement, mapAllergies, mapProcedures, ofPatient } from './map-facts.ts'
import { aside } from '../../platform/statement.ts'
import { mapPerson } from './map-person.ts'
import { mapObservations, mapOrder, resultGroups } from './map-results.ts'
import { allSegments, MappingError, segment } from './message.ts'

type Sent = { context: SenderContext; sentAt: Date; visitNumber: string | null; event: string }
type Mapper = (message: Hl7Message, sent: Sent) => FactStatement[]

const orders: Mapper = (message, { context, sentAt }) =>
  resultGroups(allSegments(message)).flatMap((group) => [
    ...mapOrder(group, context, sentAt),
    ...mapObservations(group, context, sentAt),
  ])
const results: Mapper = (message, { context, sentAt }) =>
  resultGroups(allSegments(message)).flatMap((group) => mapObservations(group, context, sentAt))
const charges: Mapper = (message, sent) => [
  ...mapCharges(message, sent),
  ...mapProcedures(message, sent.visitNumber, sent.context, sent.sentAt),
]
const document: Mapper = (message, sent) => mapDocument(message, sent.event, sent)
const appointment: Mapper = (message, sent) => mapAppointment(message, sent.event, sent)

/** Messages with facts about a patient that are not visit messages, by type and event. */
const mappers: Record<string, Mapper> = {
  'ORU^R01': results,
  'ORM^O01': (message, sent) => [
    ...orders(message, sent),
    ...mapDrugOrders(message, sent),
    ...mapPrescriptions(message, sent),
  ],
  'OMG^O19': orders,
  'OML^O21': orders,
  'RDE^O11': mapPrescriptions,
  'RDS^O13': mapDispenses,
  // Up to 2.3.1 all orders were O01.
  'RDE^O01': mapPrescriptions,
  'RDS^O01': mapDispenses,
  'VXU^V04': mapImmunizations,
  'DFT^P03': charges,
  ...Object.fromEntries(
    ['T01', 'T02', 'T04', 'T06', 'T08', 'T10', 'T11'].map((event) => [`MDM^${event}`, document]),
  ),
  ...Object.fromEntries(['S12', 'S13', 'S14', 'S15', 'S26'].map((event) => [`SIU^${event}`, appointment])),
}

/** Before 2.3 the event was often omitted where a type had only one. */
const onlyEvent: Record<string, string> = { ORU: 'R01', ORM: 'O01', DFT: 'P03' }

const answers = /^(ACK|RSP|OSR|OSQ|ORR|ORL|ORD|ORG|ERP|RRE|RRD|ADR|DSR|MCF)\b/
const impersonal = /^(QRY|QBP|QSB|MFN|MFK|NMD|NMQ)\b/

/** Why a type of message is ignored; null when it may be about a patient. */
export function whyIgnored(messageType: string): string | null {
  const [type] = messageType.split('^')
  if (impersonal.test(messageType)) return `${messageType} carries nothing about a person`
  if (answers.test(messageType)) return `${type} is an answer, and CareLoop asked nothing`
  return null
}

/** Maps any message about one patient. @throws {MappingError} naming the field that makes the message unusable */
export function mapMessage(message: Hl7Message, messageType: string, context: SenderContext): AdtMessage {
  const [type = '', eventCode] = messageType.split('^')
  const event = eventCode ?? onlyEvent[type] ?? ''
  if (type === 'ADT' && isAdtEvent(event)) return mapAdt(message, event, context)
  const mapper = mappers[`${type}^${event}`]
  if (!mapper) throw new MappingError('MSH-9', `Messages of type ${messageType} cannot be applied yet`)
  const pid = patientOf(message)
  const pv1 = segment(message, 'PV1')
  const sentAt = statedAt(message, context)
  const siteCode = siteOf(pv1, context)
  const visitNumber = pv1.component(19, 1) ?? pid.component(18, 1)
  const facts = ofPatient(pid, [
    ...mapper(message, { context, sentAt, visitNumber, event }),
    ...mapAllergies(message, context, sentAt),
  ])
  if (facts.length === 0)
    throw new MappingError('MSH-9', `The message says nothing beyond who the patient is`)
  const person = mapPerson(message, pid, context, siteCode, sentAt)
  return {
    event: `${type}^${event}`,
    siteCode,
    at: sentAt,
    person: { ...person, sourceTime: aside(sentAt) },
    encounter: null,
    visitNumber,
    facts,
    merges: [],
  }
}
