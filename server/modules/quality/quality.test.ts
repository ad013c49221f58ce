import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  acknowledgeCallReview,
  finishCallReview,
  getCallForecast,
  getCallQuality,
  getCallReview,
  listCallReviews,
  reviewCall,
} from '../../../contract/call-quality.ts'
import { listCalls, wrapUpCall } from '../../../contract/call.ts'
import { scoreCall } from '../../../contract/call-score.ts'
import { createTelephonyAccount, type TelephonyEvent } from '../../../contract/telephony.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { changeSetting } from '../../../test/support/setting.ts'
import { sitAt } from '../../../test/support/telephony.ts'
import { shiftDate } from '../../platform/clock.ts'
import { transaction } from '../../platform/db.ts'
import { callReviewForm } from '../../seed/base/call-review.ts'
import { applyTelephonyEvents } from '../call/apply.ts'
import { drawCalls, drawReviews } from './draw-reviews.ts'
import { type Day, daysLike, forecastDay, slotsOfDay } from './forecast.ts'

let app: TestApp
let siteId: number
let accountId: number
let agents: [string, string]
let manager: string
let personId: number

/** Monday of the week that is drawn. */
const monday = '2026-11-09'

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'Q1', phone: '13811112222' })
  personId = (await app.db.selectFrom('person').select('id').executeTakeFirstOrThrow()).id
  siteId = (await idsOf(app)).site('NH')
  const admin = await app.signInAs('administrator')
  const { body } = await app.request(admin, createTelephonyAccount, {
    body: { kind: 'webhook', name: '云呼叫中心', siteId, signingSecret: 'a secret of the exchange' },
  })
  accountId = body.id
  agents = [await app.signInAs('service-centre'), await app.signInAs('service-centre')]
  manager = await app.signInAs('manager')
  await sitAt(app, agents[0], accountId, '8001')
  await sitAt(app, agents[1], accountId, '8002')
})
afterAll(() => app.close())

type Told = { id: string; at: string; extension?: string; wait?: number; talk?: number; number?: string }

/** A call as the exchange tells of it; without an extension nobody answers. `at` is the time in Shanghai. */
async function told({
  id,
  at,
  extension,
  wait = 5,
  talk = 120,
  number = '02112345678',
}: Told): Promise<void> {
  const begins = Date.parse(`${at}:00+08:00`)
  const after = (second: number) => new Date(begins + second * 1000).toISOString()
  const leg = { legId: 'a', extension: extension ?? '8001' }
  const events: TelephonyEvent[] = [
    { callId: id, type: 'started', at: after(0), direction: 'inbound', number, dialled: '96120' },
    ...(extension
      ? [
          { callId: id, type: 'ringing' as const, at: after(0), ...leg },
          { callId: id, type: 'answered' as const, at: after(wait), ...leg },
        ]
      : []),
    { callId: id, type: 'ended', at: after(wait + (extension ? talk : 0)), cause: 'Normal Clearing' },
  ]
  await transaction(app.db, (trx) => applyTelephonyEvents(trx, { accountId, siteId }, events))
}

const callId = async (externalId: string) => {
  const { rows } = await sql<{ id: number }>`select id from call where external_id = ${externalId}`.execute(
    app.db,
  )
  return rows[0]?.id ?? 0
}
const quality = async (from: string, to = from) =>
  (await app.request(manager, getCallQuality, { query: { siteId, from, to } })).body

const right = {
  greeting: 'yes',
  identity: 'yes',
  need: 'yes',
  answer: 'yes',
  danger: 'na',
  record: 'yes',
  'next-step': 'yes',
  manner: 'yes',
}

