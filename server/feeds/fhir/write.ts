import { encounterEvents } from '../../modules/encounter/events.ts'
import { recordEvents } from '../../modules/event/event.ts'
import { keepStated } from '../../modules/appointment/stated.ts'
import { refreshFacts } from '../../modules/person/facts.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { refuseUnbelievable } from './believe.ts'
import { identifierTerms, nameTerms } from './concept.ts'
import { bookSlots } from './book.ts'
import type { Sender } from './context.ts'
import { factEvents } from './fact.ts'
import type { Item, WriteEntry, WriteResult } from './item.ts'
import { FhirError } from './outcome.ts'
import { toTelecom } from './patient.ts'
import { connectPersons, relatePersons, writePersons } from './persons.ts'
import { placeOrganisation } from './place.ts'
import { numbered, prepare, Resolver } from './prepare.ts'
import type { ContactPoint, FhirIdentifier, HumanName } from './schema.ts'
import { releaseConditions, type Saved, save } from './store.ts'
import { spanOf } from './time.ts'
import { checkVersions } from './version.ts'
import { placeVisits } from './visits.ts'

/**
 * Carries out creates and updates, all or nothing with the caller's transaction, set-based: entries of one kind share statements. Persons,
 * visits, diagnoses, departments and staff go through the same operations as HL7.
 * @returns one result per entry, in order
 * @throws {FhirError}; the caller must roll back
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
  refuseUnbelievable(written, sender)
  const places = await placeOrganisation(trx, sender, written)
  const persons = await writePersons(trx, sender, written)
  resolver.resolveAll(items)
  await connectPersons(trx, sender, resolver, written)
  await relatePersons(trx, sender, written)
  await placeVisits(trx, sender, { items: written, resolver, places })
  await bookSlots(trx, sender, written)
  resolver.resolveAll(items)
  const stated = written.filter((item) => !item.appointment)
  const facts = await keepStated(trx, await factEvents(trx, stated, sender), () => sender.site.id)
  const results = await saveItems(trx, sender, items)
  const visits = written.flatMap(({ visit }) =>
    visit ? encounterEvents(visit, visit.person_id, sender) : [],
  )
  await recordEvents(trx, [...persons, ...visits, ...facts])
  await refreshFacts(
    trx,
    written.flatMap((item) =>
      ['Patient', 'Encounter', 'RelatedPerson', 'Appointment'].includes(item.type)
        ? (item.personId ?? [])
        : [],
    ),
  )
  await auditWrite(trx, sender, written)
  return results
}

async function saveItems(trx: Trx, sender: Sender, items: Item[]): Promise<WriteResult[]> {
  const written = items.filter((item) => !item.found && !item.same && item.id !== null)
  await releaseConditions(
    trx,
    written.flatMap(({ type, query, interaction }) =>
      query !== null && interaction === 'create' ? [{ type, query }] : [],
    ),
  )
  refuseLost(written)
  // Two creates may be the same patient or visit: the tables take both in their order, the later one is kept as sent.
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
      version:
        of.definition.composed || of.appointment ? undefined : (version?.version ?? of.stored?.version),
      lastUpdated: version?.lastUpdated ?? of.stored?.last_updated ?? sender.at,
    }
  })
}

/** Patients and visits get their id late: an update must not be covered by another entry. @throws {FhirError} 400 */
function refuseLost(written: Item[]): void {
  const byId = Map.groupBy(written, (item) => `${item.type}/${item.id ?? ''}`)
  for (const [reference, [first, ...others]] of byId) {
    const covered = [first, ...others].some((one) => one?.interaction === 'update' || one?.query != null)
    if (others.length > 0 && covered)
      throw new FhirError(400, {
        code: 'duplicate',
        diagnostics: `${others.length + 1} entries are about ${reference}; a transaction may name a resource once.`,
        expression: first?.path ?? '',
      })
  }
}

/** A patient or visit may exist before its first FHIR resource. */
function createdBy(item: Item, saved: boolean): boolean {
  if (item.type === 'Patient' && item.interaction === 'create') return item.person?.created ?? saved
  if (item.type === 'Encounter' && item.interaction === 'create') return item.visit?.created ?? saved
  return item.appointment?.created ?? (saved && !numbered(item))
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
    appointment_id: item.appointment?.id ?? null,
    // Resources without a person belong to the site of a sender bound to one.
    site_id: item.place?.siteId ?? (item.personId === null && !sender.reach.all ? sender.site.id : null),
    department_id: item.place?.departmentId ?? null,
    staff_id: item.place?.staffId ?? null,
    content: Object.keys(kept).length > 0 ? { ...content, meta: kept } : content,
    terms: termsOf(item, sender),
    startsAt: spans[0]?.start ?? null,
    endsAt: spans[1]?.end ?? null,
    source: sender.source,
    sentAs: item.sentHash === null ? null : item.fullUrl,
    sentHash: item.sentHash,
    ifNoneExist: item.interaction === 'create' ? item.query : null,
  }
}

function termsOf(item: Item, sender: Sender): string[] {
  const { identifier, telecom } = item.resolved as { identifier?: FhirIdentifier[]; telecom?: ContactPoint[] }
  const phones =
    item.type === 'RelatedPerson'
      ? (telecom ?? [])
          .flatMap((one) => toTelecom(one, sender.site.country))
          .filter((one) => one.system === 'phone')
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

/** One audit entry per person and transaction, naming what was written. */
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
