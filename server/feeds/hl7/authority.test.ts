import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, adt, type Adt, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { putProfile } from '../../modules/intake/profile.ts'
import { hl7ProfileDefinition } from '../../../contract/hl7-profile.ts'
import { transaction } from '../../platform/db.ts'
import { systemActor } from '../../platform/actor.ts'
import { intakeOf } from '../../../test/support/intake.ts'

let app: TestApp
let admin: string
let { person, facts, withSystem } = {} as ReturnType<typeof intakeOf>

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  ;({ person, facts, withSystem } = intakeOf(app, admin))
})
afterAll(() => app.close())

const ahead = (days: number) => new Date(Date.now() + days * 86_400_000)

test.each([
  ['by its name', 'NA', 'NB', 'mrn:NA', 'mrn:NB'],
  [
    'by an OID alone',
    '&1.2.156.11&ISO',
    '&1.2.156.12&ISO',
    'mrn:urn:oid:1.2.156.11',
    'mrn:urn:oid:1.2.156.12',
  ],
  ['by name and OID', 'NH&1.2.3&ISO', 'NH&1.2.4&ISO', 'mrn:NH&1.2.3&ISO', 'mrn:NH&1.2.4&ISO'],
  ['as facility (CX.6)', '^MR^FA', '^MR^FB', 'mrn:FA', 'mrn:FB'],
])(
  'a number is one authority’s, named %s: two persons, each with its own allergy',
  async (_, one, other, first, second) => {
    const number = `${first}-${second}`.replaceAll(/\W/g, '')
    const pid = (authority: string) =>
      `${number}^^^${authority.startsWith('^') ? authority : `${authority}^MR`}`
    for (const [authority, name] of [
      [one, '甲^某'],
      [other, '乙^某'],
    ] as const)
      await receiveText(
        app,
        about('ADT^A28', { mrn: 'x', name }, 'AL1|1|DA|PEN^青霉素|SV').replace('x^^^NH^MR', pid(authority)),
      )
    const ids = [await withSystem(first, number), await withSystem(second, number)]
    expect(new Set(ids).size).toBe(2)
    expect(await Promise.all(ids.map(async (id) => (await person(id))?.['name']))).toEqual(['甲某', '乙某'])
    for (const id of ids) expect(await facts(id, 'allergy.recorded')).toHaveLength(1)
  },
)

test('an installation that knows a number by the name of its authority finds its person when the authority is read whole', async () => {
  await receive(app, { mrn: 'before', name: '旧某', birth: '19600304', sex: 'M' })
  const id = await personOf(app, 'before')
  const said: Adt = { identifiers: 'before^^^NH&1.2.9&ISO^MR', name: '旧某', birth: '19600304', sex: 'M' }
  await receive(app, said)
  expect(await withSystem('mrn:NH&1.2.9&ISO', 'before')).toBe(id)
  // Somebody else under that number of another authority of this name is not that person.
  await receive(app, { ...said, identifiers: 'before^^^NH&1.2.10&ISO^MR', name: '新某' })
  expect(await withSystem('mrn:NH&1.2.10&ISO', 'before')).not.toBe(id)
})

test('a careless sender’s profile says what names the authority', async () => {
  const definition = hl7ProfileDefinition.parse({ authority: 'facility' })
  const actor = { ...systemActor('test', 'test'), permissions: new Set(['setting.write'] as const) }
  await transaction(app.db, (trx) =>
    putProfile(trx, actor as never, { sender: 'CARELESS', facility: '', definition, version: 0 }),
  )
  await receive(app, { sender: 'CARELESS', identifiers: 'CL1^^^whatever&1.2.3&ISO^MR', name: '随某' })
  expect(await withSystem('mrn:NH', 'CL1')).toBeGreaterThan(0)
})

test('PID-2, -4, -18, -19 and -20 are numbers of their kinds; an identity number in PID-19 is one, however it is spaced', async () => {
  const text = adt({ mrn: 'P19', event: 'A28' })
    .replace('PID|1||P19^^^NH^MR|', 'PID|1|EXT1|P19^^^NH^MR|ALT1')
    .split('\r')
    .map((line) => {
      if (!line.startsWith('PID')) return line
      const fields = line.split('|')
      ;[fields[18], fields[19], fields[20]] = ['ACC1^^^NH^AN', '110101 19900307 123x', 'D123^BJ']
      return fields.join('|')
    })
    .join('\r')
  await receiveText(app, text)
  const id = await personOf(app, 'P19')
  const { rows } = await sql<{ one: string }>`
    select system || '=' || value as one from person_identifier where person_id = ${id} order by 1`.execute(
    app.db,
  )
  expect(rows.map(({ one }) => one)).toEqual([
    'alt:NH=ALT1',
    'an:NH=ACC1',
    'dl:BJ=D123',
    'mrn:NH=P19',
    'national-id=11010119900307123X',
    'pt:NH=EXT1',
  ])
})