test('each week some long calls of every agent are drawn, once, and only who scores sees them', async () => {
  await changeSetting(app, 'call.reviews-per-week', 2)
  for (let n = 0; n < 5; n++) {
    await told({ id: `w${n}`, at: `2026-11-1${n % 2}T10:0${n}`, extension: '8001', number: `0211234560${n}` })
    await told({ id: `x${n}`, at: `2026-11-1${n % 2}T11:0${n}`, extension: '8002', number: `0211234570${n}` })
  }
  await told({ id: 'short', at: '2026-11-11T10:00', extension: '8001', talk: 10 })
  await told({ id: 'later', at: '2026-11-16T00:00', extension: '8001' })
  const draw = () => drawReviews(app.db, new Date('2026-11-16T01:50:00+08:00'))
  await Promise.all([draw(), draw()])
  await draw()
  const { items } = (await app.request(manager, listCallReviews, { query: { week: monday } })).body
  expect(items.map((one) => [one.state, one.week])).toEqual(Array.from({ length: 4 }, () => ['open', monday]))
  expect(new Set(items.map((one) => one.userName)).size).toBe(2)
  for (const agent of agents) expect((await app.request(agent, listCallReviews)).body.items).toEqual([])
})

test('who drew has no say in it: the seed decides, whatever the order of the calls', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      (ids, size) => {
        const calls = ids.map((id) => ({ callId: id, userId: `u${id % 3}`, userName: '' }))
        const drawn = drawCalls('seed', calls, size)
        expect(new Set(drawCalls('seed', calls.toReversed(), size).map((one) => one.callId))).toEqual(
          new Set(drawn.map((one) => one.callId)),
        )
        for (const [user, own] of Map.groupBy(calls, (call) => call.userId)) {
          const of = drawn.filter((one) => one.userId === user)
          expect(of).toHaveLength(Math.min(size, own.length))
          // The chances add up to the number drawn.
          expect(of.reduce((sum, one) => sum + 1 / one.probability, 0)).toBeCloseTo(own.length)
        }
      },
    ),
  )
})

test('a call is scored by somebody else, seen by its agent, and then stands', async () => {
  const { items } = (await app.request(manager, listCallReviews, { query: { week: monday } })).body
  const [one] = items
  if (!one) throw new Error('nothing drawn')
  const params = { id: one.id }
  expect(
    (await app.request(manager, finishCallReview, { params, body: { answers: { greeting: 'yes' } } })).status,
  ).toBe(422)
  const scored = await app.request(manager, finishCallReview, {
    params,
    body: { answers: { ...right, answer: 'no', manner: 'no' }, comment: '医保报销比例说错了' },
  })
  // 100 points without the 20 of a danger that there was none of; 25 and 5 are lost.
  expect(scored.body).toMatchObject({ state: 'done', critical: ['accuracy'], abilities: { score: true } })
  expect(scored.body.score).toBeCloseTo((50 / 80) * 100)

  const seen = await Promise.all(
    agents.map(async (who) => (await app.request(who, listCallReviews)).body.items.length),
  )
  expect(seen.toSorted()).toEqual([0, 1])
  const [own, other] = seen[0] === 1 ? agents : agents.toReversed()
  if (!own || !other) throw new Error('no agent')
  expect((await app.request(other, getCallReview, { params })).status).toBe(404)
  expect((await app.request(other, acknowledgeCallReview, { params, body: {} })).status).toBe(404)
  expect((await app.request(own, finishCallReview, { params, body: { answers: right } })).status).toBe(403)
  const { body } = await app.request(own, acknowledgeCallReview, {
    params,
    body: { comment: '已学习新规定' },
  })
  expect(body).toMatchObject({
    state: 'acknowledged',
    agentComment: '已学习新规定',
    comment: '医保报销比例说错了',
  })
  expect((await app.request(manager, finishCallReview, { params, body: { answers: right } })).status).toBe(
    409,
  )
})

test('a call chosen by hand is scored once and counts in no figure', async () => {
  const before = await quality(monday, '2026-11-15')
  const params = { id: await callId('short') }
  const chosen = await app.request(manager, reviewCall, { params })
  expect(chosen.status).toBe(201)
  expect((await app.request(manager, reviewCall, { params })).status).toBe(409)
  expect((await app.request(agents[0], reviewCall, { params })).status).toBe(403)
  await app.request(manager, finishCallReview, { params: { id: chosen.body.id }, body: { answers: right } })
  expect((await quality(monday, '2026-11-15')).reviews).toEqual(before.reviews)
})

