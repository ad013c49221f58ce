import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { type NewEvent, recordEvents } from '../../modules/event/event.ts'
import { refreshFacts } from '../../modules/person/facts.ts'
import { personWithin } from '../../modules/person/scope.ts'
import { type Identifier, intoWaves, type PersonInput, upsertPersons } from '../../modules/person/upsert.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { identifierTerms, nameText, nameTerms } from './concept.ts'
import { mayWriteSite, type Sender } from './context.ts'
import { visitEvents } from './encounter.ts'
import { factEvents } from './fact.ts'
import type { Item, WriteEntry, WriteResult } from './item.ts'
import { FhirError, type Issue, noSuch } from './outcome.ts'
import { toPersonInput, toRelationship, toTelecom } from './patient.ts'
import { placeOrganisation } from './place.ts'
import { numbered, prepare, Resolver } from './prepare.ts'
import { literal } from './reference.ts'
import type { FhirIdentifier, HumanName, ContactPoint, Concept } from './schema.ts'
import { releaseConditions, type Saved, save } from './store.ts'
import { spanOf } from './time.ts'
import { checkVersions } from './version.ts'
import { placeVisits } from './visits.ts'

/**
 * Carries out creates and updates, all or nothing with the caller's transaction, set-based: what a bundle says of one kind shares
 * statements. Persons, visits, diagnoses, departments and staff go through the same operations as HL7.
 * @returns one result an entry, in order
 * @throws {FhirError} and nothing may be kept
 */
export async function writeResources(
  trx: Trx,
  sender: Sender,
  entries: WriteEntry[],
): Promise<WriteResult[]> {
  const items = await prepare(trx, sender, entries)
  await checkVersions(trx, sender, items)
  const resolver = new Resolver(items, sender.base)
  await resolver.load(trx, sender, items)
  resolver.resolveAll(items)
  const written = items.filter((item) => !item.found && !item.same)
  const places = await placeOrganisation(trx, sender, written)
  const persons = await writePersons(trx, sender, written)
  resolver.resolveAll(items)
  await connectPersons(trx, sender, resolver, written)
  await relatePersons(trx, sender, written)
  await placeVisits(trx, sender, { items: written, resolver, places })
  resolver.resolveAll(items)
  const facts = factEvents(written, sender)
  const results = await saveItems(trx, sender, items)
  const visits = written.flatMap((item) =>
    item.visit ? visitEvents(item.visit, sender, saysNothingNew(item)) : [],
  )
  await recordEvents(trx, [...persons, ...visits, ...facts])
  await refreshFacts(
    trx,
    written.flatMap((item) => (['Patient', 'Encounter'].includes(item.type) ? (item.personId ?? []) : [])),
  )
  await auditWrite(trx, sender, written)
  return results
}

/** The same content once more. */
function saysNothingNew({ stored, resolved }: Item): boolean {
  if (!stored) return false
  const { meta: _meta, ...before } = stored.content
  const { id: _id, meta: _sent, ...now } = resolved as Item['resolved'] & { meta?: unknown }
  return isDeepStrictEqual(now, before)
}

/** Patients become persons, by their identifiers; whoever HL7 knows already is found. */
async function writePersons(trx: Trx, sender: Sender, written: Item[]): Promise<NewEvent[]> {
  const items = written.filter((item) => item.type === 'Patient')
  if (items.length === 0) return []
  for (const item of items)
    item.personId = item.stored?.person_id ?? (numbered(item) ? Number(item.id) : null)
  const numbers = await numbersOf(
    trx,
    items.flatMap((item) => item.personId ?? []),
  )
  const wanted = items.map((item) => {
    const known = item.personId === null ? undefined : numbers.get(item.personId)
    // Numbers are given by us: nobody may take one that is not there yet.
    if (item.personId !== null && !known) throw noSuch(`Patient/${item.id ?? ''}`)
    const fallback = { system: 'fhir:patient', value: item.id ?? randomUUID(), siteId: sender.site.id }
    const input = toPersonInput(item.resolved, sender, fallback)
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
      item.person = person
      item.personId = person.id
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
  return [known, ...others.filter((one) => one.system !== known.system || one.value !== known.value)]
}

/** One number of each person, by which the person operation finds it. */
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

/** @throws {FhirError} 404 when a person does not exist or lies outside what the sender may write */
async function requireReach(
  trx: Trx,
  sender: Sender,
  wanted: { id: number | null; path: string; reference: string }[],
): Promise<void> {
  const ids = [...new Set(wanted.flatMap((one) => one.id ?? []))]
  const { rows } = await sql<{ id: number }>`
    select p.id from person p where p.id = any(${ids}::bigint[]) and ${personWithin(sender.reach, sql`p.id`)}`.execute(
    trx,
  )
  const within = new Set(rows.map((row) => row.id))
  const missing = wanted.filter((one) => one.id === null || !within.has(one.id))
  if (missing.length > 0)
    throw new FhirError(
      404,
      ...missing.slice(0, 50).map(({ path, reference }): Issue => ({
        code: 'not-found',
        diagnostics: noSuch(reference).message,
        expression: path,
      })),
    )
}

/** Finds the person of everything that has one, in one statement; what belongs to nobody we know is refused. */
async function connectPersons(trx: Trx, sender: Sender, resolver: Resolver, written: Item[]): Promise<void> {
  checkOwners(sender, written)
  const owned = written.filter((item) => item.definition.patientPath !== null)
  const issues: Issue[] = []
  const wanted: { item: Item; reference: string; id: string }[] = []
  for (const item of owned) {
    const expression = `${item.path}.${item.definition.patientPath ?? ''}`
    const { reference } = item.definition.patient(item.resolved as never) ?? {}
    const own = resolver.itemOf(reference)
    const named = literal(reference)
    if (own?.type === 'Patient' && own.personId !== null) item.personId = own.personId
    else if (named?.type === 'Patient') wanted.push({ item, reference: reference ?? '', id: named.id })
    else
      issues.push({
        code: 'business-rule',
        diagnostics: `A ${item.type} must refer to its patient, such as Patient/17: everything here belongs to a person.`,
        expression,
      })
  }
  if (issues.length > 0) throw new FhirError(422, ...issues.slice(0, 50))
  // What is there already must be within reach as well, not only the patient that it is to have.
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
  await requireReach(trx, sender, [
    ...owners,
    ...wanted.map(({ item, reference }) => ({
      id: item.personId,
      path: `${item.path}.${item.definition.patientPath ?? ''}`,
      reference,
    })),
  ])
}

/** Organisations and the like of another hospital are not ours to change. @throws {FhirError} 403 */
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

/** A RelatedPerson is somebody whom the person page names as next of kin. */
async function relatePersons(trx: Trx, sender: Sender, written: Item[]): Promise<void> {
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
      return text ? [toRelationship(text, relationship, telecom)] : []
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
        telecoms: [],
        addresses: [],
        relationships,
      },
    ]
  })
  await upsertPersons(trx, inputs)
}

