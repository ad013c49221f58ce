import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { parseJson } from './json.ts'
import { databaseTime } from './time.ts'
import type { Resource } from './types.ts'

export type StoredResource = {
  type: string
  id: string
  version: number
  /** Its record. */
  person_id: number | null
  encounter_id: number | null
  condition_id: number | null
  appointment_id: number | null
  site_id: number | null
  department_id: number | null
  staff_id: number | null
  content: Resource
  last_updated: Date
}

const columns = sql.raw(
  'r.type, r.id, r.version, r.person_id, r.encounter_id, r.condition_id, r.appointment_id, r.site_id, r.department_id, r.staff_id, r.content::text as content, r.last_updated',
)

/**
 * Serialises conditional interactions with the same condition, across senders, until the transaction ends. Locks are taken in a fixed
 * order to avoid deadlocks.
 */
export async function lockConditions(trx: Trx, conditions: string[]): Promise<void> {
  if (conditions.length === 0) return
  await sql`
    select pg_advisory_xact_lock(hash) from (
      select distinct hashtextextended('fhir ' || condition, 0) as hash from unnest(${conditions}::text[]) as w(condition) order by 1
    ) as ordered`.execute(trx)
}

/** A row as the driver reads it: the content as text, because numbers would lose zeros at their end. */
type Row<T> = Omit<T, 'content'> & { content: string }

const read = <T extends { content: string }>(row: T): Omit<T, 'content'> & { content: Resource } => ({
  ...row,
  content: parseJson(row.content) as Resource,
})

/** Rows by `Type/id`, locked until the transaction ends. */
export async function loadForUpdate(
  trx: Trx,
  wanted: { type: string; id: string }[],
): Promise<Map<string, StoredResource>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<Row<StoredResource>>`
    select ${columns} from fhir_resource r
    where (r.type, r.id) in (select * from unnest(${wanted.map((one) => one.type)}::text[], ${wanted.map((one) => one.id)}::text[]))
    order by r.type, r.id for update`.execute(trx)
  return new Map(rows.map((row) => [`${row.type}/${row.id}`, read(row)]))
}

/** Rows created from the same content under the same urn:uuid; keyed by `type|urn|hash`. */
export async function loadSent(
  trx: Trx,
  wanted: { type: string; fullUrl: string; hash: string }[],
): Promise<Map<string, StoredResource>> {
  if (wanted.length === 0) return new Map()
  const { rows } = await sql<Row<StoredResource & { key: string }>>`
    select ${columns}, w.type || '|' || w.url || '|' || w.hash as key
    from unnest(${wanted.map((one) => one.type)}::text[], ${wanted.map((one) => one.fullUrl)}::text[],
      ${wanted.map((one) => one.hash)}::text[]) as w(type, url, hash)
    join fhir_resource r on r.type = w.type and r.sent_as = w.url and r.sent_hash = w.hash`.execute(trx)
  return new Map(rows.map((row) => [row.key, read(row)]))
}

/** Organisations, locations and practitioners by `Type/id` or `Type?system|value`. */
export async function loadPlaces(trx: Trx, keys: string[]): Promise<(StoredResource & { key: string })[]> {
  if (keys.length === 0) return []
  const split = keys.map((key) => {
    const [, type = '', mark, rest = ''] = /^(\w+)([/?])(.*)$/s.exec(key) ?? []
    return mark === '/' ? { type, id: rest, term: null } : { type, id: null, term: identifierTerm(rest) }
  })
  const { rows } = await sql<Row<StoredResource & { key: string }>>`
    with wanted as materialized (
      select * from unnest(${keys}::text[], ${split.map((one) => one.type)}::text[], ${split.map((one) => one.id)}::text[],
        ${split.map((one) => one.term)}::text[]) as w(key, type, id, term)
    )
    select w.key, ${columns} from wanted w join fhir_resource r on r.type = w.type and r.id = w.id
    union all
    select w.key, ${columns} from wanted w join fhir_resource r on r.type = w.type and r.terms @> array[w.term]`.execute(
    trx,
  )
  return rows.map(read)
}

