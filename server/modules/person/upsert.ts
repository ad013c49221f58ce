import { sql } from 'kysely'
import type { Point } from '../../../contract/geo.ts'
import type { Trx } from '../../platform/db.ts'
import type { ClaimField } from '../../../contract/provenance.ts'
import { type Claim, restate, type Stated } from './claim.ts'
import { type ClaimRules, rulesFrom } from './claim-rules.ts'
import { marksOf } from './id-check.ts'
import { comparedNumber, isPlaceholderNumber } from './identity-number.ts'
import { normalise, sameName, searchName } from './name.ts'
import { type DecidedAddress, dedupe, deleteAddresses, deletePhones, upsertParts } from './parts.ts'
import { placeHomes } from './place.ts'
import { isPlaceholderDate, isPlaceholderName } from './placeholder.ts'
import {
  addressColumns,
  columnsOf,
  readClaims,
  type RecordRow,
  unnamed,
  unpackAddress,
  statedValues,
} from './stated.ts'

export type Identifier = {
  system: string
  value: string
  siteId: number | null
  /** The system under which a number was kept before its authority was read whole. */
  formerSystem?: string
}
export type Telecom = {
  system: 'phone' | 'email' | 'wechat' | 'other'
  value: string
  use: 'mobile' | 'home' | 'work' | 'other'
  /** Of a number behind a switchboard. */
  extension?: string | null
}
export type Address = {
  use: string
  text: string
  district: string | null
  city: string | null
  province: string | null
  postalCode: string | null
  /** Its position, if stated. */
  position?: Point | null
}
export type Relationship = { relation: string; name: string; phone: string | null; extension?: string | null }

/** What a source states about a person at a time. Null or empty: not stated; it never erases known values. */
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
  /** The person's preferred language (BCP 47 or the source's own word). */
  language: string | null
  telecoms: Telecom[]
  /** The first one is where the person lives; others are not kept. */
  addresses: Address[]
  relationships: Relationship[]
  /** Names beside the one that counts: former, written in another script, alias. */
  names?: { text: string; use: 'former' | 'other' }[]
  /** What the source deletes of its own earlier statements. */
  deleted?: { fields: ClaimField[]; phones: Telecom['use'][] } | undefined
}

export type UpsertedPerson = {
  /** The source's record, where its statements are kept. */
  id: number
  /** The person it belongs to; differs from the record after a merge. */
  survivorId: number
  created: boolean
  /** Names of fields that changed. */
  changed: string[]
  died: boolean
  sex: string
  birthDate: string | null
  /** Identifiers skipped because another person has them; needs review. */
  conflicts: string[]
}

type Known = RecordRow & {
  person_id: number
  survivor_id: number
  system: string
  value: string
  birth_date: string | null
  source_time: Date
  address_at: Date | null
  /** The site's own settings of `provenance`. */
  rules: Record<string, unknown> | null
}

type Resolved = {
  input: PersonInput
  id: number
  known: Known | undefined
  fresh: Identifier[]
  /** Identifiers of somebody else. */
  conflicts: Identifier[]
  address: DecidedAddress | null
  rules: ClaimRules
}

/**
 * Creates or updates persons, set-based. No two inputs of one call may share an identifier (see `intoWaves`).
 * The newest statement of a source wins by its own time, not by arrival, so that a late or replayed message cannot undo a correction.
 */
export async function upsertPersons(trx: Trx, inputs: PersonInput[]): Promise<UpsertedPerson[]> {
  if (inputs.length === 0) return []
  const all = await resolve(trx, inputs)
  // Two record numbers of one person share no identifier, yet the second statement must see the writes of the first.
  const taken = new Set<number>()
  const later = all.filter((one) => one.known && taken.size === taken.add(one.id).size)
  const resolved = all.filter((one) => !later.includes(one))
  const results = new Map(
    (await upsertResolved(trx, resolved)).map((result, at) => [resolved[at]?.input, result]),
  )
  const rest = later.map((one) => one.input)
  for (const [at, result] of (await upsertPersons(trx, rest)).entries()) results.set(rest[at], result)
  return inputs.flatMap((input) => results.get(input) ?? [])
}