test('a newborn does not keep the identity number of the mother, who may be registered later', async () => {
  const number = '11010119900307234X'
  await receive(
    app,
    { mrn: 'nb-1', name: '周红之女', birth: '20261116', nationalId: number },
    { mrn: 'nb-2', name: '周红', birth: '19900307', nationalId: number },
  )
  expect(await withSystem('national-id', number)).toBe(await personOf(app, 'nb-2'))
})

test('somebody without a name keeps the own identity number, also with a birth date that systems fill in', async () => {
  const number = '110101196503072343'
  await receive(app, { mrn: 'nn-1', name: '无名氏', birth: '19000101', nationalId: number })
  expect(await withSystem('national-id', number)).toBe(await personOf(app, 'nn-1'))
})

test('a merge stays within the authority that is named: the same number elsewhere is somebody else, also where MRG names none', async () => {
  await receive(
    app,
    { identifiers: 'M55^^^GH^MR', name: '别某' },
    { identifiers: 'M56^^^GH^MR', name: '旁某' },
  )
  await receiveText(app, about('ADT^A40', { mrn: 'M55' }, 'MRG|M55^^^GH^MR'))
  await receiveText(app, about('ADT^A40', { mrn: 'M57' }, 'MRG|M56'))
  expect((await person(await withSystem('mrn:GH', 'M55')))?.['survivor_id']).toBe(await personOf(app, 'M55'))
  expect((await person(await withSystem('mrn:GH', 'M56')))?.['survivor_id']).toBeNull()
  expect((await person(await withSystem('mrn:NH', 'M56')))?.['survivor_id']).toBe(await personOf(app, 'M57'))
})

test('two groups of A40, A24 with two patients, A18, A30, A36 and A47 join what they name', async () => {
  await receiveText(
    app,
    about('ADT^A40', { mrn: 'G1' }, 'MRG|G2^^^NH^MR', 'PID|2||G3^^^NH^MR', 'MRG|G4^^^NH^MR'),
  )
  await receiveText(app, about('ADT^A24', { mrn: 'G5' }, 'PID|2||G6^^^NH^MR'))
  for (const [at, event] of ['A18', 'A30', 'A36', 'A47'].entries())
    await receiveText(app, about(`ADT^${event}`, { mrn: `H${at}` }, `MRG|I${at}^^^NH^MR`))
  const pairs = ['0', '1', '2', '3'].map((at) => [`I${at}`, `H${at}`] as const)
  for (const [merged, survivor] of [['G2', 'G1'], ['G4', 'G3'], ['G6', 'G5'], ...pairs] as const)
    expect((await person(await personOf(app, merged)))?.['survivor_id']).toBe(await personOf(app, survivor))
})

test('visits of two houses with one number are two; one known by its bare number is found again', async () => {
  const of = (event: string, mrn: string, authority: string, more: Adt = {}) =>
    adt({ event, mrn, site: 'G', visit: `SV^^^${authority}`, ...more }).replace('^^G^^^^^', '^^^^^^^')
  await receiveText(
    app,
    of('A01', 'sv', 'NHa', { admittedAt: ahead(-2) }),
    of('A03', 'sv', 'GHa', { admittedAt: ahead(-20), dischargedAt: ahead(-15) }),
    of('A01', 'sv-other', 'NHb', { admittedAt: ahead(-1) }),
  )
  const { rows } = await sql<{ visit_number: string; status: string }>`
    select visit_number, status from encounter where visit_number like '%SV' order by 1`.execute(app.db)
  expect(rows).toEqual([
    { visit_number: 'GHa:SV', status: 'finished' },
    { visit_number: 'NHa:SV', status: 'in-progress' },
    { visit_number: 'NHb:SV', status: 'in-progress' },
  ])
  await receive(app, { mrn: 'bare', visit: 'BV' }, { event: 'A03', mrn: 'bare', visit: 'BV^^^WARD' })
  const bare = await sql`select status from encounter where visit_number like '%BV'`.execute(app.db)
  expect(bare.rows).toEqual([{ status: 'finished' }])
})
