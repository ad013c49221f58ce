import type { Hl7Message } from '@medplum/core'
import type { ConditionInput, DiagnosesStatement } from '../encounter/diagnoses.ts'
import type { EncounterInput } from '../encounter/upsert.ts'
import type { Named } from '../organisation/organisation.ts'
import { type FactStatement, mapAllergies, mapProcedures, numberOf, ofPatient } from './map-facts.ts'
import { displayName, mapMergedRecord, mapPerson, type PersonStatement } from './map-person.ts'
import { type Fields, MappingError, segment, segments } from './message.ts'

/** ADT events that we apply, and their effect on a visit. */
const effects = {
  A01: { status: 'in-progress', class: 'inpatient', admits: true },
  A02: { status: 'in-progress', class: null, admits: false },
  A03: { status: 'finished', class: 'inpatient', admits: false },
  A04: { status: 'in-progress', class: 'outpatient', admits: true },
  A05: { status: 'planned', class: 'inpatient', admits: false },
  A06: { status: 'in-progress', class: 'inpatient', admits: false },
  A07: { status: 'in-progress', class: 'outpatient', admits: false },
  A08: { status: null, class: null, admits: false },
  A11: { status: 'cancelled', class: null, admits: false, undoes: 'admission' },
  A12: { status: null, class: null, admits: false },
  A13: { status: 'in-progress', class: 'inpatient', admits: false, undoes: 'discharge' },
  A28: null,
  A31: null,
  A34: null,
  A40: null,
} as const satisfies Record<
  string,
  {
    status: EncounterInput['status']
    class: EncounterInput['class']
    /** A visit number is generated when the message has none. */
    admits: boolean
    undoes?: 'admission' | 'discharge'
  } | null
>
type AdtEvent = keyof typeof effects

export const isAdtEvent = (event: string): event is AdtEvent => event in effects

/** A message about one patient in our terms; ids of site, department and staff are still codes. */
export type AdtMessage = {
  event: string
  siteCode: string
  at: Date
  person: PersonStatement
  encounter:
    | (Omit<EncounterInput, 'personId' | 'siteId' | 'departmentId' | 'attendingStaffId'> & {
        department: Named | null
        attending: Named | null
      })
    | null
  /** The visit of the facts, where the message only refers to it. */
  visitNumber: string | null
  /** Clinical facts without a table of their own. */
  facts: FactStatement[]
  /** The source under which the facts are kept, if not the message's source. */
  rememberedFor?: string
  /** Merged records of this patient (A34, A40), by their former numbers. */
  merges: PersonStatement[]
}

/** Maps a sender's codes to ours (table 0001, table 0004, the site's departments, discharge dispositions). */
export type CodeMaps = Record<'sex' | 'class' | 'department' | 'disposition', Record<string, string>>

export type SenderContext = {
  source: string
  facility: string
  timeZone: string
  /** In which a telephone number without a country code is dialled. */
  country: string
  receivedAt: Date
  codes: CodeMaps
  /** The site of all messages of this sender; overrides their content. */
  site: string | null
}

/** Effective time of the message: EVN-6, EVN-2 or MSH-7. */
export function statedAt(message: Hl7Message, context: SenderContext): Date {
  const evn = segment(message, 'EVN')
  const at =
    evn.time(6, context.timeZone) ??
    evn.time(2, context.timeZone) ??
    segment(message, 'MSH').time(7, context.timeZone) ??
    context.receivedAt
  // A sender whose clock is a day or more ahead must not override all later messages.
  return at.getTime() > context.receivedAt.getTime() + 86_400_000 ? context.receivedAt : at
}

/** @throws {MappingError} no PID, or several patients whose facts could be mixed up */
export function patientOf(message: Hl7Message): Fields {
  const [pid, ...others] = segments(message, 'PID')
  if (!pid) throw new MappingError('PID', 'The message has no PID segment')
  const other = others.find((one) => numberOf(one) !== numberOf(pid))
  if (other)
    throw new MappingError(
      other.name,
      'The message is about more than one patient; each needs a message of its own',
    )
  return pid
}

export function siteOf(pv1: Fields, context: SenderContext): string {
  return context.site ?? pv1.first(3, 4) ?? (context.facility || 'MAIN')
}

/**
 * HL7 v2 ADT (chapter 3) to our terms. PID-3 gives the record number, PV1-19 the visit number; both are required.
 * @throws {MappingError} naming the field that makes the message unusable
 */
export function mapAdt(message: Hl7Message, event: AdtEvent, context: SenderContext): AdtMessage {
  const pid = patientOf(message)
  const pv1 = segment(message, 'PV1')
  const at = statedAt(message, context)
  const siteCode = siteOf(pv1, context)
  const person = mapPerson(message, pid, context, siteCode, at)
  const encounter = mapEncounter(message, pv1, pid, event, context, at)
  return {
    event,
    siteCode,
    at,
    person,
    encounter,
    visitNumber: encounter?.visitNumber ?? null,
    facts: ofPatient(pid, [
      ...mapProcedures(message, encounter?.visitNumber ?? null, context, at),
      ...mapAllergies(message, context, at),
    ]),
    merges: event === 'A40' || event === 'A34' ? mapMerges(message, pid, context, siteCode, at) : [],
  }
}

