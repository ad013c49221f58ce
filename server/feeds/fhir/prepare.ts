import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { ownPrefix, ownRow } from '../../modules/questionnaire/fhir/terms.ts'
import type { Trx } from '../../platform/db.ts'
import type { Sender } from './context.ts'
import type { Item, WriteEntry } from './item.ts'
import { FhirError, type Issue } from './outcome.ts'
import { conditional, literal, referencesIn, withReferences } from './reference.ts'
import { findMatches } from './match.ts'
import { identifierTerms } from './concept.ts'
import type { FhirIdentifier } from './schema.ts'
import { identifierTerm, loadForUpdate, loadSent, lockConditions } from './store.ts'

/**
 * Resolves the target of each entry: an existing resource, a new one, or one matched by a condition. New ones get their id here, except
 * patients and visits, whose id is that of their row.
 * @throws {FhirError} when a condition is ambiguous, an id is not allowed, or two entries target one resource
 */
export async function prepare(trx: Trx, sender: Sender, entries: WriteEntry[]): Promise<Item[]> {
  const items = entries.map((entry): Item => ({
    ...entry,
    resolved: entry.resource,
    stored: undefined,
    found: false,
    same: undefined,
    sentHash: null,
    personId: null,
    survivorId: null,
    encounterId: null,
    conditionId: null,
    appointment: undefined,
    place: undefined,
    person: undefined,
    visit: undefined,
  }))
  await meetConditions(trx, sender, items)
  await recogniseRepeated(trx, items)
  const updates = items.filter((item) => item.id !== null && !item.found)
  const stored = await loadForUpdate(
    trx,
    updates.flatMap(({ type, id }) => (id === null ? [] : [{ type, id }])),
  )
  const own = await ownOf(trx, updates)
  const taken = new Map<string, Item>()
  for (const item of items) {
    const reference = `${item.type}/${item.id ?? ''}`
    if (item.id !== null && !item.found) item.stored ??= stored.get(reference)
    if (item.id === null && !item.same && !['Patient', 'Encounter'].includes(item.type))
      item.id = randomUUID()
    if (item.interaction === 'update' && item.id !== null) {
      if (taken.has(reference))
        throw new FhirError(400, {
          code: 'duplicate',
          diagnostics: `Two entries are about ${reference}; a transaction may name a resource once.`,
          expression: item.path,
        })
      taken.set(reference, item)
      const refused = own.has(item) && !item.stored ? unchangeable[item.type] : undefined
      if (refused !== undefined)
        throw new FhirError(422, {
          code: 'not-supported',
          diagnostics: refused,
          expression: `${item.path}.id`,
        })
    }
  }
  return items
}

/** Whether the id is a row id of ours. Ids chosen by senders must not be. */
export function numbered(item: { definition: { composed: boolean }; id: string | null }): boolean {
  return item.definition.composed && /^\d{1,15}$/.test(item.id ?? '')
}

/** Types whose rows FHIR can only read. */
const unchangeable: Partial<Record<string, string>> = {
  Condition: 'A diagnosis that did not come by FHIR cannot be changed by it.',
  Questionnaire: 'This is a questionnaire of this system; import a change in the designer.',
  QuestionnaireResponse: 'These answers were given here; they cannot be changed by FHIR.',
}

/** Updates whose id means a row of ours, or one that ours may get. */
async function ownOf(trx: Trx, updates: Item[]): Promise<Set<Item>> {
  const named = updates.filter(
    ({ type, id }) => type.startsWith('Questionnaire') && ownRow(id ?? '') !== null,
  )
  const own = updates.filter(
    (item) => numbered(item) || (named.includes(item) && item.id?.startsWith(ownPrefix)),
  )
  const chosen = named.filter((item) => !own.includes(item))
  if (chosen.length === 0) return new Set(own)
  const rowsOf = (type: string) =>
    chosen.flatMap((item) => (item.type === type ? (ownRow(item.id ?? '') ?? []) : []))
  const { rows } = await sql<{ type: string; id: string }>`
    select 'Questionnaire' as type, id::text from questionnaire_version where id = any(${rowsOf('Questionnaire')}::bigint[])
    union all
    select 'QuestionnaireResponse', id::text from questionnaire_response where id = any(${rowsOf('QuestionnaireResponse')}::bigint[])`.execute(
    trx,
  )
  const taken = new Set(rows.map(({ type, id }) => `${type}/${id}`))
  return new Set([...own, ...chosen.filter(({ type, id }) => taken.has(`${type}/${ownRow(id ?? '') ?? ''}`))])
}

