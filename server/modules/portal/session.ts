import { sql } from 'kysely'
import type { PortalEntrance } from '../../../contract/portal.ts'
import { portalActor } from '../../platform/outside-actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { countStranger, countUse } from '../access/throttle.ts'
import { proveNumber } from '../booking/code.ts'
import { newToken, phoneHash, tokenHash } from '../booking/key.ts'
import { noteRefusal, type Visitor } from '../booking/limit.ts'
import { candidatesOf, chosenAmong } from '../booking/who.ts'
import { maskName } from '../../../contract/export.ts'
import { recordsOf } from '../event/record.ts'
import { readSettings } from '../setting/setting.ts'

const mostTries = 5
/** Of one number in a day, over all sessions: a code a minute must not buy five years of birth each. */
const mostTriesOfNumber = 10
/** Minutes in which somebody says who they are. */
const confirmMinutes = 10

export type Device = Visitor & { device: string }

/**
 * Opens a session by a code. Somebody who proved lately that the number is theirs is in; everybody else says their year of birth first.
 * @throws {AppError} booking-code-wrong, booking-code-ended, too-many-requests
 */
export async function openSession(
  visitor: Device,
  proof: { request: string; phone: string; code: string },
): Promise<{ token: string | null; entrance: PortalEntrance }> {
  const { db, address, device } = visitor
  const { phone, siteId } = await proveNumber(visitor, proof, 'portal')
  const candidates = await candidatesOf(db, phone, 'on-record')
  if (candidates.length === 0) return { token: null, entrance: { state: 'unknown' } }
  const { 'portal.verify-months': months } = await readSettings(db, ['portal.verify-months'], siteId)
  const { rows } = await sql<{ id: number }>`
    select p.person_id as id from portal_proof p where p.phone = ${phone} and p.person_id = any(${candidates.map((one) => one.id)}::bigint[])
      and p.proved_at > now() - make_interval(months => ${months})`.execute(db)
  const only = candidates.length === 1 && rows.length === 1 ? (candidates[0]?.id ?? null) : null
  const token = newToken()
  await sql`
    insert into portal_session (token_hash, phone, site_id, device, address, expires_at)
    values (${tokenHash(token)}, ${phone}, ${siteId}, ${device}, ${address}, now() + ${confirmMinutes} * interval '1 minute')`.execute(
    db,
  )
  const entrance =
    only === null ? confirmation(candidates, mostTries) : await enterAs(visitor, token, phone, siteId, only)
  return { token, entrance }
}

const confirmation = (candidates: { name: string }[], triesLeft: number): PortalEntrance => ({
  state: 'confirm',
  names: [...new Set(candidates.map((one) => maskName(one.name)))],
  triesLeft,
})

type Pending = { id: number; phone: string; site_id: number; tries: number }

/**
 * Each try is counted before it is looked at. Wrong years are few, then the session is over and the number waits until tomorrow.
 * @throws {AppError} booking-ended, too-many-requests
 */
export async function confirmPerson(
  visitor: Device,
  token: string | undefined,
  choice: { name: string; birthYear: number },
): Promise<PortalEntrance> {
  const { db, address } = visitor
  const { rows } = await sql<Pending>`
    update portal_session set tries = tries + 1 where token_hash = ${tokenHash(token ?? '')} and person_id is null and ended_at is null
      and expires_at > now() and tries < ${mostTries} returning id, phone, site_id, tries`.execute(db)
  const [pending] = rows
  if (!pending) {
    if (!(await countStranger(db, address))) throw new AppError('too-many-requests')
    throw new AppError('booking-ended')
  }
  const { phone, site_id: siteId, tries } = pending
  const tried = await countUse(db, `portal year ${phoneHash(db, phone)}`, 86_400)
  const candidates = await candidatesOf(db, phone, 'on-record')
  const chosen = tried > mostTriesOfNumber ? undefined : chosenAmong(candidates, choice)
  if (chosen !== undefined) return enterAs(visitor, token ?? '', phone, siteId, chosen)
  if (tries < mostTries && tried < mostTriesOfNumber) return confirmation(candidates, mostTries - tries)
  await sql`update portal_session set ended_at = now() where id = ${pending.id}`.execute(db)
  await noteRefusal(visitor, 'try', 'phone', phone)
  throw new AppError('booking-ended')
}

async function enterAs(
  { db, address }: Device,
  token: string,
  phone: string,
  siteId: number,
  personId: number,
): Promise<PortalEntrance> {
  const { 'portal.session-days': days } = await readSettings(db, ['portal.session-days'], siteId)
  await transaction(db, async (trx) => {
    const { rows } = await sql<{ id: number }>`
      update portal_session set person_id = ${personId}, expires_at = now() + ${days} * interval '1 day', seen_at = now()
      where token_hash = ${tokenHash(token)} and ended_at is null returning id`.execute(trx)
    await sql`
      insert into portal_proof (person_id, phone) values (${personId}, ${phone})
      on conflict (person_id, phone) do update set proved_at = now()`.execute(trx)
    const actor = portalActor({ id: personId, sessionId: found(rows[0]).id, persons: [personId], address })
    await audit(trx, actor, { action: 'portal.sign-in', personId, subject: `portal-session:${rows[0]?.id}` })
  })
  return { state: 'open' }
}

/** Ends the session of this device; without one it does no harm. */
export async function endSession(db: Db, token: string | undefined): Promise<void> {
  if (token === undefined) return
  await sql`update portal_session set ended_at = now() where token_hash = ${tokenHash(token)} and ended_at is null`.execute(
    db,
  )
}

type Row = { id: number; device: string; created_at: Date; seen_at: Date }

/** Devices on which the person is signed in. */
export async function listSessions(
  db: Db,
  { personId, sessionId }: { personId: number; sessionId: string | null },
) {
  const { rows } = await sql<Row>`
    select s.id, s.device, s.created_at, s.seen_at from portal_session s
    where s.person_id = any(${recordsOf(sql`${personId}::bigint`)}) and s.ended_at is null and s.expires_at > now() order by s.seen_at desc, s.id desc limit 50`.execute(
    db,
  )
  return {
    items: rows.map((row) => ({
      id: row.id,
      device: row.device,
      openedAt: row.created_at.toISOString(),
      seenAt: row.seen_at.toISOString(),
      current: String(row.id) === sessionId,
    })),
  }
}

/** @throws {AppError} not-found: no session of this person */
export async function endSessionOf(db: Db, personId: number, id: number): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    update portal_session set ended_at = now() where id = ${id} and ended_at is null
      and person_id = any(${recordsOf(sql`${personId}::bigint`)}) returning id`.execute(db)
  found(rows[0])
}