test('accuracy is estimated from the drawn calls, with its interval', async () => {
  const { items } = (await app.request(manager, listCallReviews, { query: { week: monday, state: 'open' } }))
    .body
  for (const { id } of items)
    await app.request(manager, finishCallReview, { params: { id }, body: { answers: right } })
  const { reviews, agents: lines } = await quality(monday, '2026-11-15')
  expect(reviews).toMatchObject({ drawn: 4, reviewed: 4, accuracy: { safety: null, privacy: { value: 1 } } })
  // Three of four, all with the same chance: Wilson's interval of 3 / 4.
  expect(reviews.accuracy.accuracy?.value).toBeCloseTo(0.75)
  expect(reviews.accuracy.accuracy?.low).toBeCloseTo(0.3006, 3)
  expect(reviews.accuracy.accuracy?.high).toBeCloseTo(0.9544, 3)
  expect(lines.map((one) => [one.reviewed, one.critical])).toEqual(
    expect.arrayContaining([
      [2, 1],
      [2, 0],
    ]),
  )
})

test('points leave out what does not apply, and critical errors stand apart from them', () => {
  expect(scoreCall(callReviewForm, {})).toEqual({ score: null, critical: [], assessed: [] })
  expect(scoreCall(callReviewForm, right)).toMatchObject({ score: 100, assessed: ['privacy', 'accuracy'] })
  expect(scoreCall(callReviewForm, { ...right, identity: 'no', danger: 'no' })).toMatchObject({
    score: 65,
    critical: ['privacy', 'safety'],
  })
})

test('phone and writing are measured by the same terms: in time, given up, helped at the first contact', async () => {
  const day = '2026-11-03'
  await told({ id: 'in-time', at: `${day}T09:00`, extension: '8001', wait: 20, number: '02100000001' })
  await told({ id: 'late', at: `${day}T09:10`, extension: '8001', wait: 50, number: '02100000002' })
  await told({ id: 'gave-up', at: `${day}T09:20`, wait: 30, number: '02100000003' })
  await told({ id: 'dialled-wrong', at: `${day}T09:30`, wait: 5, number: '02100000004' })
  await told({ id: 'at-night', at: `${day}T03:00`, wait: 60, number: '02100000005' })
  // Calls again on the sixth day: not helped the first time.
  await told({ id: 'again', at: '2026-11-08T09:00', extension: '8002', number: '02100000002' })
  // Calls, and writes two days later.
  await told({ id: 'then-writes', at: `${day}T10:00`, extension: '8001', wait: 10, number: '13811112222' })
  await sql`
    with v as (
      insert into conversation (site_id, person_id, channel, status, opened_at, first_answer_at, closed_at, outcome, score)
      values (${siteId}, ${personId}, 'wechat', 'closed', '2026-11-05T20:00:00+08:00', '2026-11-06T08:10:00+08:00', '2026-11-06T09:00:00+08:00', 'answered', 5)
      returning id)
    insert into conversation_message (conversation_id, kind, channel, body) select id, 'in', 'wechat', '还是不明白' from v`.execute(
    app.db,
  )

  const { channels } = await quality(day, '2026-11-05')
  expect(channels).toEqual([
    {
      channel: 'phone',
      contacts: 4,
      answered: 3,
      abandoned: 1,
      inTime: 2,
      medianSeconds: 20,
      targetSeconds: 20,
      settled: 3,
      resolved: 1,
      rated: 0,
      satisfied: 0,
    },
    {
      // Written after hours: its time runs from eight in the morning.
      channel: 'wechat',
      contacts: 1,
      answered: 1,
      abandoned: 0,
      inTime: 1,
      medianSeconds: 600,
      targetSeconds: 900,
      settled: 1,
      resolved: 1,
      rated: 1,
      satisfied: 1,
    },
  ])
})

