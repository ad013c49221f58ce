import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { NewEvent } from '../../modules/event/event.ts'
import { personWithin } from '../../modules/person/scope.ts'
import { type Identifier, intoWaves, type PersonInput, upsertPersons } from '../../modules/person/upsert.ts'
import type { Reach } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { endsBefore } from './believe.ts'
import { nameText } from './concept.ts'
import { mayWriteSite, type Sender } from './context.ts'
import type { Item } from './item.ts'
import { FhirError, type Issue, noSuch } from './outcome.ts'
import { toPersonInput, toRelationship } from './patient.ts'
import { numbered, type Resolver } from './prepare.ts'
import { literal } from './reference.ts'
import type { Concept, ContactPoint, HumanName } from './schema.ts'

/** Writes patients as persons, by their identifiers; finds those known from HL7. */
export async function writePersons(trx: Trx, sender: Sender, written: Item[]): Promise<NewEvent[]> {
  const items = written.filter((item) => item.type === 'Patient')
  if (items.length === 0) return []
  for (const item of items)
    item.personId = item.stored?.person_id ?? (numbered(item) ? Number(item.id) : null)
  // Checked before writing: adding a number of the sender's own site would bring anybody within its reach.
  await requireReach(
    trx,
    sender,
    items
      .filter((item) => item.personId !== null)
      .map((item) => ({
        id: item.personId,
        path: item.path,
        reference: `Patient/${item.id ?? ''}`,
        hint: ' Numbers are given here: create the patient by POST, or with an id of yours that has a letter, such as his-17.',
      })),
  )
  const numbers = await numbersOf(
    trx,
    items.flatMap((item) => item.personId ?? []),
  )
  const wanted = items.map((item) => {
    const known = item.personId === null ? undefined : numbers.get(item.personId)
    // Ids are assigned by us: a sender cannot choose a new one.
    if (item.personId !== null && !known) throw noSuch(`Patient/${item.id ?? ''}`)
    const fallback = { system: 'fhir:patient', value: item.id ?? randomUUID(), siteId: sender.site.id }
    const input = toPersonInput(item.resolved, sender, fallback)
    if (input.identifiers.some((one) => one.siteId !== null && !mayWriteSite(sender, one.siteId)))
      throw new FhirError(403, {
        code: 'forbidden',
        diagnostics: 'A record number is of a hospital that your key does not reach.',
        expression: `${item.path}.identifier`,
      })
    return { item, input: known ? { ...input, identifiers: knownFirst(known, input.identifiers) } : input }
  })
  const events: NewEvent[] = []
  for (const wave of intoWaves(wanted, ({ input }) => input.identifiers)) {
    const persons = await upsertPersons(
      trx,
      wave.map(({ input }) => input),
    )
    for (const [at, { item, input }] of wave.entries()) {
      const person = persons[at]
      if (!person) continue
      if (
        person.birthDate !== null &&
        endsBefore(
          item.resource['deceasedDateTime'] as string | undefined,
          person.birthDate,
          sender.site.timeZone,
        )
      )
        throw new FhirError(422, {
          code: 'business-rule',
          diagnostics: `deceasedDateTime is before the birth on ${person.birthDate}, as another system says.`,
          expression: `${item.path}.deceasedDateTime`,
        })
      item.person = person
      item.personId = person.id
      item.survivorId = person.survivorId
      item.id ??= String(person.id)
      events.push(...personEvents(person, input, sender))
    }
  }
  await requireReach(
    trx,
    sender,
    items.map((item) => ({ id: item.personId, path: item.path, reference: `Patient/${item.id ?? ''}` })),
  )
  return events
}

function knownFirst(known: Identifier, others: Identifier[]): Identifier[] {
  const more = others.filter((one) => !one.system.startsWith('fhir:'))
  return [known, ...more.filter((one) => one.system !== known.system || one.value !== known.value)]
}