/** Equal conditions are processed sequentially; see `lockConditions`. */
async function meetConditions(trx: Trx, sender: Sender, items: Item[]): Promise<void> {
  const asked = items.filter((item) => item.query !== null)
  if (asked.length === 0) return
  await lockConditions(
    trx,
    asked.map((item) => `${item.type}?${item.query ?? ''}`),
  )
  const matches = await findMatches(
    trx,
    sender,
    asked.map((item) => ({ type: item.type, query: item.query ?? '', path: item.path })),
  )
  refuseAmbiguous(asked)
  const first = new Map<string, Item>()
  for (const [at, item] of asked.entries()) {
    const key = `${item.type}?${item.query ?? ''}`
    const [match, other] = matches[at] ?? []
    if (other !== undefined)
      throw new FhirError(412, {
        code: 'multiple-matches',
        diagnostics: `More than one ${item.type} meets the condition.`,
        expression: item.path,
      })
    item.same = first.get(key)
    if (item.same && item.interaction === 'update')
      throw new FhirError(400, {
        code: 'duplicate',
        diagnostics:
          'Two entries update what the same condition finds; a transaction may name a resource once.',
        expression: item.path,
      })
    if (match !== undefined) {
      if (item.interaction === 'update' && item.resource.id !== undefined && item.resource.id !== match)
        throw new FhirError(400, {
          code: 'value',
          diagnostics: `The condition names ${item.type}/${match}, the resource says it is ${item.resource.id}.`,
          expression: `${item.path}.id`,
        })
      item.id = match
      item.found = item.interaction === 'create'
    } else if (item.interaction === 'update' && item.resource.id !== undefined)
      throw new FhirError(400, {
        code: 'value',
        diagnostics: `Nothing meets the condition, so there is no ${item.type}/${item.resource.id} to update. Leave the id out to create one.`,
        expression: `${item.path}.id`,
      })
    if (!item.same) first.set(key, item)
  }
}

/**
 * Conditions in different words that would all find what one entry writes: whichever came last would win silently.
 * @throws {FhirError} 400
 */
function refuseAmbiguous(asked: Item[]): void {
  const byTerm = new Map<string, Item[]>()
  for (const item of asked)
    for (const term of identifierTerms((item.resource as { identifier?: FhirIdentifier[] }).identifier))
      byTerm.set(`${item.type} ${term}`, [...(byTerm.get(`${item.type} ${term}`) ?? []), item])
  for (const item of asked)
    for (const value of new URLSearchParams(item.query ?? '').getAll('identifier')) {
      const other = byTerm
        .get(`${item.type} ${identifierTerm(value)}`)
        ?.find((one) => one !== item && one.query !== item.query)
      if (other)
        throw new FhirError(400, {
          code: 'duplicate',
          diagnostics: `This condition also finds what ${other.path} writes; a transaction may name a resource once.`,
          expression: item.path,
        })
    }
}

export function hashOf(item: Pick<WriteEntry, 'resource'>): string {
  return createHash('sha256').update(JSON.stringify(item.resource)).digest('base64')
}

/**
 * A urn:uuid with the same content is the same resource, so a bundle repeated after a lost answer adds nothing. Other content under it is
 * another resource: some systems reuse the same numbers in every bundle.
 */
async function recogniseRepeated(trx: Trx, items: Item[]): Promise<void> {
  const named = items.filter(
    (item) =>
      item.interaction === 'create' &&
      !item.found &&
      item.query === null &&
      item.fullUrl?.startsWith('urn:uuid:'),
  )
  for (const item of named) item.sentHash = hashOf(item)
  const sent = await loadSent(
    trx,
    named.map((item) => ({ type: item.type, fullUrl: item.fullUrl ?? '', hash: item.sentHash ?? '' })),
  )
  for (const item of named) {
    item.stored = sent.get(`${item.type}|${item.fullUrl ?? ''}|${item.sentHash ?? ''}`)
    if (!item.stored) continue
    item.id = item.stored.id
    item.found = true
  }
}

const withoutVersion = (reference: string) => reference.replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, '')

/** The base of a RESTful fullUrl, such as `http://his.example/fhir`; null for a urn, or none. */
function baseOf({ fullUrl }: Item): string | null {
  return (
    /^(https?:\/\/.+)\/[A-Z][A-Za-z]{2,40}\/[A-Za-z0-9.-]{1,64}(\/_history\/.*)?$/.exec(fullUrl ?? '')?.[1] ??
    null
  )
}

/**
 * Replaces references by known ids, as http://hl7.org/fhir/R4/bundle.html#references asks: what an entry of another server calls
 * `Patient/109` is that server's, never ours of the same number.
 */
