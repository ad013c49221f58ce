import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setPersonPosition } from '../../../contract/visit.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { fhir, integrationKey, patient } from '../../../test/support/fhir.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { upsertPersons } from '../person/upsert.ts'
import { transaction } from '../../platform/db.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const here = { latitude: 30.65, longitude: 104.05 }
const there = { latitude: 30.7, longitude: 104.1 }

/** What a source says of the one person of this file. */
async function say(text: string, position: typeof here | null, hour: number): Promise<number> {
  const input = {
    source: 'fhir:his',
    sourceTime: new Date(Date.UTC(2026, 0, 1, hour)),
    identifiers: [{ system: 'mrn:X', value: '1', siteId: null }],
    name: '程刚',
    sex: 'male' as const,
    birthDate: null,
    deceasedAt: null,
    deceased: false,
    maritalStatus: null,
    language: null,
    telecoms: [],
    addresses: [
      { use: 'home', text, district: null, city: null, province: null, postalCode: null, position },
    ],
    relationships: [],
  }
  const [person] = await transaction(app.db, (trx) => upsertPersons(trx, [input]))
  return person?.id ?? 0
}

async function known(id: number) {
  const { rows } = await sql<{ latitude: number | null; position_source: string | null }>`
    select latitude, position_source from person_address where person_id = ${id}`.execute(app.db)
  return rows[0]
}

test('a source that knows where an address lies places it; silence keeps the place, another address loses it', async () => {
  const id = await say('玉林北路 1 号', here, 1)
  expect(await known(id)).toEqual({ latitude: here.latitude, position_source: 'fhir:his' })
  await say('玉林北路 1 号', null, 2)
  expect((await known(id))?.latitude).toBe(here.latitude)
  await say('科华北路 2 号', null, 3)
  expect(await known(id)).toEqual({ latitude: null, position_source: null })
})

test('what staff set stays until the address changes', async () => {
  const id = await say('科华北路 2 号', here, 4)
  const centre = await app.signInAs('service-centre')
  const body = { position: there }
  expect((await app.request(centre, setPersonPosition, { params: { id }, body })).status).toBe(204)
  await say('科华北路 2 号', here, 5)
  expect((await known(id))?.latitude).toBe(there.latitude)
  await say('东大街 3 号', here, 6)
  expect((await known(id))?.latitude).toBe(here.latitude)
})

test('nobody without the permission to change patients says where they live, and degrees must be on earth', async () => {
  const id = await say('东大街 3 号', here, 7)
  const manager = await app.signInAs('manager')
  const send = (caller: string, position: unknown) =>
    app.request(caller, setPersonPosition, { params: { id }, body: { position } })
  expect((await send(manager, there)).status).toBe(403)
  const centre = await app.signInAs('service-centre')
  expect((await send(centre, { latitude: 91, longitude: 0 })).status).toBe(422)
  expect((await send(centre, null)).status).toBe(204)
  expect((await known(id))?.latitude).toBeNull()
})

test('an address with the geolocation of FHIR is placed, and is told with it', async () => {
  await receive(app, { mrn: 'somebody' })
  const key = await integrationKey(app)
  const degrees = (latitude: number) => [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/geolocation',
      extension: [
        { url: 'latitude', valueDecimal: latitude },
        { url: 'longitude', valueDecimal: 104.05 },
      ],
    },
  ]
  const send = (mrn: string, latitude: number) =>
    fhir(
      app,
      key,
      'POST',
      '/Patient',
      patient(mrn, { address: [{ text: '金沙路 8 号', extension: degrees(latitude) }] }),
    )
  const made = await send('F1', 30.65)
  expect(made.status).toBe(201)
  const id = await personOf(app, 'F1')
  expect((await known(id))?.latitude).toBe(30.65)
  const { body } = await fhir(app, key, 'GET', `/Patient/${made.body.id}`)
  expect(JSON.stringify(body)).toContain('"url":"latitude","valueDecimal":30.65')
  // Off the earth: the address is kept, the place is not.
  expect((await send('F2', 130)).status).toBe(201)
  expect((await known(await personOf(app, 'F2')))?.latitude).toBeNull()
})
