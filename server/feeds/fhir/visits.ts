import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { ensureStaff } from '../../modules/organisation/ensure.ts'
import type { ConditionInput, DiagnosesStatement } from '../../modules/encounter/diagnoses.ts'
import { type EncounterInput, upsertEncounters } from '../../modules/encounter/upsert.ts'
import { intoWaves } from '../../modules/person/upsert.ts'
import { personWithin } from '../../modules/person/scope.ts'
import type { Trx } from '../../platform/db.ts'
import { mayWriteSite, type Sender } from './context.ts'
import {
  type Condition,
  type Encounter,
  isWithdrawn,
  toConditionInput,
  toVisit,
  visitIdentifier,
  whereabouts,
} from './encounter.ts'
import type { Item } from './item.ts'
import { FhirError, type Issue, noSuch } from './outcome.ts'
import type { Places, Referred } from './place.ts'
import { numbered, type Resolver } from './prepare.ts'
import { literal } from './reference.ts'
import { identifierTerm } from './store.ts'
import { spanOf } from './time.ts'
import { personOfRecord } from '../../modules/event/record.ts'

type Bundle = { items: Item[]; resolver: Resolver; places: Places }
type KnownVisit = { id: number; person_id: number; owner_id: number; site_id: number; visit_number: string }

/**
 * Writes visits and their diagnoses, and links all other resources to their visit. Diagnoses in the same bundle are part of the visit's
 * statement, so that a discharge event includes them.
 */
export async function placeVisits(trx: Trx, sender: Sender, bundle: Bundle): Promise<void> {
  const { items, resolver } = bundle
  const inputs = await visitInputs(trx, sender, bundle)
  for (const wave of intoWaves(inputs, ({ input }) => [
    { system: String(input.siteId), value: input.visitNumber, siteId: null },
  ])) {
    const visits = await upsertEncounters(
      trx,
      wave.map(({ input }) => input),
    )
    for (const [at, { item, input }] of wave.entries()) {
      const visit = visits[at]
      if (!visit || (visit.ownerId !== null && visit.ownerId !== item.survivorId))
        throw new FhirError(409, {
          code: 'conflict',
          diagnostics: `The visit ${input.visitNumber} belongs to another patient already; the two may have to be joined.`,
          expression: `${item.path}.identifier`,
        })
      const end = spanOf((item.resource as unknown as Encounter).period?.end ?? '', sender.site.timeZone)?.end
      if (end && visit.starts_at && (visit.status === 'finished' || visit.doubted) && end <= visit.starts_at)
        throw new FhirError(422, {
          code: 'business-rule',
          diagnostics: `The visit began on ${visit.starts_at.toISOString()}, as another system says; it cannot have ended before.`,
          expression: `${item.path}.period.end`,
        })
      item.visit = visit
      item.encounterId = visit.id
      item.id ??= String(visit.id)
    }
  }
  await refuseOtherNumbers(trx, items)
  resolver.resolveAll(items)
  const known = await connectVisits(trx, sender, bundle)
  await writeConditions(trx, sender, bundle, known)
}

/**
 * The same number in two systems is two visits: the second must not overwrite what was sent of the first.
 * @throws {FhirError} 409
 */
async function refuseOtherNumbers(trx: Trx, items: Item[]): Promise<void> {
  const visits = items.flatMap((item) => {
    const number = item.visit && !item.stored ? visitIdentifier(item.resource as unknown as Encounter) : null
    return number ? [{ item, term: identifierTerm(`${number.system}|${number.value}`), number }] : []
  })
  const known = visits.flatMap(({ item }) => (item.visit?.created ? [] : (item.encounterId ?? [])))
  const { rows } =
    known.length === 0
      ? { rows: [] }
      : await sql<{ id: number; terms: string[] }>`
          select encounter_id as id, terms from fhir_resource where type = 'Encounter' and encounter_id = any(${known}::bigint[])`.execute(
          trx,
        )
  const terms = new Map(rows.map((row) => [row.id, row.terms]))
  for (const { item, term, number } of visits) {
    const before = terms.get(item.encounterId ?? 0) ?? [term]
    terms.set(item.encounterId ?? 0, before)
    const same = `|${number.value.toLowerCase()}`
    const other = before.find(
      (one) => one.startsWith('identifier:') && one.endsWith(same) && !one.startsWith('identifier:|'),
    )
    if (other !== undefined && !before.includes(term))
      throw new FhirError(409, {
        code: 'conflict',
        diagnostics: `The visit number ${number.value} is known here as ${other.slice('identifier:'.length)}. Visits of several systems need numbers of their own, or one system.`,
        expression: `${item.path}.identifier`,
      })
  }
}

