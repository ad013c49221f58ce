import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { normalise, searchName } from './name.ts'

export type Identifier = { system: string; value: string; siteId: number | null }
export type Telecom = {
  system: 'phone' | 'email' | 'wechat' | 'other'
  value: string
  use: 'mobile' | 'home' | 'work' | 'other'
}
export type Address = {
  use: string
  text: string
  district: string | null
  city: string | null
  province: string | null
  postalCode: string | null
}
export type Relationship = { relation: string; name: string; phone: string | null }

/** What a source says of a person at a time. Null or empty = the source does not say; it never erases what is known. */
export type PersonInput = {
  source: string
  sourceTime: Date
  /** The first one is the record number that the source itself uses; there is always one. */
  identifiers: Identifier[]
  name: string | null
  sex: 'male' | 'female' | 'other' | 'unknown' | null
  birthDate: string | null
  deceasedAt: Date | null
  deceased: boolean
  maritalStatus: string | null
  telecoms: Telecom[]
  addresses: Address[]
  relationships: Relationship[]
}

export type UpsertedPerson = {
  id: number
  created: boolean
  /** Names of fields that changed. */
  changed: string[]
  died: boolean
  sex: string
  birthDate: string | null
  /** Identifiers not taken because another person has them; a human must look. */
  conflicts: string[]
}

type Known = {
  person_id: number
  system: string
  value: string
  name: string
  sex: string
  birth_date: string | null
  deceased: boolean
  deceased_at: Date | null
  marital_status: string | null
  source_time: Date
}

type Resolved = {
  input: PersonInput
  id: number
  known: Known | undefined
  fresh: Identifier[]
  conflicts: string[]
}

/**
 * Creates or updates persons, set-based. No two inputs of one call may share an identifier (see `intoWaves`).
 * The newest statement of a source wins by its own time, not by arrival, so that a late or replayed message cannot undo a correction.
 */
export async function upsertPersons(trx: Trx, inputs: PersonInput[]): Promise<UpsertedPerson[]> {
  if (inputs.length === 0) return []
  const resolved = await resolve(trx, inputs)
  await insertPersons(
    trx,
    resolved.filter((one) => !one.known),
  )
  const changes = new Map(resolved.filter((one) => one.known).map((one) => [one, changesOf(one)]))
  await updatePersons(trx, changes)
  await upsertParts(trx, resolved)
  return resolved.map((one) => {
    const change = changes.get(one)
    return {
      id: one.id,
      created: !one.known,
      changed: change?.fields ?? [],
      died: one.input.deceased && !one.known?.deceased,
      sex: change?.sex ?? one.input.sex ?? 'unknown',
      birthDate: change?.birthDate ?? one.input.birthDate,
      conflicts: one.conflicts,
    }
  })
}

async function resolve(trx: Trx, inputs: PersonInput[]): Promise<Resolved[]> {
  const identifiers = inputs.flatMap((input) => input.identifiers)
  const { rows } = await sql<Known>`
    select i.system, i.value, p.id as person_id, p.name, p.sex, p.birth_date, p.deceased, p.deceased_at, p.marital_status, p.source_time
    from unnest(${identifiers.map((one) => one.system)}::text[], ${identifiers.map((one) => one.value)}::text[]) as wanted(system, value)
    join person_identifier i using (system, value)
    join person p on p.id = i.person_id`.execute(trx)
  const known = new Map(rows.map((row) => [key(row), row]))
  const resolved = inputs.map((input): Resolved => {
    const [own, ...others] = input.identifiers
    const byRecord = own && known.get(key(own))
    // A national number leads to the person only when the birth date agrees: newborns are often registered under the mother's.
    const byOther = others
      .map((one) => known.get(key(one)))
      .find((row) => row && agrees(row.birth_date, input.birthDate))
    const person = byRecord ?? byOther
    const conflicts = others.filter((one) => {
      const owner = known.get(key(one))
      return owner && owner.person_id !== person?.person_id
    })
    const fresh = input.identifiers.filter((one) => !known.has(key(one)))
    return {
      input,
      id: person?.person_id ?? 0,
      known: person,
      fresh,
      conflicts: conflicts.map((one) => one.system),
    }
  })
  return resolved
}

const key = (one: { system: string; value: string }) => `${one.system}|${one.value}`
const agrees = (known: string | null, said: string | null) => !known || !said || known === said

