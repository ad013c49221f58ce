import type { EventKind } from '../../../contract/timeline.ts'
import type { Fields } from './fields.ts'
import {
  amountOf,
  concept,
  type FactStatement,
  performer,
  quantityOf,
  requiredConcept,
  sharedAppointment,
  sharedCharge,
} from './map-facts.ts'
import { orderStatus } from './map-results.ts'
import { cut } from './escape.ts'
import { allSegments, eachReadable, segment, segments } from './message.ts'
import { MappingError, type Message } from './note.ts'

/** Each segment of a kind with the ORC above it. */
function ordered(message: Message, name: string): { orc: Fields | null; fields: Fields }[] {
  let orc: Fields | null = null
  return allSegments(message).flatMap((one) => {
    if (one.name === 'ORC') orc = one.fields
    return one.name === name ? [{ orc, fields: one.fields }] : []
  })
}

const orderNumberOf = (orc: Fields | null) => orc?.component(2, 1) ?? orc?.component(3, 1) ?? ''

/** Field numbers of the encoded order (RXE) and the order as the doctor wrote it (RXO), chapter 4A. */
type DrugFields = {
  code: number
  dose: [number, number, number]
  quantity: [number, number]
  performer: number
  note: number
}

function prescription(
  { orc, fields }: { orc: Fields | null; fields: Fields },
  at: DrugFields,
  ownNumber: string,
  sentAt: Date,
): FactStatement {
  const code = requiredConcept(fields, at.code, 'What was prescribed')
  const number = orderNumberOf(orc) || ownNumber
  const placed = orc?.past(9) ?? sentAt
  return {
    kind: 'medication.requested',
    at: placed,
    key: [number, code.code ?? code.text, ...(number ? [] : [day(placed)])],
    data: {
      code,
      dose: quantityOf(fields, ...at.dose),
      quantity: quantityOf(fields, ...at.quantity),
      status: orderStatus(orc),
      performer: (orc && performer(orc, 12)) ?? performer(fields, at.performer),
      orderNumber: number || undefined,
      note: concept(fields, at.note)?.text,
    },
  }
}

/** Pharmacy orders (RXE), chapter 4A. */
export function mapPrescriptions(message: Message, sentAt: Date): FactStatement[] {
  const at: DrugFields = { code: 2, dose: [3, 5, 4], quantity: [10, 11], performer: 13, note: 7 }
  return eachReadable(message, ordered(message, 'RXE'), (one) => [
    prescription(one, at, one.fields.component(15, 1) ?? '', sentAt),
  ])
}

/** Orders as the doctor wrote them (RXO), before the pharmacy encoded them. */
export function mapDrugOrders(message: Message, sentAt: Date): FactStatement[] {
  const at: DrugFields = { code: 1, dose: [2, 4, 3], quantity: [11, 12], performer: 14, note: 7 }
  return eachReadable(message, ordered(message, 'RXO'), (one) => [prescription(one, at, '', sentAt)])
}

/** Dispensed drugs (RXD). */
export function mapDispenses(message: Message, sentAt: Date): FactStatement[] {
  return eachReadable(message, ordered(message, 'RXD'), ({ orc, fields: rxd }): FactStatement[] => {
    const code = requiredConcept(rxd, 2, 'What was dispensed')
    const given = rxd.past(3)
    const number = rxd.component(7, 1) ?? orderNumberOf(orc)
    return [
      {
        kind: 'medication.dispensed' as const,
        at: given ?? sentAt,
        key: [number, rxd.component(1, 1) ?? '', code.code ?? code.text, (given ?? sentAt).toISOString()],
        data: {
          code,
          quantity: quantityOf(rxd, 4, 5),
          status: 'completed',
          performer: performer(rxd, 10),
          orderNumber: number || undefined,
          note: rxd.component(9, 1) ?? undefined,
        },
      },
    ]
  })
}

/** Vaccinations (RXA). */
export function mapImmunizations(message: Message, sentAt: Date): FactStatement[] {
  const statuses: Record<string, string> = {
    CP: 'completed',
    PA: 'partial',
    RE: 'cancelled',
    NA: 'cancelled',
  }
  return eachReadable(message, ordered(message, 'RXA'), ({ orc, fields: rxa }): FactStatement[] => {
    const code = requiredConcept(rxa, 5, 'The vaccine')
    const given = rxa.past(3)
    if (!rxa.component(3, 1)) rxa.note(3, 'missing', null)
    const number = orc?.component(3, 1) ?? ''
    const deleted = rxa.component(21, 1)?.toUpperCase() === 'D'
    return [
      {
        kind: 'immunization.recorded' as const,
        at: given ?? sentAt,
        key: [number, code.code ?? code.text, given ? day(given) : ''],
        data: {
          code,
          // 999 stands for an unknown amount (CDC's guide to 2.5.1).
          dose: rxa.component(6, 1) === '999' ? undefined : quantityOf(rxa, 6, 7),
          status: deleted
            ? 'entered-in-error'
            : (statuses[rxa.component(20, 1)?.toUpperCase() ?? ''] ?? 'completed'),
          performer: performer(rxa, 10),
          orderNumber: number || undefined,
          note:
            [rxa.component(15, 1) && `Lot ${rxa.component(15, 1)}`, concept(rxa, 18)?.text]
              .filter(Boolean)
              .join('; ') || undefined,
        },
      },
    ]
  })
}

