import { sql } from 'kysely'
import type { z } from 'zod'
import type { Consent, giveConsent as giveRoute } from '../../../contract/contact.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'

/** Consents of a person and of the records merged into it, newest first. @throws {AppError} not-found */
export async function listConsents(db: Db, actor: Actor, personId: number): Promise<Consent[]> {
  const { id } = (await loadPerson(db, actor, personId)).person
  const items = await consentsOf(db, id)
  await audit(db, actor, { action: 'consent.list', personId: id })
  return items
}

async function consentsOf(db: Db, personId: number): Promise<Consent[]> {
  const rows = await db
    .selectFrom('consent')
    .selectAll()
    .where('person_id', '=', sql<number>`any(${recordsOf(sql`${personId}`)})`)
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    purpose: row.purpose,
    channel: row.channel,
    givenAt: row.given_at.toISOString(),
    proof: row.proof,
    reference: row.reference,
    recordedByName: row.recorded_by_name,
    withdrawnAt: row.withdrawn_at?.toISOString() ?? null,
    withdrawnByName: row.withdrawn_by_name,
    withdrawnReason: row.withdrawn_reason,
  }))
}

/** @throws {AppError} not-found, invalid (given in the future), already-exists when such a consent is in effect */
export async function giveConsent(
  trx: Trx,
  actor: Actor,
  personId: number,
  input: z.output<(typeof giveRoute)['body']>,
): Promise<Consent[]> {
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  const givenAt = input.givenAt ? new Date(input.givenAt) : new Date()
  if (givenAt.getTime() > Date.now() + 60_000)
    throw new AppError('invalid', undefined, [{ path: 'givenAt', message: 'lies in the future' }])
  const made = await trx
    .insertInto('consent')
    .values({
      person_id: id,
      purpose: input.purpose,
      channel: input.channel,
      given_at: givenAt,
      proof: input.proof,
      reference: input.reference ?? null,
      recorded_by: actor.id,
      recorded_by_name: actor.name,
    })
    .onConflict((c) => c.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) throw new AppError('already-exists')
  const { purpose, channel, proof } = input
  await recordEvents(trx, [
    {
      personId: id,
      at: givenAt,
      kind: 'consent.given',
      source: 'staff',
      actorId: actor.id,
      data: { purpose, channel, consentProof: proof },
    },
  ])
  await audit(trx, actor, {
    action: 'consent.give',
    personId: id,
    subject: `consent:${made.id} ${purpose}/${channel}`,
  })
  return consentsOf(trx, id)
}

/** Withdrawal is as easy as consent (PIPL Art. 15). @throws {AppError} not-found, already-closed */
export async function withdrawConsent(
  trx: Trx,
  actor: Actor,
  personId: number,
  consentId: number,
  reason: string | undefined,
): Promise<Consent[]> {
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  const { rows } = await sql<{ purpose: string; channel: string; withdrawn_at: Date | null }>`
    select purpose, channel, withdrawn_at from consent where id = ${consentId} and person_id = any(${recordsOf(sql`${id}`)})
    for update`.execute(trx)
  const { purpose, channel, withdrawn_at: before } = found(rows[0])
  if (before) throw new AppError('already-closed')
  await sql`
    update consent set withdrawn_at = now(), withdrawn_by = ${actor.id}, withdrawn_by_name = ${actor.name},
      withdrawn_reason = ${reason ?? null} where id = ${consentId}`.execute(trx)
  await recordEvents(trx, [
    {
      personId: id,
      at: new Date(),
      kind: 'consent.withdrawn',
      source: 'staff',
      actorId: actor.id,
      data: { purpose, channel },
    },
  ])
  await audit(trx, actor, {
    action: 'consent.withdraw',
    personId: id,
    subject: `consent:${consentId} ${purpose}/${channel}`,
    reason: reason ?? null,
  })
  return consentsOf(trx, id)
}
