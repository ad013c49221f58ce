import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { type FactRow, type KeptFact, placesOf } from '../../modules/clinical-fact/record.ts'
import type { RowStatement } from './row.ts'

/** State of a row's fact; `twice`: another row of this file has the same number with other data. */
export type FactState = 'new' | 'same' | 'changed' | 'twice'

/** The state of each row's fact, in order. */
export async function factStates(
  trx: Trx,
  siteId: number,
  source: string,
  rows: RowStatement[],
): Promise<FactState[]> {
  const all = rows.map(({ message }, at) => {
    const [fact] = message?.facts ?? []
    if (!fact || !message) return []
    const places = placesOf([
      { ...fact, siteId, message: at, rememberedFor: message.rememberedFor ?? source },
    ])
    const [record] = message.person.identifiers
    return (places[0] ?? []).map((place) => ({ ...place, system: record?.system, number: record?.value }))
  })
  const wanted = all.flat()
  const stored = await sql<FactRow & { recorded_by: string | null }>`
    select f.source, f.key, f.event_id, f.hash, f.said_at, e.source as recorded_by
    from unnest(${wanted.map((one) => one.source)}::text[], ${wanted.map((one) => one.key)}::text[],
      ${wanted.map((one) => one.system)}::text[], ${wanted.map((one) => one.number)}::text[]) as w(source, key, system, number)
    join person_identifier i on i.system = w.system and i.value = w.number
    join clinical_fact f on f.source = w.source and f.key = w.key and f.person_id = i.person_id left join event e on e.id = f.event_id`.execute(
    trx,
  )
  const known = new Map(stored.rows.map((row) => [`${row.source}|${row.key}`, row]))
  const here = new Map<string, string>()
  return all.map(([own, shared]) => {
    if (!own) return 'new'
    const place = `${own.source}|${own.key}`
    const before = here.get(place)
    here.set(place, before ?? own.hash)
    if (before !== undefined) return before === own.hash ? 'same' : 'twice'
    const earlier = known.get(place)
    if (earlier)
      return earlier.hash === own.hash ? 'same' : earlier.recorded_by === source ? 'twice' : 'changed'
    const other = shared && known.get(`${shared.source}|${shared.key}`)
    return other ? (other.hash === shared.hash ? 'same' : 'changed') : 'new'
  })
}

export const factEffect = (fact: KeptFact) => ({
  target: 'fact' as const,
  id: fact.eventId,
  before: { rows: fact.rows },
  after: { places: fact.places },
})