/** One identifier of each person, for the person operation. */
async function numbersOf(trx: Trx, ids: number[]): Promise<Map<number, Identifier>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ person_id: number; system: string; value: string; site_id: number | null }>`
    select distinct on (person_id) person_id, system, value, site_id from person_identifier
    where person_id = any(${ids}::bigint[]) order by person_id, system like 'mrn:%' desc, system, value`.execute(
    trx,
  )
  return new Map(
    rows.map((row) => [row.person_id, { system: row.system, value: row.value, siteId: row.site_id }]),
  )
}

function personEvents(person: NonNullable<Item['person']>, input: PersonInput, sender: Sender): NewEvent[] {
  const base = { personId: person.id, source: sender.source }
  const fields = person.changed.filter((field) => field !== 'deceased')
  const { conflicts } = person
  return [
    ...(person.died
      ? [{ ...base, at: input.deceasedAt ?? sender.at, kind: 'person.deceased' as const, data: {} }]
      : []),
    ...(fields.length + conflicts.length > 0
      ? [{ ...base, at: sender.at, kind: 'person.updated' as const, data: { fields, conflicts } }]
      : []),
  ]
}

/**
 * Locks the persons against merges until the transaction ends, so that writes go to the current persons.
 * @returns the person that each record belongs to
 * @throws {FhirError} 404 when a person does not exist or is outside the sender's write scope
 */
async function requireReach(
  trx: Trx,
  sender: Sender,
  wanted: { id: number | null; path: string; reference: string; hint?: string }[],
): Promise<Map<number, number>> {
  if (wanted.length === 0) return new Map()
  const ids = [...new Set(wanted.flatMap((one) => one.id ?? []))].sort((one, other) => one - other)
  const { rows: locked } = await sql<{ id: number; survivor_id: number | null }>`
    select p.id, p.survivor_id from person p where p.id = any(${ids}::bigint[]) order by p.id for key share`.execute(
    trx,
  )
  const survivors = new Map(locked.map((row) => [row.id, row.survivor_id ?? row.id]))
  const within = sender.reach.all
    ? new Set(survivors.values())
    : await personsWithin(trx, sender.reach, [...survivors.values()])
  const missing = wanted.filter((one) => !within.has(survivors.get(one.id ?? 0) ?? 0))
  if (missing.length > 0)
    throw new FhirError(
      404,
      ...missing.slice(0, 50).map(({ path, reference, hint = '' }): Issue => ({
        code: 'not-found',
        diagnostics: noSuch(reference).message + hint,
        expression: path,
      })),
    )
  return survivors
}

