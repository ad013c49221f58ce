import { type ClaimField } from '../../../contract/provenance.ts'
import { type RawBuilder, sql } from 'kysely'
import type { StatedAt } from '../../platform/statement.ts'
import { type Claim, type ClaimsByField, claimsOf, type PackedClaims, type Stated } from './claim.ts'
import { normalise } from './name.ts'
import type { Address, PersonInput } from './upsert.ts'

/** The name of a person whom no source named yet: it says nothing. */
export const unnamed = '未登记姓名'

/** A record as the database has it, with its home address; times are text where they come out of jsonb. */
export type RecordRow = {
  name: string
  sex: string
  birth_date: string | null
  deceased: boolean
  deceased_at: Date | string | null
  marital_status: string | null
  language: string | null
  source: string
  source_time: Date | string
  said_at: StatedAt
  claims: PackedClaims | null
  /** As `packAddress` has it. */
  address: (string | null)[] | null
  address_source: string | null
  address_at: Date | string | null
}

/** Columns of the address row `a` that a `RecordRow` needs; packed like `packAddress`. */
export const addressColumns: RawBuilder<unknown> = sql`case when a.id is not null
  then jsonb_build_array(a.text, a.district, a.city, a.province, a.postal_code) end as address, a.source as address_source, a.updated_at as address_at`

export type ClaimValues = Partial<Record<ClaimField, string | null>>

/** Who said what of a record. */
export function readClaims(row: RecordRow): { stated: Stated; claims: ClaimsByField } {
  const stated = {
    source: row.source,
    source_time: new Date(row.source_time),
    said_at: row.said_at,
    claims: row.claims,
  }
  const home =
    row.address_source !== null && row.address_at !== null
      ? { source: row.address_source, at: new Date(row.address_at) }
      : undefined
  return { stated, claims: claimsOf(stated, valuesOf(row), home) }
}

const death = (at: Date | string | null) => (at === null ? 'true' : new Date(at).toISOString())

/** The columns as values of claims. */
export function valuesOf(row: RecordRow): ClaimValues {
  return {
    name: row.name === unnamed ? null : row.name,
    sex: row.sex === 'unknown' ? null : row.sex,
    birthDate: row.birth_date,
    maritalStatus: row.marital_status,
    language: row.language,
    deceased: row.deceased ? death(row.deceased_at) : null,
    address: row.address && JSON.stringify(row.address),
  }
}

/** What a source says, as values of claims. */
export function statedValues(input: PersonInput): ClaimValues {
  const [home] = input.addresses
  return {
    name: (input.name && normalise(input.name)) || null,
    sex: input.sex === 'unknown' ? null : input.sex,
    birthDate: input.birthDate,
    maritalStatus: input.maritalStatus,
    language: input.language,
    deceased: input.deceased ? death(input.deceasedAt) : null,
    address: home ? packAddress(home) : null,
  }
}

/** The deciding claims as columns. */
export function columnsOf(decided: Map<ClaimField, Claim>) {
  const value = (field: ClaimField) => decided.get(field)?.value || null
  const died = value('deceased')
  return {
    name: value('name') ?? unnamed,
    sex: value('sex') ?? 'unknown',
    birthDate: value('birthDate'),
    maritalStatus: value('maritalStatus'),
    language: value('language'),
    deceased: died !== null && died !== 'false',
    deceasedAt: died === null || died === 'true' || died === 'false' ? null : new Date(died),
  }
}

/** An address as the value of a claim: only what it says, always in this order. */
export function packAddress({ text, district, city, province, postalCode }: Omit<Address, 'use'>): string {
  return JSON.stringify([text, district, city, province, postalCode])
}

export function unpackAddress(value: string): Address {
  const [text, district, city, province, postalCode] = JSON.parse(value) as [string, ...(string | null)[]]
  return {
    use: 'home',
    text,
    district: district ?? null,
    city: city ?? null,
    province: province ?? null,
    postalCode: postalCode ?? null,
  }
}
