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
  const { rows: now } = await sql<{ source: string; key: string; event_id: number }>`
    select f.source, f.key, f.event_id
    from unnest(${places.map((one) => one.source)}::text[], ${places.map((one) => one.key)}::text[]) as w(source, key)
    join clinical_fact f using (source, key) for update of f`.execute(trx)
  const holder = new Map(now.map((row) => [`${row.source}|${row.key}`, row.event_id]))
  const corrected = new Set(
    places
      .filter(({ source, key }) => {
        const eventId = holder.get(`${source}|${key}`)
        return eventId !== undefined && !ours.has(eventId)
      })
      .map(({ effect }) => effect),
  )
  const gone = effects.filter((effect) => !corrected.has(effect))
  // Of two rows about one fact, the first holds the state before the batch.
  const before = new Map<string, FactRow>()
  const emptied = new Map<string, { source: string; key: string }>()
  for (const effect of gone.toSorted((one, other) => one.target_id - other.target_id)) {
    for (const row of effect.before.rows) {
      const place = `${row.source}|${row.key}`
      if (!before.has(place) && !emptied.has(place) && !ours.has(row.event_id)) before.set(place, row)
    }
    for (const place of effect.after.places) {
      const name = `${place.source}|${place.key}`
      if (!before.has(name)) emptied.set(name, place)
    }
  }
  const restored = [...before.values()]
  const empty = [...emptied.values()]
  await deleteEvents(trx, sql`id = any(${gone.map((effect) => effect.target_id)}::bigint[])`)
  await sql`
    delete from clinical_fact f using unnest(${empty.map((one) => one.source)}::text[], ${empty.map((one) => one.key)}::text[]) as w(source, key)
    where f.source = w.source and f.key = w.key`.execute(trx)
  await sql`
    with marked as (
      ${reinstateEvents(restored.map((row) => row.event_id))}
    )
    update clinical_fact f set event_id = w.event_id, hash = w.hash, said_at = w.said_at
    from unnest(${restored.map((row) => row.source)}::text[], ${restored.map((row) => row.key)}::text[],
      ${restored.map((row) => row.event_id)}::bigint[], ${restored.map((row) => row.hash)}::text[],
      ${restored.map((row) => row.said_at)}::timestamptz[]) as w(source, key, event_id, hash, said_at)
    where f.source = w.source and f.key = w.key`.execute(trx)
  return corrected.size
}
