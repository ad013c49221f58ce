import { type ClaimField } from '../../../contract/provenance.ts'
import { type RawBuilder, sql } from 'kysely'
import type { StatedAt } from '../../platform/statement.ts'
import { type Claim, type ClaimsByField, claimsOf, type PackedClaims, type Stated } from './claim.ts'
import { normalise } from './name.ts'
import type { Address, PersonInput } from './upsert.ts'

/** Placeholder name of a person whom no source has named yet. */
export const unnamed = '未登记姓名'

/** A record with its home address, as stored; times from jsonb are text. */
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
  /** In the form of `packAddress`. */
  address: (string | null)[] | null
  address_source: string | null
  address_at: Date | string | null
}

/** Columns of the address row `a` for a `RecordRow`, packed like `packAddress`. */
export const addressColumns: RawBuilder<unknown> = sql`case when a.id is not null
  then jsonb_build_array(a.text, a.district, a.city, a.province, a.postal_code) end as address, a.source as address_source, a.updated_at as address_at`

export type ClaimValues = Partial<Record<ClaimField, string | null>>

/** Claims of a record, by field. */
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

/** Column values in claim form. */
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

/** A statement in claim form. */
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

/** An address as a claim's value: only the given parts, always in this order. */
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