/** MRG: the patient's former numbers; an unknown record is created, so that later messages under it find the person. */
function mapMerges(
  message: Hl7Message,
  pid: Fields,
  context: SenderContext,
  siteCode: string,
  at: Date,
): PersonStatement[] {
  const mrgs = segments(message, 'MRG')
  if (mrgs.length === 0) throw new MappingError('MRG', 'The message does not say which record is merged')
  return mrgs.map((mrg) => {
    const merged = mapMergedRecord(mrg, context, siteCode, at)
    const number = mrg.component(1, 1)
    if (number === numberOf(pid))
      throw new MappingError(`${mrg.name}-1`, 'The record would be merged with itself')
    return merged
  })
}

const classes: Record<string, EncounterInput['class']> = {
  I: 'inpatient',
  O: 'outpatient',
  E: 'emergency',
  P: 'inpatient',
  R: 'outpatient',
  B: 'inpatient',
}

function mapEncounter(
  message: Hl7Message,
  pv1: Fields,
  pid: Fields,
  event: AdtEvent,
  context: SenderContext,
  at: Date,
): AdtMessage['encounter'] {
  const effect = effects[event]
  if (!effect) return null
  if (!pv1.present) {
    if (event === 'A08') return null
    throw new MappingError('PV1', 'The message has no PV1 segment')
  }
  const startsAt = pv1.time(44, context.timeZone)
  const visitNumber =
    pv1.component(19, 1) ??
    pid.component(18, 1) ??
    (effect.admits ? inventedVisitNumber(pid, startsAt, at) : null)
  if (!visitNumber) {
    if (event === 'A08') return null
    throw new MappingError(
      'PV1-19',
      event === 'A03'
        ? 'The discharge does not say which visit it ends (PV1-19)'
        : 'The message does not say which visit it is about (PV1-19)',
    )
  }
  const endedAt = pv1.time(45, context.timeZone)
  const attending = pv1.component(7, 1)
  const department = pv1.first(3, 1)
  const patientClass = pv1.component(2, 1)?.toUpperCase() ?? ''
  const disposition = pv1.component(36, 1)
  return {
    visitNumber,
    class: classes[context.codes.class[patientClass] ?? patientClass] ?? effect.class,
    // PV1-45 is the actual discharge (the expected one has its own field), so an update with it ends the visit, too.
    status: event === 'A08' && endedAt !== null && endedAt <= at ? 'finished' : effect.status,
    department: department
      ? { code: context.codes.department[department] ?? department, name: pv1.component(3, 9) }
      : null,
    attending: attending
      ? { code: attending, name: displayName((pv1.repetitions(7)[0] ?? []).slice(1)) || null }
      : null,
    bed: [pv1.component(3, 2), pv1.component(3, 3)].filter(Boolean).join('-') || null,
    startsAt: startsAt ?? (effect.admits ? at : event === 'A05' ? plannedStart(message, context) : null),
    endsAt: event === 'A03' ? (endedAt ?? at) : 'undoes' in effect ? null : endedAt,
    disposition: disposition && (context.codes.disposition[disposition] ?? disposition),
    ...mapDiagnoses(message),
    source: context.source,
    sourceTime: at,
    undoes: 'undoes' in effect ? effect.undoes : null,
  }
}

/** PV2-8: when a pre-admitted patient is expected. */
function plannedStart(message: Hl7Message, context: SenderContext): Date | null {
  return segment(message, 'PV2').time(8, context.timeZone)
}

/** Small systems send registrations without a visit number; patient and time give one that a repeated message reproduces. */
function inventedVisitNumber(pid: Fields, startsAt: Date | null, at: Date): string {
  return `${pid.component(3, 1) ?? pid.component(2, 1) ?? ''}@${(startsAt ?? at).toISOString()}`
}

/**
 * DG1-21 is the action for the diagnosis with the number in DG1-20 (A, D, U); without it the segments are a complete snapshot (HL7 2.5.1,
 * 2.10.4).
 */
function mapDiagnoses(message: Hl7Message): DiagnosesStatement {
  const all = segments(message, 'DG1').flatMap((dg1) => {
    const condition = mapCondition(dg1)
    return condition ? [{ condition, action: dg1.component(21, 1)?.toUpperCase() }] : []
  })
  return {
    conditions: all.filter(({ action }) => action !== 'D').map(({ condition }) => condition),
    snapshot: all.every(({ action }) => action === undefined),
    withdrawn: all.filter(({ action }) => action === 'D').map(({ condition }) => condition),
  }
}

function mapCondition(dg1: Fields): ConditionInput | null {
  const code = dg1.component(3, 1)
  const text = dg1.component(3, 2) ?? dg1.component(4, 1)
  if (!code && !text) return null
  const roles: Record<string, ConditionInput['role']> = { A: 'admission', W: 'admission', F: 'discharge' }
  return {
    code: code ?? '',
    text: text ?? code ?? '',
    role: roles[dg1.component(6, 1)?.toUpperCase() ?? ''] ?? 'other',
    identifier: dg1.component(20, 1) ?? null,
  }
}