/** Charges, credits and payments (FT1). @param timeZone the day of a charge is that of the site */
export function mapCharges(message: Message, sentAt: Date, timeZone: string): FactStatement[] {
  return eachReadable(message, segments(message, 'FT1'), (ft1): FactStatement[] => {
    const code = requiredConcept(ft1, 7, 'What was charged')
    const at = ft1.past(4) ?? sentAt
    const number = ft1.component(2, 1) ?? ''
    const each = amountOf(ft1, 12)
    const count = amountOf(ft1, 10) ?? 1
    const amount =
      amountOf(ft1, 11) ?? (each === undefined ? undefined : Math.round(each * count * 100) / 100)
    const takesBack = ['CR', 'CD'].includes(ft1.component(6, 1)?.toUpperCase() ?? '')
    const signed = amount !== undefined && takesBack ? -Math.abs(amount) : amount
    return [
      {
        kind: 'charge.posted' as const,
        at,
        key: [
          number,
          code.code ?? code.text,
          ft1.component(6, 1) ?? '',
          ft1.component(1, 1) ?? '',
          at.toISOString(),
        ],
        shared: sharedCharge({ number, code: code.code ?? code.text, at, amount: signed }, timeZone),
        data: {
          code,
          amount: signed,
          currency: ft1.component(11, 2) ?? ft1.component(12, 2) ?? undefined,
          quantity: ft1.component(10, 1) ?? undefined,
          department: concept(ft1, 13)?.text,
          performer: performer(ft1, 20),
          orderNumber: number || undefined,
          note: ft1.component(8, 1) ?? undefined,
        },
      },
    ]
  })
}

const documentStatuses: Record<string, string> = {
  AU: 'final',
  LA: 'final',
  DI: 'preliminary',
  DO: 'preliminary',
  IN: 'preliminary',
  IP: 'preliminary',
  PA: 'preliminary',
}

/** A document (TXA) and its text (OBX). @throws {MappingError} TXA-2 missing */
export function mapDocument(message: Message, event: string, sentAt: Date): FactStatement[] {
  const txa = segment(message, 'TXA')
  if (!txa.present) return []
  const type = requiredConcept(txa, 2, 'The kind of document')
  const at = txa.past(4) ?? txa.past(6) ?? sentAt
  const number = txa.component(12, 3) ?? txa.component(12, 1) ?? ''
  const text = segments(message, 'OBX')
    .filter((obx) => !['ED', 'RP'].includes(obx.component(2, 1) ?? ''))
    .flatMap((obx) => obx.texts(5))
    .join('\n')
  return [
    {
      kind: 'document.received',
      at,
      // T06 is an addendum and T10 a replacement, both with a number of their own; the other events are about the same document.
      key: [number, number ? '' : `${type.code ?? type.text} ${at.toISOString()}`],
      data: {
        code: type,
        status: event === 'T11' ? 'cancelled' : documentStatuses[txa.component(17, 1)?.toUpperCase() ?? ''],
        performer: performer(txa, 9) ?? performer(txa, 5),
        orderNumber: number || undefined,
        note: cut(text, 20_000) || undefined,
      },
    },
  ]
}

const appointmentKinds: Record<string, EventKind> = {
  S12: 'appointment.booked',
  S13: 'appointment.rescheduled',
  S14: 'appointment.changed',
  S15: 'appointment.cancelled',
  // Discontinued and deleted: it will not take place, or was never meant to.
  S16: 'appointment.cancelled',
  S17: 'appointment.cancelled',
  S26: 'appointment.missed',
}
/** HL7 table 0278: some systems say by the status of a change that it is none any more. */
const endings: Record<string, EventKind> = {
  CANCELLED: 'appointment.cancelled',
  DC: 'appointment.cancelled',
  DELETED: 'appointment.cancelled',
  NOSHOW: 'appointment.missed',
}
/** One doctor, room or service of it is cancelled, discontinued or deleted: what the message names will not be there. */
const withdrawals = new Set(['S19', 'S20', 'S21'])

/** A change of an appointment (SCH with its AIS, AIL and AIP). @throws {MappingError} an appointment without number */
export function mapAppointment(message: Message, event: string, sentAt: Date): FactStatement[] {
  const sch = segment(message, 'SCH')
  if (!sch.present) return []
  const number = sch.component(2, 1) ?? sch.component(1, 1)
  if (!number) throw new MappingError('SCH-2', 'The appointment has no number (SCH-1, SCH-2)')
  const [ais, ail, aip] = ['AIS', 'AIL', 'AIP'].map((name) => segment(message, name)) as [
    Fields,
    Fields,
    Fields,
  ]
  const start = sch.time(11, 4) ?? ais.time(4) ?? ail.time(6)
  const end = sch.time(11, 5)
  const about = concept(ais, 3) ?? concept(sch, 8) ?? concept(sch, 7)
  const place = segment(message, 'PV1').component(3, 9) ?? segment(message, 'PV1').first(3, 1)
  const kind =
    endings[sch.component(25, 1)?.toUpperCase() ?? ''] ?? appointmentKinds[event] ?? 'appointment.changed'
  const named = !withdrawals.has(event)
  return [
    {
      kind,
      at: sentAt,
      key: [number, event, start?.toISOString() ?? ''],
      shared: sharedAppointment(number, kind, start),
      data: {
        code: about ?? { text: number },
        start: start?.toISOString(),
        end: end?.toISOString(),
        department: named ? (ail.component(3, 9) ?? ail.first(3, 1) ?? place ?? undefined) : undefined,
        performer: named ? (performer(aip, 3) ?? performer(sch, 16)) : undefined,
        orderNumber: number,
        placer: sch.component(1, 1) ?? undefined,
        note: concept(sch, 6)?.text,
      },
    },
  ]
}

const day = (at: Date) => at.toISOString().slice(0, 10)