async function personsWithin(trx: Trx, reach: Reach, ids: number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select p.id from person p where p.id = any(${ids}::bigint[]) and ${personWithin(reach, sql`p.id`)}`.execute(
    trx,
  )
  return new Set(rows.map((row) => row.id))
}

/** Finds the persons of all entries in one statement; refuses those of unknown persons. */
export async function connectPersons(
  trx: Trx,
  sender: Sender,
  resolver: Resolver,
  written: Item[],
): Promise<void> {
  checkOwners(sender, written)
  const owned = written.filter(
    ({ definition, resolved }) =>
      definition.patientPath !== null &&
      !(definition.mayLackPatient && definition.patient(resolved as never) === undefined),
  )
  const issues: Issue[] = []
  const wanted: { item: Item; reference: string; id: string }[] = []
  for (const item of owned) {
    const expression = `${item.path}.${item.definition.patientPath ?? ''}`
    const { reference } = item.definition.patient(item.resolved as never) ?? {}
    const own = resolver.itemOf(item.definition.patient(item.resource as never)?.reference ?? reference, item)
    const named = literal(reference)
    if (own?.type === 'Patient' && own.personId !== null) {
      item.personId = own.personId
      item.survivorId = own.survivorId
    } else if (named?.type === 'Patient') wanted.push({ item, reference: reference ?? '', id: named.id })
    else
      issues.push({
        code: 'business-rule',
        diagnostics: nobody(item.type, reference),
        expression,
      })
  }
  if (issues.length > 0) throw new FhirError(422, ...issues.slice(0, 50))
  // The existing resource must be within reach as well, not only its new patient.
  const owners = written.flatMap((item) =>
    item.stored?.person_id == null
      ? []
      : [{ id: item.stored.person_id, path: item.path, reference: `${item.type}/${item.id ?? ''}` }],
  )
  if (wanted.length + owners.length === 0) return
  const ids = [...new Set(wanted.map((one) => one.id))]
  const { rows } = await sql<{ id: string; person_id: number }>`
    select r.id, r.person_id from fhir_resource r where r.type = 'Patient' and r.id = any(${ids}::text[])
    union all
    select p.id::text, p.id from person p where p.id = any(${ids.filter((id) => /^\d{1,15}$/.test(id))}::bigint[])`.execute(
    trx,
  )
  const persons = new Map(rows.map((row) => [row.id, row.person_id]))
  for (const { item, id } of wanted) item.personId = persons.get(id) ?? null
  const survivors = await requireReach(trx, sender, [
    ...owners,
    ...wanted.map(({ item, reference }) => ({
      id: item.personId,
      path: `${item.path}.${item.definition.patientPath ?? ''}`,
      reference,
    })),
  ])
  for (const { item } of wanted) item.survivorId = survivors.get(item.personId ?? 0) ?? item.personId
}

/** Why a reference names no person of ours. */
function nobody(type: string, reference: string | undefined): string {
  const what = reference?.slice(0, 200) ?? ''
  if (what.startsWith('#'))
    return `${what} is a patient within this resource, whom nobody can look up again. Send the patient as an entry of its own, or refer to ours, such as Patient/17.`
  if (/^https?:/.test(what))
    return `${what} is a patient of another server who is not in this bundle. Send the patient as an entry with that fullUrl, or refer to ours, such as Patient/17.`
  const other = literal(reference)
  return other
    ? `This ${type} is about a ${other.type}. Everything here belongs to a person, such as Patient/17.`
    : `A ${type} must refer to its patient, such as Patient/17: everything here belongs to a person.`
}

/** A sender must not change organisations and the like of another hospital. @throws {FhirError} 403 */
function checkOwners(sender: Sender, written: Item[]): void {
  const foreign = written.filter(
    ({ stored }) =>
      stored?.person_id === null &&
      !sender.reach.all &&
      !(stored.site_id !== null && mayWriteSite(sender, stored.site_id)),
  )
  if (foreign.length > 0)
    throw new FhirError(
      403,
      ...foreign.slice(0, 50).map(({ type, id, path }): Issue => ({
        code: 'forbidden',
        diagnostics: `${type}/${id ?? ''} belongs to a hospital that your key does not reach.`,
        expression: path,
      })),
    )
}

/** A RelatedPerson becomes a next of kin on the person page. */
export async function relatePersons(trx: Trx, sender: Sender, written: Item[]): Promise<void> {
  const items = written.filter((item) => item.type === 'RelatedPerson')
  if (items.length === 0) return
  const numbers = await numbersOf(
    trx,
    items.flatMap((item) => item.personId ?? []),
  )
  const byPerson = Map.groupBy(items, (item) => item.personId)
  const inputs = [...byPerson].flatMap(([personId, ofPerson]): PersonInput[] => {
    const number = personId === null ? undefined : numbers.get(personId)
    if (!number) return []
    const relationships = ofPerson.flatMap((item) => {
      const { name, relationship, telecom } = item.resolved as {
        name?: HumanName[]
        relationship?: Concept[]
        telecom?: ContactPoint[]
      }
      const text = nameText(name)
      return text ? [toRelationship(text, relationship, telecom, sender.site.country)] : []
    })
    return [
      {
        source: sender.source,
        sourceTime: sender.at,
        identifiers: [number],
        name: null,
        sex: null,
        birthDate: null,
        deceasedAt: null,
        deceased: false,
        maritalStatus: null,
        language: null,
        telecoms: [],
        addresses: [],
        relationships,
      },
    ]
  })
  await upsertPersons(trx, inputs)
}
