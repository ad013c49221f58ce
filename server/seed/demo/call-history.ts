import { sql } from 'kysely'
import type { TelephonyEvent } from '../../../contract/telephony.ts'
import { type Prng, int, pick, prng } from '../../../sim/prng.ts'
import { applyTelephonyEvents } from '../../modules/call/apply.ts'
import { sitDown } from '../../modules/call/line.ts'
import { drawReviews } from '../../modules/quality/draw-reviews.ts'
import { finishReview } from '../../modules/quality/review.ts'
import type { Actor } from '../../platform/actor.ts'
import { fromLocal, localDate, toLocal } from '../../platform/clock.ts'
import { type Db, transaction } from '../../platform/db.ts'
import type { Services } from '../../platform/services.ts'
import { callReviewForm } from '../base/call-review.ts'
import { demoUser } from './people.ts'

const day = 86_400_000
const days = 42
/** Nobody waits to be wrapped up any more. */
const leftHours = 13
/** Calls of an hour on a workday: the morning's rush and the smaller one after the noon break (CareLoop choice). */
const rush = [0, 0, 0, 0, 0, 0, 0, 0, 5, 8, 7, 4, 2, 3, 5, 4, 3, 2, 1, 1, 0, 0, 0, 0]
const questions = callReviewForm.items.filter((item) => item.type === 'choice').map((item) => item.linkId)

/** Six weeks of calls, as the exchange would have told of them, and the scores of some: what the figures and the forecast are made from. */
export async function rememberCalls(
  { db, secret }: Pick<Services, 'db' | 'secret'>,
  seed: number,
  now = new Date(),
): Promise<void> {
  const { rows: accounts } = await sql<{ id: number; site_id: number; time_zone: string; used: boolean }>`
    select a.id, a.site_id, s.time_zone, exists (select 1 from call c where c.account_id = a.id) as used
    from telephony_account a join site s on s.id = a.site_id order by a.id limit 1`.execute(db)
  const [account] = accounts
  if (!account || account.used) return
  const agents = await Promise.all(['service', 'nurse', 'outreach'].map((name) => demoUser(db, name)))
  await seat(db, secret, account.id, agents, true)
  const { rows: numbers } = await sql<{ value: string }>`
    select value from person_telecom where system = 'phone' and valid and value like '+861%' order by person_id limit 400`.execute(
    db,
  )
  const random = prng(seed + 16)
  const last = now.getTime() - leftHours * 3_600_000
  for (let ago = days; ago >= 0; ago--) {
    const events = dayOfCalls(random, new Date(now.getTime() - ago * day), account.time_zone, numbers)
      .filter((call) => call.ends < last)
      .flatMap((call) => call.events)
    if (events.length > 0)
      await transaction(db, (trx) =>
        applyTelephonyEvents(trx, { accountId: account.id, siteId: account.site_id }, events),
      )
  }
  await seat(db, secret, account.id, agents, false)
  await scorePast(db, random, now)
}

async function seat(
  db: Db,
  secret: string,
  accountId: number,
  agents: Actor[],
  there: boolean,
): Promise<void> {
  await transaction(db, async (trx) => {
    for (const [at, agent] of agents.entries())
      await sitDown(trx, agent, secret, {
        accountId,
        extension: there ? String(8801 + at) : null,
        presence: 'available',
        browser: false,
      })
  })
}

type Told = { ends: number; events: TelephonyEvent[] }

function dayOfCalls(random: Prng, at: Date, zone: string, numbers: { value: string }[]): Told[] {
  const date = localDate(at, zone)
  const off = [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())
  const local = toLocal(at, zone)
  const calls: Told[] = []
  for (const [hour, usual] of rush.entries())
    for (let n = 0; n < (usual === 0 ? 0 : off ? Math.ceil(usual / 4) : usual + int(random, -1, 1)); n++) {
      const begins =
        fromLocal({ ...local, hour, minute: 0, second: 0 }, zone).getTime() + int(random, 0, 3_540) * 1000
      const from =
        random() < 0.6
          ? pick(random, numbers).value
          : `0211${String(int(random, 0, 9_999_999)).padStart(7, '0')}`
      const id = `past-${date}-${hour}-${n}`
      if (random() < 0.07) {
        calls.push(told(random, { id: `${id}-lost`, begins, from, answered: false }))
        // Who was not answered calls again.
        calls.push(told(random, { id, begins: begins + int(random, 120, 900) * 1000, from, answered: true }))
      } else calls.push(told(random, { id, begins, from, answered: true }))
    }
  return calls
}

function told(
  random: Prng,
  { id, begins, from, answered }: { id: string; begins: number; from: string; answered: boolean },
): Told {
  const after = (seconds: number) => new Date(begins + seconds * 1000).toISOString()
  const wait = answered ? int(random, 2, random() < 0.15 ? 60 : 18) : int(random, 15, 90)
  const ends = wait + (answered ? int(random, 25, 330) : 0)
  const leg = { legId: 'a', extension: String(8801 + (random() < 0.7 ? 0 : int(random, 1, 2))) }
  return {
    ends: begins + ends * 1000,
    events: [
      { callId: id, type: 'started', at: after(0), direction: 'inbound', number: from, dialled: '96120' },
      { callId: id, type: 'queued', at: after(1), queue: '96120' },
      { callId: id, type: 'ringing', at: after(1), ...leg },
      ...(answered ? [{ callId: id, type: 'answered' as const, at: after(wait), ...leg }] : []),
      { callId: id, type: 'ended', at: after(ends), cause: 'Normal Clearing' },
    ],
  }
}

/** The weeks before are scored; the last one waits for the manager. */
async function scorePast(db: Db, random: Prng, now: Date): Promise<void> {
  const manager = await demoUser(db, 'manager')
  for (const weeks of [3, 2, 1]) await drawReviews(db, new Date(now.getTime() - weeks * 7 * day))
  const open = await db
    .selectFrom('call_review')
    .select('id')
    .where('reviewed_at', 'is', null)
    .orderBy('id')
    .execute()
  for (const { id } of open) {
    const answers = Object.fromEntries(
      questions.map((name) => [
        name,
        name === 'danger' && random() < 0.8 ? 'na' : random() < 0.06 ? 'no' : 'yes',
      ]),
    )
    await transaction(db, (trx) => finishReview(trx, manager, id, { answers, comment: '' }))
  }
  await drawReviews(db, now)
}
