import { type Hl7Field, type Hl7Message, Hl7Segment } from '@medplum/core'
import { sql } from 'kysely'
import type { SenderContext } from '../hl7/map-adt.ts'
import type { Reading } from '../hl7/message.ts'
import { type Hl7ProfileDefinition, hl7ProfileDefinition } from '../../../contract/hl7-profile.ts'

/** Joins `inbound_message m` with its sender's profile: that of the facility, else that for all facilities. */
export const profileJoin = sql`left join lateral (
  select p.definition from hl7_profile p where p.sender = m.sender and p.facility in (m.facility, '') order by p.facility desc limit 1
) h on true`

const usual = hl7ProfileDefinition.parse({})

/** A stored profile; one from an older version gets defaults for new fields. */
export function readProfile(stored: unknown): Hl7ProfileDefinition {
  return stored === null || stored === undefined ? usual : hl7ProfileDefinition.parse(stored)
}

/** How a message is read under its sender's profile. @param charset MSH-18 */
export function readingOf(
  profile: Hl7ProfileDefinition,
  charset: string,
  { received_at: receivedAt, time_zone: timeZone }: { received_at: Date; time_zone: string },
): Reading {
  return {
    charset: profile.charset ?? charset,
    timeZone: profile.timeZone ?? timeZone,
    zoneIsKnown: profile.timeZone !== null,
    receivedAt,
  }
}

/** What a sender's profile says about the meaning of its messages. */
export function contextOf(
  { codes, site, authority, timeZone, country }: Hl7ProfileDefinition,
  sender: { source: string; facility: string; time_zone: string; country: string },
): SenderContext {
  return {
    source: sender.source,
    facility: sender.facility,
    timeZone: timeZone ?? sender.time_zone,
    country: country ?? sender.country,
    codes,
    site,
    authority,
  }
}

type Path = { segment: string; field: number; component: number | null }

function readPath(path: string): Path {
  const [, segment = '', field = '0', component] = /^(\w{3})-(\d+)(?:\.(\d+))?$/.exec(path) ?? []
  return { segment, field: Number(field), component: component ? Number(component) : null }
}

/**
 * Moves fields to their standard place according to a profile, in the order of its lines. Raw text is moved with separators and escapes;
 * an empty or missing source leaves the target unchanged. A missing target segment is created.
 */
export function overrideFields(message: Hl7Message, fields: Hl7ProfileDefinition['fields']): void {
  for (const { to, from, value } of fields) {
    const text = (from && rawText(message, readPath(from))) || value
    if (text) put(message, readPath(to), text)
  }
}

function rawText(message: Hl7Message, { segment, field, component }: Path): string {
  const found = message.getSegment(segment)?.getField(field)
  return component === null ? (found?.toString() ?? '') : (found?.components[0]?.[component - 1] ?? '')
}

function put(message: Hl7Message, { segment, field, component }: Path, text: string): void {
  let target = message.getSegment(segment)
  if (!target) {
    target = new Hl7Segment([segment], message.context)
    message.setSegment(message.segments.length, target)
  }
  if (component === null) {
    target.setField(field, text)
    return
  }
  const sign = message.context.componentSeparator
  const current = target.getField(field) as Hl7Field | undefined
  const [first = '', ...others] = (current?.toString() ?? '').split(message.context.repetitionSeparator)
  const components = first.split(sign)
  while (components.length < component) components.push('')
  components[component - 1] = text
  target.setField(field, [components.join(sign), ...others].join(message.context.repetitionSeparator))
}
