import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getIntakeMessage, listIntakeMessages, listIntakeNotes } from '../../../contract/intake.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, adt, type Adt, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { putProfile } from '../../modules/intake/profile.ts'
import { hl7ProfileDefinition } from '../../../contract/hl7-profile.ts'
import { transaction } from '../../platform/db.ts'
import { systemActor } from '../../platform/actor.ts'

let app: TestApp
let admin: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

const message = async (controlId: string) =>
  (await app.request(admin, listIntakeMessages, { query: { controlId } })).body.items[0]

const notesOf = async (controlId: string) =>
  (await message(controlId))?.notes.map((one) => `${one.location} ${one.kind} ${one.value ?? '-'}`)

async function person(id: number) {
  const { rows } = await sql<Record<string, unknown>>`
    select p.name, p.sex, p.birth_date, p.deceased, p.survivor_id,
      array(select t.value from person_telecom t where t.person_id = p.id order by 1) as phones,
      (select text from person_address a where a.person_id = p.id) as address
    from person p where p.id = ${id}`.execute(app.db)
  return rows[0]
}

async function facts(id: number, kind: string) {
  const { rows } = await sql<{ data: Record<string, unknown> }>`
    select data from timeline where person_id = ${id} and kind = ${kind} order by at, id`.execute(app.db)
  return rows.map((row) => row.data)
}

const withSystem = async (system: string, value: string) => {
  const { rows } = await sql<{ person_id: number }>`
    select person_id from person_identifier where system = ${system} and value = ${value}`.execute(app.db)
  return rows[0]?.person_id ?? 0
}

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

test.each<[string, string, string | null, string[]]>([
  ['zeros', '00000000', null, ['PID-7 not-a-date 00000000']],
  ['no day', '19850600', null, ['PID-7 not-a-date 19850600']],
  ['a day that never was', '20230229', null, ['PID-7 not-a-date 20230229']],
  ['with dashes', '1985-03-15', '1985-03-15', []],
  ['with a time', '19850315123000', '1985-03-15', []],
  ['a month', '198503', null, ['PID-7 incomplete 198503']],
  ['a name, which is not shown', '王小明', null, ['PID-7 not-a-date -']],
  ['to come', '20990101', null, ['PID-7 in-the-future 20990101']],
])('a birth date of %s does not stop the discharge', async (_, birth, known, notes) => {
  const controlId = `birth-${birth.length}-${birth}`
  await receive(app, { event: 'A03', mrn: controlId, controlId, birth })
  expect((await message(controlId))?.status).toBe('applied')
  expect(await notesOf(controlId)).toEqual(notes)
  const id = await personOf(app, controlId)
  expect((await person(id))?.['birth_date']).toBe(known)
  expect(await facts(id, 'encounter.discharged')).toHaveLength(1)
  expect(await facts(id, 'intake.noted')).toHaveLength(notes.length)
})

const day = 86_400_000
const ahead = (days: number) => new Date(Date.now() + days * day)

