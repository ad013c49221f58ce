import iconv from 'iconv-lite'
import { hl7Time } from './clock.ts'
import type { Encounter, EventType, SimEvent } from './life.ts'
import { recordNumber, type NextOfKin, type Person } from './people.ts'

export type Charset = 'utf-8' | 'gb18030'

const charsetNames: Record<Charset, string> = { 'utf-8': 'UNICODE UTF-8', gb18030: 'GB 18030-2000' }

// HL7 v2.5: A04 and A08 use the structure of A01.
const structures: Record<EventType, string> = {
  A01: 'ADT_A01',
  A03: 'ADT_A03',
  A04: 'ADT_A01',
  A08: 'ADT_A01',
}

/** An event as an HL7 v2.5 ADT message: segments end with CR, no MLLP frame, UTF-8 unless asked otherwise. */
export function encodeEvent(event: SimEvent, charset: Charset = 'utf-8'): Buffer {
  const text = eventText(event, charset)
  return charset === 'utf-8' ? Buffer.from(text) : iconv.encode(text, 'gb18030')
}

function eventText(event: SimEvent, charset: Charset): string {
  const { person, encounter } = event
  const site = encounter.department.siteCode
  const time = `${hl7Time(event.at.getTime())}+0800`
  const segments = [
    fields('MSH', {
      1: '^~\\&',
      2: 'HIS',
      3: site,
      4: 'CareLoop',
      5: site,
      6: time,
      8: `ADT^${event.type}^${structures[event.type]}`,
      9: event.messageControlId,
      10: 'P',
      11: '2.5',
      16: 'CHN',
      17: charsetNames[charset],
    }),
    fields('EVN', { 1: event.type, 2: time, 6: time }),
    patient(person, site),
    ...(person.nextOfKin ? [nextOfKin(person.nextOfKin)] : []),
    visit(encounter, site),
    ...diagnoses(event),
  ]
  return `${segments.join('\r')}\r`
}

/** Escapes the five delimiters and line ends of one component (HL7 v2.5, chapter 2.7). */
export function escapeHl7(text: string): string {
  return /[|^~\\&\r\n]/.test(text) ? text.replace(/[|^~\\&\r\n]/g, (c) => escapes[c] ?? '') : text
}

const escapes: Record<string, string> = {
  '|': '\\F\\',
  '^': '\\S\\',
  '~': '\\R\\',
  '\\': '\\E\\',
  '&': '\\T\\',
  '\r': '\\X0D\\',
  '\n': '\\X0A\\',
}

/** A segment from its fields by number. For MSH the numbers are one less, as the separator itself is MSH-1. */
function fields(name: string, values: Record<number, string | undefined>): string {
  const last = Math.max(...Object.keys(values).map(Number))
  let segment = name
  for (let i = 1; i <= last; i++) segment += `|${values[i] ?? ''}`
  return segment
}

function components(...parts: (string | undefined)[]): string {
  return parts.map((part) => escapeHl7(part ?? '')).join('^')
}

function patient(person: Person, site: string): string {
  const identifiers = [components(recordNumber(person, site), '', '', site, 'MR')]
  const document = person.idDocument
  if (document) identifiers.push(components(document.value, '', '', document.authority, document.type))
  const { address, deceasedAt } = person
  return fields('PID', {
    1: '1',
    3: identifiers.join('~'),
    5: components(person.name.family, person.name.given, '', '', '', '', 'L'),
    7: person.birthDate.replaceAll('-', ''),
    8: person.sex,
    11: components(address.street, '', address.city, address.province, address.postcode, 'CHN', 'H'),
    13: telecoms(person),
    16: person.maritalStatus,
    ...(deceasedAt ? { 29: `${hl7Time(deceasedAt.getTime())}+0800`, 30: 'Y' } : {}),
  })
}

function telecoms(person: Person): string {
  const list: string[] = []
  if (person.phone) list.push(components('', 'PRN', 'CP', '', '', '', person.phone))
  if (person.email) list.push(components('', 'NET', 'Internet', person.email))
  return list.join('~')
}

function nextOfKin(kin: NextOfKin): string {
  return fields('NK1', {
    1: '1',
    2: components(kin.familyName, kin.givenName, '', '', '', '', 'L'),
    3: components(kin.relation, kin.relationText, 'HL70063'),
    5: components('', 'PRN', 'CP', '', '', '', kin.phone),
  })
}

function visit(encounter: Encounter, site: string): string {
  const { department, attending, dischargedAt, disposition } = encounter
  return fields('PV1', {
    1: '1',
    2: encounter.class,
    3: components(department.code, encounter.room, encounter.bed, site, '', '', '', '', department.name),
    7: components(attending.code, attending.familyName, attending.givenName),
    10: department.specialty,
    19: components(encounter.visitNumber, '', '', site, 'VN'),
    ...(disposition ? { 36: disposition } : {}),
    44: `${hl7Time(encounter.admittedAt.getTime())}+0800`,
    ...(dischargedAt ? { 45: `${hl7Time(dischargedAt.getTime())}+0800` } : {}),
  })
}

function diagnoses({ at, encounter }: SimEvent): string[] {
  const final = encounter.dischargedAt !== undefined
  return encounter.diagnoses.map((diagnosis, i) =>
    fields('DG1', {
      1: String(i + 1),
      3: components(diagnosis.code, diagnosis.name, 'I10'),
      5: `${hl7Time((final ? at : encounter.admittedAt).getTime())}+0800`,
      6: final ? 'F' : 'A',
    }),
  )
}