async function upsertResolved(trx: Trx, resolved: Resolved[]): Promise<UpsertedPerson[]> {
  await insertPersons(
    trx,
    resolved.filter((one) => !one.known),
  )
  const changes = new Map(resolved.filter((one) => one.known).map((one) => [one, changesOf(one)]))
  for (const one of resolved) one.address = addressOf(one, changes.get(one))
  await updatePersons(trx, changes)
  const withoutPhone = await deletePhones(trx, resolved)
  await deleteAddresses(
    trx,
    resolved.flatMap((one) =>
      one.input.deleted?.fields.includes('address') && !changes.get(one)?.address ? [one.id] : [],
    ),
  )
  await upsertParts(trx, resolved)
  const names = resolved.flatMap(({ id, input }) =>
    (input.names ?? []).map((name) => ({ ...name, id, source: input.source })),
  )
  if (names.length > 0) await insertNames(trx, names)
  await placeHomes(
    trx,
    resolved.flatMap(({ id, input }) => {
      const [home] = input.addresses
      const { source, sourceTime: at } = input
      return home?.position ? { personId: id, text: home.text, position: home.position, source, at } : []
    }),
  )
  return resolved.map((one) => {
    const change = changes.get(one)
    return {
      id: one.id,
      survivorId: one.known?.survivor_id ?? one.id,
      created: !one.known,
      changed: [...(change?.fields ?? []), ...(withoutPhone.has(one.id) ? ['phone'] : [])],
      died: (change?.deceased ?? one.input.deceased) && !one.known?.deceased,
      sex: change?.sex ?? one.input.sex ?? 'unknown',
      birthDate: change?.birthDate ?? one.input.birthDate,
      conflicts: one.conflicts.map(({ system }) => system),
    }
  })
}

async function resolve(trx: Trx, inputs: PersonInput[]): Promise<Resolved[]> {
  const stated = inputs.map(identifiersOf)
  const identifiers = stated
    .flat()
    .flatMap((one) => (one.formerSystem ? [one, { ...one, system: one.formerSystem }] : [one]))
  const { rows } = await sql<Known>`
    select i.system, i.value, p.id as person_id, coalesce(p.survivor_id, p.id) as survivor_id, p.name, p.sex, p.birth_date, p.deceased,
      p.deceased_at, p.marital_status, p.language, p.source, p.source_time, p.said_at, p.claims, ${addressColumns},
      (select jsonb_object_agg(key, value) from setting where key like 'provenance.%') as rules
    from unnest(${identifiers.map((one) => one.system)}::text[], ${identifiers.map((one) => one.value)}::text[]) as wanted(system, value)
    join person_identifier i using (system, value)
    join person p on p.id = i.person_id left join person_address a on a.person_id = p.id and a.use = 'home'
    order by p.id for no key update of p`.execute(trx)
  const known = new Map(rows.map((row) => [key(row), row]))
  const rules = rulesFrom(rows[0]?.rules ?? {})
  const resolved = inputs.map((input, at): Resolved => {
    const all = stated[at] ?? []
    const [own, ...others] = all
    const byRecord = own && known.get(key(own))
    const byOther = others.map((one) => known.get(key(one))).find((row) => row && meansSame(row, input))
    const former = own?.formerSystem && known.get(key({ system: own.formerSystem, value: own.value }))
    const byFormer = former && meansSame(former, input) ? former : undefined
    const person = byRecord ?? byOther ?? byFormer
    const conflicts = others.filter((one) => {
      const owner = known.get(key(one))
      // Of an account (PID-18) several people may be members.
      if (!owner) return isBorrowed(one, input)
      return owner.survivor_id !== person?.survivor_id && !one.system.startsWith('an:')
    })
    const fresh = dedupe(
      all.filter((one) => !known.has(key(one)) && !conflicts.includes(one)),
      key,
    )
    return {
      input,
      id: person?.person_id ?? 0,
      known: person,
      fresh,
      conflicts,
      address: null,
      rules,
    }
  })
  return resolved
}

/** In their compared form. Numbers that stand for none identify nobody; the source's own record number stays, whatever it is. */
function identifiersOf({ identifiers }: PersonInput): Identifier[] {
  return identifiers
    .map((one) => ({ ...one, value: comparedNumber(one.system, one.value) }))
    .filter((one, at) => at === 0 || !isPlaceholderNumber(one.value))
}

