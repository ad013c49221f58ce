import type { Hl7Message, Hl7Segment } from '@medplum/core'
import type { IntakeNote } from '../../../contract/intake.ts'
import type { Zone } from './time.ts'

/** Why a message cannot be applied, and the field at fault; shown in the dead-letter list. */
export class MappingError extends Error {
  readonly location: string

  constructor(location: string, reason: string) {
    super(reason)
    this.location = location
  }
}

/** A message being read, and what was found in it that cannot be used. */
export type Message = {
  hl7: Hl7Message
  /** As `iconv-lite` names it. */
  charset: string
  zone: Zone
  receivedAt: Date
  notes: IntakeNote[]
  /** What was left out because something required is missing: the reason why the message is dead if nothing else is in it. */
  leftOut: MappingError[]
  /** Names of segments that occur more than once, such as `OBX[2]`. */
  names: Map<Hl7Segment, string>
}

/** Keeps something that cannot be used; the rest of the message is applied. */
export function note(
  message: Message,
  location: string,
  kind: IntakeNote['kind'],
  value: string | null,
): void {
  const known = message.notes.some((one) => one.location === location && one.kind === kind)
  if (!known) message.notes.push({ location, kind, value: value === null ? null : shown(location, value) })
}

/**
 * Shifted fields can put a name or a telephone number where a date should be, and notes are shown to more people than may see those: of
 * the patient only dates, small numbers and short codes are shown, elsewhere what is no long number.
 */
function shown(location: string, text: string): string | null {
  if (/1[3-9]\d{9}|\d{17}/.test(text)) return null
  if (/^[\d\s:.+/-]{1,26}$/.test(text) || /^[\w-]{1,3}$/.test(text)) return text
  const ofPerson = /^(?:PID|NK1|MRG|GT1|IN\d)/.test(location)
  return ofPerson ? (/^\p{Script=Han}$/u.test(text) ? text : null) : text.slice(0, 40).toWellFormed()
}

/** A segment's name, with its number where there are several of the name. */
export function nameOf(message: Message, one: Hl7Segment): string {
  if (message.names.size === 0) nameSegments(message)
  return message.names.get(one) ?? one.name
}

export function nameSegments({ hl7, names }: Message): void {
  for (const [name, all] of Map.groupBy(hl7.segments, (one) => one.name))
    for (const [at, one] of all.entries()) names.set(one, all.length > 1 ? `${name}[${at + 1}]` : name)
}
