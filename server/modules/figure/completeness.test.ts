import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getCompleteness } from '../../../contract/figure.ts'
import { getPerson, listPersons, updatePerson } from '../../../contract/person.ts'
import { holdTask } from '../../../contract/task.ts'
import { recordAttempt, reopenTask } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { mergePersons, unmergePerson } from '../person/merge.ts'
import { updateSetting } from '../setting/setting.ts'

let app: TestApp
let centre: string
beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

const read = async (mrn: string) =>
  (await app.request(centre, getPerson, { params: { id: await personOf(app, mrn) } })).body
const weigh = (key: string, value: number | null, version: number) =>
  transaction(app.db, (trx) => updateSetting(trx, testActor, 'x', key, { value, version }))

test('a person page tells how complete what follow-up needs is, and what is missing, the weightiest first', async () => {
  await receive(app, { mrn: 'C1', name: '蒋一', birth: null, sex: null })
  expect(await read('C1')).toMatchObject({
    completeness: 15,
    missing: ['phone', 'birthDate', 'identity', 'address', 'contact', 'sex'],
  })
  await receive(app, {
    event: 'A08',
    mrn: 'C1',
    visit: 'c1',
    name: '蒋一',
    phone: '13811110001',
    nationalId: '110101195001011234',
    birth: '19500101',
    sex: 'M',
    address: '人民路1号',
    kin: ['蒋妻', '13700000001'],
  })
  expect(await read('C1')).toMatchObject({ completeness: 100, missing: [] })
})

test("what counts how much is the site's to decide, at once", async () => {
  await receive(app, { mrn: 'C2', name: '沈二', phone: '13811110002' })
  expect((await read('C2')).completeness).toBe(65)
  await weigh('completeness.email', 35, 0)
  await weigh('completeness.address', 0, 0)
  expect(await read('C2')).toMatchObject({ completeness: 52, missing: ['email', 'identity', 'contact'] })
  await weigh('completeness.email', null, 1)
  await weigh('completeness.address', null, 1)
})

test('a wrong number is no telephone until it is right again', async () => {
  const { task } = await discharged(app, 'C3', { phone: '13811110003' })
  const params = { id: task }
  await app.request(centre, holdTask, { params })
  await app.request(centre, recordAttempt, { params, body: { outcome: 'wrong-number', channel: 'phone' } })
  expect((await read('C3')).missing).toContain('phone')
  await app.request(centre, reopenTask, { params })
  expect((await read('C3')).missing).not.toContain('phone')
})

test('every number of the figure is the number of persons that the list shows behind it', async () => {
  await receive(
    app,
    { mrn: 'E1', site: 'EAST', name: '韩东', phone: '13811110009', department: 'EYE', doctor: 'E1' },
    { mrn: 'C4', name: '杨四', birth: null },
  )
  for (const who of [centre, await app.signInAs('manager', { site: 1 })]) {
    const { body: figures } = await app.request(who, getCompleteness)
    const shown = async (query: Record<string, unknown>) =>
      (await app.request(who, listPersons, { query: { limit: 200, ...query } })).body.items
    expect(figures.total.persons).toBe((await shown({})).length)
    for (const group of [{ ...figures.total, siteId: undefined }, ...figures.groups]) {
      const lastSite = group.siteId === null ? 'none' : group.siteId
      const all = await shown({ lastSite })
      expect(all).toHaveLength(group.persons)
      expect(group.average).toBeCloseTo(
        all.reduce((sum, one) => sum + (one.completeness ?? 0), 0) / all.length,
        6,
      )
      for (const { from, to, persons } of group.bands)
        expect(await shown({ lastSite, completeFrom: from, completeTo: to })).toHaveLength(persons)
      for (const { gap, persons } of group.missing)
        expect(await shown({ lastSite, missing: gap })).toHaveLength(persons)
    }
  }
})

test('whatever happens to persons, what is kept is what the one definition says', async () => {
  await receive(app, ...['K1', 'K2', 'K3'].map((mrn) => ({ mrn, name: '朱某', birth: null, sex: null })))
  const ids = await Promise.all(['K1', 'K2', 'K3'].map((mrn) => personOf(app, mrn)))
  const merges: number[] = []
  const step = fc.record({
    who: fc.nat(2),
    other: fc.nat(2),
    what: fc.constantFrom('message', 'phone', 'wrong', 'birth', 'contact', 'merge', 'separate'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      for (const { who, other, what } of steps) {
        const params = { id: ids[who] ?? 0 }
        if (what === 'message')
          await receive(app, {
            event: 'A08',
            mrn: `K${who + 1}`,
            visit: `k${who}`,
            birth: other ? '19700101' : null,
            address: other ? '路1号' : undefined,
            nationalId: other === 2 ? `11010119500101${who}234` : null,
            at: new Date(),
          })
        else if (what === 'merge') {
          const { mergeId } = await transaction(app.db, (trx) =>
            mergePersons(trx, testActor, {
              survivorId: ids[other] ?? 0,
              mergedId: params.id,
              source: 'manual',
              reason: '同一人',
            }),
          )
          if (mergeId !== null) merges.push(mergeId)
        } else if (what === 'separate') {
          const mergeId = merges.pop()
          if (mergeId !== undefined)
            await transaction(app.db, (trx) => unmergePerson(trx, testActor, { mergeId, reason: '并错了' }))
        } else {
          const { body } = await app.request(centre, getPerson, { params })
          const changes = {
            phone: { addPhone: `1381111000${other}` },
            wrong: { telecoms: body.telecoms.slice(0, 1).map((one) => ({ id: one.id, valid: false })) },
            birth: { birthDate: other ? '1971-01-01' : null },
            contact: { addRelationship: { relation: 'SPO', name: `亲${other}`, phone: '13700000000' } },
          }
          await app.request(centre, updatePerson, {
            params,
            body: { version: body.version, ...changes[what] },
          })
        }
        const { rows } = await sql`
          select f.person_id, f.missing, g.missing as true_missing from person_facts f join person_gap g using (person_id)
          where f.missing is distinct from g.missing`.execute(app.db)
        expect(rows).toEqual([])
      }
    }),
    { numRuns: 10 },
  )
}, 600_000)
