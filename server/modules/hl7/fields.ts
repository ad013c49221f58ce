import type { Hl7Field, Hl7Segment } from '@medplum/core'
import { futureBeyond } from '../../platform/believable.ts'
import { localDate } from '../../platform/clock.ts'
import { clean, unescape } from './escape.ts'
import { MappingError, type Message, note, nameOf } from './note.ts'
import { instantOf, readTime } from './time.ts'

/** Reads fields of one segment: repetitions and components, unescaped. HL7's `""` means "delete" and reads as empty. */
export class Fields {
  readonly message: Message
  readonly #name: string
  readonly #segment: Hl7Segment | undefined
  /** A segment is read field by field, component by component: each field is decoded once. */
  readonly #known = new Map<number, string[][]>()

  constructor(message: Message, segment: Hl7Segment | undefined, name: string) {
    this.#name = name
    this.message = message
    this.#segment = segment
  }

  /** With its number where there are several, such as `OBX[2]`. */
  get name(): string {
    return (this.#segment && nameOf(this.message, this.#segment)) ?? this.#name
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
    const { hl7, charset } = this.message
    const sign = hl7.context.subcomponentSeparator
    if (text === '""') return ''
    if (sign === '' || !text.includes(sign)) return clean(unescape(text, hl7.context, charset)).trim()
    return text
      .split(sign)
      .map((part) => clean(unescape(part, hl7.context, charset)))
      .join(subcomponent)
      .replace(trailing, '')
      .trim()
  }

  component(field: number, component: number): string | null {
    const text = this.repetitions(field)[0]?.[component - 1]
    return text ? whole(text) : null
  }

  /** First sub-component of a component that names an authority or a place (HD). */
  first(field: number, component: number): string | null {
    return authorityName(this.repetitions(field)[0]?.[component - 1]) || null
  }

  /** Each repetition of a field whose type has no components (ST, TX, NM …): a raw `^` or `&` in it is text. */
  texts(field: number): string[] {
    const sign = this.message.hl7.context.componentSeparator
    return this.repetitions(field).map((one) => one.map(whole).join(sign).replace(/\^+$/, ''))
  }

  /** Whether the sender deletes the field's value. */
  deleted(field: number): boolean {
    return textOf(this.#segment, field).trim() === '""'
  }

  /** @throws {MappingError} when the field is empty */
  required(field: number, component: number, meaning: string): string {
    const value = this.component(field, component)
    if (!value) throw new MappingError(`${this.name}-${field}`, `${meaning} is missing`)
    return value
  }

  /** A time; one that cannot be read is noted and null. */
  time(field: number, component = 1): Date | null {
    const text = this.component(field, component)
    if (!text) return null
    const read = readTime(text)
    if (!read) {
      this.note(field, 'not-a-time', text)
      return null
    }
    return instantOf(read, this.message.zone)
  }

  /** A time of something that has happened; one in the future is noted and null. @param exact to the day: a month or a year is noted, too */
  past(field: number, exact = false): Date | null {
    const at = this.time(field)
    if (!at) return null
    const text = this.component(field, 1) ?? ''
    const precision = exact ? readTime(text)?.precision : 'day'
    if (precision === 'year' || precision === 'month') this.note(field, 'incomplete', text)
    else if (futureBeyond(at, this.message.receivedAt)) this.note(field, 'in-the-future', text)
    else return at
    return null
  }

  /** A day that has come; one that cannot be read, is incomplete or lies in the future is noted and null. */
  pastDate(field: number): string | null {
    const text = this.component(field, 1)
    if (!text) return null
    const read = readTime(text) ?? readTime(/^\d{8}(?=\d)/.exec(text)?.[0] ?? '')
    if (!read) {
      this.note(field, 'not-a-date', text)
      return null
    }
    if (read.precision === 'year' || read.precision === 'month') {
      this.note(field, 'incomplete', text)
      return null
    }
    const { year, month, day } = read.local
    const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
    const tomorrow = localDate(new Date(this.message.receivedAt.getTime() + 86_400_000), 'UTC')
    if (date <= tomorrow) return date
    this.note(field, 'in-the-future', text)
    return null
  }

  note(field: number, kind: Parameters<typeof note>[2], value: string | null): void {
    note(this.message, `${this.name}-${field}`, kind, value)
  }
}

/** A field as it came. */
export function textOf(segment: Hl7Segment | undefined, field: number): string {
  const value: Hl7Field | undefined = segment?.getField(field)
  return value?.toString() ?? ''
}

const subcomponent = '\u001f'
const trailing = /\u001f+$/

/** A component of {@link Fields.repetitions} as one text, sub-components joined as HL7 writes them. */
export function whole(component: string | undefined): string {
  return component?.includes(subcomponent) ? component.replaceAll(subcomponent, '&') : (component ?? '')
}

/**
 * A family name (FN) or a street (SAD): HL7 has the whole first and then its parts, such as `VAN DER BERG&VAN DER&BERG`. Where the rest is
 * no part of it, a raw `&` was meant.
 */
export function wholeOfParts(component: string | undefined): string {
  const [first = '', ...parts] = component?.split(subcomponent) ?? []
  // Of three and more parts the first is a prefix, which may be missing from the whole.
  const isPart = (part: string, at: number) =>
    at === 0 && parts.length > 1
      ? false
      : part !== '' && (first.includes(part) || (at === 0 && /^[a-zà-ÿ' ]+$/.test(part)))
  return parts.length === 0 || parts.some(isPart) ? first.trim() : whole(component)
}

/** Name, universal id and its type of an authority (HD). */
export function authorityParts(component: string | undefined): { name: string; id: string; type: string } {
  const [name = '', id = '', type = ''] = component?.split(subcomponent) ?? []
  // An id has a type, or looks like an OID or a UUID; anything else is a name with a raw `&`.
  const isId = id !== '' && (type !== '' || /^[\d.]{5,}$/.test(id) || /^[\da-f-]{32,36}$/i.test(id))
  return isId || id === '' ? { name, id, type } : { name: whole(component), id: '', type: '' }
}

function authorityName(component: string | undefined): string {
  const { name, id } = authorityParts(component)
  return name || id
}
