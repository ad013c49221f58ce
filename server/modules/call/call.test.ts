import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listCalls, wrapUpCall } from '../../../contract/call.ts'
import { getMyLine } from '../../../contract/line.ts'
import { createTelephonyAccount, type TelephonyEvent } from '../../../contract/telephony.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { changeSetting } from '../../../test/support/setting.ts'
import { sitAt } from '../../../test/support/telephony.ts'
import { transaction } from '../../platform/db.ts'
import { type LiveEvent, notify } from '../../platform/live.ts'
import { signature } from '../message/webhook.ts'
import { applyTelephonyEvents } from './apply.ts'
import { settleCalls } from './settle.ts'

let app: TestApp
let source: { accountId: number; siteId: number }
const signingSecret = 'a secret of the exchange'

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'C1', phone: '13811112222' })
  const siteId = (await idsOf(app)).site('NH')
  const admin = await app.signInAs('administrator')
  const { body } = await app.request(admin, createTelephonyAccount, {
    body: { kind: 'webhook', name: '云呼叫中心', siteId, signingSecret },
  })
  source = { accountId: body.id, siteId }
})
afterAll(() => app.close())
beforeEach(async () => {
  await sql`delete from call`.execute(app.db)
})

const start = Date.parse('2026-11-16T02:00:00Z')
const at = (second: number) => new Date(start + second * 1000).toISOString()

/** A call as it happens: two agents ring, one answers, holds, hands over to the other. */
const story = (callId: string, number: string): TelephonyEvent[] => [
  { callId, type: 'started', at: at(0), direction: 'inbound', number, dialled: '96120' },
  { callId, type: 'queued', at: at(1), queue: 'service' },
  { callId, type: 'ringing', at: at(2), legId: 'a', extension: '8001' },
  { callId, type: 'ringing', at: at(2), legId: 'b', extension: '8002' },
  { callId, type: 'answered', at: at(9), legId: 'a', extension: '8001' },
  { callId, type: 'leg-ended', at: at(9), legId: 'b', extension: '8002' },
  { callId, type: 'held', at: at(20) },
  { callId, type: 'resumed', at: at(30) },
  { callId, type: 'ringing', at: at(40), legId: 'c', extension: '8002' },
  { callId, type: 'answered', at: at(44), legId: 'c', extension: '8002' },
  { callId, type: 'leg-ended', at: at(45), legId: 'a', extension: '8001' },
  { callId, type: 'recording-ready', at: at(61), recording: 'r.wav' },
  { callId, type: 'ended', at: at(60), cause: 'Normal Clearing' },
]

async function rows() {
  const calls =
    await sql`select external_id, direction, number, dialled, queue, cause, recording, started_at, queued_at, ringing_at, answered_at,
    held_at, resumed_at, ended_at, seen_at, person_id from call order by external_id`.execute(app.db)
  const legs =
    await sql`select c.external_id as call, l.external_id, l.extension, l.ringing_at, l.answered_at, l.ended_at
    from call_leg l join call c on c.id = l.call_id order by 1, 2`.execute(app.db)
  return { calls: calls.rows, legs: legs.rows }
}

const take = (events: TelephonyEvent[]) =>
  transaction(app.db, (trx) => applyTelephonyEvents(trx, source, events))

test('events in any order, any batches and any number of copies make the same records', async () => {
  const events = [...story('x', '13811112222'), ...story('y', '02112345678')]
  await take(events)
  const expected = await rows()
  expect(expected.calls).toHaveLength(2)
  expect(expected.legs).toHaveLength(6)
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...events, ...events], { minLength: events.length }),
      fc.integer({ min: 1, max: 7 }),
      async (mixed, size) => {
        await sql`delete from call`.execute(app.db)
        // Copies may be missing, no event may.
        const all = [...mixed, ...events.filter((event) => !mixed.includes(event))]
        for (let from = 0; from < all.length; from += size) await take(all.slice(from, from + size))
        expect(await rows()).toEqual(expected)
      },
    ),
    { numRuns: 25 },
  )
})

test('what the file of call records says again is told to no screen; what is new in it is', async () => {
  await app.services.live.ready
  const heard: LiveEvent[] = []
  const stop = app.services.live.on((event) => heard.push(event))
  const again = (events: TelephonyEvent[]) =>
    transaction(app.db, (trx) => applyTelephonyEvents(trx, source, events, { heard: true }))
  const told = async () => {
    await notify(app.db, 'intake', {})
    await expect.poll(() => heard.at(-1)?.name).toBe('intake')
    return heard.splice(0).filter((event) => event.name === 'call').length
  }
  const events = story('again', '13811112222')
  await take(events.slice(0, -1))
  expect(await told()).toBeGreaterThan(0)
  // The file tells times more exactly.
  await again(events.slice(0, 5).map((event) => ({ ...event, at: event.at.replace('.000Z', '.004Z') })))
  expect(await told()).toBe(0)
  await again(events)
  expect(await told()).toBeGreaterThan(0)
  stop()
})

const post = (body: unknown, headers: Record<string, string> = {}) =>
  app.send(undefined, 'post', '/api/v1/telephony/events', {
    query: { account: source.accountId },
    body: JSON.stringify(body),
    headers,
  })

