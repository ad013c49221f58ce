import { type ClaimField, claimFields } from '../../../contract/provenance.ts'
import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { type Claim, currentClaims, restate } from './claim.ts'
import { readClaimRules } from './claim-rules.ts'
import { searchName } from './name.ts'
import {
  addressColumns,
  type ClaimValues,
  columnsOf,
  readClaims,
  type RecordRow,
  unpackAddress,
} from './stated.ts'
import { insertNames } from './upsert.ts'

/** Staff as a source: all count as one source; the name tells them apart. */
export function staffSource(actor: Actor): string {
  return `staff:${actor.name}`
}

type Locked = RecordRow & { id: number; version: number }

/**
 * Records statements by staff about fields of a record, `''` for "the known value is wrong". They count as newer than all earlier
 * statements, even from a source whose clock is ahead.
 * @returns fields whose value in effect changed
 * @throws {AppError} changed-meanwhile when the record no longer has the version that staff saw
 */
export async function stateByStaff(
  trx: Trx,
  actor: Actor,
  id: number,
  values: ClaimValues,
  seen?: { version: number },
): Promise<ClaimField[]> {
  const row = await lockRecord(trx, id)
  if (seen && row.version !== seen.version) throw new AppError('changed-meanwhile')
  const { stated, claims } = readClaims(row)
  const known = [...claims.values()].flat().map((one) => one.last)
  const at = new Date(
    Math.max(Date.now(), stated.source_time.getTime() + 1, ...known.map((last) => last + 1)),
  )
  const source = staffSource(actor)
  const next = restate(stated, claims, { source, at, values }, await readClaimRules(trx))
  const before = effective(row)
  const columns = columnsOf(next.decided)
  const address = next.decided.get('address')
  const after = { ...columns, address: address?.value ?? null }
  const changed = claimFields.filter((field) => same(after[field]) !== same(before[field]))
  await sql`
    update person set name = ${columns.name}, search_name = ${searchName(columns.name).search_name},
      pinyin = ${searchName(columns.name).pinyin}, initials = ${searchName(columns.name).initials}, sex = ${columns.sex},
      birth_date = ${columns.birthDate}, marital_status = ${columns.maritalStatus}, language = ${columns.language},
      deceased = ${columns.deceased}, deceased_at = ${columns.deceasedAt}, source = ${next.stated.source},
      source_time = ${next.stated.source_time}, said_at = ${JSON.stringify(next.stated.said_at)}::jsonb,
      claims = ${next.stated.claims && JSON.stringify(next.stated.claims)}::jsonb, version = version + 1, updated_at = now()
    where id = ${id}`.execute(trx)
  if (changed.includes('name')) await insertNames(trx, [{ id, text: row.name, use: 'former', source }])
  if (address && values.address) await writeAddress(trx, id, address)
  return changed
}

const same = (value: unknown) => (value instanceof Date ? value.toISOString() : value)

function effective(row: Locked) {
  return {
    name: row.name,
    sex: row.sex,
    birthDate: row.birth_date,
    maritalStatus: row.marital_status,
    language: row.language,
    deceased: row.deceased,
    address: row.address && JSON.stringify(row.address),
  }
}

/** Locks the record against feeds, which would otherwise overwrite the decision. @throws {AppError} not-found */
async function lockRecord(trx: Trx, id: number): Promise<Locked> {
  const { rows } = await sql<Locked>`
    select p.id, p.version, p.name, p.sex, p.birth_date, p.deceased, p.deceased_at, p.marital_status, p.language, p.source, p.source_time,
      p.said_at, p.claims, ${addressColumns}
    from person p left join person_address a on a.person_id = p.id and a.use = 'home' where p.id = ${id} for no key update of p`.execute(
    trx,
  )
  const [row] = rows
  if (!row) throw new AppError('not-found')
  return row
}

async function writeAddress(trx: Trx, id: number, claim: Claim): Promise<void> {
  const { use, text, district, city, province, postalCode } = unpackAddress(claim.value)
  await trx
    .insertInto('person_address')
    .values({
      person_id: id,
      use,
      text,
      district,
      city,
      province,
      postal_code: postalCode,
      source: claim.source,
      updated_at: new Date(claim.last),
    })
    .onConflict((c) =>
      c.columns(['person_id', 'use']).doUpdateSet((e) => ({
        text: e.ref('excluded.text'),
        district: e.ref('excluded.district'),
        city: e.ref('excluded.city'),
        province: e.ref('excluded.province'),
        postal_code: e.ref('excluded.postal_code'),
        source: e.ref('excluded.source'),
        updated_at: e.ref('excluded.updated_at'),
      })),
    )
    .execute()
}

/** A source's current claim about a field of a record. @throws {AppError} not-found when there is none (any more) */
export function claimOf(row: RecordRow, field: ClaimField, source: string): Claim {
  const current = currentClaims(readClaims(row).claims.get(field) ?? [])
  const claim = current.find((one) => one.source === source)
  if (!claim) throw new AppError('not-found')
  return claim
}
