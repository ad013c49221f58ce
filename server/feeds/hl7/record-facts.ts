import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { NewEvent, RecordedEvent } from '../../modules/event/event.ts'
import type { Trx } from '../../platform/db.ts'
import type { FactSaid } from './map-facts.ts'

export type FactInput = FactSaid & {
  personId: number
  encounterId: number | null
  source: string
  saidAt: Date
  /** Facts of one message come together, so that two alike in it are not taken for a correction of one. */
  message: number
}

type Known = { event_id: number; hash: string; said_at: Date }
type Fresh = {
  fact: FactInput
  key: string
  hash: string
  /** The event that says the same of an earlier time, or the newer one that an old message comes after. */
  before: Known | undefined
  late: boolean
}

const digest = (parts: unknown) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')

/** What makes two statements of a fact differ; who reported it, and for which ward, may be told differently each time. */
function hashOf({ kind, data }: FactInput): string {
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

/** Keys of the facts of a batch, in order; the second of two equal ones in one message gets a key of its own. */
function keysOf(facts: FactInput[]): string[] {
  const seen = new Map<string, number>()
  return facts.map((fact) => {
    const key = digest([fact.kind, ...fact.key])
    const here = `${fact.message}|${fact.source}|${key}`
    const nth = (seen.get(here) ?? 0) + 1
    seen.set(here, nth)
    return nth === 1 ? key : `${key}#${nth}`
  })
}

/** Those facts that the timeline does not say yet, in one statement; later ones of the same batch see the earlier ones. */
export async function freshFacts(trx: Trx, facts: FactInput[]): Promise<Fresh[]> {
  if (facts.length === 0) return []
  const keys = keysOf(facts)
  const { rows } = await sql<Known & { source: string; key: string }>`
    select f.source, f.key, f.event_id, f.hash, f.said_at
    from unnest(${facts.map((fact) => fact.source)}::text[], ${keys}::text[]) as w(source, key)
    join clinical_fact f using (source, key) order by f.source, f.key for update of f`.execute(trx)
  const known = new Map<string, Known>(rows.map((row) => [`${row.source}|${row.key}`, row]))
  return facts.flatMap((fact, at) => {
    const key = keys[at] ?? ''
    const hash = hashOf(fact)
    const place = `${fact.source}|${key}`
    const before = known.get(place)
    if (before?.hash === hash) return []
    const late = before !== undefined && fact.saidAt < before.said_at
    if (!late) known.set(place, { event_id: 0, hash, said_at: fact.saidAt })
    return [{ fact, key, hash, before, late }]
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

/** Remembers which event states each fact now, and marks the events that it supersedes: what they say stays, that it holds does not. */
export async function keepFacts(trx: Trx, fresh: Fresh[], recorded: RecordedEvent[]): Promise<void> {
  if (fresh.length === 0) return
  const newest = new Map<string, { one: Fresh; eventId: number }>()
  const superseded: number[] = []
  for (const [at, one] of fresh.entries()) {
    if (one.late) continue
    const place = `${one.fact.source}|${one.key}`
    const earlier = newest.get(place)?.eventId ?? one.before?.event_id
    if (earlier) superseded.push(earlier)
    newest.set(place, { one, eventId: recorded[at]?.id ?? 0 })
  }
  const rows = [...newest.values()]
  await sql`
    with marked as (
      update event set data = data || '{"superseded": true}' where id = any(${superseded}::bigint[])
    )
    insert into clinical_fact (source, key, event_id, hash, said_at)
    select * from unnest(
      ${rows.map(({ one }) => one.fact.source)}::text[], ${rows.map(({ one }) => one.key)}::text[],
      ${rows.map(({ eventId }) => eventId)}::bigint[], ${rows.map(({ one }) => one.hash)}::text[],
      ${rows.map(({ one }) => one.fact.saidAt)}::timestamptz[])
    on conflict (source, key) do update set event_id = excluded.event_id, hash = excluded.hash, said_at = excluded.said_at`.execute(
    trx,
  )
}
