import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listEnrollments } from '../../../contract/pathway.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { admit, condition, fhir, integrationKey } from '../../../test/support/fhir.ts'
import { adt, type Adt, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, task } from '../../../test/support/pathway.ts'

let app: TestApp
let centre: string

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

async function diagnosesOf(mrn: string): Promise<string[]> {
  const { body } = await app.request(centre, getPerson, { params: { id: await personOf(app, mrn) } })
  return body.encounters.flatMap((visit) =>
    visit.conditions.map((one) => `${one.role} ${one.code} ${one.text}`).sort(),
  )
}

const hour = (n: number) => new Date(Date.now() - (48 - n) * 3_600_000)
const visit = (mrn: string): Adt => ({ mrn, visit: mrn, admittedAt: hour(0) })

test('a corrected list of diagnoses replaces the one before, role by role', async () => {
  const base = visit('DX1')
  await receive(
    app,
    {
      ...base,
      event: 'A01',
      at: hour(1),
      diagnoses: [
        ['J18.9', '肺炎'],
        ['E11', '糖尿病'],
      ],
    },
    { ...base, event: 'A08', at: hour(2), diagnoses: [['J18.9', '社区获得性肺炎']] },
    { ...base, event: 'A03', at: hour(3), diagnoses: [['J15.9', '细菌性肺炎', 'F']] },
    { ...base, event: 'A08', at: hour(4), diagnoses: [['J13', '肺炎链球菌肺炎', 'F']] },
  )
  expect(await diagnosesOf('DX1')).toEqual(['admission J18.9 社区获得性肺炎', 'discharge J13 肺炎链球菌肺炎'])
})

test('a message that names no diagnosis leaves them', async () => {
  const base = visit('DX2')
  await receive(
    app,
    { ...base, event: 'A01', at: hour(1), diagnoses: [['I10', '高血压']] },
    { ...base, event: 'A08', at: hour(2) },
  )
  expect(await diagnosesOf('DX2')).toEqual(['admission I10 高血压'])
})

test('a diagnosis with the action code D goes, one with A is added, and the visit is called by what is left', async () => {
  const base = visit('DX3')
  await receive(app, {
    ...base,
    event: 'A01',
    at: hour(1),
    diagnoses: [
      ['C34', '肺癌'],
      ['I10', '高血压'],
    ],
  })
  const action = (code: string, text: string, what: string) =>
    `DG1|1||${code}^${text}|||A|||||||||||||||${what}`
  await receiveText(
    app,
    `${adt({ ...base, event: 'A08', at: hour(2) })}${action('C34', '肺癌', 'D')}\r${action('E11', '糖尿病', 'A')}\r`,
  )
  expect(await diagnosesOf('DX3')).toEqual(['admission E11 糖尿病', 'admission I10 高血压'])
  const { body } = await app.request(centre, getPerson, { params: { id: await personOf(app, 'DX3') } })
  expect(body.lastConditionText).not.toBe('肺癌')
})

test('a diagnosis that was taken back does not return with an older message', async () => {
  const base = visit('DX17')
  const says = (event: string, at: number, code: string, text: string, what: string) =>
    `${adt({ ...base, event, at: hour(at) })}DG1|1||${code}^${text}|||F||||||||||||||n-${code}|${what}\r`
  await receiveText(app, says('A03', 1, 'N18', '慢性肾脏病', 'A'))
  await receiveText(app, says('A08', 2, 'E11', '糖尿病', 'A'))
  await receiveText(app, says('A08', 9, 'N18', '慢性肾脏病', 'D'))
  await receiveText(app, says('A08', 5, 'N18', '慢性肾脏病', 'A'))
  expect(await diagnosesOf('DX17')).toEqual(['discharge E11 糖尿病'])
  const { body } = await app.request(centre, getPerson, { params: { id: await personOf(app, 'DX17') } })
  expect(body.lastConditionText).toBe('糖尿病')
})

