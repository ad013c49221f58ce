import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { searchConsents as searchRoute } from '../../../contract/contact-log.ts'
import type { Consent, giveConsent as giveRoute, Purpose } from '../../../contract/contact.ts'
import { maskName } from '../../../contract/export.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Consent as ConsentRow } from '../../platform/db-types.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { recordEvents, sourceOf } from '../event/event.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { loadPerson } from '../person/person.ts'
import { personWithin } from '../person/scope.ts'

/** Consents of a person and of the records merged into it, newest first. @throws {AppError} not-found */
export async function listConsents(db: Db, actor: Actor, personId: number): Promise<Consent[]> {
  const { id } = (await loadPerson(db, actor, personId)).person
  const items = await consentsOf(db, id)
  await audit(db, actor, { action: 'consent.list', personId: id })
  return items
}

type SearchQuery = z.output<(typeof searchRoute)['query']>

/** Consents of everybody within reach. */
export async function searchConsents(db: Db, actor: Actor, query: SearchQuery) {
  const where = [personWithin(authorize(actor, 'person.read'), personOfRecord(sql`c.person_id`))]
  if (query.purpose?.length) where.push(sql<SqlBool>`c.purpose = any(${query.purpose}::text[])`)
  if (query.channel?.length) where.push(sql<SqlBool>`c.channel = any(${query.channel}::text[])`)
  if (query.proof?.length) where.push(sql<SqlBool>`c.proof = any(${query.proof}::text[])`)
  if (query.withdrawn !== undefined)
    where.push(sql<SqlBool>`(c.withdrawn_at is not null) = ${query.withdrawn}`)
  const order = listOrder<Row & Sorted & { name: string }>({}, sql`c.id`, newestFirst(sql`c.id`), query)
  const from = (all: RawBuilder<SqlBool>[]) => sql`
    from consent c join person p on p.id = ${personOfRecord(sql`c.person_id`)} where ${sql.join(all, sql` and `)}`
  const { rows } = await sql<Row & Sorted & { name: string }>`
    select c.*, null::text as sort_key, p.id as person_id, p.name ${from([...where, ...order.beyond])}
    order by ${order.by} limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'consent.search',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name-masked'],
  })
  const view = (row: Row & { name: string }) => ({
    ...viewConsent(row),
    personId: row.person_id,
    personName: maskName(row.name),
  })
  return { ...order.page(rows, query.limit, view), total: await totalOf(db, query, from(where)) }
}

type Row = Selectable<ConsentRow>

const viewConsent = (row: Row): Consent => ({
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
})

async function consentsOf(db: Db, personId: number): Promise<Consent[]> {
  const rows = await db
    .selectFrom('consent')
    .selectAll()
    .where('person_id', '=', sql<number>`any(${recordsOf(sql`${personId}`)})`)
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
  return rows.map(viewConsent)
}

/** @throws {AppError} not-found, invalid (given in the future), already-exists when such a consent is in effect */
export async function giveConsent(
  trx: Trx,
  actor: Actor,
  personId: number,
  input: z.output<(typeof giveRoute)['body']>,
): Promise<Consent[]> {
  const { id } = (await loadPerson(trx, actor, personId, 'person.write')).person
  if (!(await keepConsent(trx, actor, id, input))) throw new AppError('already-exists')
  return consentsOf(trx, id)
}

/**
 * Keeps a consent of a person that the caller may change. @returns false when such a consent is in effect already
 * @throws {AppError} invalid (given in the future)
 */
export async function keepConsent(
  trx: Trx,
  actor: Actor,
  id: number,
  input: z.output<(typeof giveRoute)['body']>,
): Promise<boolean> {
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
  if (!made) return false
  const { purpose, channel, proof } = input
  await recordEvents(trx, [
    {
      personId: id,
      at: givenAt,
      kind: 'consent.given',
      source: sourceOf(actor),
      actorId: actor.id,
      data: { purpose, channel, consentProof: proof },
    },
  ])
  await audit(trx, actor, {
    action: 'consent.give',
    personId: id,
    subject: `consent:${made.id} ${purpose}/${channel}`,
  })
  return true
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
  await endConsents(trx, actor, id, [{ id: consentId, purpose, channel }], reason)
  return consentsOf(trx, id)
}

/** Takes back all consents of a person to a purpose, by whatever channel. */
export async function endConsentsTo(
  trx: Trx,
  actor: Actor,
  id: number,
  purpose: Purpose,
  channel: string | null,
  reason: string,
): Promise<void> {
  const { rows } = await sql<{ id: number; purpose: string; channel: string }>`
    select id, purpose, channel from consent where person_id = any(${recordsOf(sql`${id}`)}) and purpose = ${purpose} and withdrawn_at is null
      and ${channel === null ? sql`true` : sql`channel = ${channel}`}
    for update`.execute(trx)
  await endConsents(trx, actor, id, rows, reason)
}

async function endConsents(
  trx: Trx,
  actor: Actor,
  id: number,
  consents: { id: number; purpose: string; channel: string }[],
  reason: string | undefined,
): Promise<void> {
  if (consents.length === 0) return
  await sql`
    update consent set withdrawn_at = now(), withdrawn_by = ${actor.id}, withdrawn_by_name = ${actor.name},
      withdrawn_reason = ${reason ?? null} where id = any(${consents.map((one) => one.id)}::bigint[])`.execute(
    trx,
  )
  await recordEvents(
    trx,
    consents.map(({ purpose, channel }) => ({
      personId: id,
      at: new Date(),
      kind: 'consent.withdrawn' as const,
      source: sourceOf(actor),
      actorId: actor.id,
      data: { purpose, channel },
    })),
  )
  await audit(
    trx,
    actor,
    ...consents.map((one) => ({
      action: 'consent.withdraw',
      personId: id,
      subject: `consent:${one.id} ${one.purpose}/${one.channel}`,
      reason: reason ?? null,
    })),
  )
}