/** A newborn is registered with its mother's number, often before she is: the number says another birth date, and stays free for her. */
function isBorrowed({ system, value }: Identifier, { name, birthDate }: PersonInput): boolean {
  return (
    system === 'national-id' &&
    isPlaceholderName(name) &&
    !isPlaceholderDate(birthDate ?? '') &&
    marksOf(value, { sex: 'unknown', birthDate }).includes('birth-date')
  )
}

const key = (one: { system: string; value: string }) =>
  `${one.system}|${comparedNumber(one.system, one.value)}`

/**
 * Whether a number that several people may share means the same person here. Newborns and twins are often registered under their mother's
 * number, so the rest must agree too, and 王芳之子 or 1900-01-01 agree with nobody. Two records of one person are a nuisance; two persons in
 * one record are a danger.
 */
function meansSame(known: Known, { name, sex, birthDate }: PersonInput): boolean {
  const differ = (one: string | null, other: string | null) => one !== null && other !== null && one !== other
  const knownSex = (text: string | null) => (text === 'unknown' ? null : text)
  const born = (date: string | null) => (date === null || isPlaceholderDate(date) ? null : date)
  if (differ(born(known.birth_date), born(birthDate)) || differ(knownSex(known.sex), knownSex(sex)))
    return false
  const names = [known.name === unnamed ? null : known.name, name || null]
  if (names.some((one) => one !== null && isPlaceholderName(one))) return false
  const [one = null, other = null] = names
  if (one === null || other === null) return born(known.birth_date) !== null && born(birthDate) !== null
  return sameName(one, other)
}

/** New persons get their ids here. */
async function insertPersons(trx: Trx, resolved: Resolved[]): Promise<void> {
  if (resolved.length === 0) return
  const names = resolved.map(({ input }) => normalise(input.name ?? '') || unnamed)
  const search = names.map(searchName)
  const { rows } = await sql<{ id: number; position: number }>`
    with numbered as materialized (
      select nextval(pg_get_serial_sequence('person', 'id')) as id, t.* from unnest(
        ${names}::text[], ${search.map((one) => one.search_name)}::text[], ${search.map((one) => one.pinyin)}::text[],
        ${search.map((one) => one.initials)}::text[], ${resolved.map((one) => one.input.sex ?? 'unknown')}::text[],
        ${resolved.map((one) => one.input.birthDate)}::date[], ${resolved.map((one) => one.input.deceased)}::boolean[],
        ${resolved.map((one) => one.input.deceasedAt)}::timestamptz[], ${resolved.map((one) => one.input.maritalStatus)}::text[],
        ${resolved.map((one) => one.input.language)}::text[], ${resolved.map((one) => one.input.source)}::text[], ${resolved.map((one) => one.input.sourceTime)}::timestamptz[]
      ) with ordinality as t(name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, language,
        source, source_time, position)
    ), inserted as (
      insert into person (id, name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, language, source,
        source_time)
      select id, name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, language, source, source_time
      from numbered
    )
    select id, position from numbered`.execute(trx)
  for (const { id, position } of rows) {
    const one = resolved[position - 1]
    if (one) one.id = id
  }
}

type Change = ReturnType<typeof columnsOf> &
  Stated & {
    fields: string[]
    address: Claim | undefined
  }

function changesOf({ input, known, rules }: Resolved): Change {
  if (!known) throw new Error('only a known person can change')
  const { stated: before, claims } = readClaims(known)
  const deleted = (input.deleted?.fields ?? []).map((field) => [field, ''] as const)
  const values = { ...statedValues(input), ...Object.fromEntries(deleted) }
  const statement = { source: input.source, at: input.sourceTime, values }
  const { decided, stated } = restate(before, claims, statement, rules)
  const columns = columnsOf(decided)
  const fields = [
    columns.name !== known.name && 'name',
    columns.sex !== known.sex && 'sex',
    columns.birthDate !== known.birth_date && 'birthDate',
    columns.deceased !== known.deceased && 'deceased',
    columns.maritalStatus !== known.marital_status && 'maritalStatus',
    columns.language !== known.language && 'language',
  ].filter((field) => field !== false)
  return { ...columns, ...stated, fields, address: decided.get('address') }
}