/** New persons get their ids here. */
async function insertPersons(trx: Trx, resolved: Resolved[]): Promise<void> {
  if (resolved.length === 0) return
  const names = resolved.map(({ input }) => normalise(input.name ?? '') || '未登记姓名')
  const search = names.map(searchName)
  const { rows } = await sql<{ id: number; position: number }>`
    with numbered as materialized (
      select nextval(pg_get_serial_sequence('person', 'id')) as id, t.* from unnest(
        ${names}::text[], ${search.map((one) => one.search_name)}::text[], ${search.map((one) => one.pinyin)}::text[],
        ${search.map((one) => one.initials)}::text[], ${resolved.map((one) => one.input.sex ?? 'unknown')}::text[],
        ${resolved.map((one) => one.input.birthDate)}::date[], ${resolved.map((one) => one.input.deceased)}::boolean[],
        ${resolved.map((one) => one.input.deceasedAt)}::timestamptz[], ${resolved.map((one) => one.input.maritalStatus)}::text[],
        ${resolved.map((one) => one.input.source)}::text[], ${resolved.map((one) => one.input.sourceTime)}::timestamptz[]
      ) with ordinality as t(name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, source,
        source_time, position)
    ), inserted as (
      insert into person (id, name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, source, source_time)
      select id, name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, source, source_time from numbered
    )
    select id, position from numbered`.execute(trx)
  for (const { id, position } of rows) {
    const one = resolved[position - 1]
    if (one) one.id = id
  }
}

type Change = {
  fields: string[]
  name: string
  sex: string
  birthDate: string | null
  deceased: boolean
  deceasedAt: Date | null
  maritalStatus: string | null
}

function changesOf({ input, known }: Resolved): Change {
  if (!known) throw new Error('only a known person can change')
  const newer = input.sourceTime.getTime() >= known.source_time.getTime()
  /** Newer statements replace; older ones only fill gaps. */
  const pick = <T>(said: T | null, before: T | null): T | null =>
    said !== null && (newer || before === null) ? said : before
  const sex = input.sex === 'unknown' ? null : input.sex
  const change: Change = {
    fields: [],
    name: pick(input.name ? normalise(input.name) : null, known.name) ?? known.name,
    sex: pick(sex, known.sex === 'unknown' ? null : (known.sex as 'male')) ?? 'unknown',
    birthDate: pick(input.birthDate, known.birth_date),
    // Death is not taken back by a message that does not mention it.
    deceased: known.deceased || input.deceased,
    deceasedAt: pick(input.deceasedAt, known.deceased_at),
    maritalStatus: pick(input.maritalStatus, known.marital_status),
  }
  if (change.name !== known.name) change.fields.push('name')
  if (change.sex !== known.sex) change.fields.push('sex')
  if (change.birthDate !== known.birth_date) change.fields.push('birthDate')
  if (change.deceased !== known.deceased) change.fields.push('deceased')
  if (change.maritalStatus !== known.marital_status) change.fields.push('maritalStatus')
  return change
}

async function updatePersons(trx: Trx, all: Map<Resolved, Change>): Promise<void> {
  // Also a statement that changes nothing moves the time on, else an older one arriving later would count as newer.
  const changed = [...all].filter(
    ([one, change]) =>
      change.fields.length > 0 || one.input.sourceTime.getTime() > (one.known?.source_time.getTime() ?? 0),
  )
  if (changed.length === 0) return
  const search = changed.map(([, change]) => searchName(change.name))
  await sql`
    update person p set name = n.name, search_name = n.search_name, pinyin = n.pinyin, initials = n.initials, sex = n.sex,
      birth_date = n.birth_date, deceased = n.deceased, deceased_at = n.deceased_at, marital_status = n.marital_status,
      source = n.source, source_time = greatest(p.source_time, n.source_time), version = p.version + n.changed,
      updated_at = case n.changed when 1 then now() else p.updated_at end
    from unnest(
      ${changed.map(([one]) => one.id)}::bigint[], ${changed.map(([, change]) => change.name)}::text[],
      ${search.map((one) => one.search_name)}::text[], ${search.map((one) => one.pinyin)}::text[], ${search.map((one) => one.initials)}::text[],
      ${changed.map(([, change]) => change.sex)}::text[], ${changed.map(([, change]) => change.birthDate)}::date[],
      ${changed.map(([, change]) => change.deceased)}::boolean[], ${changed.map(([, change]) => change.deceasedAt)}::timestamptz[],
      ${changed.map(([, change]) => change.maritalStatus)}::text[], ${changed.map(([one]) => one.input.source)}::text[],
      ${changed.map(([one]) => one.input.sourceTime)}::timestamptz[], ${changed.map(([, change]) => Math.min(change.fields.length, 1))}::int[]
    ) as n(id, name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, source, source_time, changed)
    where p.id = n.id`.execute(trx)
  const renamed = changed.filter(([, change]) => change.fields.includes('name'))
  if (renamed.length === 0) return
  const former = renamed.map(([one]) => ({
    id: one.id,
    text: one.known?.name ?? '',
    source: one.input.source,
  }))
  await insertNames(trx, former)
}

