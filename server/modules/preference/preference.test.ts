import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { giveConsent, listConsents } from '../../../contract/contact.ts'
import { setOptOut } from '../../../contract/person.ts'
import {
  createWishesLink,
  getWishes,
  openWishes,
  saveWishes,
  setWishedHours,
  stopMarketing,
  type WishesPage,
} from '../../../contract/preference.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { transaction } from '../../platform/db.ts'
import { foresee } from '../contact/permit.ts'
import { queueMessage } from '../message/write.ts'
import { makeLink } from './token.ts'

let app: TestApp
let centre: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

async function newPerson(): Promise<{ person: number; token: string }> {
  count += 1
  const { person } = await discharged(app, `W${count}`, { name: '王小明', email: `w${count}@example.test` })
  const { body } = await app.request(centre, createWishesLink, { params: { id: person } })
  return { person, token: new URL(body.url).pathname.replace('/p/', '') }
}
const open = async (token: string) => (await app.request(undefined, openWishes, { body: { token } })).body
const save = (token: string, wishes: object) =>
  app.request(undefined, saveWishes, { body: { token, wishes } })
const wishesOf = (page: WishesPage) => (page.state === 'open' ? page.wishes : undefined)
const optOuts = async (person: number) =>
  (
    await sql<{
      line: string
    }>`select channel || '/' || purpose as line from opt_out where person_id = ${person} order by 1`.execute(
      app.db,
    )
  ).rows.map((row) => row.line)
const consent = (person: number) =>
  app.request(centre, giveConsent, {
    params: { id: person },
    body: { purpose: 'marketing', channel: 'all', proof: 'paper' },
  })
const consents = async (person: number) =>
  (await app.request(centre, listConsents, { params: { id: person } })).body.items
const noon = new Date('2026-11-18T04:00:00Z')
const verdict = async (
  person: number,
  purpose: 'clinical' | 'service' | 'marketing',
  channel: 'email' | 'sms' = 'email',
  now = noon,
) =>
  (
    await foresee(
      app.db,
      [{ key: 1, personId: person, channel, purpose, automatic: true, siteId: null }],
      now,
    )
  ).get(1)

test('a link shows a masked name and what may be chosen, and opening it changes nothing', async () => {
  const { person, token } = await newPerson()
  expect(token).toHaveLength(24)
  const page = await open(token)
  expect(page).toMatchObject({ state: 'open', name: '王*', purpose: null, spoken: 'zh-CN' })
  expect(JSON.stringify(page)).not.toMatch(/小明|1380000|example\.test/)
  expect(wishesOf(page)).toMatchObject({
    service: true,
    marketing: false,
    channels: { sms: true, email: true, phone: true },
  })
  await open(token)
  expect(await optOuts(person)).toEqual([])
})

test('one tap ends advertising: consents are withdrawn, and the timeline and the audit say who did it', async () => {
  const { person, token } = await newPerson()
  await consent(person)
  expect(wishesOf(await open(token))?.marketing).toBe(true)
  expect(await verdict(person, 'marketing')).toMatchObject({ kind: 'permit' })
  const stopped = await app.request(undefined, stopMarketing, { body: { token } })
  expect(wishesOf(stopped.body)?.marketing).toBe(false)
  expect(await optOuts(person)).toEqual(['all/marketing'])
  expect(await consents(person)).toMatchObject([{ withdrawnByName: '本人（联系偏好）' }])
  expect(await verdict(person, 'marketing')).toEqual({ kind: 'refuse', reason: 'opted-out' })
  expect(await verdict(person, 'service')).toMatchObject({ kind: 'permit' })
  const { rows } = await sql<{ kind: string; source: string }>`
    select kind, source from event where person_id = ${person} and kind in ('person.opted-out', 'consent.withdrawn') order by kind`.execute(
    app.db,
  )
  expect(rows).toEqual([
    { kind: 'consent.withdrawn', source: 'person' },
    { kind: 'person.opted-out', source: 'person' },
  ])
})

test('switching advertising on is a consent with the page as its proof', async () => {
  const { person, token } = await newPerson()
  await app.request(undefined, stopMarketing, { body: { token } })
  expect(wishesOf((await save(token, { marketing: true })).body)?.marketing).toBe(true)
  expect(await optOuts(person)).toEqual([])
  expect(await consents(person)).toMatchObject([{ proof: 'portal', withdrawnAt: null }])
})

test('a channel that is off stays open for the person’s care', async () => {
  const { person, token } = await newPerson()
  await save(token, { channels: { email: false } })
  expect(await optOuts(person)).toEqual(['email/marketing', 'email/service'])
  expect(await verdict(person, 'service')).toEqual({ kind: 'refuse', reason: 'opted-out' })
  expect(await verdict(person, 'service', 'sms')).toMatchObject({ kind: 'permit' })
  expect(await verdict(person, 'clinical')).toMatchObject({ kind: 'permit' })
  await save(token, { channels: { email: true } })
  expect(await optOuts(person)).toEqual([])
})

