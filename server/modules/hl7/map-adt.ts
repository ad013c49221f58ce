import type { ConditionInput, DiagnosesStatement } from '../encounter/diagnoses.ts'
import type { EncounterInput } from '../encounter/upsert.ts'
import type { Named } from '../organisation/organisation.ts'
import { authorityParts, type Fields } from './fields.ts'
import type { FactStatement } from './map-facts.ts'
import { displayName, mapMergedRecord, mapPerson, type PersonStatement } from './map-person.ts'
import { segment, segments } from './message.ts'
import { MappingError, type Message } from './note.ts'

type Effect = {
  status: EncounterInput['status']
  class: EncounterInput['class']
  /** A visit number is generated when the message has none. */
  admits?: boolean
  undoes?: 'admission' | 'discharge'
}

const update: Effect = { status: null, class: null }
const moved: Effect = { status: 'in-progress', class: null }
const announced: Effect = { status: 'planned', class: 'inpatient' }
const takenBack: Effect = { status: 'cancelled', class: null, undoes: 'admission' }

/** ADT events that say something about a visit, and their effect on it; all others are about the person. */
const effects: Record<string, Effect> = {
  A01: { status: 'in-progress', class: 'inpatient', admits: true },
  A02: moved,
  A03: { status: 'finished', class: 'inpatient' },
  A04: { status: 'in-progress', class: 'outpatient', admits: true },
  A05: announced,
  A06: { status: 'in-progress', class: 'inpatient' },
  A07: { status: 'in-progress', class: 'outpatient' },
  A08: update,
  A09: update,
  A10: update,
  A11: takenBack,
  A12: update,
  A13: { status: 'in-progress', class: 'inpatient', undoes: 'discharge' },
  A14: announced,
  A15: update,
  A16: update,
  A17: moved,
  A21: update,
  A22: update,
  A23: takenBack,
  A25: update,
  A26: update,
  A27: takenBack,
  A32: update,
  A33: update,
  A38: takenBack,
  A52: update,
  A53: update,
  A54: update,
  A55: update,
}

/** Events that join records: link (A24), merges of persons (A18, A30, A34, A36, A39, A40), change of the record number (A47). */
const merging = new Set(['A18', 'A24', 'A30', 'A34', 'A36', 'A39', 'A40', 'A47'])

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
  /** Other records of this patient, by their numbers. */
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
  /** What names the authority of a number, see `Hl7ProfileDefinition`. */
  authority: 'whole' | 'name' | 'facility'
  codes: CodeMaps
  /** The site of all messages of this sender; overrides their content. */
  site: string | null
}

/** Effective time of the message (EVN-6, EVN-2 or MSH-7), and whether the sender states it. */
export function statedAt(message: Message): { at: Date; stated: boolean } {
  const evn = segment(message, 'EVN')
  const places = [
    [evn, 6],
    [evn, 2],
    [segment(message, 'MSH'), 7],
  ] as const
  for (const [fields, field] of places) {
    const at = fields.time(field)
    if (!at) continue
    // A sender whose clock is ahead must not override all later messages.
    return fields.past(field) ? { at, stated: true } : { at: message.receivedAt, stated: false }
  }
  return { at: message.receivedAt, stated: true }
}

export function siteOf(pv1: Fields, context: SenderContext): string {
  return context.site ?? pv1.first(3, 4) ?? (context.facility || 'MAIN')
}

/**
 * HL7 v2 ADT (chapter 3) to our terms, without its facts. PID-3 gives the record number, PV1-19 the visit number; both are required.
 * @throws {MappingError} naming the field that makes the message unusable
 */
export function mapAdt(
  message: Message,
  pid: Fields,
  event: string,
  context: SenderContext,
): Omit<AdtMessage, 'facts'> {
  const pv1 = segment(message, 'PV1')
  const time = statedAt(message)
  const siteCode = siteOf(pv1, context)
  const person = mapPerson(message, pid, context, siteCode, time.at)
  const encounter = mapEncounter(message, pv1, pid, event, context, time)
  return {
    event,
    siteCode,
    at: time.at,
    person,
    encounter,
    visitNumber: encounter?.visitNumber ?? visitNumberOf(pv1, context),
    merges: merging.has(event) ? mapMerges(message, person, context, siteCode, time.at) : [],
  }
}

