import type { Actor } from '../../platform/actor.ts'
import { type Db, isTransient, isUniqueViolation, transaction, type Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'
import type { Bundle, BundleEntry, ReadEntry } from './bundle.ts'
import { senderOf } from './context.ts'
import type { WriteEntry, WriteResult } from './item.ts'
import { asFhirError, FhirError, outcomeOf } from './outcome.ts'
import { readResource } from './read.ts'
import { search } from './search.ts'
import { readParameters, readSubset, refuseUnknown, subsetOf } from './subset.ts'
import type { Resource } from './types.ts'
import { writeResources } from './write.ts'

export type Caller = { db: Db; actor: Actor; base: string }

const mostTries = 5

/**
 * Runs `work` in one transaction; retries when another one created the same number, visit or id meanwhile, and then finds it.
 * @throws {FhirError} 409 after too many retries
 */
async function exclusively<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await transaction(db, work)
    } catch (error) {
      const clash =
        isUniqueViolation(error) || (isTransient(error) && /^40/.test((error as { code: string }).code))
      if (!clash) throw error
      if (tries === mostTries)
        throw new FhirError(409, {
          code: 'conflict',
          diagnostics: 'Others are writing the same resources at the same time. Try again in a moment.',
        })
    }
}

/**
 * Creates and updates, all or nothing.
 * @param afterwards runs in the same transaction, so that it reads the written state, and its failure rolls back everything
 */
export async function write(
  caller: Caller,
  entries: WriteEntry[],
  timestamp: Date | null = null,
  afterwards: (trx: Trx) => Promise<void> = () => Promise.resolve(),
): Promise<WriteResult[]> {
  const now = new Date()
  // A bundle may have been delayed; one from the future must not override later ones.
  const at = timestamp && timestamp < now ? timestamp : now
  const results = await exclusively(caller.db, async (trx) => {
    const sender = await senderOf(trx, caller.actor, caller.base, { at, now })
    const written = await writeResources(trx, sender, entries)
    await afterwards(trx)
    return written
  })
  wakeLoop('pathway')
  return results
}

type ResponseEntry = {
  fullUrl?: string
  resource?: unknown
  response: { status: string; location?: string; etag?: string; lastModified?: string; outcome?: unknown }
}

const isRead = (entry: BundleEntry): entry is ReadEntry => entry.interaction === 'read'
const phrases: Partial<Record<number, string>> = { 200: 'OK', 201: 'Created' }

function written(base: string, result: WriteResult): ResponseEntry {
  const location = `${result.type}/${result.id}`
  return {
    fullUrl: `${base}/${location}`,
    response: {
      status: `${result.status} ${phrases[result.status] ?? ''}`,
      location,
      ...(result.version !== undefined && { etag: `W/"${result.version}"` }),
      lastModified: result.lastUpdated.toISOString(),
    },
  }
}

function failed(error: FhirError): ResponseEntry {
  return { response: { status: String(error.status), outcome: outcomeOf(error.issues) } }
}

async function answerRead({ db, actor, base }: Caller, entry: ReadEntry): Promise<ResponseEntry> {
  if (entry.id !== null) {
    const query = new URLSearchParams(entry.query)
    refuseUnknown(query, readParameters)
    const resource = subsetOf(await readResource(db, actor, entry.type, entry.id), readSubset(query))
    return { fullUrl: `${base}/${entry.type}/${entry.id}`, resource, response: { status: '200 OK' } }
  }
  const result = await search(db, actor, entry.type, new URLSearchParams(entry.query))
  const self = `${base}/${entry.type}?${entry.query}`
  return { resource: searchset(base, self, result), response: { status: '200 OK' } }
}

/** A result page as a FHIR bundle. `self` is the URL of the search. */
export function searchset(
  base: string,
  self: string,
  page: { resources: Resource[]; next: string | null; total?: number | null },
) {
  const next = new URL(self)
  if (page.next !== null) next.searchParams.set('_cursor', page.next)
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(page.total != null && { total: page.total }),
    link: [
      { relation: 'self', url: self },
      ...(page.next === null ? [] : [{ relation: 'next', url: next.toString() }]),
    ],
    ...(page.resources.length > 0 && {
      entry: page.resources.map((resource) => ({
        fullUrl: `${base}/${resource.resourceType}/${resource.id ?? ''}`,
        resource,
        search: { mode: 'match' },
      })),
    }),
  }
}

/** @throws {FhirError} when any part of a transaction fails; it is then rolled back */
export async function executeBundle(caller: Caller, bundle: Bundle) {
  const { type, entries, timestamp } = bundle
  const answers: (ResponseEntry | undefined)[] = entries.map((one) =>
    one instanceof FhirError ? failed(one) : undefined,
  )
  const writes = entries.flatMap((entry, at) =>
    entry instanceof FhirError || isRead(entry) ? [] : [{ entry, at }],
  )
  const readAll = async (db: Db) => {
    for (const [at, entry] of entries.entries()) {
      if (entry instanceof FhirError || !isRead(entry)) continue
      answers[at] = await answerRead({ ...caller, db }, entry).catch((error: unknown) => {
        const known = asFhirError(error)
        if (!known || type === 'transaction') throw error
        return failed(known)
      })
    }
  }
  const writeAll = async (some: typeof writes) => {
    const results = await write(
      caller,
      some.map(({ entry }) => entry),
      timestamp,
      type === 'transaction' ? readAll : undefined,
    )
    for (const [index, result] of results.entries())
      answers[some[index]?.at ?? -1] = written(caller.base, result)
  }
  if (type === 'transaction') await writeAll(writes)
  else {
    if (writes.length > 0)
      await writeSeparately(writes, writeAll, (at, error) => (answers[at] = failed(error)))
    await readAll(caller.db)
  }
  return { resourceType: 'Bundle', type: `${type}-response`, entry: answers }
}

/** A batch is first tried as a whole; if that fails, entry by entry. */
async function writeSeparately<T extends { at: number }>(
  all: T[],
  writeAll: (some: T[]) => Promise<void>,
  fail: (at: number, error: FhirError) => void,
): Promise<void> {
  try {
    await writeAll(all)
  } catch (error) {
    if (!asFhirError(error)) throw error
    for (const one of all)
      try {
        await writeAll([one])
      } catch (alone) {
        const known = asFhirError(alone)
        if (!known) throw alone
        fail(one.at, known)
      }
  }
}
