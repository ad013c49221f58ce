import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/** Complete state of a person or visit that an import can change, to restore it. */
export type State = Record<string, unknown>

/** State of persons by id. */
export async function personStates(trx: Trx, ids: number[]): Promise<Map<number, State>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: number; state: State }>`
    select p.id, jsonb_build_object(
      'person', jsonb_build_object('name', p.name, 'search_name', p.search_name, 'pinyin', p.pinyin, 'initials', p.initials,
        'sex', p.sex, 'birth_date', p.birth_date, 'marital_status', p.marital_status, 'source', p.source, 'source_time', p.source_time,
        'said_at', p.said_at,
        'claims', p.claims, 'language', p.language),
      'identifiers', (select jsonb_agg(to_jsonb(i) order by i.system, i.value) from person_identifier i where i.person_id = p.id),
      'telecoms', (select jsonb_agg(to_jsonb(t) order by t.id) from person_telecom t where t.person_id = p.id),
      'addresses', (select jsonb_agg(to_jsonb(a) order by a.id) from person_address a where a.person_id = p.id),
      'relationships', (select jsonb_agg(to_jsonb(r) order by r.id) from person_relationship r where r.person_id = p.id),
      'names', (select jsonb_agg(to_jsonb(n) order by n.use, n.text) from person_name n where n.person_id = p.id)) as state
    from person p where p.id = any(${ids}::bigint[])`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.state]))
}

/** State of visits by id. */
export async function encounterStates(trx: Trx, ids: number[]): Promise<Map<number, State>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: number; state: State }>`
    select e.id, jsonb_build_object('encounter', to_jsonb(e),
      'conditions', (select jsonb_agg(to_jsonb(c) order by c.id) from condition c where c.encounter_id = e.id)) as state
    from encounter e where e.id = any(${ids}::bigint[])`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.state]))
}

export type Key = { system: string; value: string }
export const keyText = ({ system, value }: Key) => `${system}|${value}`

/** Ids of known persons and visits, by any identifier or by visit number. */
export async function knownIds(
  trx: Trx,
  siteId: number,
  identifiers: Key[],
  visitNumbers: string[],
): Promise<{ persons: Map<string, number>; encounters: Map<string, number> }> {
  const persons = await sql<Key & { id: number }>`
    select i.system, i.value, i.person_id as id
    from unnest(${identifiers.map((one) => one.system)}::text[], ${identifiers.map((one) => one.value)}::text[]) as w(system, value)
    join person_identifier i using (system, value)`.execute(trx)
  const encounters =
    visitNumbers.length === 0
      ? { rows: [] }
      : await sql<{ value: string; id: number }>`
          select visit_number as value, id from encounter
          where site_id = ${siteId} and visit_number = any(${visitNumbers}::text[])`.execute(trx)
  return {
    persons: new Map(persons.rows.map((row) => [keyText(row), row.id])),
    encounters: new Map(encounters.rows.map((row) => [row.value, row.id])),
  }
}

/** Compares states without source and times. */
export function sameState(one: State | undefined, other: State | undefined): boolean {
  return JSON.stringify(content(one)) === JSON.stringify(content(other))
}

const bookkeeping = new Set([
  'id',
  'source',
  'source_time',
  'said_at',
  'claims',
  'updated_at',
  'recorded_at',
  'start_recorded_at',
  'end_recorded_at',
  'version',
])

function content(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(content)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !bookkeeping.has(key))
      .map(([key, inner]) => [key, content(inner)]),
  )
}