/** MRG: the patient's former numbers; an unknown record is created, so that later messages under it find the person. */
function mapMerges(
  message: Message,
  person: PersonStatement,
  context: SenderContext,
  siteCode: string,
  at: Date,
): PersonStatement[] {
  const [own] = person.identifiers
  // A former number without an authority is one of the authority that is named beside it, never of somebody else's.
  const authority = own?.system.slice(own.system.indexOf(':') + 1) ?? siteCode
  const mrgs = segments(message, 'MRG')
  if (mrgs.length === 0) throw new MappingError('MRG', 'The message does not say which record is merged')
  return mrgs.map((mrg) => {
    const merged = mapMergedRecord(mrg, context, authority, at)
    const [former] = merged.identifiers
    if (former?.system === own?.system && former?.value === own?.value)
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
  message: Message,
  pv1: Fields,
  pid: Fields,
  event: string,
  context: SenderContext,
  { at, stated }: { at: Date; stated: boolean },
): AdtMessage['encounter'] {
  const effect = effects[event]
  if (!effect) return null
  // A message that brings no new state of a visit may do without one.
  const optional = effect.status === null
  if (!pv1.present) {
    if (optional) return null
    throw new MappingError('PV1', 'The message has no PV1 segment')
  }
  const { startsAt, endedAt, doubted } = timesOf(pv1, effect)
  const visitNumber =
    visitNumberOf(pv1, context) ??
    pid.component(18, 1) ??
    (effect.admits ? inventedVisitNumber(pid, startsAt, at) : null)
  if (!visitNumber) {
    if (optional) return null
    throw new MappingError(
      'PV1-19',
      event === 'A03'
        ? 'The discharge does not say which visit it ends (PV1-19)'
        : 'The message does not say which visit it is about (PV1-19)',
    )
  }
  const attending = pv1.component(7, 1)
  const department = pv1.first(3, 1)
  const disposition = pv1.component(36, 1)
  const discharges = event === 'A03' || (optional && endedAt !== null && endedAt <= at)
  // A discharge at a time that cannot be is none: it would start a follow-up.
  const believed = !discharges || (!doubted && (endedAt !== null || stated))
  const undoes = effect.undoes ?? null
  const plainNumber = pv1.component(19, 1)
  return {
    visitNumber,
    ...(plainNumber && plainNumber !== visitNumber && { formerVisitNumber: plainNumber }),
    class: classOf(pv1, context) ?? effect.class,
    // PV1-45 is the actual discharge (the expected one has its own field), so an update with it ends the visit, too.
    // A visit at times that cannot be is only announced: it starts and stops nothing.
    status: !believed || (doubted && effect.admits) ? 'planned' : discharges ? 'finished' : effect.status,
    department: department
      ? { code: context.codes.department[department] ?? department, name: pv1.component(3, 9) }
      : null,
    attending: attending
      ? { code: attending, name: displayName((pv1.repetitions(7)[0] ?? []).slice(1)) || null }
      : null,
    bed: [pv1.component(3, 2), pv1.component(3, 3)].filter(Boolean).join('-') || null,
    startsAt: startsAt ?? (effect.admits && !doubted ? at : event === 'A05' ? plannedStart(message) : null),
    endsAt: !believed || undoes ? null : event === 'A03' ? (endedAt ?? at) : endedAt,
    disposition: disposition && (context.codes.disposition[disposition] ?? disposition),
    ...mapDiagnoses(message),
    source: context.source,
    sourceTime: at,
    undoes,
  }
}

/** PV1-44 and PV1-45. @returns `doubted`: one lies in the future, or the visit would end before it begins; both are noted */
function timesOf(
  pv1: Fields,
  effect: Effect,
): { startsAt: Date | null; endedAt: Date | null; doubted: boolean } {
  const startsAt = effect.status === 'planned' ? pv1.time(44) : pv1.past(44)
  const endedAt = pv1.past(45, true)
  const future = (startsAt === null && pv1.time(44) !== null) || (endedAt === null && pv1.time(45) !== null)
  if (startsAt && endedAt && endedAt < startsAt) {
    pv1.note(45, 'contradiction', pv1.component(45, 1))
    return { startsAt: null, endedAt: null, doubted: true }
  }
  return { startsAt, endedAt, doubted: future }
}

function classOf(pv1: Fields, { codes }: SenderContext): EncounterInput['class'] {
  const sent = pv1.component(2, 1)?.toUpperCase() ?? ''
  const known = classes[codes.class[sent] ?? sent]
  // N: not applicable, U: unknown, C: commercial account.
  if (!known && !['', 'N', 'U', 'C'].includes(sent)) pv1.note(2, 'unknown-code', sent)
  return known ?? null
}

/**
 * PV1-19, whose authority (CX.4) is written before it where it is neither the facility nor the site of the message: two houses behind one
 * sender number their visits alike.
 */
export function visitNumberOf(pv1: Fields, context: SenderContext): string | null {
  const number = pv1.component(19, 1)
  if (!number || context.authority === 'facility') return number
  const { name, id } = authorityParts(pv1.repetitions(19)[0]?.[3])
  const authority = name || id
  const own = authority === '' || [context.facility, siteOf(pv1, context)].includes(authority)
  return own ? number : `${authority}:${number}`
}

/** PV2-8: when a pre-admitted patient is expected. */
function plannedStart(message: Message): Date | null {
  return segment(message, 'PV2').time(8)
}

/** Small systems send registrations without a visit number; patient and time give one that a repeated message reproduces. */
function inventedVisitNumber(pid: Fields, startsAt: Date | null, at: Date): string {
  return `${pid.component(3, 1) ?? pid.component(2, 1) ?? ''}@${(startsAt ?? at).toISOString()}`
}

/**
 * DG1-21 is the action for the diagnosis with the number in DG1-20 (A, D, U); without it the segments are a complete snapshot (HL7 2.5.1,
 * 2.10.4).
 */
function mapDiagnoses(message: Message): DiagnosesStatement {
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

export function mapCondition(dg1: Fields): ConditionInput | null {
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
