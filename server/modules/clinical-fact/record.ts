import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { NewEvent } from '../event/event.ts'
import { supersedeEvents } from '../event/keep.ts'
import type { Trx } from '../../platform/db.ts'
import type { FactStatement } from '../hl7/map-facts.ts'

export type FactInput = FactStatement & {
  personId: number
  encounterId: number | null
  siteId: number
  source: string
  /** The source under which the fact is kept: the source itself, but all files of a site count as one. */
  rememberedFor: string
  statedAt: Date
  /** Message number, so that two equal facts in one message do not count as a correction. */
  message: number
}

/** A row of `clinical_fact`: the event that currently states the fact of a person's record with this source and key. */
export type FactRow = {
  source: string
  key: string
  person_id: number
  event_id: number
  hash: string
  said_at: Date
}
/** Keys under which a statement finds and stores the fact: its own, and the one shared by all sources of the site. */
type Place = { source: string; key: string; hash: string }
type OfPerson = { source: string; key: string; person_id: number }
type Fresh = {
  fact: FactInput
  places: (Place & OfPerson)[]
  /** Rows of these keys before this batch. */
  rows: FactRow[]
  /** The event superseded by this one, or the newer one that supersedes it when an old message comes late. */
  before: FactRow | undefined
  late: boolean
}

const digest = (parts: unknown) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')

/** Data that make two statements of a fact differ; reporter and ward may vary. */
function hashOf({ kind, data }: Keyed): string {
  const { code, value, unit, range, interpretation, status, start, end, dose, quantity, amount, note } = data
  return digest([
    kind,
    code.code ?? code.text,
    value,
    unit,
    range,
    interpretation,
    status,
    start,
    end,
    dose,
    quantity,
    amount,
    note,
  ])
}

const placeOf = ({ source, key, person_id }: OfPerson) => `${person_id}|${source}|${key}`

type Keyed = Pick<FactInput, 'kind' | 'key' | 'shared' | 'data' | 'rememberedFor' | 'siteId' | 'message'>

/** Keys of the facts of a batch, in order; the second of two equal ones in one message gets its own key. */
export function placesOf(facts: Keyed[]): Place[][] {
  const seen = new Map<string, number>()
  const numbered = (message: number, source: string, key: string) => {
    const here = `${message}|${source}|${key}`
    const nth = (seen.get(here) ?? 0) + 1
    seen.set(here, nth)
    return nth === 1 ? key : `${key}#${nth}`
  }
  return facts.map((fact) => {
    const { kind, message, rememberedFor: own, shared } = fact
    const site = `site:${fact.siteId}`
    return [
      { source: own, key: numbered(message, own, digest([kind, ...fact.key])), hash: hashOf(fact) },
      ...(shared
        ? [
            {
              source: site,
              key: numbered(message, site, digest([kind, ...shared.key])),
              hash: digest(shared.compared),
            },
          ]
        : []),
    ]
  })
}

/** The facts that are new to the timeline, in one statement; later ones of a batch see earlier ones. */
export async function freshFacts(trx: Trx, facts: FactInput[]): Promise<Fresh[]> {
  if (facts.length === 0) return []
  const all = placesOf(facts).map((places, at) =>
    places.map((place) => ({ ...place, person_id: facts[at]?.personId ?? 0 })),
  )
  const wanted = all.flat()
  const { rows } = await sql<FactRow>`
    select f.source, f.key, f.person_id, f.event_id, f.hash, f.said_at
    from unnest(${wanted.map((one) => one.source)}::text[], ${wanted.map((one) => one.key)}::text[],
      ${wanted.map((one) => one.person_id)}::bigint[]) as w(source, key, person_id)
    join clinical_fact f using (source, key, person_id) order by f.source, f.key for update of f`.execute(trx)
  const stored = new Map(rows.map((row) => [placeOf(row), row]))
  const known = new Map(stored)
  return facts.flatMap((fact, at): Fresh[] => {
    const places = all[at] ?? []
    const [own, shared] = places.map((place) => known.get(placeOf(place)))
    // A source's own statement is compared in full; another source's only in the shared fields.
    const same = own ? own.hash === places[0]?.hash : shared?.hash === places[1]?.hash && shared !== undefined
    if (same) return []
    const before = own && shared ? (shared.said_at > own.said_at ? shared : own) : (own ?? shared)
    const late = before !== undefined && fact.statedAt < before.said_at
    if (!late)
      for (const place of places) known.set(placeOf(place), { ...place, event_id: 0, said_at: fact.statedAt })
    return [{ fact, places, rows: places.flatMap((place) => stored.get(placeOf(place)) ?? []), before, late }]
  })
}

export function factEvent({ fact, before, late }: Fresh): NewEvent {
  return {
    personId: fact.personId,
    at: fact.at,
    kind: fact.kind,
    source: fact.source,
    encounterId: fact.encounterId,
    data: {
      ...fact.data,
      ...(late && { superseded: true }),
      ...(before && !late && before.event_id !== 0 && { supersedesEventId: before.event_id }),
    },
  }
}

/** Data of a stored fact, sufficient to undo it. */
export type KeptFact = {
  message: number
  eventId: number
  /** Whether it replaces an earlier statement of the same fact. */
  corrects: boolean
  places: { source: string; key: string }[]
  rows: FactRow[]
}

/** Stores the event that now states each fact, and marks superseded events, which stay on the timeline. */
export async function keepFacts(trx: Trx, fresh: Fresh[], recorded: { id: number }[]): Promise<KeptFact[]> {
  if (fresh.length === 0) return []
  const newest = new Map<string, FactRow>()
  const superseded: number[] = []
  for (const [at, one] of fresh.entries()) {
    if (one.late) continue
    const earlier = one.places.map((place) => newest.get(placeOf(place))?.event_id)
    superseded.push(...[...earlier, one.before?.event_id].flatMap((id) => id || []))
    for (const place of one.places)
      newest.set(placeOf(place), { ...place, event_id: recorded[at]?.id ?? 0, said_at: one.fact.statedAt })
  }
  const rows = [...newest.values()]
  await sql`
    with marked as (
      ${supersedeEvents([...new Set(superseded)])}
    )
    insert into clinical_fact (source, key, person_id, event_id, hash, said_at)
    select * from unnest(
      ${rows.map((row) => row.source)}::text[], ${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.person_id)}::bigint[],
      ${rows.map((row) => row.event_id)}::bigint[], ${rows.map((row) => row.hash)}::text[],
      ${rows.map((row) => row.said_at)}::timestamptz[])
    on conflict (source, key, person_id) do update set event_id = excluded.event_id, hash = excluded.hash, said_at = excluded.said_at`.execute(
    trx,
  )
  return fresh.map(({ fact, before, places, rows: earlier }, at) => ({
    message: fact.message,
    eventId: recorded[at]?.id ?? 0,
    corrects: before !== undefined,
    places: places.map(({ source, key }) => ({ source, key })),
    rows: earlier,
  }))
}
