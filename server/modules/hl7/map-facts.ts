import type { IntakeNote } from '../../../contract/intake.ts'
import type { ClinicalFact, EventKind } from '../../../contract/timeline.ts'
import { localDate } from '../../platform/clock.ts'
import { type Fields, whole } from './fields.ts'
import { mapCondition } from './map-adt.ts'
import { displayName } from './map-person.ts'
import { segments } from './message.ts'
import { MappingError, type Message } from './note.ts'

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
  if (!text) return undefined
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text)
  fields.note(field, 'not-a-number', text)
  return undefined
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
export function mapProcedures(message: Message, visitNumber: string | null, at: Date): FactStatement[] {
  return segments(message, 'PR1').flatMap((pr1): FactStatement[] => {
    const code = concept(pr1, 3)
    const text = pr1.component(4, 1)
    if (!code && !text) return []
    const done = pr1.past(5)
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

/** Field numbers of the two segments for allergies, chapter 3. */
const allergyFields = {
  AL1: { kind: 2, code: 3, severity: 4, reaction: 5, since: 6 },
  IAM: { kind: 2, code: 3, severity: 4, reaction: 5, since: 11 },
}

/** Allergies (AL1, IAM): stored once per substance, however often they are repeated; IAM-6 `D` takes one back. */
export function mapAllergies(message: Message, at: Date): FactStatement[] {
  return (['AL1', 'IAM'] as const).flatMap((name) =>
    segments(message, name).flatMap((fields): FactStatement[] => {
      const place = allergyFields[name]
      const code = concept(fields, place.code)
      if (!code) return []
      const severity = fields.component(place.severity, 1)
      const reactions = fields
        .repetitions(place.reaction)
        .map(([reaction, text]) => whole(text) || whole(reaction))
      const status = name === 'IAM' ? allergyStatus(fields) : undefined
      return [
        {
          kind: 'allergy.recorded',
          at: fields.past(place.since) ?? at,
          key: [code.code ?? code.text],
          data: {
            code,
            group: fields.component(place.kind, 2) ?? fields.component(place.kind, 1) ?? undefined,
            value: severity ? (severities[severity] ?? severity) : undefined,
            ...(status && { status }),
            note: reactions.filter(Boolean).join('; ') || undefined,
          },
        },
      ]
    }),
  )
}

/** IAM-6 (table 0206) and IAM-17 (table 0438). */
function allergyStatus(iam: Fields): string | undefined {
  if (iam.component(6, 1)?.toUpperCase() === 'D') return 'entered-in-error'
  const statuses: Record<string, string> = { E: 'entered-in-error', D: 'refuted', I: 'inactive' }
  return statuses[iam.component(17, 1)?.toUpperCase() ?? '']
}

/** Problems (PRB, chapter 12): PRB-1 `DE` takes one back, PRB-9 or PRB-13 ends it. */
export function mapProblems(message: Message, at: Date): FactStatement[] {
  return segments(message, 'PRB').flatMap((prb): FactStatement[] => {
    const code = concept(prb, 3)
    if (!code) return []
    const number = prb.component(4, 1) ?? ''
    const ended = prb.past(9)
    const action = prb.component(1, 1)?.toUpperCase() ?? ''
    return [
      {
        kind: 'condition.recorded',
        at: prb.past(16) ?? prb.past(7) ?? at,
        key: ['problem', number || (code.code ?? code.text)],
        data: {
          code,
          status: action === 'DE' ? 'entered-in-error' : ended ? 'resolved' : 'active',
          end: ended?.toISOString(),
          note: concept(prb, 13)?.text,
        },
      },
    ]
  })
}

/** Diagnoses (DG1) of a message that states no visit: they are the person's. */
export function mapDiagnosisFacts(message: Message, visitNumber: string | null, at: Date): FactStatement[] {
  return segments(message, 'DG1').flatMap((dg1): FactStatement[] => {
    const condition = mapCondition(dg1)
    if (!condition) return []
    const { code, text } = condition
    return [
      {
        kind: 'condition.recorded',
        at: dg1.past(5) ?? at,
        key: ['diagnosis', visitNumber ?? '', code || text],
        data: {
          code: { ...(code && { code }), text },
          status: dg1.component(21, 1)?.toUpperCase() === 'D' ? 'entered-in-error' : 'active',
        },
      },
    ]
  })
}

/**
 * What could not be used of what a message says about the patient, once per field and value however often it is sent.
 * @param about the visit, if it is one's own
 */
export function notedFacts(about: string, notes: IntakeNote[], at: Date): FactStatement[] {
  return notes
    .filter(({ location }) => !/^(MSH|EVN)/.test(location))
    .map(({ kind, location, value }) => ({
      kind: 'intake.noted',
      at,
      key: [about, location, kind, value ?? ''],
      data: { code: { code: kind, text: location }, ...(value !== null && { value }) },
    }))
}
