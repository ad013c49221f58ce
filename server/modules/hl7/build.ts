import { formatPhone } from '../person/phone.ts'
import { nameParts } from '../person/name.ts'
import { toLocal } from '../../platform/clock.ts'
import { encodeAs } from './charset.ts'

/** Names of character sets in MSH-18 (HL7 table 0211). */
const charsetNames = { 'UTF-8': 'UNICODE UTF-8', GB18030: 'GB 18030-2000' } as const

/** The receiver of a message and its format. */
export type Receiver = {
  application: string
  facility: string
  charset: keyof typeof charsetNames
  /** MSH-12, such as `2.5`. */
  version: string
  /** Time stamps carry the offset of this zone. */
  timeZone: string
  /** Numbers are written as they are dialled there. */
  country: string
}

/** The person data of a correction; null: cleared, sent as `""`. */
export type CorrectedPerson = {
  /** Numbers of the receiver's own authority, type as in HL7 table 0203. */
  identifiers: { value: string; type: string; authority: string }[]
  name: string
  sex: string
  /** `1970-01-02` */
  birthDate: string | null
  /** E.164, best first. */
  phones: { value: string; extension: string | null; use: string }[]
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

/** One component as HL7 writes it (v2.5 chapter 2.7); control characters, which could end a frame, become blanks. */
export function escapeText(text: string): string {
  return text
    .replaceAll(/[|^~\\&\r\n]/g, (sign) => escapes[sign] ?? '')
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
}

export function components(...parts: string[]): string {
  return parts.map(escapeText).join('^').replace(/\^+$/, '')
}

/** A segment from its fields by number; trailing empty ones are left out. */
export function segment(name: string, fields: Record<number, string>): string {
  const last = Math.max(...Object.keys(fields).map(Number))
  return [name, ...Array.from({ length: last }, (_, at) => fields[at + 1] ?? '')]
    .join('|')
    .replace(/\|+$/, '')
}

/** HL7 time stamp with offset, so that it needs no context. */
export function stamp(at: Date, timeZone: string): string {
  const local = toLocal(at, timeZone)
  const utc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second)
  const minutes = Math.round((utc - Math.floor(at.getTime() / 1000) * 1000) / 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const digits = new Date(utc).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')
  const offset = Math.abs(minutes)
  return `${digits}${minutes < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}${two(offset % 60)}`
}

/** Whether a version is at least another one; an unreadable version counts as old. */
export function since(version: string, wanted: string): boolean {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0
}

const sexes: Record<string, string> = { male: 'M', female: 'F', other: 'O', unknown: 'U' }

/** XTN: the extension in component 8; the number where old versions read it and, from 2.5 on, also where new ones do (component 12). */
function telecom(
  { value, extension, use }: CorrectedPerson['phones'][number],
  { version, country }: Receiver,
): string {
  const number = formatPhone(value, null, country)
  const [code, equipment] =
    use === 'work' ? ['WPN', 'PH'] : ['PRN', use === 'home' || use === 'other' ? 'PH' : 'CP']
  const unformatted = since(version, '2.5') ? ['', '', '', number] : []
  const rest = extension || unformatted.length > 0 ? ['', '', '', '', extension ?? '', ...unformatted] : []
  return components(number, code, equipment, ...rest)
}

/** MSH of a message of ours; `type` as in MSH-9, the structure from 2.3.1 on. */
export function header(
  receiver: Receiver,
  { type, structure, controlId, at }: { type: string; structure: string; controlId: string; at: Date },
): string {
  return segment('MSH', {
    1: '^~\\&',
    2: 'CARELOOP',
    3: 'CARELOOP',
    4: escapeText(receiver.application),
    5: escapeText(receiver.facility),
    6: stamp(at, receiver.timeZone),
    8: since(receiver.version, '2.3.1') ? `${type}^${structure}` : type,
    9: controlId,
    10: 'P',
    11: receiver.version,
    17: charsetNames[receiver.charset],
  })
}

/** PID with what is known and can be corrected here. An omitted field means "no change" to the receiver, so its address stays. */
export function identification(receiver: Receiver, person: CorrectedPerson): string {
  const { family, given } = nameParts(person.name)
  const phones = (work: boolean) =>
    person.phones
      .filter((one) => (one.use === 'work') === work)
      .map((one) => telecom(one, receiver))
      .join('~')
  return segment('PID', {
    1: '1',
    3: person.identifiers.map((one) => components(one.value, '', '', one.authority, one.type)).join('~'),
    5: components(family, given, '', '', '', '', ...(since(receiver.version, '2.3') ? ['L'] : [])),
    7: person.birthDate?.replaceAll('-', '') ?? '""',
    8: sexes[person.sex] ?? 'U',
    13: phones(false),
    14: phones(true),
  })
}

/** Segments ended by CR, in the receiver's character set. */
export function messageOf(receiver: Receiver, segments: string[]): Buffer {
  return encodeAs(`${segments.join('\r')}\r`, receiver.charset)
}

/**
 * ADT^A31 (update person information, HL7 v2.5 chapter 3.3.31): only the demographics that can be corrected here.
 * @returns the bytes in the receiver's character set, segments ended by CR
 */
export function buildPersonUpdate(
  receiver: Receiver,
  { controlId, at, person }: { controlId: string; at: Date; person: CorrectedPerson },
): Buffer {
  return messageOf(receiver, [
    header(receiver, { type: 'ADT^A31', structure: 'ADT_A05', controlId, at }),
    segment('EVN', { 1: 'A31', 2: stamp(at, receiver.timeZone) }),
    identification(receiver, person),
    // The message structure requires PV1; N: not applicable.
    segment('PV1', { 1: '1', 2: 'N' }),
  ])
}