/** Maps visits; site, department, doctor and known numbers are looked up in one batch. */
async function visitInputs(trx: Trx, sender: Sender, { items, resolver, places }: Bundle) {
  const encounters = items
    .filter((item) => item.type === 'Encounter')
    .map((item) => ({ item, encounter: item.resolved as unknown as Encounter }))
  if (encounters.length === 0) return []
  await places.load(
    trx,
    encounters.flatMap(({ encounter }): Referred[] => [
      ['Organization', encounter.serviceProvider],
      ...(encounter.location ?? []).map((one): Referred => ['Location', one.location]),
      ...(encounter.participant ?? []).flatMap((one): Referred[] => [
        ['Practitioner', one.individual],
        ['PractitionerRole', one.individual],
      ]),
    ]),
  )
  const located = encounters.map((one) => ({ ...one, where: whereabouts(one.encounter, places, sender) }))
  const foreign = located.filter(({ where }) => !mayWriteSite(sender, where.siteId))
  if (foreign.length > 0)
    throw new FhirError(
      403,
      ...foreign.slice(0, 50).map(({ item }): Issue => ({
        code: 'forbidden',
        diagnostics: 'This visit is of a hospital that your key does not reach.',
        expression: `${item.path}.serviceProvider`,
      })),
    )
  const staff = await ensureStaff(
    trx,
    located.flatMap(({ where: { siteId, departmentId, attending, staffId } }) =>
      attending && staffId === null
        ? [{ siteId, departmentId, code: attending.code, name: attending.name }]
        : [],
    ),
  )
  const zoneOf = (id: number) => sender.zones.get(id) ?? sender.site.timeZone
  const rows = await knownVisits(trx, sender, items)
  const diagnoses = diagnosesOf(items, resolver)
  return located.map(({ item, encounter, where }) => {
    const known = rows.get(`Encounter/${item.id ?? ''}`)
    if (!known && item.id !== null && numbered(item)) throw noSuch(`Encounter/${item.id}`)
    const { siteId, departmentId, attending } = where
    const input: EncounterInput = {
      ...toVisit(
        encounter,
        diagnoses.get(item) ?? { conditions: [] },
        sender,
        zoneOf(known?.site_id ?? siteId),
      ),
      personId: item.personId ?? 0,
      siteId: known?.site_id ?? siteId,
      visitNumber:
        known?.visit_number ?? visitIdentifier(encounter)?.value ?? item.id ?? (item.id = randomUUID()),
      departmentId,
      attendingStaffId: where.staffId ?? (attending && staff.get(`${siteId}|${attending.code}`)) ?? null,
    }
    return { item, input }
  })
}

/** Stored visits that are updated or referenced, by reference; only those within the sender's write scope. */
async function knownVisits(trx: Trx, sender: Sender, items: Item[]): Promise<Map<string, KnownVisit>> {
  const ids = new Set<string>()
  for (const item of items) {
    if (item.type === 'Encounter' && item.id !== null) ids.add(item.id)
    const named = literal(item.definition.encounter(item.resolved as never)?.reference)
    if (named?.type === 'Encounter') ids.add(named.id)
  }
  if (ids.size === 0) return new Map()
  const list = [...ids]
  const { rows } = await sql<KnownVisit & { fhir_id: string }>`
    select w.fhir_id, e.id, e.person_id, ${personOfRecord(sql`e.person_id`)} as owner_id, e.site_id, e.visit_number
    from (
      select r.id as fhir_id, r.encounter_id from fhir_resource r where r.type = 'Encounter' and r.id = any(${list}::text[])
      union
      select n::text, n from unnest(${list.filter((id) => /^\d{1,15}$/.test(id))}::bigint[]) as n
    ) w join encounter e on e.id = w.encounter_id
    where ${personWithin(sender.reach, personOfRecord(sql`e.person_id`))}`.execute(trx)
  return new Map(rows.map((row) => [`Encounter/${row.fhir_id}`, row]))
}

/** Diagnoses of the visits in the bundle, in the order of `Encounter.diagnosis` if given. */
function diagnosesOf(items: Item[], resolver: Resolver): Map<Item, DiagnosesStatement> {
  const uses = new Map<Item, string>()
  for (const item of items) {
    if (item.type !== 'Encounter') continue
    const { diagnosis = [] } = item.resource as unknown as Encounter
    for (const one of diagnosis) {
      const named = resolver.itemOf(one.condition.reference, item)
      const use = one.use?.coding?.find((coding) => coding.code)?.code
      if (named && use !== undefined) uses.set(named, use)
    }
  }
  const found = new Map<Item, StatedCondition[]>()
  for (const item of items) {
    if (item.type !== 'Condition') continue
    const visit = resolver.visitOf((item.resource as unknown as Condition).encounter?.reference, item)
    const condition = item.resolved as unknown as Condition
    const input = toConditionInput(condition, uses.get(item))
    if (visit && input) found.set(visit, [...(found.get(visit) ?? []), { input, condition }])
  }
  return new Map([...found].map(([visit, statement]) => [visit, statementOf(statement)]))
}

type StatedCondition = { input: ConditionInput; condition: Condition }

