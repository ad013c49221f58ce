import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countRefusals, listRefusals, searchConsents } from '../../../contract/contact-log.ts'
import { giveConsent } from '../../../contract/contact.ts'
import { setOptOut } from '../../../contract/person.ts'
import { holdTask } from '../../../contract/task.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let centre: string
let person: number

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  const made = await discharged(app, 'L1', { name: '王小明' })
  person = made.person
  await app.request(centre, setOptOut, {
    params: { id: person },
    body: { channel: 'phone', purpose: 'all', active: true },
  })
  expect((await app.request(centre, holdTask, { params: { id: made.task } })).error?.id).toBe(
    'contact-refused',
  )
  await sql`insert into message (person_id, channel, purpose, body, status, reason, finished_at)
    select ${person}, 'email', 'marketing', 'x', 'suppressed', 'no-consent', now() - n * interval '1 minute' from generate_series(1, 3) n`.execute(
    app.db,
  )
})
afterAll(() => app.close())

test('messages and calls that did not happen stand in one log with their reasons, newest first, page by page', async () => {
  const all = (await app.request(centre, listRefusals, { query: { total: true } })).body
  expect(all.total).toBe(4)
  expect(all.items.map(({ channel, reason }) => [channel, reason])).toEqual([
    ['phone', 'opted-out'],
    ['email', 'no-consent'],
    ['email', 'no-consent'],
    ['email', 'no-consent'],
  ])
  expect(all.items[0]).toMatchObject({ personName: '王*', messageId: null })
  expect(all.items[0]?.pathwayName).not.toBeNull()
  const first = (await app.request(centre, listRefusals, { query: { limit: 2 } })).body
  const rest = (await app.request(centre, listRefusals, { query: { limit: 2, cursor: first.nextCursor } }))
    .body
  expect([...first.items, ...rest.items].map((one) => one.id)).toEqual(all.items.map((one) => one.id))
  const some = await app.request(centre, listRefusals, {
    query: { reason: 'no-consent', channel: 'email', personId: person },
  })
  expect(some.body.items).toHaveLength(3)
})

test('reasons are counted', async () => {
  const { items } = (await app.request(centre, countRefusals, { query: {} })).body
  expect(items).toEqual([
    { reason: 'no-consent', n: 3 },
    { reason: 'opted-out', n: 1 },
  ])
})

test('who reaches another site sees nothing of this one', async () => {
  await sql`insert into site (code, name, time_zone) values ('OT', '分院', 'Asia/Taipei')`.execute(app.db)
  const other = await app.signInAs('service-centre', { site: (await idsOf(app)).site('OT') })
  expect((await app.request(other, listRefusals)).body.items).toEqual([])
  expect((await app.request(other, searchConsents)).body.items).toEqual([])
})

test('consents are found across persons by purpose, channel, proof and whether they hold', async () => {
  await app.request(centre, giveConsent, {
    params: { id: person },
    body: { purpose: 'marketing', channel: 'sms', proof: 'paper' },
  })
  const find = async (query: object) =>
    (await app.request(centre, searchConsents, { query: { ...query } })).body.items
  expect(await find({ purpose: 'marketing', proof: 'paper', withdrawn: false })).toMatchObject([
    { personId: person, personName: '王*', channel: 'sms' },
  ])
  expect(await find({ withdrawn: true })).toEqual([])
  expect(await find({ channel: 'email' })).toEqual([])
})
