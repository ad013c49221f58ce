import type { Hl7Message } from '@medplum/core'
import type { ClinicalFact, EventKind } from '../../../contract/timeline.ts'
import { localDate } from '../../platform/clock.ts'
import type { SenderContext } from './map-adt.ts'
import { displayName } from './map-person.ts'
import { type Fields, MappingError, segments } from './message.ts'

/** A statement about a patient, for a fact without a table of its own. */
export type FactStatement = {
  kind: EventKind
  at: Date
  /**
   * Identifies the fact when it is sent again, corrected or not: order number, code, set id and time as far as given. Facts of one message
   * with equal keys are distinguished by their order.
   */
  key: string[]
  /**
   * For facts with a number of the hospital: their key across all sources of the site, and the fields in which two statements may differ,
   * so that a charge from the feed and from a file is one.
   */
  shared?: { key: string[]; compared: unknown[] } | undefined
  data: ClinicalFact
}

/** Text and code of a coded element (CE, CWE, CNE; an ID or ST alone is both). */
export function concept(fields: Fields, field: number): ClinicalFact['code'] | null {
  const [code, text, system, otherCode, otherText] = [1, 2, 3, 4, 5].map((at) => fields.component(field, at))
  if (!code && !text && !otherText && !otherCode) return null
  return {
    ...(system && { system }),
    ...((code ?? otherCode) && { code: code ?? otherCode ?? '' }),
    text: text ?? otherText ?? code ?? otherCode ?? '',
  }
}

/** @throws {MappingError} neither text nor code */
export function requiredConcept(fields: Fields, field: number, meaning: string): ClinicalFact['code'] {
  const found = concept(fields, field)
  if (!found) throw new MappingError(`${fields.name}-${field}`, `${meaning} is missing`)
  return found
}

/** XCN: the person's name, or the code where there is none. */
export function performer(fields: Fields, field: number): string | undefined {
  const [code = '', ...name] = fields.repetitions(field)[0] ?? []
  return displayName(name) || code || undefined
}

export function amountOf(fields: Fields, field: number): number | undefined {
  const text = fields.component(field, 1)
  return text && /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** `5 mg`, `1-2 tablets`: an amount, its maximum if any, and the unit. */
export function quantityOf(
  fields: Fields,
  amount: number,
  unit: number,
  maximum?: number,
): string | undefined {
  const numbers = [fields.component(amount, 1), maximum ? fields.component(maximum, 1) : null].filter(Boolean)
  const name = fields.component(unit, 2) ?? fields.component(unit, 1)
  return numbers.length > 0 ? [numbers.join('–'), name].filter(Boolean).join(' ') : undefined
}

/** The sender's number of the patient. */
export const numberOf = (pid: Fields) => pid.component(3, 1) ?? pid.component(2, 1) ?? ''

/** Facts are also keyed by patient: order numbers are reused, and another patient's result must never count as a repetition. */
export function ofPatient(pid: Fields, facts: FactStatement[]): FactStatement[] {
  const patient = numberOf(pid)
  return facts.map((fact) => ({
    ...fact,
    key: [patient, ...fact.key],
    ...(fact.shared && { shared: { ...fact.shared, key: [patient, ...fact.shared.key] } }),
  }))
}

/** Key of a charge at a site, for all sources: its number, item, local day, and whether it is a credit. */
export function sharedCharge(
  { number, code, at, amount }: { number: string; code: string; at: Date; amount: number | undefined },
  timeZone: string,
): FactStatement['shared'] {
  if (!number) return undefined
  const side = (amount ?? 0) < 0 ? 'credit' : 'charge'
  return { key: [number, code, localDate(at, timeZone), side], compared: [amount ?? null] }
}

/** Key of an appointment event at a site, for all sources: its number, kind of event, and time. */
export function sharedAppointment(
  number: string,
  kind: EventKind,
  start: Date | null,
): FactStatement['shared'] {
  return { key: [number, kind, start?.toISOString() ?? ''], compared: [] }
}

/** Procedures of a visit (PR1). */
export function mapProcedures(
  message: Hl7Message,
  visitNumber: string | null,
  context: SenderContext,
  at: Date,
): FactStatement[] {
  return segments(message, 'PR1').flatMap((pr1): FactStatement[] => {
    const code = concept(pr1, 3)
    const text = pr1.component(4, 1)
    if (!code && !text) return []
    const done = pr1.time(5, context.timeZone)
    const about = { ...(code ?? { text: '' }), text: text ?? code?.text ?? '' }
    return [
      {
        kind: 'procedure.performed',
        at: done ?? at,
        key: [visitNumber ?? '', about.code ?? about.text, done?.toISOString() ?? ''],
        data: { code: about, status: 'completed', performer: performer(pr1, 8) ?? performer(pr1, 11) },
      },
    ]
  })
}

const severities: Record<string, string> = { SV: 'severe', MO: 'moderate', MI: 'mild', U: 'unknown' }

/** Allergies (AL1): stored once per substance, however often they are repeated. */
export function mapAllergies(message: Hl7Message, context: SenderContext, at: Date): FactStatement[] {
  return segments(message, 'AL1').flatMap((al1): FactStatement[] => {
    const code = concept(al1, 3)
    if (!code) return []
    const since = al1.time(6, context.timeZone)
    const severity = al1.component(4, 1)
    const reactions = al1.repetitions(5).map(([reaction = '', text]) => text ?? reaction)
    return [
      {
        kind: 'allergy.recorded',
        at: since ?? at,
        key: [code.code ?? code.text],
        data: {
          code,
          group: al1.component(2, 2) ?? al1.component(2, 1) ?? undefined,
          value: severity ? (severities[severity] ?? severity) : undefined,
          note: reactions.filter(Boolean).join('; ') || undefined,
        },
      },
    ]
  })
}
