import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { countStranger } from '../access/throttle.ts'
import { lineOf, readPhones } from '../person/phone.ts'
import { countryAt } from '../setting/country.ts'
import { codeMinutes } from './code-text.ts'
import { codeHash, type CodePurpose, phoneHash, type SealedCode, sealCode } from './key.ts'
import { countOrRefuse, noteRefusal, type Visitor } from './limit.ts'

const mostTries = 5
/** Seconds before the page offers another one. */
const again = 60

/** A mobile number in the form in which numbers are stored. @throws {AppError} invalid, not-found */
export async function readMobile(db: Db, siteId: number, text: string): Promise<string> {
  const { rows } = await sql<{ country: string }>`
    select ${countryAt(sql`s.id`)} as country from site s where s.id = ${siteId}`.execute(db)
  const [phone] = readPhones(text.normalize('NFKC'), found(rows[0]).country)
  if (!phone?.value.startsWith('+') || phone.extension !== null || lineOf(phone.value) !== 'mobile')
    throw new AppError('invalid', undefined, [{ path: 'phone', message: 'is no mobile number' }])
  return phone.value
}

/**
 * Sends a code to a number. Nothing here looks for a person: what is answered, and how fast, is the same for everybody.
 * @throws {AppError} not-found, invalid, booking-limit
 */
export async function askForCode(
  visitor: Visitor,
  { siteId, phone: text, language }: { siteId: number; phone: string; language: SealedCode['language'] },
  purpose: CodePurpose,
) {
  const { db } = visitor
  const phone = await readMobile(db, siteId, text)
  await countOrRefuse(visitor, 'code', phone)
  const request = randomUUID()
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const { rows } = await sql<{ expires_at: Date }>`
    insert into booking_code (id, site_id, purpose, phone_hash, code_hash, sealed, expires_at)
    values (${request}, ${siteId}, ${purpose}, ${phoneHash(db, phone)}, ${codeHash(db, request, code)}, ${sealCode(db, { phone, code, language })},
      now() + ${codeMinutes} * interval '1 minute') returning expires_at`.execute(db)
  wakeLoop('message')
  return { request, expiresAt: found(rows[0]).expires_at.toISOString(), again }
}

type Tried = {
  site_id: number
  phone_hash: string
  code_hash: string
  tries: number
  alive: boolean
}

/**
 * Each try is counted before it is looked at, so that parallel ones count as well; a right one ends the code.
 * @returns the proved number and where it was asked for
 * @throws {AppError} booking-code-wrong, booking-code-ended, too-many-requests
 */
export async function proveNumber(
  visitor: Visitor,
  { request, phone: text, code }: { request: string; phone: string; code: string },
  purpose: CodePurpose,
): Promise<{ phone: string; siteId: number }> {
  const { db, address } = visitor
  const { rows } = await sql<Tried>`
    update booking_code set tries = tries + 1 where id = ${request} and purpose = ${purpose} and used_at is null and tries < ${mostTries}
    returning site_id, phone_hash, code_hash, tries, expires_at > now() and failed is null as alive`.execute(
    db,
  )
  const [row] = rows
  if (!row) {
    if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
    throw new AppError('booking-code-ended')
  }
  const phone = await readMobile(db, row.site_id, text)
  if (!row.alive) throw new AppError('booking-code-ended')
  const digits = code.normalize('NFKC').replaceAll(/\D/g, '')
  const right =
    same(row.phone_hash, phoneHash(db, phone)) && same(row.code_hash, codeHash(db, request, digits))
  if (right && (await endCode(db, request))) return { phone, siteId: row.site_id }
  if (row.tries < mostTries) throw new AppError('booking-code-wrong')
  // The last one was wrong: only a new code helps.
  await endCode(db, request)
  await noteRefusal(visitor, 'try', 'phone', phone)
  throw new AppError('booking-code-ended')
}

/** @returns whether nobody was faster */
async function endCode(db: Db, request: string): Promise<boolean> {
  const { rows } = await sql`
    update booking_code set used_at = now(), sealed = null where id = ${request} and used_at is null returning id`.execute(
    db,
  )
  return rows.length > 0
}

const same = (one: string, other: string) => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