/** FHIR states single diagnoses: others stay, refuted ones and those entered in error are withdrawn. */
const statementOf = (all: StatedCondition[]): DiagnosesStatement => ({
  conditions: all.filter(({ condition }) => !isWithdrawn(condition)).map(({ input }) => input),
  withdrawn: all.filter(({ condition }) => isWithdrawn(condition)).map(({ input }) => input),
})

/** Links resources to their visit. */
async function connectVisits(
  trx: Trx,
  sender: Sender,
  { items, resolver }: Bundle,
): Promise<Map<string, KnownVisit>> {
  const issues: Issue[] = []
  const outside = items.filter((item) => {
    const reference = item.definition.encounter(item.resource as never)?.reference
    const visit = resolver.visitOf(reference, item)
    if (visit) item.encounterId = visit.encounterId
    if (visit && visit.survivorId !== item.survivorId)
      issues.push({
        code: 'business-rule',
        diagnostics: `${reference?.slice(0, 100) ?? ''} is a visit of another patient in this bundle.`,
        expression: `${item.path}.encounter`,
      })
    return reference !== undefined && !visit
  })
  if (issues.length > 0) throw new FhirError(422, ...issues.slice(0, 50))
  const known = await knownVisits(trx, sender, outside)
  for (const item of outside) {
    const reference = item.definition.encounter(item.resolved as never)?.reference ?? ''
    const visit = known.get(reference)
    // A visit that is elsewhere, not sent yet, or known here as another patient's: the fact stays with its patient.
    item.encounterId = visit?.owner_id === item.survivorId ? visit.id : null
  }
  return known
}

/** Writes diagnoses of visits outside the bundle, and the rows of all diagnoses. */
async function writeConditions(
  trx: Trx,
  sender: Sender,
  { items, resolver }: Bundle,
  known: Map<string, KnownVisit>,
): Promise<void> {
  const conditions = items.flatMap((item) => {
    const condition = item.resolved as unknown as Condition
    const input = item.type === 'Condition' ? toConditionInput(condition, undefined) : null
    return input && item.encounterId !== null ? [{ item, input, condition }] : []
  })
  if (conditions.length === 0) return
  const replaced = await replacedCodes(trx, conditions)
  const later = Map.groupBy(
    conditions.filter(
      ({ item }) => !resolver.visitOf((item.resource as unknown as Condition).encounter?.reference, item),
    ),
    ({ condition }) => condition.encounter?.reference ?? '',
  )
  const inputs = [...later].flatMap(([reference, ofVisit]): EncounterInput[] => {
    const visit = known.get(reference)
    if (!visit) return []
    const statement = statementOf(ofVisit)
    return [
      {
        personId: visit.person_id,
        siteId: visit.site_id,
        visitNumber: visit.visit_number,
        class: null,
        status: null,
        departmentId: null,
        attendingStaffId: null,
        bed: null,
        startsAt: null,
        endsAt: null,
        disposition: null,
        ...statement,
        withdrawn: [
          ...(statement.withdrawn ?? []),
          ...ofVisit.flatMap(({ item }) => replaced.get(item) ?? []),
        ],
        source: sender.source,
        sourceTime: sender.at,
      },
    ]
  })
  for (const wave of intoWaves(inputs, (one) => [
    { system: String(one.siteId), value: one.visitNumber, siteId: null },
  ]))
    await upsertEncounters(trx, wave)
  const { rows } = await sql<{ id: number; encounter_id: number; code: string }>`
    select distinct on (c.encounter_id, c.code) c.id, c.encounter_id, c.code
    from unnest(${conditions.map(({ item }) => item.encounterId)}::bigint[], ${conditions.map(({ input }) => input.code)}::text[]) as w(encounter_id, code)
    join condition c using (encounter_id, code) order by c.encounter_id, c.code, c.id`.execute(trx)
  const ids = new Map(rows.map((row) => [`${row.encounter_id}|${row.code}`, row.id]))
  for (const { item, input } of conditions)
    item.conditionId = ids.get(`${item.encounterId ?? ''}|${input.code}`) ?? null
}

/** Former diagnoses of resources whose diagnosis changed. */
async function replacedCodes(
  trx: Trx,
  conditions: { item: Item; input: ConditionInput }[],
): Promise<Map<Item, { code: string; text: string }>> {
  const stored = conditions.flatMap(({ item }) => item.stored?.condition_id ?? [])
  if (stored.length === 0) return new Map()
  const { rows } = await sql<{ id: number; code: string; text: string }>`
    select id, code, text from condition where id = any(${stored}::bigint[])`.execute(trx)
  const known = new Map(rows.map(({ id, ...one }) => [id, one]))
  return new Map(
    conditions.flatMap(({ item, input }) => {
      const before = known.get(item.stored?.condition_id ?? 0)
      return before && before.code !== input.code ? [[item, before] as const] : []
    }),
  )
}
