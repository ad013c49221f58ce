import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { Address, Identifier, PersonInput } from './upsert.ts'

/** The deciding address with its source and time. */
export type DecidedAddress = Address & { source: string; at: Date }

type Resolved = {
  id: number
  input: PersonInput
  /** Identifiers not used by anybody yet. */
  fresh: Identifier[]
  /** Identifiers that the source states although somebody else has them: evidence for the matching. */
  conflicts: Identifier[]
  /** The address to write; null leaves what is there. */
  address: DecidedAddress | null
}

/** Identifiers, telecoms, addresses and relationships in one round trip. */
export async function upsertParts(trx: Trx, resolved: Resolved[]): Promise<void> {
  const identifiers = resolved.flatMap(({ input, id, fresh }) =>
    fresh.map((one) => ({ ...one, id, source: input.source, at: input.sourceTime })),
  )
  const claimed = resolved.flatMap(({ input, id, conflicts }) =>
    conflicts.map((one) => ({ ...one, id, source: input.source, at: input.sourceTime })),
  )
  const provenance = ({ input, id }: Resolved) => ({ id, source: input.source, at: input.sourceTime })
  const telecoms = dedupe(
    resolved.flatMap((one) => one.input.telecoms.map((telecom) => ({ ...telecom, ...provenance(one) }))),
    (row) => `${row.id}|${row.system}|${row.value}`,
  )
  const addresses = resolved.flatMap(({ id, address }) => (address ? [{ id, ...address }] : []))
  const relationships = dedupe(
    resolved.flatMap((one) =>
      one.input.relationships.map((relation) => ({ ...relation, ...provenance(one) })),
    ),
    (row) => `${row.id}|${row.relation}|${row.name}`,
  )
  if (identifiers.length + claimed.length + telecoms.length + addresses.length + relationships.length === 0)
    return
  // Identifiers have no "on conflict": when another transaction took a number meanwhile, this one must retry and find that person.
  // `source` and `updated_at` are of the last statement: of two telephone numbers the one stated last is called first. A number that staff
  // marked as wrong stays wrong although the HIS repeats it.
  await sql`
    with identifiers as (
      insert into person_identifier (person_id, system, value, site_id, source, updated_at)
      select * from unnest(
        ${identifiers.map((row) => row.id)}::bigint[], ${identifiers.map((row) => row.system)}::text[],
        ${identifiers.map((row) => row.value)}::text[], ${identifiers.map((row) => row.siteId)}::int[],
        ${identifiers.map((row) => row.source)}::text[], ${identifiers.map((row) => row.at)}::timestamptz[])
    ), claimed as (
      insert into person_number_claim (person_id, system, value, source, updated_at)
      select * from unnest(
        ${claimed.map((row) => row.id)}::bigint[], ${claimed.map((row) => row.system)}::text[], ${claimed.map((row) => row.value)}::text[],
        ${claimed.map((row) => row.source)}::text[], ${claimed.map((row) => row.at)}::timestamptz[])
      on conflict do nothing
    ), telecoms as (
      insert into person_telecom (person_id, system, value, use, extension, source, updated_at)
      select * from unnest(
        ${telecoms.map((row) => row.id)}::bigint[], ${telecoms.map((row) => row.system)}::text[],
        ${telecoms.map((row) => row.value)}::text[], ${telecoms.map((row) => row.use)}::text[],
        ${telecoms.map((row) => row.extension ?? null)}::text[],
        ${telecoms.map((row) => row.source)}::text[], ${telecoms.map((row) => row.at)}::timestamptz[])
      on conflict (person_id, system, value) do update set updated_at = excluded.updated_at, source = excluded.source,
        extension = coalesce(excluded.extension, person_telecom.extension)
      where person_telecom.valid and person_telecom.updated_at < excluded.updated_at
    ), addresses as (
      insert into person_address (person_id, use, text, district, city, province, postal_code, source, updated_at)
      select * from unnest(
        ${addresses.map((row) => row.id)}::bigint[], ${addresses.map((row) => row.use)}::text[],
        ${addresses.map((row) => row.text)}::text[], ${addresses.map((row) => row.district)}::text[],
        ${addresses.map((row) => row.city)}::text[], ${addresses.map((row) => row.province)}::text[],
        ${addresses.map((row) => row.postalCode)}::text[], ${addresses.map((row) => row.source)}::text[],
        ${addresses.map((row) => row.at)}::timestamptz[])
      on conflict (person_id, use) do update set text = excluded.text, district = excluded.district, city = excluded.city,
        province = excluded.province, postal_code = excluded.postal_code, source = excluded.source, updated_at = excluded.updated_at
    )
    insert into person_relationship (person_id, relation, name, phone, extension, source, updated_at)
    select * from unnest(
      ${relationships.map((row) => row.id)}::bigint[], ${relationships.map((row) => row.relation)}::text[],
      ${relationships.map((row) => row.name)}::text[], ${relationships.map((row) => row.phone)}::text[], ${relationships.map((row) => row.extension ?? null)}::text[],
      ${relationships.map((row) => row.source)}::text[], ${relationships.map((row) => row.at)}::timestamptz[])
    on conflict (person_id, relation, name) do update set phone = excluded.phone, extension = excluded.extension, source = excluded.source,
      updated_at = excluded.updated_at,
      phone_wrong_at = case when person_relationship.phone = excluded.phone then person_relationship.phone_wrong_at end
    where excluded.phone is not null
      and (person_relationship.phone is null or person_relationship.updated_at <= excluded.updated_at)`.execute(
    trx,
  )
}

/** Removes the addresses that their own source deletes, where no other source states one. */
export async function deleteAddresses(trx: Trx, persons: number[]): Promise<void> {
  if (persons.length === 0) return
  await sql`delete from person_address where person_id = any(${persons}::bigint[]) and use = 'home'`.execute(
    trx,
  )
}

/**
 * Removes the telephone numbers that their own source deletes; of those that staff marked as wrong the mark stays.
 * @returns the persons that lost one
 */
export async function deletePhones(trx: Trx, resolved: Resolved[]): Promise<Set<number>> {
  const deleted = resolved.flatMap(({ id, input }) =>
    (input.deleted?.phones ?? []).map((use) => ({ id, use, source: input.source, at: input.sourceTime })),
  )
  if (deleted.length === 0) return new Set()
  const { rows } = await sql<{ person_id: number }>`
    delete from person_telecom t using unnest(
      ${deleted.map((one) => one.id)}::bigint[], ${deleted.map((one) => one.use)}::text[],
      ${deleted.map((one) => one.source)}::text[], ${deleted.map((one) => one.at)}::timestamptz[]) as n(id, use, source, at)
    where t.person_id = n.id and t.system = 'phone' and t.use = n.use and t.source = n.source and t.updated_at <= n.at and t.valid
    returning t.person_id`.execute(trx)
  return new Set(rows.map((row) => row.person_id))
}

export function dedupe<T>(rows: T[], keyOf: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}
