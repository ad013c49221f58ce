import { Hl7Message, type Hl7Segment } from '@medplum/core'
import { fromLocal } from '../../platform/clock.ts'
import { decode, knownCharset } from './charset.ts'
import type { Header } from './header.ts'

/** Why a message cannot be applied, and the field at fault; shown in the dead-letter list. */
export class MappingError extends Error {
  readonly location: string

  constructor(location: string, reason: string) {
    super(reason)
    this.location = location
  }
}

/**
 * Decodes and parses a stored message.
 * @throws {MappingError} unknown or wrong character set, no segments
 */
export function parseMessage(raw: Buffer, charset: string): Hl7Message {
  const name = knownCharset(charset)
  if (!name) throw new MappingError('MSH-18', `The character set "${charset}" is not known`)
  let text: string
  try {
    text = decode(raw, name)
  } catch {
    throw new MappingError(
      'MSH-18',
      `The bytes are not valid ${charset || 'UTF-8'}; the sender must say its character set in MSH-18`,
    )
  }
  return Hl7Message.parse(
    text
      .replace(/^\uFEFF/, '')
      .replaceAll(/\r\n|\n/g, '\r')
      .replace(/\r+$/, ''),
  )
}

/** Reads fields of one segment: repetitions and components, unescaped. HL7's `""` means "delete" and reads as empty. */
export class Fields {
  readonly name: string
  readonly #segment: Hl7Segment | undefined
  readonly #context: Hl7Message['context']
  /** A segment is read field by field, component by component: each field is decoded once. */
  readonly #known = new Map<number, string[][]>()

  constructor(message: Hl7Message, segment: Hl7Segment | undefined, name: string) {
    this.name = name
    this.#segment = segment
    this.#context = message.context
  }

  get present(): boolean {
    return this.#segment !== undefined
  }

  /** Repetitions of a field, each as its list of components. */
  repetitions(field: number): string[][] {
    let known = this.#known.get(field)
    if (!known) this.#known.set(field, (known = this.#decode(field)))
    return known
  }

  #decode(field: number): string[][] {
    const value = this.#segment?.getField(field)
    if (!value) return []
    return value.components
      .map((components) => components.map((text) => this.#read(text)))
      .filter((components) => components.some((text) => text !== ''))
  }

  /** Sub-components are joined by a character that cannot occur in text: an escaped `&` is text, not a separator. */
  #read(text: string): string {
    const sign = this.#context.subcomponentSeparator
    if (sign === '' || !text.includes(sign)) return clean(unescape(text, this.#context))
    return text
      .split(sign)
      .map((part) => clean(unescape(part, this.#context)))
      .join(subcomponent)
      .replace(trailing, '')
  }

  component(field: number, component: number): string | null {
    const text = this.repetitions(field)[0]?.[component - 1]
    return text ? whole(text) : null
  }

  /** First sub-component of a component. */
  first(field: number, component: number): string | null {
    return firstPart(this.repetitions(field)[0]?.[component - 1]) || null
  }

  /** @throws {MappingError} when the field is empty */
  required(field: number, component: number, meaning: string): string {
    const value = this.component(field, component)
    if (!value) throw new MappingError(`${this.name}-${field}`, `${meaning} is missing`)
    return value
  }

  /**
   * HL7 TS / DTM: `YYYY[MM[DD[HH[MM[SS[.S]]]]]][+/-ZZZZ]`; without offset it is the sender's local time.
   * @throws {MappingError} not a time
   */
  time(field: number, timeZone: string, component = 1): Date | null {
    const text = this.component(field, component)
    if (!text) return null
    const match = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?([+-]\d{4})?$/.exec(
      text.replaceAll(/[\s:-](?=\d{2}(?!\d{2}$))/g, ''),
    )
    if (!match)
      throw new MappingError(
        `${this.name}-${field}`,
        `${quote(text)} is not a time (expected YYYYMMDDHHMMSS)`,
      )
    const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', offset] = match
    const local = {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
    }
    if (!realTime(local))
      throw new MappingError(`${this.name}-${field}`, `${quote(text)} is not a real date and time`)
    if (!offset) return fromLocal(local, timeZone)
    const sign = offset.startsWith('-') ? -1 : 1
    const minutes = sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5)))
    return new Date(
      Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second) -
        minutes * 60_000,
    )
  }

  /** @throws {MappingError} not a date */
  date(field: number): string | null {
    const text = this.component(field, 1)
    if (!text) return null
    const match = /^(\d{4})(\d{2})(\d{2})/.exec(text)
    if (!match) {
      // A year, or year and month, is a valid precision, but no birth date.
      if (/^\d{4}(\d{2})?$/.test(text)) return null
      throw new MappingError(`${this.name}-${field}`, `${quote(text)} is not a date (expected YYYYMMDD)`)
    }
    const [year = 0, month = 0, day = 0] = match.slice(1).map(Number)
    if (!realTime({ year, month, day, hour: 0, minute: 0, second: 0 }))
      throw new MappingError(`${this.name}-${field}`, `${quote(text)} is not a real date`)
    return `${match[1]}-${match[2]}-${match[3]}`
  }
}

const subcomponent = '\u001f'
const trailing = /\u001f+$/

/** A component of {@link Fields.repetitions} as one text, sub-components joined as HL7 writes them. */
export function whole(component: string | undefined): string {
  return component?.includes(subcomponent) ? component.replaceAll(subcomponent, '&') : (component ?? '')
}

/** The first sub-component of a component of {@link Fields.repetitions}. */
export function firstPart(component: string | undefined): string {
  const end = component?.indexOf(subcomponent) ?? -1
  return end === -1 ? (component ?? '') : (component?.slice(0, end) ?? '')
}

/** Shifted fields can put a name or a telephone number where a date should be; reasons are shown to more people than may see those. */
function quote(text: string): string {
  const harmless = /^[\d\s:.+/-]{1,26}$/.test(text) && !/1[3-9]\d{9}/.test(text) && !/\d{17}/.test(text)
  return harmless ? `"${text}"` : `A text of ${[...text].length} characters`
}

function realTime(local: {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}): boolean {
  const at = new Date(
    Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second),
  )
  return (
    local.year >= 1850 &&
    local.year <= 2200 &&
    at.getUTCMonth() === local.month - 1 &&
    at.getUTCDate() === local.day &&
    local.hour < 24 &&
    local.minute < 60 &&
    local.second < 61
  )
}

