import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { deleteEvents, reinstateEvents } from '../event/keep.ts'
import type { FactRow, KeptFact } from './record.ts'

/** Undo data of an imported fact: the event, the rows before, and the keys now. */
export type FactEffect = { target_id: number; before: { rows: FactRow[] }; after: Pick<KeptFact, 'places'> }

/**
 * Removes the facts of a batch from the timeline and restores those they had superseded. Facts corrected by others since stay.
 * @returns how many stay
 */
export async function undoFacts(trx: Trx, effects: FactEffect[]): Promise<number> {
  if (effects.length === 0) return 0
  const ours = new Set(effects.map((effect) => effect.target_id))
  const places = effects.flatMap((effect) => effect.after.places.map((place) => ({ ...place, effect })))
  const { rows: now } = await sql<{
    source: string
    key: string
    person_id: number
    event_id: number
    target_id: number
  }>`
    select f.source, f.key, f.person_id, f.event_id, w.target_id
    from unnest(${places.map((one) => one.source)}::text[], ${places.map((one) => one.key)}::text[],
      ${places.map((one) => one.effect.target_id)}::bigint[]) as w(source, key, target_id)
    join event e on e.id = w.target_id
    join clinical_fact f on f.source = w.source and f.key = w.key and f.person_id = e.person_id for update of f`.execute(
    trx,
  )
  const personOf = new Map(now.map((row) => [row.target_id, row.person_id]))
  const correctedIds = new Set(now.flatMap((row) => (ours.has(row.event_id) ? [] : [row.target_id])))
  const corrected = new Set(effects.filter((effect) => correctedIds.has(effect.target_id)))
  const gone = effects.filter((effect) => !corrected.has(effect))
  // Of two rows about one fact, the first holds the state before the batch.
  const before = new Map<string, FactRow>()
  const emptied = new Map<string, Omit<FactRow, 'event_id' | 'hash' | 'said_at'>>()
  for (const effect of gone.toSorted((one, other) => one.target_id - other.target_id)) {
    const person_id = personOf.get(effect.target_id) ?? 0
    for (const row of effect.before.rows) {
      const place = `${person_id}|${row.source}|${row.key}`
      if (!before.has(place) && !emptied.has(place) && !ours.has(row.event_id))
        before.set(place, { ...row, person_id })
    }
    for (const place of effect.after.places) {
      const name = `${person_id}|${place.source}|${place.key}`
      if (!before.has(name)) emptied.set(name, { ...place, person_id })
    }
  }
  const restored = [...before.values()]
  const empty = [...emptied.values()]
  await deleteEvents(trx, sql`id = any(${gone.map((effect) => effect.target_id)}::bigint[])`)
  await sql`
    delete from clinical_fact f using unnest(${empty.map((one) => one.source)}::text[], ${empty.map((one) => one.key)}::text[],
      ${empty.map((one) => one.person_id)}::bigint[]) as w(source, key, person_id)
    where f.source = w.source and f.key = w.key and f.person_id = w.person_id`.execute(trx)
  await sql`
    with marked as (
      ${reinstateEvents(restored.map((row) => row.event_id))}
    )
    update clinical_fact f set event_id = w.event_id, hash = w.hash, said_at = w.said_at
    from unnest(${restored.map((row) => row.source)}::text[], ${restored.map((row) => row.key)}::text[],
      ${restored.map((row) => row.event_id)}::bigint[], ${restored.map((row) => row.hash)}::text[],
      ${restored.map((row) => row.said_at)}::timestamptz[], ${restored.map((row) => row.person_id)}::bigint[])
      as w(source, key, event_id, hash, said_at, person_id)
    where f.source = w.source and f.key = w.key and f.person_id = w.person_id`.execute(trx)
  return corrected.size
}