async function saveItems(trx: Trx, sender: Sender, items: Item[]): Promise<WriteResult[]> {
  const written = items.filter((item) => !item.found && !item.same && item.id !== null)
  await releaseConditions(
    trx,
    written.flatMap(({ type, query, interaction }) =>
      query !== null && interaction === 'create' ? [{ type, query }] : [],
    ),
  )
  // Two entries may turn out to be one patient or one visit; the later one says more.
  const rows = new Map(written.map((item) => [`${item.type}/${item.id ?? ''}`, savedOf(item, sender)]))
  const saved = await save(trx, [...rows.values()])
  return items.map((item): WriteResult => {
    const of = item.same ?? item
    const version = saved.get(`${of.type}/${of.id ?? ''}`)
    const created = !item.same && !item.found && createdBy(of, version?.created ?? false)
    return {
      type: of.type,
      id: of.id ?? '',
      status: created ? 201 : 200,
      version: of.definition.composed ? undefined : (version?.version ?? of.stored?.version),
      lastUpdated: version?.lastUpdated ?? of.stored?.last_updated ?? sender.at,
    }
  })
}

/** A patient or visit of ours is there before FHIR first says something about it. */
function createdBy(item: Item, saved: boolean): boolean {
  if (item.type === 'Patient' && item.interaction === 'create') return item.person?.created ?? saved
  if (item.type === 'Encounter' && item.interaction === 'create') return item.visit?.created ?? saved
  return saved && !numbered(item)
}

function savedOf(item: Item, sender: Sender): Saved {
  const { id: _id, meta, ...content } = item.resolved as Item['resolved'] & { meta?: Record<string, unknown> }
  const { versionId: _version, lastUpdated: _updated, ...kept } = meta ?? {}
  const { start, end } = item.definition.when(item.resolved as never)
  const spans = [start, end].map((text) =>
    text === undefined ? undefined : spanOf(text, sender.site.timeZone),
  )
  return {
    type: item.type,
    id: item.id ?? '',
    person_id: item.personId,
    encounter_id: item.encounterId,
    condition_id: item.conditionId,
    // What belongs to no person belongs to the site of a sender that is bound to one.
    site_id: item.place?.siteId ?? (item.personId === null && !sender.reach.all ? sender.site.id : null),
    department_id: item.place?.departmentId ?? null,
    staff_id: item.place?.staffId ?? null,
    content: Object.keys(kept).length > 0 ? { ...content, meta: kept } : content,
    terms: termsOf(item),
    startsAt: spans[0]?.start ?? null,
    endsAt: spans[1]?.end ?? null,
    source: sender.source,
    sentAs: item.sentHash === null ? null : item.fullUrl,
    sentHash: item.sentHash,
    ifNoneExist: item.interaction === 'create' ? item.query : null,
  }
}

function termsOf(item: Item): string[] {
  const { identifier, telecom } = item.resolved as { identifier?: FhirIdentifier[]; telecom?: ContactPoint[] }
  const phones =
    item.type === 'RelatedPerson'
      ? (telecom ?? []).flatMap(toTelecom).filter((one) => one.system === 'phone')
      : []
  return [
    ...new Set([
      ...identifierTerms(identifier),
      ...item.definition.terms(item.resolved as never),
      ...phones.map((one) => `phone:${one.value}`),
      ...(item.type === 'Patient' ? nameTerms((item.resolved as { name?: HumanName[] }).name) : []),
    ]),
  ]
}

/** One entry a person and transaction, naming what was written about them. */
async function auditWrite(trx: Trx, sender: Sender, written: Item[]): Promise<void> {
  const byPerson = Map.groupBy(written, (item) => item.personId)
  await audit(
    trx,
    sender.actor,
    ...[...byPerson].map(([personId, items]) => ({
      action: 'fhir.write',
      personId,
      subject:
        items.length === 1 ? `${items[0]?.type ?? ''}/${items[0]?.id ?? ''}` : `${items.length} resources`,
      fields: [...new Set(items.map((item) => item.type))].sort(),
    })),
  )
}