test('a refusal of everything that staff recorded keeps holding for what is not switched on', async () => {
  const { person, token } = await newPerson()
  await app.request(centre, setOptOut, {
    params: { id: person },
    body: { channel: 'all', purpose: 'all', active: true },
  })
  expect(wishesOf(await open(token))).toMatchObject({ service: false, marketing: false })
  await save(token, { service: true })
  expect(await optOuts(person)).toEqual(['all/clinical', 'all/marketing'])
})

test('language, preferred channel and hours are kept, and the gate keeps to the hours', async () => {
  const { person, token } = await newPerson()
  const { body } = await save(token, {
    language: 'en',
    preferredChannel: 'email',
    hours: { from: 18, to: 20 },
  })
  expect(wishesOf(body)).toMatchObject({
    language: 'en',
    preferredChannel: 'email',
    hours: { from: 18, to: 20 },
  })
  expect(await verdict(person, 'service')).toEqual({ kind: 'later', at: new Date('2026-11-18T10:00:00Z') })
  expect(await verdict(person, 'clinical')).toMatchObject({ kind: 'permit' })
  await save(token, { hours: null })
  expect(await verdict(person, 'service')).toMatchObject({ kind: 'permit' })
})

test('staff keep hours that a person told them, and see them', async () => {
  const { person } = await newPerson()
  const params = { id: person }
  expect(
    (await app.request(centre, setWishedHours, { params, body: { hours: { from: 9, to: 8 } } })).status,
  ).toBe(422)
  expect(
    (await app.request(centre, setWishedHours, { params, body: { hours: { from: 9, to: 11 } } })).status,
  ).toBe(204)
  expect((await app.request(centre, getWishes, { params })).body).toEqual({
    hours: { from: 9, to: 11 },
    bestHour: null,
  })
})

test('a link that nobody signed opens nothing, and one that has ended says so', async () => {
  const { person, token } = await newPerson()
  const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`
  expect(await open(forged)).toEqual({ state: 'closed' })
  expect((await save(forged, { service: false })).error?.id).toBe('link-closed')
  const old = makeLink(app.db, { kind: 'person', id: person }, -2)
  expect(await open(old.token)).toEqual({ state: 'expired' })
  expect((await save(old.token, { service: false })).error?.id).toBe('link-closed')
})

test('who guesses links is stopped', async () => {
  let status = 200
  for (let tries = 0; tries < 60 && status === 200; tries++)
    status = (await app.request(undefined, openWishes, { body: { token: 'A'.repeat(24) } })).status
  expect(status).toBe(429)
  await sql`delete from sign_in_throttle`.execute(app.db)
})

/** As a mail provider posts it: no cookie, no origin. */
async function click(person: number, purpose: 'clinical' | 'service' | 'marketing') {
  const id = await transaction(app.db, (trx) =>
    queueMessage(trx, { personId: person, channel: 'email', purpose, subject: 'x', body: 'x' }),
  )
  const { token } = makeLink(app.db, { kind: 'message', id }, 90)
  return app.app.request(`http://careloop.test/p/${token}`, {
    method: 'POST',
    body: 'List-Unsubscribe=One-Click',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
}

test('one click in a mail program ends what the mail was for, and never the person’s care', async () => {
  const { person } = await newPerson()
  expect((await click(person, 'service')).status).toBe(204)
  expect(await optOuts(person)).toEqual(['email/service'])
  await click(person, 'marketing')
  expect(await optOuts(person)).toEqual(['all/marketing', 'email/service'])
  const other = (await newPerson()).person
  await click(other, 'clinical')
  expect(await optOuts(other)).toEqual(['all/marketing'])
})

test('the links of a message are made at sending, and need the public address', async () => {
  const { person } = await newPerson()
  const id = await transaction(app.db, (trx) =>
    queueMessage(trx, {
      personId: person,
      channel: 'email',
      purpose: 'service',
      subject: 'x',
      body: 'a {{preferences}}',
      later: [2],
    }),
  )
  const { fillPlaceholders, preparePlaceholders } = await import('../message/placeholder.ts')
  const [row] = (
    await sql<{
      id: number
      body: string
      placeholder_at: number[]
    }>`select id, body, placeholder_at from message where id = ${id}`.execute(app.db)
  ).rows
  await transaction(app.db, async (trx) => {
    if (!row) throw new Error('no message')
    expect([...(await preparePlaceholders(trx, [row], undefined))]).toEqual([[id, 'no-public-address']])
    expect((await fillPlaceholders(trx, [row], 'https://care.example.cn'))[0]?.body).toMatch(
      /^a https:\/\/care\.example\.cn\/p\/[\w-]{24}$/,
    )
  })
})
