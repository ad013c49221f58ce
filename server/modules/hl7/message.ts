import { Hl7Message, type Hl7Segment } from '@medplum/core'
import { toLocal } from '../../platform/clock.ts'
import { decode, knownCharset } from './charset.ts'
import { Fields, textOf } from './fields.ts'
import { MappingError, type Message, nameSegments, note } from './note.ts'
import { instantOf, readTime, type Zone } from './time.ts'

/** How the sender's messages are read. */
export type Reading = {
  charset: string
  timeZone: string
  /** The zone is the sender's by its profile, so an offset in MSH-7 says nothing about other times. */
  zoneIsKnown: boolean
  receivedAt: Date
}

/**
 * Decodes a stored message.
 * @returns also whether its character set is unknown, which does no harm where all bytes are ASCII
 * @throws {MappingError} unknown or wrong character set
 */
export function decodeMessage(
  raw: Buffer,
  charset: string,
): { hl7: Hl7Message; charset: string; known: boolean } {
  const name = knownCharset(charset)
  if (!name && raw.some((byte) => byte >= 0x80))
    throw new MappingError('MSH-18', `The character set "${charset}" is not known`)
  let text: string
  try {
    text = decode(raw, name ?? 'utf-8')
  } catch {
    throw new MappingError(
      'MSH-18',
      `The bytes are not valid ${charset || 'UTF-8'}; the sender must say its character set in MSH-18`,
    )
  }
  const hl7 = Hl7Message.parse(
    text
      .replace(/^\uFEFF/, '')
      .replaceAll(/\r\n|\n/g, '\r')
      .replace(/\r+$/, ''),
  )
  return { hl7, charset: name ?? 'utf-8', known: name !== undefined }
}

/** Decodes and parses a stored message. @throws {MappingError} unknown or wrong character set */
export function parseMessage(raw: Buffer, reading: Reading): Message {
  const { hl7, charset, known } = decodeMessage(raw, reading.charset)
  const message: Message = {
    hl7,
    charset,
    zone: zoneOf(hl7, reading),
    receivedAt: reading.receivedAt,
    notes: [],
    leftOut: [],
    names: new Map(),
  }
  if (!known) note(message, 'MSH-18', 'unknown-charset', reading.charset)
  return message
}

/** HL7 2.5.1, 2.A.22: times without an offset have that of MSH-7. Where it is the zone's own, the zone also knows its summer time. */
function zoneOf(hl7: Hl7Message, { timeZone, zoneIsKnown }: Reading): Zone {
  const sent = zoneIsKnown ? null : readTime(textOf(hl7.getSegment('MSH'), 7))
  if (!sent || sent.offset === null) return timeZone
  const at = instantOf(sent, timeZone)
  const local = toLocal(at, timeZone)
  const here = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute)
  return Math.round((here - at.getTime()) / 60_000) === sent.offset ? timeZone : sent.offset
}

/** Maps each part of a message; one that lacks something required is noted and left out. */
export function eachReadable<Part, Mapped>(
  message: Message,
  parts: Part[],
  map: (part: Part) => Mapped[],
): Mapped[] {
  return parts.flatMap((part) => {
    try {
      return map(part)
    } catch (error) {
      if (!(error instanceof MappingError)) throw error
      note(message, error.location, 'missing', null)
      message.leftOut.push(error)
      return []
    }
  })
}

export function segment(message: Message, name: string): Fields {
  return new Fields(message, message.hl7.getSegment(name), name)
}

export function segments(message: Message, name: string): Fields[] {
  return message.hl7.getAllSegments(name).map((one) => new Fields(message, one, one.name))
}

/** All segments in order, for messages whose groups depend on it. */
export function allSegments(message: Message): { name: string; fields: Fields }[] {
  return message.hl7.segments.map((one) => ({
    name: one.name,
    fields: new Fields(message, one, one.name),
  }))
}

/** A message about several patients as one for each, in order; segments of one patient stay together. */
export function perPatient(message: Message): Message[] {
  const { segments: all, context } = message.hl7
  const first = all.findIndex((one) => one.name === 'PID')
  if (first === -1 || all.findIndex((one, at) => at > first && one.name === 'PID') === -1) return [message]
  nameSegments(message)
  const parts: { patient: string; segments: Hl7Segment[] }[] = []
  for (const one of all.slice(first)) {
    if (one.name === 'PID') {
      const patient = textOf(one, 3) || textOf(one, 2)
      if (parts.at(-1)?.patient !== patient) parts.push({ patient, segments: [] })
      else continue
    }
    parts.at(-1)?.segments.push(one)
  }
  return parts.map(({ segments: own }) => ({
    ...message,
    hl7: new Hl7Message([...all.slice(0, first), ...own], context),
  }))
}
