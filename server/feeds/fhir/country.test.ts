import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { updateSetting } from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { fhir, integrationKey, patient } from '../../../test/support/fhir.ts'

// A hospital outside the mainland: numbers without a country code are those of its own country.

let app: TestApp
let key: string

beforeAll(async () => {
  app = await createTestApp()
  key = await integrationKey(app)
  const put = await app.request(await app.signInAs('administrator'), updateSetting, {
    params: { key: 'organisation.country' },
    body: { value: 'TW', version: 0 },
  })
  expect(put.status).toBe(200)
})
afterAll(() => app.close())

test('telephones are read, found and given back as numbers of the country of the site', async () => {
  const telecom = [
    { system: 'phone', value: '0912345678', use: 'mobile' },
    { system: 'phone', value: '(02) 2381-2345', use: 'home' },
  ]
  const contact = [{ name: { text: '林父' }, telecom: [{ system: 'phone', value: '0987-654-321' }] }]
  const made = await fhir(app, key, 'post', '/Patient', patient('TW-1', { telecom, contact }))
  expect(made.status).toBe(201)
  const { rows } = await sql<{ value: string }>`
    select value from person_telecom where person_id = ${Number(made.body.id)} union all
    select phone from person_relationship where person_id = ${Number(made.body.id)} order by 1`.execute(
    app.db,
  )
  expect(rows.map((row) => row.value)).toEqual(['+886223812345', '+886912345678', '+886987654321'])
  expect((await fhir(app, key, 'get', `/Patient/${made.body.id}`)).body['telecom']).toEqual(telecom)
  for (const number of ['0912345678', '%2B886912345678', '02-23812345', 'phone|0912345678'])
    expect([number, (await fhir(app, key, 'get', `/Patient?phone=${number}`)).body.entry.length]).toEqual([
      number,
      1,
    ])
  expect((await fhir(app, key, 'get', '/Patient?phone=0912345679&_summary=count')).body.total).toBe(0)
  const kin = {
    resourceType: 'RelatedPerson',
    patient: { reference: `Patient/${made.body.id}` },
    name: [{ text: '林母' }],
    telecom: [{ system: 'phone', value: '0911222333' }],
  }
  expect((await fhir(app, key, 'post', '/RelatedPerson', kin)).status).toBe(201)
  expect((await fhir(app, key, 'get', '/RelatedPerson?phone=0911222333')).body.entry).toHaveLength(1)
})
