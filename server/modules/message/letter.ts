import { sql } from 'kysely'
import { type Actor, systemActor } from '../../platform/actor.ts'
import { runAside } from '../../platform/aside.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { personOfRecord } from '../event/record.ts'
import { accountToTest } from './account.ts'
import { addToBudget } from './budget.ts'
import { messageEvent, takeDue } from './due.ts'
import type { LetterData } from './letter-pdf.ts'

/*
 * Letters are printed by people. A batch passes the gate when it is made and counts as being sent until somebody says that it is on paper, or
 * that it is not: then its letters wait again.
 */

const mostLetters = 200
const printer = systemActor('system:message', '消息发送')

/** The account, if it is one for letters that the actor may change. @throws {AppError} forbidden, not-found */
async function letterAccount(db: Db, actor: Actor, secret: string, id: number) {
  const account = await accountToTest(db, actor, secret, id)
  if (account.kind !== 'letter') throw new AppError('not-found')
  return account
}

export async function listBatches(db: Db, actor: Actor, secret: string, id: number) {
  await letterAccount(db, actor, secret, id)
  const { rows } = await sql<{
    id: number
    letters: number
    made_at: Date
    made_by: string
    state: 'printing' | 'printed' | 'undone'
  }>`
    select id, letters, made_at, made_by, state from message_batch where account_id = ${id} order by id desc limit 20`.execute(
    db,
  )
  return {
    items: rows.map((row) => ({
      id: row.id,
      letters: row.letters,
      madeAt: row.made_at.toISOString(),
      madeBy: row.made_by,
      state: row.state,
    })),
  }
}

/** Takes the letters that are due and pass the gate. @returns its number; null: none is due. @throws {AppError} forbidden, not-found */
export async function makeBatch(
  trx: Trx,
  actor: Actor,
  secret: string,
  id: number,
  publicUrl: string | undefined,
) {
  const account = await letterAccount(trx, actor, secret, id)
  const { taken } = await takeDue(
    trx,
    {
      accountId: id,
      purpose: null,
      most: mostLetters,
      leaseSeconds: null,
      priceOf: () => ({ parts: null, cost: account.costPerPart }),
    },
    publicUrl,
  )
  if (taken.length === 0) return { id: null, letters: 0 }
  const batch = await trx
    .insertInto('message_batch')
    .values({ account_id: id, letters: taken.length, made_by: actor.name })
    .returning('id')
    .executeTakeFirstOrThrow()
  // The text as printed is kept: a link in it exists nowhere else, and a second print has to be the same. So is the price of the day.
  await sql`
    update message m set body = t.body, placeholder_at = '{}', cost = ${account.costPerPart}::numeric, provider_id = ${`letters:${batch.id}`}
    from unnest(${taken.map((one) => one.id)}::bigint[], ${taken.map((one) => one.body)}::text[]) as t(id, body) where m.id = t.id`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'letter.batch', subject: `channel:${id} batch:${batch.id}` })
  return { id: batch.id, letters: taken.length }
}

/** A batch on paper: a letter a page. Every recipient is audited. @throws {AppError} forbidden, not-found */
export async function printBatch(
  db: Db,
  actor: Actor,
  secret: string,
  id: number,
  batchId: number,
): Promise<Uint8Array> {
  const account = await letterAccount(db, actor, secret, id)
  const { rows } = await sql<{
    id: number
    name: string
    address: string | null
    subject: string | null
    body: string
    person_id: number
  }>`
    select m.id, p.name, m.address, m.subject, m.body, p.id as person_id from message m
    join person p on p.id = ${personOfRecord(sql`m.person_id`)}
    where m.account_id = ${id} and m.provider_id = ${`letters:${batchId}`} order by m.id`.execute(db)
  if (rows.length === 0) throw new AppError('not-found')
  await audit(
    db,
    actor,
    ...rows.map((row) => ({
      action: 'letter.print',
      personId: row.person_id,
      subject: `message:${row.id}`,
      fields: ['name', 'address'],
    })),
  )
  const sender = account.config['sender']
  const data: LetterData = {
    sender: typeof sender === 'string' ? sender : '',
    letters: rows.map(({ name, address, subject, body }) => ({
      name,
      address: address ?? '',
      subject,
      body,
    })),
  }
  return runAside(new URL('letter-pdf-thread.ts', import.meta.url), data, { timeoutMs: 30_000 })
}

/** Says whether a batch came out on paper. @throws {AppError} forbidden, not-found, already-closed */
export async function closeBatch(
  trx: Trx,
  actor: Actor,
  secret: string,
  { id, batchId }: { id: number; batchId: number },
  printed: boolean,
) {
  await letterAccount(trx, actor, secret, id)
  const batch = found(
    await trx
      .selectFrom('message_batch')
      .select(['state'])
      .where('id', '=', batchId)
      .where('account_id', '=', id)
      .forUpdate()
      .executeTakeFirst(),
  )
  if (batch.state !== 'printing') throw new AppError('already-closed')
  const state = printed ? ('printed' as const) : ('undone' as const)
  await sql`update message_batch set state = ${state}, closed_at = now() where id = ${batchId}`.execute(trx)
  const { rows } = await sql<{
    id: number
    record_id: number
    person_id: number
    pathway_id: number | null
    price: number
  }>`
    update message m set status = case when ${printed} then 'sent' else 'queued' end, finished_at = case when ${printed} then now() end,
      cost = case when ${printed} then m.cost end, fence = m.fence + 1, provider_id = case when ${printed} then m.provider_id end
    from message before
    where before.id = m.id and m.account_id = ${id} and m.provider_id = ${`letters:${batchId}`} and m.status = 'sending'
    returning m.pathway_id, before.cost as price, m.id, m.person_id as record_id, ${personOfRecord(sql`m.person_id`)} as person_id`.execute(
    trx,
  )
  if (!printed)
    await addToBudget(
      trx,
      rows.map((row) => ({ pathwayId: row.pathway_id, cost: -row.price })),
    )
  if (printed) {
    await recordEvents(
      trx,
      rows.map((row) => messageEvent({ ...row, channel: 'letter' }, 'message.sent')),
    )
    await audit(
      trx,
      printer,
      ...rows.map((row) => ({
        action: 'message.send',
        personId: row.person_id,
        subject: `message:${row.id} sent`,
      })),
    )
  }
  await audit(trx, actor, { action: 'letter.close', subject: `channel:${id} batch:${batchId} ${state}` })
  return { state }
}
