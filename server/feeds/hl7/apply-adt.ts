import { sql } from 'kysely'
import type { IntakeNote } from '../../../contract/intake.ts'
import { encounterEvents } from '../../modules/encounter/events.ts'
import { upsertEncounters, type UpsertedEncounter } from '../../modules/encounter/upsert.ts'
import { type NewEvent, recordEvents } from '../../modules/event/event.ts'
import { ensureOrganisation, type Organisation } from '../../modules/organisation/organisation.ts'
import { mayFill } from '../../modules/person/completeness.ts'
import { keepStated } from '../../modules/appointment/stated.ts'
import { refreshFacts } from '../../modules/person/facts.ts'
import { mergePersons } from '../../modules/person/merge.ts'
import { intoWaves, type UpsertedPerson, upsertPersons } from '../../modules/person/upsert.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import type { AdtMessage } from '../../modules/hl7/map-adt.ts'
import { assertOwnNumbers } from './bound.ts'
import { notedFacts } from '../../modules/hl7/map-facts.ts'
import type { PersonStatement } from '../../modules/hl7/map-person.ts'
import { MappingError } from '../../modules/hl7/note.ts'
import {
  factEvent,
  type FactInput,
  freshFacts,
  type KeptFact,
  keepFacts,
} from '../../modules/clinical-fact/record.ts'
import { personOfRecord } from '../../modules/event/record.ts'

export type AppliedAdt = {
  personId: number
  /** Whether this message created the record, else whether it changed it. */
  created: boolean
  changed: boolean
  encounterId: number | null
  /** Facts new to the timeline. */
  facts: KeptFact[]
  /** What could not be used beside what is known. */
  notes: IntakeNote[]
}

const nothing: AppliedAdt = {
  personId: 0,
  created: false,
  changed: false,
  encounterId: null,
  facts: [],
  notes: [],
}

type Located = { message: AdtMessage; organisation: Organisation }

/**
 * Applies ADT messages in their order, set-based: messages of different persons share statements, those of one person follow each
 * other. All or nothing with the caller's transaction.
 * @returns one result per message, in order
 */
export async function applyAdt(trx: Trx, actor: Actor, messages: AdtMessage[]): Promise<AppliedAdt[]> {
  const organisations = await organisationsOf(trx, messages)
  const results = new Map<AdtMessage, AppliedAdt>()
  const located = messages.map((message) => ({
    message,
    organisation: organisationOf(organisations, message.siteCode),
  }))
  await assertOwnNumbers(trx, actor, located.flatMap(numbersOf))
  for (const wave of intoWaves(located, keysOf)) {
    const applied = await applyWave(trx, actor, wave)
    wave.forEach(({ message }, at) => results.set(message, applied[at] ?? nothing))
  }
  await refreshFacts(
    trx,
    [...results.values()].map((result) => result.personId),
    gapsToLookAt(results),
  )
  return messages.map((message) => results.get(message) ?? nothing)
}

/** Gaps that the messages may fill; persons with changed fields are recomputed in full. */
function gapsToLookAt(results: Map<AdtMessage, AppliedAdt>): Map<number, number | null> {
  const all = new Map<number, number | null>()
  for (const [{ person }, { personId, created, changed }] of results) {
    const before = all.get(personId) ?? 0
    const known = all.has(personId) && all.get(personId) === null
    all.set(personId, created || changed || known ? null : before | mayFill(person))
  }
  return all
}

async function organisationsOf(trx: Trx, messages: AdtMessage[]): Promise<Map<string, Organisation>> {
  const organisations = new Map<string, Organisation>()
  for (const [siteCode, ofSite] of Map.groupBy(messages, (message) => message.siteCode)) {
    const encounters = ofSite.flatMap((message) => message.encounter ?? [])
    const departments = encounters.flatMap((encounter) => encounter.department ?? [])
    const staff = encounters.flatMap((encounter) =>
      encounter.attending
        ? [{ ...encounter.attending, departmentCode: encounter.department?.code ?? null }]
        : [],
    )
    organisations.set(siteCode, await ensureOrganisation(trx, siteCode, departments, staff))
  }
  return organisations
}

