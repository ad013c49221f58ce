import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { personWithin } from '../../modules/person/scope.ts'
import { countriesSet } from '../../modules/person/search.ts'
import { assertNotWalking, countMiss, numberMissed } from '../../modules/person/walk.ts'
import { type Actor, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type Branch, branchesOf } from './branch.ts'
import { asksForPhones, asksForTimes, type Criterion, readCriteria } from './criteria.ts'
import { FhirError } from './outcome.ts'
import { type FoundResource, present } from './present.ts'
import { known, reachOf, storedWithin } from './read.ts'
import { controls, readSubset, refuseUnstorable, type Subset, subsetOf } from './subset.ts'
import type { Resource } from './types.ts'
import { personOfRecord } from '../../modules/event/record.ts'
import { zoneOf } from '../../modules/organisation/home-site.ts'

export const mostResults = 500
const usualResults = 50

export type SearchResult = { resources: Resource[]; next: string | null; total: number | null }

type Query = {
  criteria: Criterion[]
  count: number
  cursor: [number, number] | undefined
  /** Only the number of results. */
  counts: boolean
  subset: Subset
}

/**
 * Parses a search. An unknown parameter is refused, not ignored: leaving out a filter would return more than requested.
 * @throws {FhirError} 400
 */
async function readQuery(db: Db, actor: Actor, type: string, parameters: URLSearchParams): Promise<Query> {
  for (const [name, value] of parameters) refuseUnstorable(name, value)
  const query: Query = {
    criteria: [],
    count: usualResults,
    cursor: undefined,
    counts: parameters.get('_summary') === 'count' || Number(parameters.get('_count') ?? 1) === 0,
    subset: readSubset(parameters),
  }
  const rest = new URLSearchParams()
  for (const [name, value] of parameters) {
    if (name === '_count') query.count = query.counts ? 0 : readCount(value)
    else if (name === '_cursor') query.cursor = readCursor(value)
    else if (['_summary', '_elements', ...controls].includes(name)) continue
    else if (name === '_total' && value === 'none') continue
    else rest.append(name, value)
  }
  const definition = known(type)
  query.criteria = readCriteria(type, definition, rest, {
    zone: asksForTimes(definition, rest) ? await zoneOf(db, actor) : 'UTC',
    countries: asksForPhones(definition, rest) ? await countriesSet(db) : [],
  })
  return query
}

export function readCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    throw new FhirError(400, { code: 'value', diagnostics: '_count must be a whole number from 1 on.' })
  return Math.min(count, mostResults)
}

function readCursor(text: string): [number, number] | undefined {
  try {
    return decodeCursor<[number, number]>(text, ['number', 'number'])
  } catch (error) {
    if (error instanceof AppError)
      throw new FhirError(400, {
        code: 'value',
        diagnostics: '_cursor is not from a next link of this search.',
      })
    throw error
  }
}

type Row = FoundResource & { part: number; key: number }

function scopeOf(branch: Branch, reach: Reach): RawBuilder<SqlBool> {
  if (branch.within) return branch.within(reach)
  if (branch.personless) return sql<SqlBool>`true`
  return branch.record ? personWithin(reach, personOfRecord(branch.record)) : storedWithin(reach)
}

function whereOf(branch: Branch, reach: Reach, criteria: Criterion[]): RawBuilder<SqlBool> {
  return sql.join([branch.where, ...criteria.map((one) => one(branch)), scopeOf(branch, reach)], sql` and `)
}

async function find(
  db: Db,
  reach: Reach,
  type: string,
  query: Pick<Query, 'criteria' | 'cursor'>,
  limit: number,
): Promise<Row[]> {
  const parts = branchesOf(type).map((branch, part) => {
    const from = query.cursor && query.cursor[0] === part ? query.cursor[1] : 0
    if (query.cursor && query.cursor[0] > part) return undefined
    return sql`(select ${part}::int as part, ${branch.key} as key, ${branch.columns} from ${branch.from}
      where ${whereOf(branch, reach, query.criteria)} and ${branch.key} > ${from} order by ${branch.key} limit ${limit})`
  })
  const { rows } = await sql<Row>`
    select * from (${sql.join(
      parts.filter((part) => part !== undefined),
      sql` union all `,
    )}) as found order by part, key limit ${limit}`.execute(db)
  return rows
}

/** Ids only, for conditions of creates, updates and references. Not audited: no personal data are shown. */
export async function searchIds(
  db: Db,
  actor: Actor,
  type: string,
  parameters: URLSearchParams,
  limit: number,
): Promise<string[]> {
  const query = await readQuery(db, actor, type, parameters)
  if (query.criteria.length === 0)
    throw new FhirError(412, {
      code: 'multiple-matches',
      diagnostics: 'A condition must name a search parameter.',
    })
  const rows = await find(db, reachOf(actor, type), type, query, limit)
  return rows.map((row) => row.id)
}

/** @throws {FhirError} 400 with the invalid parameter */
export async function search(
  db: Db,
  actor: Actor,
  type: string,
  parameters: URLSearchParams,
): Promise<SearchResult> {
  const reach = reachOf(actor, type)
  // Whoever reads numbers masked must not find them by trying, one by one or many at once.
  const numbers = ['identifier', 'phone'].flatMap((name) => parameters.getAll(name))
  const byNumber = !may(actor, 'person.exchange') && numbers.length > 0
  if (byNumber && numbers.some((one) => one.includes(',')))
    throw new FhirError(400, { code: 'not-supported', diagnostics: 'Search for one number at a time.' })
  if (byNumber) await assertNotWalking(db, actor)
  const query = await readQuery(db, actor, type, parameters)
  if (query.counts) {
    const total = await count(db, reach, type, query)
    if (byNumber && total === 0) await countMiss(db, actor)
    await audit(db, actor, {
      action: byNumber && total === 0 ? numberMissed : 'fhir.search',
      subject: `${type} count`,
      fields: [type],
    })
    return { resources: [], next: null, total }
  }
  const rows = await find(db, reach, type, query, query.count + 1)
  const shown = rows.slice(0, query.count)
  const last = shown.at(-1)
  const persons = [...new Set(shown.flatMap((row) => row.person_id ?? []))]
  const missed = byNumber && rows.length === 0 && !query.cursor
  if (missed) await countMiss(db, actor)
  await audit(db, actor, {
    action: missed ? numberMissed : 'fhir.search',
    // One audit entry names the persons shown; the search text may be a name and is left out.
    personId: persons.length === 1 ? (persons[0] ?? null) : null,
    subject: `${type} persons:${persons.join(',')}`,
    fields: [type],
  })
  return {
    resources: (await present(db, actor, shown)).map((one) => subsetOf(one, query.subset)),
    next: rows.length > query.count && last ? encodeCursor([last.part, last.key]) : null,
    total: null,
  }
}

async function count(db: Db, reach: Reach, type: string, query: Query): Promise<number> {
  const parts = branchesOf(type).map(
    (branch) => sql`(select count(*) from ${branch.from} where ${whereOf(branch, reach, query.criteria)})`,
  )
  const { rows } = await sql<{ total: number }>`select ${sql.join(parts, sql` + `)} as total`.execute(db)
  return rows[0]?.total ?? 0
}
