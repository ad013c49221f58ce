import { sql } from 'kysely'
import type { IntakeNote } from '../../../contract/intake.ts'
import { type Hl7Profile, type Hl7ProfileDefinition } from '../../../contract/hl7-profile.ts'
import { encode, knownCharset } from '../hl7/charset.ts'
import { isProblem, readHeader } from '../hl7/header.ts'
import type { AdtMessage } from '../hl7/map-adt.ts'
import { mapMessage, NothingKept, whyIgnored } from '../hl7/map-message.ts'
import { parseMessage } from '../hl7/message.ts'
import { MappingError } from '../hl7/note.ts'
import { profilesWithin } from './scope.ts'
import { contextOf, overrideFields, readingOf, readProfile } from './sender-profile.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { countryAt } from '../setting/country.ts'
import { zoneAt } from '../setting/time-zone.ts'
import { assertMayWrite } from '../setting/setting.ts'

type Row = {
  sender: string
  facility: string
  definition: unknown
  version: number
  updated_at: Date
  updated_by: string
}

function view(row: Row): Hl7Profile {
  return {
    sender: row.sender,
    facility: row.facility,
    definition: readProfile(row.definition),
    version: row.version,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  }
}

export async function listProfiles(db: Db, actor: Actor): Promise<{ items: Hl7Profile[] }> {
  const reach = authorize(actor, 'intake.read')
  const { rows } = await sql<Row>`
    select p.* from hl7_profile p where ${profilesWithin(reach)} order by sender, facility`.execute(db)
  await audit(db, actor, { action: 'intake.profiles', fields: ['profiles'] })
  return { items: rows.map(view) }
}

/**
 * Saves a sender's profile, effective from the next message. The audit log holds old and new values.
 * @throws {AppError} changed-meanwhile when the edited version is not the current one
 */
export async function putProfile(
  trx: Trx,
  actor: Actor,
  input: { sender: string; facility: string; definition: Hl7ProfileDefinition; version: number },
): Promise<Hl7Profile> {
  assertMayWrite(actor, null)
  const definition = JSON.stringify(input.definition)
  const { rows: known } = await sql<Row>`
    select * from hl7_profile where sender = ${input.sender} and facility = ${input.facility} for update`.execute(
    trx,
  )
  const { rows } = await sql<Row>`
    insert into hl7_profile (sender, facility, definition, updated_by)
    select ${input.sender}, ${input.facility}, ${definition}::jsonb, ${actor.name}
    where ${input.version}::int = ${known[0]?.version ?? 0}::int
    on conflict (sender, facility) do update set definition = excluded.definition, version = hl7_profile.version + 1,
      updated_at = now(), updated_by = excluded.updated_by
    where hl7_profile.version = ${input.version}
    returning *`.execute(trx)
  const [saved] = rows
  if (!saved) throw new AppError('changed-meanwhile')
  await audit(trx, actor, {
    action: 'intake.profile',
    subject: `${input.sender}|${input.facility}|${saved.version}`.slice(0, 500),
    fields: changedParts(readProfile(known[0]?.definition), input.definition),
  })
  return view(saved)
}

function changedParts(before: Hl7ProfileDefinition, after: Hl7ProfileDefinition): string[] {
  const { codes: oldCodes, ...old } = before
  const { codes, ...plain } = after
  const differing = (one: object, other: object) =>
    Object.keys(one).filter(
      (name) => JSON.stringify(one[name as never]) !== JSON.stringify(other[name as never]),
    )
  return [...differing(plain, old), ...differing(codes, oldCodes).map((name) => `codes.${name}`)]
}

/** Previews a pasted message under a profile: maps it exactly as the feed does and stores nothing. */
export async function previewProfile(
  db: Db,
  actor: Actor,
  input: { message: string; definition: Hl7ProfileDefinition },
) {
  authorize(actor, 'intake.read')
  await audit(db, actor, { action: 'intake.preview', fields: ['message'] })
  const text = input.message.trimStart().replaceAll(/\r\n|\n/g, '\r')
  const bytes = encode(text)
  const header = readHeader(bytes)
  if (isProblem(header))
    return { understood: null, problem: { reason: header.reason, location: header.location } }
  const ignored = whyIgnored(header.messageType)
  if (ignored !== null) return { understood: null, problem: { reason: ignored, location: 'MSH-9' } }
  try {
    const place = await placeOf(db, header.facility)
    // Pasted text is already decoded, so the sender's character set cannot be tested here.
    const charset = knownCharset(header.charset) ? header.charset : 'UTF-8'
    const here = { received_at: new Date(), time_zone: place.zone, country: place.country }
    const message = parseMessage(bytes, readingOf({ ...input.definition, charset: null }, charset, here))
    overrideFields(message.hl7, input.definition.fields)
    const context = contextOf(input.definition, {
      ...here,
      source: `hl7:${header.sender}/${header.facility}`,
      facility: header.facility,
    })
    const [understood] = mapMessage(message, header.messageType, context)
    return {
      understood: understood ? viewUnderstood(understood, header, message.notes) : null,
      problem: null,
    }
  } catch (error) {
    if (error instanceof NothingKept)
      return { understood: null, problem: { reason: error.message, location: 'MSH-9' } }
    if (!(error instanceof MappingError)) throw error
    return { understood: null, problem: { reason: error.message, location: error.location } }
  }
}

async function placeOf(db: Db, facility: string): Promise<{ zone: string; country: string }> {
  const site = sql`(select id from site where code = ${facility})`
  const { rows } = await sql<{ zone: string; country: string }>`
    select ${zoneAt(site)} as zone, ${countryAt(site)} as country`.execute(db)
  return found(rows[0])
}

function viewUnderstood(
  message: AdtMessage,
  header: { messageType: string; controlId: string },
  notes: IntakeNote[],
) {
  const { person, encounter } = message
  const time = (at: Date | null) => at?.toISOString() ?? null
  const named = (one: { code: string; name: string | null } | null) =>
    one && [one.code, one.name].filter(Boolean).join(' ')
  return {
    messageType: header.messageType,
    controlId: header.controlId,
    site: message.siteCode,
    at: message.at.toISOString(),
    person: {
      recordNumbers: person.identifiers.map(({ system, value }) => ({ system, value })),
      name: person.name,
      sex: person.sex,
      birthDate: person.birthDate,
      phones: person.telecoms.filter((one) => one.system === 'phone').map((one) => one.value),
      address: person.addresses[0]?.text ?? null,
    },
    encounter: encounter && {
      visitNumber: encounter.visitNumber,
      class: encounter.class,
      status: encounter.status,
      department: named(encounter.department),
      attending: named(encounter.attending),
      bed: encounter.bed,
      start: time(encounter.startsAt),
      end: time(encounter.endsAt),
      disposition: encounter.disposition,
      conditions: encounter.conditions.map(({ code, text }) => [code, text].filter(Boolean).join(' ')),
    },
    notes,
    facts: message.facts.map(({ kind, at, data }) => ({ kind, at: at.toISOString(), data: { ...data } })),
  }
}