// PostgreSQL text cannot hold NUL; control characters have no meaning in a field.
const control = /[\u0000-\u0009\u000b-\u001f\u007f]/
const controls = new RegExp(control, 'g')

function clean(text: string): string {
  if (text === '""') return ''
  return (control.test(text) ? text.replaceAll(controls, ' ') : text).trim()
}

/** HL7 escape sequences (v2.5 chapter 2.7); an unknown one stays unchanged. */
function unescape(text: string, context: Hl7Message['context']): string {
  const { escapeCharacter } = context
  if (escapeCharacter === '' || !text.includes(escapeCharacter)) return text
  const signs: Record<string, string> = {
    F: context.fieldSeparator,
    S: context.componentSeparator,
    R: context.repetitionSeparator,
    E: escapeCharacter,
    T: context.subcomponentSeparator,
    H: '',
    N: '',
  }
  const mark = escapeCharacter.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  return text.replaceAll(
    new RegExp(`${mark}([^${mark}]{1,40})${mark}`, 'g'),
    (sequence, code: string) => signs[code] ?? lineBreak(code) ?? hex(code) ?? sequence,
  )
}

/** Formatted text (chapter 2.7.2): `.br` and `.sp<n>` end lines, the other commands only set margins. */
function lineBreak(code: string): string | undefined {
  const lines = /^\.(?:br|sp\+?(\d{1,2})?)$/i.exec(code)
  if (lines) return '\n'.repeat(Number(lines[1] ?? 1))
  return /^\.(?:ce|fi|nf|in[+-]?\d*|ti[+-]?\d*|sk\+?\d*)$/i.test(code) ? ' ' : undefined
}

function hex(code: string): string | undefined {
  return /^X([0-9A-F]{2})+$/i.test(code) ? Buffer.from(code.slice(1), 'hex').toString('utf8') : undefined
}

export function segment(message: Hl7Message, name: string): Fields {
  return new Fields(message, message.getSegment(name), name)
}

export function segments(message: Hl7Message, name: string): Fields[] {
  return message
    .getAllSegments(name)
    .map((one, at, all) => new Fields(message, one, all.length > 1 ? `${name}[${at + 1}]` : name))
}

/** All segments in order, for messages whose groups depend on it. */
export function allSegments(message: Hl7Message): { name: string; fields: Fields }[] {
  const seen = new Map<string, number>()
  return message.segments.map((one) => {
    const occurrence = (seen.get(one.name) ?? 0) + 1
    seen.set(one.name, occurrence)
    const place = occurrence > 1 || message.getAllSegments(one.name).length > 1 ? `[${occurrence}]` : ''
    return { name: one.name, fields: new Fields(message, one, `${one.name}${place}`) }
  })
}

/** Builds the acknowledgement (HL7 v2.5 chapter 2.9.2). */
export function acknowledge(
  header: Header | null,
  code: 'AA' | 'AE' | 'AR',
  controlId: string,
  text: string | null,
  now: Date,
): string {
  const stamp = now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  const event = header?.messageType.split('^')[1]
  const plainText = text?.replaceAll(/[|^~\\&\r\n]/g, ' ') ?? ''
  const type = event ? `ACK^${event}^ACK` : 'ACK'
  return `MSH|^~\\&|CARELOOP|CARELOOP|${header?.sender ?? ''}|${header?.facility ?? ''}|${stamp}+0000||${type}|${stamp}${controlId.slice(-12)}|P|${header?.version || '2.5'}\rMSA|${code}|${controlId}${plainText && `|${plainText}`}\r`
}