/** Keeps former names, so that a person is still found by them. */
export async function insertNames(
  trx: Trx,
  names: { id: number; text: string; source: string }[],
): Promise<void> {
  await trx
    .insertInto('person_name')
    .values(
      names.map(({ id, text, source }) => ({
        person_id: id,
        use: 'former',
        text,
        ...searchName(text),
        source,
      })),
    )
    .onConflict((c) => c.doNothing())
    .execute()
}

/** Identifiers, telecoms, addresses and relationships in one round trip. */
async function upsertParts(trx: Trx, resolved: Resolved[]): Promise<void> {
  const identifiers = resolved.flatMap(({ input, id, fresh }) =>
    fresh.map((one) => ({ ...one, id, source: input.source })),
  )
  const telecoms = dedupe(
    resolved.flatMap(({ input, id }) => input.telecoms.map((one) => ({ ...one, id, source: input.source }))),
    (row) => `${row.id}|${row.system}|${row.value}`,
  )
  const addresses = dedupe(
    resolved.flatMap(({ input, id, known }) => {
      const newer = !known || input.sourceTime.getTime() >= known.source_time.getTime()
      return newer ? input.addresses.map((one) => ({ ...one, id, source: input.source })) : []
    }),
    (row) => `${row.id}|${row.use}`,
  )
  const relationships = dedupe(
    resolved.flatMap(({ input, id }) =>
      input.relationships.map((one) => ({ ...one, id, source: input.source })),
    ),
    (row) => `${row.id}|${row.relation}|${row.name}`,
  )
  if (identifiers.length + telecoms.length + addresses.length + relationships.length === 0) return
  // Identifiers have no "on conflict": when another transaction took a number meanwhile, this one must start over and find that person.
  // Telecoms do nothing on conflict: a number that staff marked as wrong stays wrong although the HIS repeats it.
  await sql`
    with identifiers as (
      insert into person_identifier (person_id, system, value, site_id, source)
      select * from unnest(
        ${identifiers.map((row) => row.id)}::bigint[], ${identifiers.map((row) => row.system)}::text[],
        ${identifiers.map((row) => row.value)}::text[], ${identifiers.map((row) => row.siteId)}::int[],
        ${identifiers.map((row) => row.source)}::text[])
    ), telecoms as (
      insert into person_telecom (person_id, system, value, use, source)
      select * from unnest(
        ${telecoms.map((row) => row.id)}::bigint[], ${telecoms.map((row) => row.system)}::text[],
        ${telecoms.map((row) => row.value)}::text[], ${telecoms.map((row) => row.use)}::text[],
        ${telecoms.map((row) => row.source)}::text[])
      on conflict do nothing
    ), addresses as (
      insert into person_address (person_id, use, text, district, city, province, postal_code, source)
      select * from unnest(
        ${addresses.map((row) => row.id)}::bigint[], ${addresses.map((row) => row.use)}::text[],
        ${addresses.map((row) => row.text)}::text[], ${addresses.map((row) => row.district)}::text[],
        ${addresses.map((row) => row.city)}::text[], ${addresses.map((row) => row.province)}::text[],
        ${addresses.map((row) => row.postalCode)}::text[], ${addresses.map((row) => row.source)}::text[])
      on conflict (person_id, use) do update set text = excluded.text, district = excluded.district, city = excluded.city,
        province = excluded.province, postal_code = excluded.postal_code, source = excluded.source, updated_at = now()
      where person_address.text is distinct from excluded.text
    )
    insert into person_relationship (person_id, relation, name, phone, source)
    select * from unnest(
      ${relationships.map((row) => row.id)}::bigint[], ${relationships.map((row) => row.relation)}::text[],
      ${relationships.map((row) => row.name)}::text[], ${relationships.map((row) => row.phone)}::text[],
      ${relationships.map((row) => row.source)}::text[])
    on conflict (person_id, relation, name) do update set phone = coalesce(excluded.phone, person_relationship.phone),
      source = excluded.source, updated_at = now()
    where person_relationship.phone is distinct from excluded.phone`.execute(trx)
}

function dedupe<T>(rows: T[], keyOf: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}

/**
 * Splits inputs into waves in which no identifier appears twice, keeping the order of each person: what one wave writes, the next
 * sees. A database round trip then serves many persons without mixing up one person's messages.
 */
export function intoWaves<T>(items: T[], identifiersOf: (item: T) => Identifier[]): T[][] {
  const waves: T[][] = []
  const lastWave = new Map<string, number>()
  for (const item of items) {
    const keys = identifiersOf(item).map(key)
    const wave = 1 + Math.max(-1, ...keys.map((one) => lastWave.get(one) ?? -1))
    for (const one of keys) lastWave.set(one, wave)
    ;(waves[wave] ??= []).push(item)
  }
  return waves
}