function organisationOf(organisations: Map<string, Organisation>, siteCode: string): Organisation {
  const organisation = organisations.get(siteCode)
  if (!organisation) throw new Error(`no organisation for site ${siteCode}`)
  return organisation
}

function identifiersOf(person: PersonStatement, organisation: Organisation) {
  return person.identifiers.map((one) => ({
    ...one,
    siteId: one.ofSite ? organisation.siteId : null,
  }))
}

/** Keys that two messages of one wave must not share: persons and visits. */
function keysOf(located: Located) {
  const { message, organisation } = located
  const { siteId } = organisation
  const visit = message.visitNumber && { system: `visit:${siteId}`, value: message.visitNumber, siteId }
  return [...numbersOf(located), ...(visit ? [visit] : [])]
}

function numbersOf({ message, organisation }: Located) {
  return [message.person, ...message.merges].flatMap((person) => identifiersOf(person, organisation))
}

/**
 * Detects a visit that moves to another person: its discharge would enrol the wrong one. After a merge the HIS names visits of either
 * record by either number.
 */
function checkOwner(encounter: UpsertedEncounter | undefined, person: UpsertedPerson): void {
  if (encounter && encounter.ownerId !== null && encounter.ownerId !== person.survivorId)
    throw new MappingError(
      'PV1-19',
      `Visit ${encounter.visit_number} belongs to another patient already; the two may have to be joined`,
    )
}

async function applyWave(trx: Trx, actor: Actor, wave: Located[]): Promise<AppliedAdt[]> {
  const persons = await upsertPersons(
    trx,
    wave.map(({ message, organisation }) => ({
      ...message.person,
      identifiers: identifiersOf(message.person, organisation),
    })),
  )
  await mergeRecords(trx, actor, wave, persons)
  const visits = wave.flatMap(({ message, organisation }, at) => {
    const { encounter } = message
    const person = persons[at]
    return encounter && person ? [{ encounter, organisation, person, at }] : []
  })
  const encounters = await upsertEncounters(
    trx,
    visits.map(({ encounter, organisation, person }) => {
      const { department, attending, ...rest } = encounter
      return {
        ...rest,
        personId: person.id,
        siteId: organisation.siteId,
        departmentId: (department && organisation.departments.get(department.code)) ?? null,
        attendingStaffId: (attending && organisation.staff.get(attending.code)) ?? null,
      }
    }),
  )
  for (const [index, { person }] of visits.entries()) checkOwner(encounters[index], person)
  const encounterAt = new Map(visits.map((visit, index) => [visit.at, encounters[index]]))
  const notes = wave.map(({ message }, at): IntakeNote[] =>
    encounterAt.get(at)?.doubted && message.encounter
      ? [{ kind: 'contradiction', location: message.encounter.endsAt ? 'PV1-45' : 'PV1-44', value: null }]
      : [],
  )
  const events = wave.flatMap(({ message }, at) => {
    const person = persons[at]
    return person ? eventsOf(message, person, encounterAt.get(at)) : []
  })
  const facts = await freshFacts(trx, await factsOf(trx, withNotes(wave, notes), persons, encounterAt))
  const stated = await keepStated(trx, facts.map(factEvent), (at) => facts[at]?.fact.siteId ?? null)
  const recorded = await recordEvents(trx, [...events, ...stated])
  const kept = await keepFacts(trx, facts, recorded.slice(events.length))
  await audit(
    trx,
    actor,
    ...persons.map((person, at) => ({
      action: 'intake.apply',
      personId: person.id,
      subject: wave[at]?.message.event ?? null,
      fields: person.changed,
    })),
  )
  const keptAt = Map.groupBy(kept, (fact) => fact.message)
  return persons.map((person, at) => ({
    personId: person.id,
    created: person.created,
    changed: person.changed.length > 0,
    encounterId: encounterAt.get(at)?.id ?? null,
    facts: keptAt.get(at) ?? [],
    notes: notes[at] ?? [],
  }))
}

