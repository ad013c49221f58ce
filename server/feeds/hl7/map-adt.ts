import type { Hl7Message } from '@medplum/core'
import type { ConditionInput, EncounterInput } from '../../modules/encounter/upsert.ts'
import type { Named } from '../../modules/organisation/organisation.ts'
import { normalisePhone } from '../../modules/person/phone.ts'
import type { Address, Identifier, PersonInput, Relationship, Telecom } from '../../modules/person/upsert.ts'
import { type Fields, MappingError, segment, segments } from './message.ts'

export const adtEvents = ['A01', 'A03', 'A04', 'A08'] as const
export type AdtEvent = (typeof adtEvents)[number]

/** An ADT message in our terms; ids of site, department and staff are still codes. */
export type AdtMessage = {
  event: AdtEvent
  siteCode: string
  at: Date
  person: Omit<PersonInput, 'identifiers'> & {
    identifiers: (Omit<Identifier, 'siteId'> & { ofSite: boolean })[]
  }
  encounter:
    | (Omit<EncounterInput, 'personId' | 'siteId' | 'departmentId' | 'attendingStaffId'> & {
        department: Named | null
        attending: Named | null
      })
    | null
}

export type SenderContext = { source: string; facility: string; timeZone: string; receivedAt: Date }

/**
 * HL7 v2 ADT (chapter 3) to our terms. PID-3 gives the record number, PV1-19 the visit; both are needed to know who and what.
 * @throws {MappingError} naming the field that makes the message unusable
 */
export function mapAdt(message: Hl7Message, event: AdtEvent, context: SenderContext): AdtMessage {
  const pid = segment(message, 'PID')
  if (!pid.present) throw new MappingError('PID', 'The message has no PID segment')
  const header = segment(message, 'MSH')
  const evn = segment(message, 'EVN')
  const pv1 = segment(message, 'PV1')
  const sentAt = header.time(7, context.timeZone) ?? context.receivedAt
  const at = notAhead(
    evn.time(6, context.timeZone) ?? evn.time(2, context.timeZone) ?? sentAt,
    context.receivedAt,
  )
  const siteCode = pv1.first(3, 4) ?? (context.facility || 'MAIN')
  const person = mapPerson(message, pid, context, siteCode, at)
  return { event, siteCode, at, person, encounter: mapEncounter(message, pv1, pid, event, context, at) }
}

/** A sender whose clock runs a day or more ahead must not outvote every message that follows. */
function notAhead(at: Date, receivedAt: Date): Date {
  return at.getTime() > receivedAt.getTime() + 86_400_000 ? receivedAt : at
}

function mapPerson(
  message: Hl7Message,
  pid: Fields,
  context: SenderContext,
  siteCode: string,
  at: Date,
): AdtMessage['person'] {
  const identifiers = mapIdentifiers(pid, context.facility || siteCode)
  const names = pid.repetitions(5)
  const legal = names.find((name) => ['L', 'I', ''].includes(name[6] ?? '')) ?? names[0]
  const sexes: Record<string, PersonInput['sex']> = { M: 'male', F: 'female', O: 'other', A: 'other' }
  const deceasedAt = pid.time(29, context.timeZone)
  return {
    source: context.source,
    sourceTime: at,
    identifiers,
    name: legal ? displayName(legal) : null,
    sex: sexes[pid.component(8, 1)?.toUpperCase() ?? ''] ?? null,
    birthDate: pid.date(7),
    deceasedAt,
    deceased: deceasedAt !== null || pid.component(30, 1)?.toUpperCase() === 'Y',
    maritalStatus: pid.component(16, 1),
    telecoms: [...mapTelecoms(pid, 13, 'mobile'), ...mapTelecoms(pid, 14, 'work')],
    addresses: pid.repetitions(11).slice(0, 1).map(mapAddress),
    relationships: segments(message, 'NK1')
      .map(mapRelationship)
      .filter((one) => one !== null),
  }
}

/** Assigning authorities of national numbers, as Chinese and Taiwanese senders write the identifier type (PID-3.5, table 0203). */
const nationalTypes: Record<string, string> = {
  NI: 'national-id',
  NNCHN: 'national-id',
  SFZ: 'national-id',
  NNTWN: 'national-id',
  PPN: 'passport',
}

function mapIdentifiers(pid: Fields, facility: string): AdtMessage['person']['identifiers'] {
  const repetitions = [...pid.repetitions(3), ...(pid.repetitions(3).length === 0 ? pid.repetitions(2) : [])]
  const all = repetitions
    .filter((components) => components[0])
    .map((components) => {
      const value = components[0] ?? ''
      const type = (components[4] ?? '').toUpperCase()
      const authority = (components[3] ?? '').split('&')[0] ?? ''
      const national = nationalTypes[type]
      if (national) return { system: national, value: value.toUpperCase(), ofSite: false }
      const kind = type === '' || type === 'MR' || type === 'PI' || type === 'PK' ? 'mrn' : type.toLowerCase()
      return { system: `${kind}:${authority || facility}`, value, ofSite: kind === 'mrn' }
    })
  // A national number alone does not do: mother and newborn often share one.
  const first =
    all.find((one) => one.ofSite) ?? all.find((one) => !Object.values(nationalTypes).includes(one.system))
  if (!first) throw new MappingError('PID-3', 'The patient has no record number')
  const others = all.filter((one) => one.system !== first.system || one.value !== first.value)
  return [...new Map([first, ...others].map((one) => [`${one.system}|${one.value}`, one])).values()]
}