export class Resolver {
  readonly #byUrl = new Map<string, Item>()
  readonly #conditions = new Map<string, string>()
  /** What senders call their new resources, which may be the id of another one here. */
  readonly #unclear = new Set<string>()
  readonly #base: string

  /** @throws {FhirError} when two entries have one fullUrl: a reference to it could mean either */
  constructor(items: Item[], base: string) {
    this.#base = `${base}/`
    for (const item of items) {
      if (item.fullUrl !== null) {
        if (this.#byUrl.has(item.fullUrl))
          throw new FhirError(400, {
            code: 'duplicate',
            diagnostics: `Two entries have the fullUrl ${item.fullUrl.slice(0, 200)}; references to it could mean either.`,
            expression: item.path,
          })
        this.#byUrl.set(item.fullUrl, item)
      }
    }
    for (const item of items)
      if (item.interaction === 'create' && item.resource.id !== undefined)
        this.#unclear.add(`${item.type}/${item.resource.id}`)
      else if (item.interaction === 'update' && item.id !== null)
        for (const url of [`${item.type}/${item.id}`, `${this.#base}${item.type}/${item.id}`])
          this.#byUrl.set(url, item)
  }

  /** Without its version, and what an entry of another server calls `Patient/109` as that server's URL. */
  #named(reference: string, from: Item): string {
    const plain = withoutVersion(reference)
    const base = baseOf(from)
    return base !== null && `${base}/` !== this.#base && literal(plain) ? `${base}/${plain}` : plain
  }

  /** The entry of this transaction that a reference of `from` means. */
  itemOf(reference: string | undefined, from: Item): Item | undefined {
    const item = reference === undefined ? undefined : this.#byUrl.get(this.#named(reference, from))
    return item?.same ?? item
  }

  /** The written visit of this transaction that a reference of `from` means. */
  visitOf(reference: string | undefined, from: Item): Item | undefined {
    const item = this.itemOf(reference, from)
    return item?.type === 'Encounter' && !item.found ? item : undefined
  }

  resolve(reference: string, from: Item): string {
    const item = this.itemOf(reference, from)
    if (item?.id != null) return `${item.type}/${item.id}`
    const known = this.#conditions.get(reference)
    if (known !== undefined) return known
    const named = this.#named(reference, from)
    if (named.startsWith(this.#base)) return named.slice(this.#base.length)
    // What is not here keeps its version.
    return literal(named) ? named : named + reference.slice(withoutVersion(reference).length)
  }

  resolveAll(items: Item[]): void {
    for (const item of items)
      item.resolved = withReferences(item.resource, (reference) => this.resolve(reference, item))
  }

  /**
   * Looks up conditional references (`Location?identifier=…`) and checks that every urn:uuid is that of an entry.
   * @throws {FhirError} naming each unresolved reference
   */
  async load(trx: Trx, sender: Sender, items: Item[]): Promise<void> {
    const issues: Issue[] = []
    const asked = new Map<string, { type: string; query: string; path: string }>()
    for (const item of items) {
      if (item.found) continue
      for (const { reference, path } of referencesIn(item.resource)) {
        const expression = `${item.path}.${path}`
        const asks = this.#byUrl.has(reference) ? undefined : conditional(reference)
        if (asks && !asked.has(reference)) asked.set(reference, { ...asks, path: expression })
        if (this.#unclear.has(reference) && baseOf(item) === null && !this.#byUrl.has(reference))
          issues.push({
            code: 'invalid',
            diagnostics: `${reference.slice(0, 100)} may be the entry with that id, or ours. Refer to the fullUrl of the entry, such as urn:uuid:….`,
            expression,
          })
        if (/^urn:(uuid|oid):/.test(reference) && !this.#byUrl.has(reference))
          issues.push({
            code: 'not-found',
            diagnostics: `No entry of the bundle has the fullUrl ${reference.slice(0, 100)}.`,
            expression,
          })
      }
    }
    const all = [...asked]
    const matches = await findMatches(
      trx,
      sender,
      all.map(([, one]) => one),
    )
    for (const [at, [reference, { type, path }]] of all.entries()) {
      const [match, other] = matches[at] ?? []
      if (match !== undefined && other === undefined) this.#conditions.set(reference, `${type}/${match}`)
      else
        issues.push({
          code: match === undefined ? 'not-found' : 'multiple-matches',
          diagnostics: `${match === undefined ? 'No' : 'More than one'} ${type} meets ${reference.slice(0, 200)}.`,
          expression: path,
        })
    }
    if (issues.length > 0)
      throw new FhirError(
        issues.some((one) => one.code === 'multiple-matches') ? 412 : 400,
        ...issues.slice(0, 50),
      )
  }
}