const withNotes = (wave: Located[], notes: IntakeNote[][]): Located[] =>
  wave.map((one, at) => {
    const { message } = one
    const noted = notedFacts(message.visitNumber ?? '', notes[at] ?? [], message.at)
    return noted.length === 0 ? one : { ...one, message: { ...message, facts: [...message.facts, ...noted] } }
  })

/** A34, A40: merges the records of a message; repeating it changes nothing. */
async function mergeRecords(
  trx: Trx,
  actor: Actor,
  wave: Located[],
  persons: UpsertedPerson[],
): Promise<void> {
  const merging = wave.flatMap(({ message, organisation }, at) =>
    message.merges.map((merged) => ({ merged, organisation, message, survivor: persons[at] })),
  )
  if (merging.length === 0) return
  const records = await upsertPersons(
    trx,
    merging.map(({ merged, organisation }) => ({
      ...merged,
      identifiers: identifiersOf(merged, organisation),
    })),
  )
  // Sequential: each locks both persons, and the next may involve one of them again.
  for (const [at, { survivor, message }] of merging.entries()) {
    const record = records[at]
    if (!survivor || !record) continue
    await mergePersons(trx, actor, {
      survivorId: survivor.id,
      mergedId: record.id,
      source: 'hl7',
      reason: `ADT^${message.event}`,
      statedAt: message.at,
    })
  }
}

/** The facts of a wave with their person and visit; an unknown visit stays null. */
async function factsOf(
  trx: Trx,
  wave: Located[],
  persons: UpsertedPerson[],
  encounters: Map<number, UpsertedEncounter | undefined>,
): Promise<FactInput[]> {
  if (wave.every(({ message }) => message.facts.length === 0)) return []
  const named = wave.flatMap(({ message, organisation }, at) =>
    message.visitNumber && message.facts.length > 0 && !encounters.has(at)
      ? [{ site: organisation.siteId, visit: message.visitNumber }]
      : [],
  )
  const { rows } =
    named.length === 0
      ? { rows: [] }
      : await sql<{ id: number; owner_id: number; site_id: number; visit_number: string }>`
          select e.id, ${personOfRecord(sql`e.person_id`)} as owner_id, e.site_id, e.visit_number
          from unnest(${named.map((one) => one.site)}::int[], ${named.map((one) => one.visit)}::text[]) as w(site_id, visit_number)
          join encounter e using (site_id, visit_number)`.execute(trx)
  return wave.flatMap(({ message, organisation }, at): FactInput[] => {
    const person = persons[at]
    if (!person) return []
    const known = rows.find(
      (row) => row.site_id === organisation.siteId && row.visit_number === message.visitNumber,
    )
    // A result under another patient's visit is still this patient's result.
    const visit = encounters.get(at)?.id ?? (known?.owner_id === person.survivorId ? known.id : null)
    return message.facts.map((fact) => ({
      ...fact,
      personId: person.id,
      encounterId: visit,
      siteId: organisation.siteId,
      source: message.person.source,
      rememberedFor: message.rememberedFor ?? message.person.source,
      statedAt: message.at,
      message: at,
    }))
  })
}

function eventsOf(
  message: AdtMessage,
  person: UpsertedPerson,
  encounter: UpsertedEncounter | undefined,
): NewEvent[] {
  const { source } = message.person
  const events: NewEvent[] = []
  const base = { personId: person.id, source, encounterId: encounter?.id ?? null }
  if (person.died) {
    const at = message.person.deceasedAt ?? message.at
    events.push({ ...base, at, kind: 'person.deceased', data: {} })
  } else if (person.changed.includes('deceased'))
    events.push({ ...base, at: message.at, kind: 'person.death-withdrawn', data: {} })
  const fields = person.changed.filter((field) => field !== 'deceased')
  if (fields.length > 0 || person.conflicts.length > 0)
    events.push({
      ...base,
      at: message.at,
      kind: 'person.updated',
      data: { fields, conflicts: person.conflicts },
    })
  if (!encounter) return events
  // A08 is too frequent for a visit event; changes of the person are recorded above.
  const turned = encounter.turned.filter((turn) => turn !== 'updated' || message.event !== 'A08')
  return [...events, ...encounterEvents({ ...encounter, turned }, person.id, { at: message.at, source })]
}