function signed(body: unknown, secret = signingSecret, when = Date.now()) {
  const timestamp = String(Math.floor(when / 1000))
  return {
    'x-careloop-timestamp': timestamp,
    'x-careloop-signature': `v1=${signature(secret, timestamp, JSON.stringify(body))}`,
  }
}

test('a signed delivery is taken once; copies, old ones and wrong signatures are refused', async () => {
  const body = { events: story('w', '13811112222') }
  const headers = signed(body)
  expect((await post(body, headers)).status).toBe(200)
  expect((await post(body, headers)).status).toBe(409)
  expect((await post(body)).status).toBe(404)
  expect((await post(body, signed(body, 'another secret'))).status).toBe(404)
  expect((await post(body, signed(body, signingSecret, Date.now() - 3_600_000))).status).toBe(404)
  const changed = { events: story('v', '13811112222') }
  expect((await post(changed, headers)).status).toBe(404)
  // The system sends again because it missed the answer: signed anew, and nothing changes.
  const again = await post(body, signed(body, signingSecret, Date.now() + 2000))
  expect(again.status).toBe(200)
  const agent = await app.signInAs('service-centre')
  const { items } = (await app.request(agent, listCalls)).body
  expect(items).toMatchObject([
    { number: '138****2222', state: 'ended', waitedSeconds: 8, talkedSeconds: 51, hasRecording: true },
  ])
})

test('a telephone system names no origin as browsers do, and is believed by its signature alone', async () => {
  const body = { events: story('server', '13811112222') }
  expect((await post(body, { ...signed(body), origin: 'null' })).status).toBe(200)
})

test.each([
  [{ number: 'anonymous\u0000' }, 'events.1.number'],
  [{ at: '2999-01-01T00:00:00Z' }, 'events.1.at'],
  [{ at: '1900-01-01T00:00:00Z' }, 'events.1.at'],
])(
  'an event with %j, which cannot be true, is refused, and nothing of its delivery is taken',
  async (wrong, path) => {
    const [first, second] = story('wrong', '13811112222')
    const body = { events: [first, { ...second, ...wrong }] }
    const answer = await post(body, signed(body))
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ error: { fields: [{ path }] } })
    expect((await rows()).calls).toEqual([])
  },
)

test('what a call came to is written once it is answered', async () => {
  const agent = await app.signInAs('service-centre')
  await take(story('early', '13811112222').slice(0, 3))
  const { rows: made } = await sql<{ id: number }>`select id from call`.execute(app.db)
  const write = () =>
    app.request(agent, wrapUpCall, {
      params: { id: made[0]?.id ?? 0 },
      body: { disposition: 'resolved', note: '' },
    })
  expect((await write()).error?.fields?.[0]?.path).toBe('disposition')
  await take(story('early', '13811112222').slice(0, 5))
  expect((await write()).status).toBe(200)
})

test('an event that cannot be read is refused with its place, and nothing of its delivery is taken', async () => {
  const [first, ...rest] = story('z', '13811112222')
  const body = { events: [first, { ...rest[0], type: 'exploded' }] }
  const answer = await post(body, signed(body))
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({ error: { fields: [{ path: 'events.1.type' }] } })
  expect((await rows()).calls).toEqual([])
  const text = await app.send(undefined, 'post', '/api/v1/telephony/events', {
    query: { account: source.accountId },
    body: '{',
    headers: (() => {
      const timestamp = String(Math.floor(Date.now() / 1000))
      return {
        'x-careloop-timestamp': timestamp,
        'x-careloop-signature': `v1=${signature(signingSecret, timestamp, '{')}`,
      }
    })(),
  })
  expect(text.status).toBe(400)
})

test('after a call its agent is left alone until it is written up or the time is over', async () => {
  await changeSetting(app, 'call.wrap-up-seconds', 30)
  const agent = await app.signInAs('service-centre')
  await sitAt(app, agent, source.accountId, '8002')
  const presence = async () => (await app.request(agent, getMyLine)).body.line?.presence
  const told = async () =>
    (await sql<{ act: string }>`select act from call_command order by id`.execute(app.db)).rows.map(
      (one) => one.act,
    )
  await sql`delete from call_command`.execute(app.db)
  const afterEnd = (seconds: number) => settleCalls(app.db, new Date(start + (60 + seconds) * 1000))
  await take(story('p', '13811112222'))
  await afterEnd(4)
  expect(await presence()).toBe('wrap-up')
  const { items } = (await app.request(agent, listCalls)).body
  const params = { id: items[0]?.id ?? 0 }
  await app.request(agent, wrapUpCall, { params, body: { disposition: 'resolved', note: '' } })
  expect(await presence()).toBe('available')
  await take(story('q', '13811112222'))
  await afterEnd(5)
  await afterEnd(29)
  expect(await presence()).toBe('wrap-up')
  await afterEnd(30)
  expect(await presence()).toBe('available')
  expect(await told()).toEqual(['pause', 'unpause', 'pause', 'unpause'])
  // What is settled late keeps nobody waiting.
  await take(story('r', '13811112222'))
  await afterEnd(300)
  expect(await presence()).toBe('available')
})