/** `system|value` in the search index: values are case-insensitive, systems are not. */
export function identifierTerm(text: string): string {
  const at = text.indexOf('|')
  return `identifier:${text.slice(0, at + 1)}${text.slice(at + 1).toLowerCase()}`
}

export type Saved = Omit<StoredResource, 'version' | 'last_updated'> & {
  terms: string[]
  startsAt: Date | null
  endsAt: Date | null
  source: string
  sentAs: string | null
  sentHash: string | null
  ifNoneExist: string | null
}

export type SavedVersion = { version: number; lastUpdated: Date; created: boolean }

/**
 * Writes rows in one statement; the caller has locked the persons. Unchanged content changes nothing, not even the version, and is not
 * returned.
 */
export async function save(trx: Trx, rows: Saved[]): Promise<Map<string, SavedVersion>> {
  if (rows.length === 0) return new Map()
  // One JSON text instead of seventeen arrays: inside an array the contents would be escaped and parsed twice.
  const json = JSON.stringify(
    rows.map(({ startsAt, endsAt, sentAs, sentHash, ifNoneExist, ...row }) => ({
      ...row,
      starts_at: startsAt && databaseTime(startsAt),
      ends_at: endsAt && databaseTime(endsAt),
      sent_as: sentAs,
      sent_hash: sentHash,
      if_none_exist: ifNoneExist,
    })),
  )
  const { rows: saved } = await sql<{
    type: string
    id: string
    version: number
    last_updated: Date
    created: boolean
  }>`
    insert into fhir_resource as r (type, id, person_id, encounter_id, condition_id, appointment_id, site_id, department_id, staff_id, content, terms,
      starts_at, ends_at, source, sent_as, sent_hash, if_none_exist)
    select w.type, w.id, w.person_id, w.encounter_id, w.condition_id, w.appointment_id, w.site_id, w.department_id, w.staff_id, w.content, w.terms,
      w.starts_at, w.ends_at, w.source, w.sent_as, w.sent_hash, w.if_none_exist
    from jsonb_to_recordset(${json}::jsonb) as w(type text, id text, person_id bigint, encounter_id bigint, condition_id bigint, appointment_id bigint, site_id int,
      department_id int, staff_id int, content jsonb, terms text[], starts_at timestamptz, ends_at timestamptz, source text,
      sent_as text, sent_hash text, if_none_exist text)
    order by w.type, w.id
    on conflict (type, id) do update set version = r.version + 1, person_id = excluded.person_id,
      encounter_id = excluded.encounter_id,
      condition_id = excluded.condition_id, appointment_id = excluded.appointment_id, site_id = excluded.site_id, department_id = excluded.department_id,
      staff_id = excluded.staff_id, content = excluded.content, terms = excluded.terms, starts_at = excluded.starts_at,
      ends_at = excluded.ends_at, source = excluded.source, sent_as = coalesce(excluded.sent_as, r.sent_as),
      sent_hash = coalesce(excluded.sent_hash, r.sent_hash), if_none_exist = coalesce(excluded.if_none_exist, r.if_none_exist),
      last_updated = now()
    where (r.content::text, r.person_id, r.encounter_id, r.condition_id) is distinct from
      (excluded.content::text, excluded.person_id, excluded.encounter_id, excluded.condition_id)
    returning r.type, r.id, r.version, r.last_updated, r.xmax::text = '0' as created`.execute(trx)
  return new Map(
    saved.map((row) => [
      `${row.type}/${row.id}`,
      { version: row.version, lastUpdated: row.last_updated, created: row.created },
    ]),
  )
}

/** A condition that no longer matches the resource it created must not block the creation of another. */
export async function releaseConditions(
  trx: Trx,
  conditions: { type: string; query: string }[],
): Promise<void> {
  if (conditions.length === 0) return
  await sql`
    update fhir_resource set if_none_exist = null
    where (type, if_none_exist) in (
      select * from unnest(${conditions.map((one) => one.type)}::text[], ${conditions.map((one) => one.query)}::text[])
    )`.execute(trx)
}