/** XPN: family ^ given; Chinese names are written without a space, Latin ones given name first. */
function displayName(components: string[]): string {
  const [family = '', given = '', middle = ''] = components
  const surname = family.split('&')[0] ?? ''
  if (/\p{Script=Han}/u.test(surname + given)) return surname + given
  return [given, middle, surname].filter(Boolean).join(' ')
}

function mapTelecoms(pid: Fields, field: number, use: Telecom['use']): Telecom[] {
  return pid.repetitions(field).flatMap((components): Telecom[] => {
    const [plain = '', , equipment = '', email = ''] = components
    // XTN before 2.3 has the whole number in the first component; later it is in 12, or in 5 to 7.
    const number =
      components[11] || [components[4], components[5], components[6]].filter(Boolean).join('') || plain
    if (email.includes('@')) return [{ system: 'email', value: email.toLowerCase(), use: 'home' }]
    if (!/\d{5,}/.test(number.replaceAll(/\D/g, ''))) return []
    const kind = equipment === 'PH' && use === 'mobile' ? 'home' : use
    return [{ system: 'phone', value: normalisePhone(number), use: kind }]
  })
}

function mapAddress(components: string[]): Address {
  const [street = '', other = '', city = '', province = '', postalCode = ''] = components.map(
    (text) => text.split('&')[0] ?? '',
  )
  const district = /^(.*?[市州盟])?(.+?[区县市旗])/.exec(city)
  return {
    use: 'home',
    text: [province, city, street, other].filter(Boolean).join(''),
    district: district?.[2] ?? null,
    city: district?.[1] ?? (city || null),
    province: province || null,
    postalCode: postalCode || null,
  }
}

function mapRelationship(nk1: Fields): Relationship | null {
  const name = nk1.repetitions(2)[0]
  if (!name) return null
  const text = displayName(name)
  const phone = nk1.repetitions(5)[0]
  const number = phone
    ? phone[11] || [phone[4], phone[5], phone[6]].filter(Boolean).join('') || phone[0]
    : null
  return text
    ? { relation: nk1.component(3, 1) ?? 'OTH', name: text, phone: number ? normalisePhone(number) : null }
    : null
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
  if (!pv1.present) {
    if (event === 'A08') return null
    throw new MappingError('PV1', 'The message has no PV1 segment')
  }
  const startsAt = pv1.time(44, context.timeZone)
  const visitNumber =
    pv1.component(19, 1) ?? pid.component(18, 1) ?? inventedVisitNumber(pid, startsAt, at, event)
  if (!visitNumber) {
    if (event === 'A08') return null
    throw new MappingError('PV1-19', 'The discharge does not say which visit it ends (PV1-19)')
  }
  const endedAt = pv1.time(45, context.timeZone)
  const attending = pv1.component(7, 1)
  const department = pv1.first(3, 1)
  const said = classes[pv1.component(2, 1)?.toUpperCase() ?? ''] ?? null
  const fallback = event === 'A01' || event === 'A03' ? 'inpatient' : event === 'A04' ? 'outpatient' : null
  return {
    visitNumber,
    class: said ?? fallback,
    status: statusOf(event, endedAt, at),
    department: department ? { code: department, name: pv1.component(3, 9) } : null,
    attending: attending
      ? { code: attending, name: displayName((pv1.repetitions(7)[0] ?? []).slice(1)) || null }
      : null,
    bed: [pv1.component(3, 2), pv1.component(3, 3)].filter(Boolean).join('-') || null,
    startsAt: startsAt ?? (event === 'A03' || event === 'A08' ? null : at),
    endsAt: event === 'A03' ? (endedAt ?? at) : endedAt,
    disposition: pv1.component(36, 1),
    conditions: segments(message, 'DG1')
      .map(mapCondition)
      .filter((one) => one !== null),
    source: context.source,
    sourceTime: at,
  }
}

/** PV1-45 is the actual discharge (the expected one has a field of its own), so an update that brings it ends the visit, too. */
function statusOf(event: AdtEvent, endedAt: Date | null, at: Date): EncounterInput['status'] {
  if (event === 'A03') return 'finished'
  if (event === 'A08') return endedAt !== null && endedAt <= at ? 'finished' : null
  return 'in-progress'
}

/** Small systems send registrations without a visit number; the patient and the time make one that a repeated message makes again. */
function inventedVisitNumber(pid: Fields, startsAt: Date | null, at: Date, event: AdtEvent): string | null {
  if (event === 'A03' || event === 'A08') return null
  return `${pid.component(3, 1) ?? pid.component(2, 1) ?? ''}@${(startsAt ?? at).toISOString()}`
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
  }
}