test('a diagnosis that is corrected under its own number (DG1-20) replaces the code it had before', async () => {
  const base = visit('DX18')
  const says = (at: number, code: string, text: string, what: string) =>
    `${adt({ ...base, event: 'A08', at: hour(at) })}DG1|1||${code}^${text}|||F||||||||||||||d1|${what}\r`
  await receiveText(app, says(1, 'I50.900', '心力衰竭', 'A'))
  await receiveText(app, says(2, 'I10.x00', '高血压', 'U'))
  expect(await diagnosesOf('DX18')).toEqual(['discharge I10.x00 高血压'])
  await receiveText(app, says(3, 'I20', '心绞痛', 'D'))
  expect(await diagnosesOf('DX18')).toEqual([])
})

test('in whatever order the lists of a visit arrive, the newest of each role stands', async () => {
  const list = fc.array(fc.constantFrom('I10', 'E11', 'J18.9', 'C34'), { minLength: 1, maxLength: 3 })
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(list, fc.constantFrom('A', 'F')), { minLength: 2, maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      async (lists, keys) => {
        const mrn = `DXP${++run}`
        const messages = lists.map(([codes, role], at): Adt => ({
          ...visit(mrn),
          event: 'A08',
          class: 'I',
          at: hour(at + 1),
          diagnoses: [...new Set(codes)].map((code) => [code, `text of ${code}`, role]),
        }))
        const order = messages.map((message) => ({ message, key: Number(keys.next().value) }))
        for (const { message } of order.sort((one, other) => one.key - other.key)) await receive(app, message)
        const newest = (wanted: string) => lists.findLast(([, role]) => role === wanted)?.[0] ?? []
        const expected = [
          ...newest('A').map((code) => `admission ${code} text of ${code}`),
          ...newest('F').map((code) => `discharge ${code} text of ${code}`),
        ]
        expect(await diagnosesOf(mrn)).toEqual([...new Set(expected)].sort())
      },
    ),
    { numRuns: 25 },
  )
})

test('a discharge enters no pathway by a diagnosis that was taken back before', async () => {
  const id = await makePathway(
    app,
    definitionOf([task('call', null)], {
      entry: {
        event: 'encounter.discharged',
        maxAgeDays: 30,
        when: { fact: 'encounter.conditionCodes', op: 'contains', value: 'C34' },
      },
    }),
  )
  for (const [mrn, corrected] of [
    ['DX5', true],
    ['DX6', false],
  ] as const) {
    const base = visit(mrn)
    await receive(app, { ...base, event: 'A01', at: hour(1), diagnoses: [['C34', '肺癌']] })
    if (corrected) await receive(app, { ...base, event: 'A08', at: hour(2), diagnoses: [['J18.9', '肺炎']] })
    await receive(app, { ...base, event: 'A03', at: hour(3) })
  }
  const { body } = await app.request(centre, listEnrollments, { query: { pathwayId: id } })
  expect(body.items.map((one) => one.personId)).toEqual([await personOf(app, 'DX6')])
})

test('a Condition that is recoded or entered in error takes its old diagnosis along', async () => {
  const key = await integrationKey(app)
  const { person, visit: stay, diagnosis } = await admit(app, key, 'DX7')
  const said = (code: string, text: string, more: object = {}) =>
    fhir(app, key, 'put', `/Condition/${diagnosis}`, {
      ...condition(`Patient/${person}`, `Encounter/${stay}`, code, text),
      id: diagnosis,
      ...more,
    })
  const other = condition(`Patient/${person}`, `Encounter/${stay}`, 'I10', '高血压')
  expect((await fhir(app, key, 'post', '/Condition', other)).status).toBe(201)
  expect((await said('I50.1', '左心衰竭')).status).toBe(200)
  expect(await diagnosesOf('DX7')).toEqual(['other I10 高血压', 'other I50.1 左心衰竭'])
  const inError = {
    verificationStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' },
      ],
    },
  }
  expect((await said('I50.1', '左心衰竭', inError)).status).toBe(200)
  expect(await diagnosesOf('DX7')).toEqual(['other I10 高血压'])
})