test.each<[string, Adt, string[]]>([
  ['discharge to come', { event: 'A03', dischargedAt: ahead(400) }, ['PV1-45 in-the-future']],
  ['admission to come', { event: 'A01', admittedAt: ahead(30) }, ['PV1-44 in-the-future']],
  [
    'discharge before the admission',
    { event: 'A03', admittedAt: ahead(-2), dischargedAt: ahead(-3) },
    ['PV1-45 contradiction'],
  ],
  ['death to come', { event: 'A08', diedAt: ahead(1500) }, ['PID-29 in-the-future']],
  [
    'death before birth',
    { event: 'A08', birth: '19700102', diedAt: new Date('1950-01-01') },
    ['PID-29 contradiction'],
  ],
])('a %s is noted; it starts nothing and stops nothing', async (name, said, notes) => {
  const mrn = name.replaceAll(' ', '')
  await receive(app, { mrn, controlId: mrn, visit: mrn, admittedAt: ahead(-5), ...said })
  expect((await notesOf(mrn))?.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual(notes)
  const id = await personOf(app, mrn)
  expect((await person(id))?.['deceased']).toBe(false)
  expect(await facts(id, 'encounter.discharged')).toEqual([])
  expect(await facts(id, 'person.deceased')).toEqual([])
  if (said.event !== 'A08') expect(await facts(id, 'encounter.admitted')).toEqual([])
})

test('a discharge before the known admission counts as none until one of them is corrected', async () => {
  const of = { mrn: 'late-start', visit: 'late-start' }
  await receive(app, { ...of, event: 'A01', admittedAt: ahead(-3), at: ahead(-3) })
  await receive(app, {
    ...of,
    event: 'A03',
    admittedAt: null,
    dischargedAt: ahead(-5),
    at: ahead(-2),
    controlId: 'ls-3',
  })
  const id = await personOf(app, 'late-start')
  expect(await notesOf('ls-3')).toEqual(['PV1-45 contradiction -'])
  expect(await facts(id, 'encounter.discharged')).toEqual([])
  await receive(app, { ...of, event: 'A08', admittedAt: ahead(-9), at: ahead(-1) })
  expect(await facts(id, 'encounter.discharged')).toHaveLength(1)
})

test('what is odd in one field is noted, and twenty neighbours are applied', async () => {
  const results = Array.from(
    { length: 20 },
    (_, at) => `OBX|${at + 1}|NM|K${at}^钾||4.${at}|mmol/L|||||F|||${at === 7 ? '2026-99-99' : ''}`,
  )
  await receiveText(
    app,
    about('ORU^R01', { mrn: 'odd', controlId: 'odd' }, 'OBR|1||ODD|LAB^检验|||20261101080000', ...results),
    about(
      'VXU^V04',
      { mrn: 'odd', controlId: 'odd-2' },
      'ORC|RE||V1||||||||||||later',
      'RXA|0|1|20261101||FLU^流感疫苗|0.5|ml',
      'ORC|RE||V2',
      'RXA|0|1|20261101|||0.5|ml',
    ),
    adt({
      mrn: 'odd',
      controlId: 'odd-3',
      charset: 'KLINGON',
      name: 'Ann Smith',
      doctor: null,
      departmentName: '',
    }).replace(/EVN\|A01\|[^|]*\|/, 'EVN|A01|yesterday|'),
  )
  expect(await notesOf('odd')).toEqual(['OBX[8]-14 not-a-time 2026-99-99'])
  expect(await notesOf('odd-2')).toEqual(['RXA[2]-5 missing -'])
  expect((await notesOf('odd-3'))?.[0]).toBe('MSH-18 unknown-charset -')
  const id = await personOf(app, 'odd')
  expect(await facts(id, 'observation.recorded')).toHaveLength(20)
  expect(await facts(id, 'immunization.recorded')).toHaveLength(1)
})

test('values are kept as sent: comparators, exact decimals, long numbers, repetitions, powers, raw signs', async () => {
  const values: [type: string, value: string, unit: string, kept: unknown, keptUnit: string | undefined][] = [
    ['NM', '6.1', 'mmol/L', 6.1, 'mmol/L'],
    ['NM', '1.00', '', '1.00', undefined],
    ['NM', '12345678901234567890', '', '12345678901234567890', undefined],
    ['NM', '<5', '', '<5', undefined],
    ['NM', '60~120', '', '60; 120', undefined],
    ['SN', '<^5', '10^9/L', '<5', '10^9/L'],
    ['SN', '1^:^128', '', '1:128', undefined],
    ['ST', 'A^B & C', '', 'A^B & C', undefined],
    ['CE', 'POS^阳性^L', '', '阳性', undefined],
    ['FT', `${'x'.repeat(19_999)}𠮷𠮷`, '', 'x'.repeat(19_999), undefined],
  ]
  const lines = values.map(
    ([type, value, unit], at) => `OBX|${at + 1}|${type}|V${at}^值||${value}|${unit}|||||F`,
  )
  await receiveText(
    app,
    about('ORU^R01', { mrn: 'values' }, 'OBR|1||VAL|LAB^检验|||20261101080000', ...lines),
  )
  const kept = await facts(await personOf(app, 'values'), 'observation.recorded')
  expect(kept.map((one) => [one['value'], one['unit']])).toEqual(
    values.map(([, , , value, unit]) => [value, unit]),
  )
})

test('everything said is kept: results, allergies, problems and diagnoses in messages of other types', async () => {
  const said = [
    'OBX|1|NM|BW^体重||61|kg|||||F',
    'AL1|1|DA|PEN^青霉素|SV',
    'IAM|1|DA|SUL^磺胺|MO||A',
    'PRB|AD|20261101|E11^2型糖尿病|PR1',
    'DG1|1||I10^高血压|||F',
  ]
  await receiveText(
    app,
    about('ADT^A31', { mrn: 'all-1' }, ...said),
    about('DFT^P11', { mrn: 'all-2' }, 'FT1|1|C1||20261101||CG|BED^床位费|||1|50', ...said),
    about('BAR^P01', { mrn: 'all-3' }, ...said),
    about('PPR^PC1', { mrn: 'all-4' }, ...said),
    about('OUL^R21', { mrn: 'all-5' }, 'OBR|1||O1|LAB^检验', ...said),
    about('SIU^S17', { mrn: 'all-6' }, 'SCH|A1|A1|||||||||^^^20261201090000', ...said),
    about('OMP^O09', { mrn: 'all-7' }, 'ORC|NW|RX1', 'RXO|ASA^阿司匹林', ...said),
    about('RDE^O25', { mrn: 'all-8' }, 'ORC|RF|RX2', 'RXE||ASA^阿司匹林|1||片', ...said),
    about('ADT^A60', { mrn: 'all-9' }, ...said),
  )
  const own: Record<string, string | undefined> = {
    'all-2': 'charge.posted',
    'all-6': 'appointment.cancelled',
    'all-7': 'medication.requested',
    'all-8': 'medication.requested',
  }
  for (let n = 1; n <= 9; n++) {
    const id = await personOf(app, `all-${n}`)
    expect([n, (await facts(id, 'observation.recorded')).length]).toEqual([n, 1])
    expect(await facts(id, 'allergy.recorded')).toHaveLength(2)
    expect(await facts(id, 'condition.recorded')).toHaveLength(2)
    const kind = own[`all-${n}`]
    if (kind) expect(await facts(id, kind)).toHaveLength(1)
  }
})

test('what carries nothing for us is ignored in words, not dead; training and debugging messages are set aside', async () => {
  const ignored = [
    about('ADT^A20', { mrn: 'ig', controlId: 'ig-1' }).replace(/PID.*/, 'NPU|B1|U'),
    about('ZZZ^Z01', { mrn: 'ig', controlId: 'ig-2' }, 'ZZZ|1'),
    about('ORU^R01', { mrn: 'ig', controlId: 'ig-3' }),
    adt({ mrn: 'ig', controlId: 'ig-4' }).replace('|P|2.5', '|T|2.5'),
    adt({ mrn: 'ig', controlId: 'ig-5' }).replace('|P|2.5', '|D|2.5'),
  ]
  await receiveText(app, ...ignored)
  for (const n of [1, 2, 3, 4, 5]) expect([n, (await message(`ig-${n}`))?.status]).toEqual([n, 'ignored'])
  expect(await withSystem('mrn:NH', 'ig')).toBe(0)
})

test('"" deletes what this sender had said, and nothing of another', async () => {
  const of = { mrn: 'del', event: 'A31', at: ahead(-3), phone: '13800001111', address: '中山路9号' }
  await receive(app, { ...of, sender: 'OTHER', phone: '13800002222', marital: 'M', at: ahead(-4) }, of)
  const id = await personOf(app, 'del')
  const deleting = adt({ mrn: 'del', event: 'A31', at: ahead(-1), name: '删某' })
    .split('\r')
    .map((line) => {
      if (!line.startsWith('PID')) return line
      const fields = line.split('|')
      for (const field of [7, 11, 13, 14]) fields[field] = '""'
      return fields.join('|')
    })
  await receiveText(app, deleting.join('\r'))
  expect(await person(id)).toMatchObject({
    birth_date: '1970-01-02',
    phones: ['+8613800002222'],
    address: '浙江省宁波市海曙区中山路9号',
  })
})

test('all names are kept and found: another script, maiden name, alias; the Chinese one counts', async () => {
  const text = adt({ mrn: 'names', event: 'A28' }).replace(
    /\|测\^试甲\^\^\^\^\^L\|\|/,
    '|ZHANG^WEI^^^^^L^A~张^伟^^^^^L^I~李^伟^^^^^M^I||',
  )
  await receiveText(app, text)
  const id = await personOf(app, 'names')
  expect((await person(id))?.['name']).toBe('张伟')
  const { rows } = await sql`select use, text from person_name where person_id = ${id} order by text`.execute(
    app.db,
  )
  expect(rows).toEqual([
    { use: 'other', text: 'WEI ZHANG' },
    { use: 'former', text: '李伟' },
  ])
})

test('times without an offset have that of MSH-7, unless the sender’s profile says a zone; fractions are kept', async () => {
  const started = async (mrn: string) => {
    const { rows } = await sql<{
      starts_at: Date
    }>`select starts_at from encounter where visit_number = ${mrn}`.execute(app.db)
    return rows[0]?.starts_at.toISOString()
  }
  const text = (mrn: string, offset: string) =>
    adt({ mrn, visit: mrn, event: 'A01' })
      .replace(/^(MSH(?:\|[^|]*){5}\|)[^|]*/, `$120261110080000${offset}`)
      .replace(/\|\d{14}\+0800\|\r/, '|20261110080000.250|\r')
  await receiveText(app, text('off-0', '+0000'), text('off-8', '+0800'), text('off-none', ''))
  expect(await started('off-0')).toBe('2026-11-10T08:00:00.250Z')
  expect(await started('off-8')).toBe('2026-11-10T00:00:00.250Z')
  expect(await started('off-none')).toBe('2026-11-10T00:00:00.250Z')
})

test('notes are listed by sender, kind and field, and lead to their messages', async () => {
  const { items } = (await app.request(admin, listIntakeNotes, { query: { days: 7 } })).body
  const zeros = items.find(
    (one) => one.kind === 'not-a-date' && one.location === 'PID-7' && one.sender === 'HIS',
  )
  expect(zeros?.messages).toBeGreaterThan(2)
  const found = await app.request(admin, listIntakeMessages, {
    query: { note: 'not-a-time', noteAt: 'OBX-14', sender: 'LIS' },
  })
  expect(found.body.items.map((one) => one.controlId)).toEqual(['odd'])
  const one = await app.request(admin, getIntakeMessage, { params: { id: found.body.items[0]?.id } })
  expect(one.body.notes).toEqual([{ location: 'OBX[8]-14', kind: 'not-a-time', value: '2026-99-99' }])
})