test('wrapping up takes time, too, but not a whole day', async () => {
  const wrapped = async (id: string) => {
    await told({ id, at: '2026-10-12T10:00', extension: '8001', talk: 100 })
    const params = { id: await callId(id) }
    await app.request(agents[0], wrapUpCall, { params, body: { disposition: 'resolved', note: '' } })
    return params.id
  }
  const soon = await wrapped('soon')
  await wrapped('much-later')
  await sql`update call set wrapped_up_at = ended_at + interval '40 seconds' where id = ${soon}`.execute(
    app.db,
  )
  const { agents: lines } = await quality('2026-10-12')
  expect(lines).toMatchObject([{ answered: 2, averageTalkSeconds: 100, averageWrapSeconds: 40 }])
})

test('the agent’s handling and a site of somebody else stay where they belong', async () => {
  expect(
    (await app.request(agents[0], getCallQuality, { query: { siteId, from: monday, to: monday } })).status,
  ).toBe(403)
  const { status } = await app.request(manager, getCallQuality, {
    query: { siteId, from: '2026-01-01', to: '2026-12-31' },
  })
  expect(status).toBe(422)
  const { body } = await app.request(manager, listCalls, { query: { limit: 1 } })
  expect(body.items).toHaveLength(1)
})

/** Mondays to Sundays from a day on; workdays have calls, other days few. */
const history = (from: string, days: number, calls: (date: string, working: boolean) => number): Day[] =>
  Array.from({ length: days }, (_, at) => {
    const date = shiftDate(from, at)
    const working = ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())
    return { date, working, calls: Array.from({ length: slotsOfDay }, () => calls(date, working)) }
  })

test('a day is forecast from days like it: same weekday, a worked Saturday as a workday, a holiday as a day off', () => {
  const known = history('2026-08-03', 70, (_, working) => (working ? 10 : 1))
  const like = (date: string, working: boolean) => daysLike(known, { date, working })
  expect(like('2026-10-12', true).map((day) => day.date)).toEqual([
    '2026-10-05',
    '2026-09-28',
    '2026-09-21',
    '2026-09-14',
    '2026-09-07',
    '2026-08-31',
    '2026-08-24',
    '2026-08-17',
  ])
  expect(forecastDay(like('2026-10-17', true))[0]?.calls).toBe(10)
  expect(forecastDay(like('2026-10-13', false))[0]?.calls).toBe(1)
  expect(forecastDay([])).toEqual([])
})

test('four of five half hours of a Poisson stream lie within the interval of 80 %', () => {
  // Knuth's generator with a fixed linear congruential source, so that the test is the same each time.
  let state = 20_261_116
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const poisson = (mean: number) => {
    let [n, product] = [0, random()]
    for (const limit = Math.exp(-mean); product > limit; product *= random()) n++
    return n
  }
  const known = history('2026-06-01', 140, () => poisson(8))
  let [inside, all] = [0, 0]
  for (const day of known.slice(70)) {
    const expected = forecastDay(daysLike(known, day))
    day.calls.forEach((calls, at) => {
      all++
      const slot = expected[at]
      if (slot && calls >= slot.low && calls <= slot.high) inside++
    })
  }
  expect(inside / all).toBeGreaterThan(0.77)
  expect(inside / all).toBeLessThan(0.9)
})

test('the forecast of a week says how many agents each half hour needs, and how wrong the last one was', async () => {
  const { body } = await app.request(manager, getCallForecast, { query: { siteId, from: '2026-11-17' } })
  expect(body.days.map((day) => day.date)).toEqual(
    Array.from({ length: 7 }, (_, at) => shiftDate('2026-11-17', at)),
  )
  expect(body.target).toEqual({ seconds: 20, percent: 80 })
  expect(body.ahtSeconds).toBeGreaterThan(0)
  // Tuesdays of two weeks before: five calls in the half hour from ten on one of them.
  const tuesday = body.days[0]
  expect(tuesday?.working).toBe(true)
  const ten = tuesday?.slots[20]
  expect(ten?.calls).toBeGreaterThan(0)
  expect(ten?.agents).toBeGreaterThan(0)
  expect(ten?.rostered).toBe(Math.ceil((ten?.agents ?? 0) / 0.7))
  expect(tuesday?.slots[0]).toMatchObject({ calls: 0, agents: 0, rostered: 0 })
  expect(body.lastWeek?.came).toBeGreaterThan(0)
})
