import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { telephonyEvent } from '../../../contract/telephony.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { isSignedBy } from '../message/webhook.ts'
import { noteConnection, telephonyAccount } from './account.ts'
import { applyTelephonyEvents } from './apply.ts'

/** A signed delivery is believed for so long after its time stamp, in seconds. */
const windowSeconds = 300
const delivery = z.object({ events: z.array(telephonyEvent).min(1).max(1000) })

/**
 * Takes a signed delivery of events. Events that were taken change nothing; a copy of the delivery itself is refused.
 * @throws {AppError} not-found (unknown account or wrong signature: a stranger is told nothing), malformed-request, already-exists
 */
export async function receiveEvents(
  db: Db,
  secret: string,
  accountId: number,
  { header, body }: { header: (name: string) => string | undefined; body: Buffer },
): Promise<{ events: number }> {
  const account = await telephonyAccount(db, secret, accountId)
  const given = header('x-careloop-signature') ?? ''
  const secrets = [account.config['signingSecret'], account.config['former-signingSecret']]
  if (account.kind !== 'webhook' || !isSignedBy(secrets, { header, body })) throw new AppError('not-found')
  const { events } = readDelivery(body)
  assertTimes(events, Date.now())
  return transaction(db, async (trx) => {
    const { rows } = await sql`
      insert into telephony_delivery (account_id, digest) values (${account.id}, ${createHash('sha256').update(given).digest()})
      on conflict do nothing returning 1`.execute(trx)
    if (rows.length === 0) throw new AppError('already-exists', 'This delivery was taken already.')
    await applyTelephonyEvents(trx, { accountId: account.id, siteId: account.siteId }, events)
    await noteConnection(trx, account.id, { event: true })
    return { events: events.length }
  })
}

/** Signatures that are too old to be believed need no memory. */
export async function forgetDeliveries(db: Db): Promise<void> {
  await sql`delete from telephony_delivery where received_at < now() - ${3 * windowSeconds} * interval '1 second'`.execute(
    db,
  )
}

/** Clocks differ a little, and what could not be delivered is delivered later; anything else would stand first in every list for ever. */
const aheadMs = 3_600_000
const mostDays = 31

/** @throws {AppError} invalid, naming the events whose time cannot be true */
function assertTimes(events: z.output<typeof delivery>['events'], now: number): void {
  const wrong = events.flatMap(({ at }, index) => {
    const ms = Date.parse(at)
    const path = `events.${index}.at`
    if (ms > now + aheadMs) return [{ path, message: 'lies in the future' }]
    return ms < now - mostDays * 86_400_000 ? [{ path, message: 'lies in the past' }] : []
  })
  if (wrong.length > 0) throw new AppError('invalid', undefined, wrong.slice(0, 5))
}

/** @throws {AppError} malformed-request, naming the first wrong field */
function readDelivery(body: Buffer): z.output<typeof delivery> {
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw new AppError('malformed-request', 'The body is no JSON.')
  }
  const { data, error } = delivery.safeParse(json)
  if (data) return data
  throw new AppError(
    'invalid',
    undefined,
    error.issues.slice(0, 5).map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  )
}
