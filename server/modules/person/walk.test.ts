import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fhirBase } from '../../../contract/fhir.ts'
import { listAudit } from '../../../contract/audit.ts'
import { listPersons } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { maskEmail, maskIdentifier, maskPhone } from './mask.ts'
import { missesPerHour } from './walk.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'W1', name: '司空某', phone: '13955556666', nationalId: '110101195001019876' })
})
afterAll(() => app.close())

const numbersFound = async (caller: string, search: string) =>
  (await app.request(caller, listPersons, { query: { search } })).body.items.length

test('a telephone number is found by its shown last four digits or whole, by no other part', async () => {
  const number = '13955556666'
  const manager = await app.signInAs('manager')
  for (let from = 0; from < number.length; from += 1)
    for (let to = from + 3; to <= number.length; to += 1) {
      const part = number.slice(from, to)
      const whole = from === 0 && to === number.length
      expect([part, await numbersFound(manager, part)]).toEqual([part, whole || part === '6666' ? 1 : 0])
      // Only the rule is of interest here, not how often somebody asks.
      await sql`delete from number_miss`.execute(app.db)
    }
})

test('an identity number is found whole only, whatever of it is shown', async () => {
  const manager = await app.signInAs('manager')
  for (const part of ['110101', '9876', '01019876', '11010119500101987'])
    expect([part, await numbersFound(manager, part)]).toEqual([part, 0])
  expect(await numbersFound(manager, '110101195001019876')).toBe(1)
})

test('whoever tries numbers one after the other is stopped within the hour, and the auditor sees it', async () => {
  const manager = await app.signInAs('manager')
  const search = (text: string) => app.request(manager, listPersons, { query: { search: text } })
  for (let guess = 0; guess < missesPerHour; guess += 1)
    expect((await search(`1395555${String(1000 + guess)}`)).status).toBe(200)
  expect((await search('13955556666')).error?.id).toBe('too-many-requests')
  // The same by FHIR.
  const byFhir = await app.send(manager, 'get', `${fhirBase}/Patient`, { query: { phone: '13955556666' } })
  expect(byFhir.status).toBe(429)
  // Names are still found, and so are numbers by a colleague.
  expect((await search('司空')).body.items.length).toBe(1)
  expect(await numbersFound(await app.signInAs('service-centre'), '13955556666')).toBe(1)
  const auditor = await app.signInAs('auditor')
  const { items } = (await app.request(auditor, listAudit, { query: { action: 'person.number-walk' } })).body
  expect(items.map((one) => one.outcome)).toEqual(['refused', 'refused'])
})

test('numbers tried by FHIR count, and by counting, too', async () => {
  const manager = await app.signInAs('manager')
  for (let guess = 0; guess < missesPerHour; guess += 1)
    await app.send(manager, 'get', `${fhirBase}/Patient`, {
      query: { phone: `1395555${String(1000 + guess)}`, ...(guess % 2 === 0 && { _summary: 'count' }) },
    })
  expect((await app.request(manager, listPersons, { query: { search: '13955556666' } })).status).toBe(429)
  // Systems that read persons whole have nothing to guess.
  const exchange = await app.signInAs('integration')
  for (let guess = 0; guess <= missesPerHour; guess += 1)
    expect(
      (await app.send(exchange, 'get', `${fhirBase}/Patient`, { query: { phone: `1395555${1000 + guess}` } }))
        .status,
    ).toBe(200)
  expect(await personOf(app, 'W1')).toBeGreaterThan(0)
})

test('a mask hides at least a third of a number, at least half of a short one, and keeps its length', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9]{1,24}$/), (value) => {
      const masked = maskIdentifier(value)
      const hidden = [...masked].filter((sign) => sign === '*').length
      expect(masked.length).toBe(value.length)
      expect(hidden).toBeGreaterThanOrEqual(value.length < 15 ? value.length / 2 : value.length / 3)
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^\+?\d{1,15}$/), (value) => {
      const shown = maskPhone(value).replaceAll(/\D/g, '')
      expect(shown.length).toBeLessThanOrEqual(Math.max(0, value.replaceAll(/\D/g, '').length - 1))
    }),
  )
  expect([
    maskPhone('+8613812341234'),
    maskIdentifier('E12345678'),
    maskIdentifier('110101195001019876'),
  ]).toEqual(['138****1234', '******678', '110***********9876'])
  expect(maskEmail('wang@example.com')).toBe('w***@example.com')
})