/** The address to write: for a new person the stated one, for a known one the deciding one if it changed or was stated again. */
function addressOf({ input, known }: Resolved, change: Change | undefined): DecidedAddress | null {
  const [address] = input.addresses
  if (!known) return address ? { ...address, source: input.source, at: input.sourceTime } : null
  const claim = change?.address
  if (!claim?.value || (!address && !input.deleted?.fields.includes('address'))) return null
  const same = claim.value === JSON.stringify(known.address) && claim.source === known.address_source
  if (same && claim.last === known.address_at?.getTime()) return null
  return { ...unpackAddress(claim.value), source: claim.source, at: new Date(claim.last) }
}

async function updatePersons(trx: Trx, all: Map<Resolved, Change>): Promise<void> {
  // A statement that changes nothing still advances the time, else an older one arriving later would count as newer.
  const changed = [...all].filter(
    ([one, change]) =>
      change.fields.length > 0 ||
      change.source_time.getTime() > (one.known?.source_time.getTime() ?? 0) ||
      JSON.stringify(change.said_at) !== JSON.stringify(one.known?.said_at) ||
      JSON.stringify(change.claims) !== JSON.stringify(one.known?.claims),
  )
  await keepNames(trx, all)
  if (changed.length === 0) return
  const search = changed.map(([, change]) => searchName(change.name))
  await sql`
    update person p set name = n.name, search_name = n.search_name, pinyin = n.pinyin, initials = n.initials, sex = n.sex,
      birth_date = n.birth_date, deceased = n.deceased, deceased_at = n.deceased_at, marital_status = n.marital_status,
      language = n.language, source = n.source, source_time = n.source_time, said_at = n.said_at, claims = n.claims,
      version = p.version + n.changed,
      updated_at = case n.changed when 1 then now() else p.updated_at end
    from unnest(
      ${changed.map(([one]) => one.id)}::bigint[], ${changed.map(([, change]) => change.name)}::text[],
      ${search.map((one) => one.search_name)}::text[], ${search.map((one) => one.pinyin)}::text[], ${search.map((one) => one.initials)}::text[],
      ${changed.map(([, change]) => change.sex)}::text[], ${changed.map(([, change]) => change.birthDate)}::date[],
      ${changed.map(([, change]) => change.deceased)}::boolean[], ${changed.map(([, change]) => change.deceasedAt)}::timestamptz[],
      ${changed.map(([, change]) => change.maritalStatus)}::text[], ${changed.map(([, change]) => change.language)}::text[],
      ${changed.map(([, change]) => change.source)}::text[], ${changed.map(([, change]) => change.source_time)}::timestamptz[],
      ${changed.map(([, change]) => JSON.stringify(change.said_at))}::jsonb[],
      ${changed.map(([, change]) => change.claims && JSON.stringify(change.claims))}::jsonb[],
      ${changed.map(([, change]) => Math.min(change.fields.length, 1))}::int[]
    ) as n(id, name, search_name, pinyin, initials, sex, birth_date, deceased, deceased_at, marital_status, language, source, source_time,
      said_at, claims, changed)
    where p.id = n.id`.execute(trx)
}

/** A name replaced by a newer one, or stated by an old message that arrives late. */
async function keepNames(trx: Trx, all: Map<Resolved, Change>): Promise<void> {
  const former = [...all].flatMap(([{ id, input, known }, change]) =>
    [known?.name, normalise(input.name ?? '')].flatMap((text) =>
      text && text !== change.name && text !== unnamed
        ? [{ id, text, use: 'former' as const, source: input.source }]
        : [],
    ),
  )
  if (former.length > 0) await insertNames(trx, former)
}

/** Keeps names beside the one that counts, for the search. */
export async function insertNames(
  trx: Trx,
  names: { id: number; text: string; use: 'former' | 'other'; source: string }[],
): Promise<void> {
  await trx
    .insertInto('person_name')
    .values(
      names.map(({ id, text, use, source }) => ({
        person_id: id,
        use,
        text,
        ...searchName(text),
        source,
      })),
    )
    .onConflict((c) => c.doNothing())
    .execute()
}

/**
 * Splits inputs into waves without a repeated identifier, keeping each person's order: each wave sees the writes of the one before. One
 * round trip then serves many persons without reordering one person's messages.
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
