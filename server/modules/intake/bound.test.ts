import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  correctIntakeMessage,
  listIntakeMessages,
  postIntakeMessage,
  replayIntakeMessages,
} from '../../../contract/intake.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { adt, type Adt, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
/** A system of the site NEAR. */
let near: string
let all: string

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'N1', site: 'NEAR', name: '近一' }, { mrn: 'N2', site: 'NEAR', name: '近二' })
  await receive(app, { mrn: 'F1', site: 'FAR', name: '远一' }, { mrn: 'F2', site: 'FAR', name: '远二' })
  near = await app.signInAs('integration', { site: (await idsOf(app)).site('NEAR') })
  all = await app.signInAs('integration')
})
afterAll(() => app.close())

/** Hands one message in and says what became of it. */
async function send(message: string, caller = near) {
  const sent = await app.request(caller, postIntakeMessage, { body: { message } })
  if (sent.error) return sent.error.message
  await app.processAll()
  const { body } = await app.request(all, listIntakeMessages, { query: { controlId: sent.body.controlId } })
  const [row] = body.items
  return row?.status === 'dead' ? `dead ${row.location}` : row?.status
}
const named = async (mrn: string, site: string) =>
  (await app.request(all, getPerson, { params: { id: await personOf(app, mrn, site) } })).body.name

let count = 0
const merge = (survivor: string, merged: string) =>
  [
    `MSH|^~\\&|HIS|NEAR|CARELOOP|X|20261117100000+0800||ADT^A40|B${++count}|P|2.5`,
    `EVN|A40|20261117100000+0800`,
    `PID|1||${survivor}^MR||近^一`,
    `MRG|${merged}^MR`,
  ].join('\r')

test('a system of one site hands in messages of that site only', async () => {
  expect(await send(adt({ mrn: 'N3', site: 'NEAR' }))).toBe('applied')
  expect(await send(adt({ mrn: 'F3', site: 'FAR' }))).toBe('MSH-4: FAR is not your site.')
  expect(await send(adt({ mrn: 'X3', site: 'NOWHERE' }))).toMatch(/^MSH-4/)
  expect(await send(adt({ mrn: 'F3', site: 'FAR' }), all)).toBe('applied')
})

test('within a message of its own it says nothing about patients of another site', async () => {
  const about = (said: Adt) => adt({ site: 'NEAR', name: '篡改', ...said })
  const far = { identifiers: 'F1^^^FAR^MR' }
  expect(await send(about(far))).toBe('dead PID-3')
  // A number that FAR has not given out yet would take over its patient to come.
  expect(await send(about({ identifiers: 'F999^^^FAR^MR' }))).toBe('dead PID-3')
  expect(await send(about({ identifiers: 'N1^^^NEAR^MR~F1^^^FAR^MR' }))).toBe('dead PID-3')
  expect(await send(about({ mrn: 'N1' }).replace('^12^^NEAR', '^12^^FAR'))).toBe('dead PV1-3')
  expect(await named('F1', 'FAR')).toBe('远一')
})

test('it merges its own records and no others', async () => {
  for (const [survivor, merged] of [
    ['F1^^^FAR', 'F2^^^FAR'],
    ['N1^^^NEAR', 'F1^^^FAR'],
    ['F1^^^FAR', 'N1^^^NEAR'],
  ] as const)
    expect(await send(merge(survivor, merged))).toBe('dead PID-3')
  expect(await personOf(app, 'F1', 'FAR')).not.toBe(await personOf(app, 'F2', 'FAR'))
  expect(await send(merge('N1^^^NEAR', 'N2^^^NEAR'))).toBe('applied')
})

test('neither a replay nor a correction widens what a message may say', async () => {
  const dead = async () =>
    (await app.request(near, listIntakeMessages, { query: { status: 'dead', limit: 200 } })).body.items
  const before = await dead()
  expect(before.length).toBeGreaterThan(5)
  await app.request(near, replayIntakeMessages, { body: { ids: before.map((one) => one.id) } })
  await app.processAll()
  expect((await dead()).length).toBe(before.length)
  const correct = (message: string) =>
    app.request(near, correctIntakeMessage, {
      params: { id: before[0]?.id },
      body: { message, reason: '更正' },
    })
  expect((await correct(adt({ site: 'FAR', identifiers: 'F1^^^FAR^MR', name: '篡改' }))).status).toBe(403)
  expect((await correct(adt({ site: 'NEAR', identifiers: 'F1^^^FAR^MR', name: '篡改' }))).status).toBe(201)
  await app.processAll()
  expect(await named('F1', 'FAR')).toBe('远一')
})

test('the profile of a sender says whose its messages are', async () => {
  await receiveText(app, 'MSH|^~\\&|LAB|SHARED|||20261117||ADT^A01|L1|P|2.5\rPID|1||\r')
  const seen = async () =>
    (await app.request(near, listIntakeMessages, { query: { sender: 'LAB' } })).body.items.length
  expect(await seen()).toBe(0)
  await app.db
    .insertInto('hl7_profile')
    .values({ sender: 'LAB', facility: '', definition: JSON.stringify({ site: 'NEAR' }), updated_by: 'test' })
    .execute()
  expect(await seen()).toBe(1)
  expect(
    await send(adt({ mrn: 'N5', sender: 'LAB', site: 'SHARED' }).replace('^^^SHARED^MR', '^^^NEAR^MR')),
  ).toBe('applied')
})
