import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson } from '../../../contract/person.ts'
import { getIntakeMessage, listIntakeMessages, listIntakeNotes } from '../../../contract/intake.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, adt, type Adt, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { intakeOf } from '../../../test/support/intake.ts'

let app: TestApp
let admin: string
let { message, notesOf, person, facts, withSystem } = {} as ReturnType<typeof intakeOf>

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  ;({ message, notesOf, person, facts, withSystem } = intakeOf(app, admin))
})
afterAll(() => app.close())

const day = 86_400_000
const ahead = (days: number) => new Date(Date.now() + days * day)

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

test('an address that its sender deletes is gone, and the page of the person says so', async () => {
  await receive(app, { mrn: 'gone', event: 'A28', address: '某路1号', at: ahead(-2) })
  const text = adt({ mrn: 'gone', event: 'A08', at: ahead(-1) }).split('\r')
  await receiveText(app, text.map((line) => line.replace(/^(PID(?:\|[^|]*){10}\|)[^|]*/, '$1""')).join('\r'))
  const id = await personOf(app, 'gone')
  expect(await person(id)).toMatchObject({ address: null })
  expect(
    (await app.request(await app.signInAs('service-centre'), getPerson, { params: { id } })).status,
  ).toBe(200)
})

test('a note stands with what it follows: a panel, a result, and not a diagnosis', async () => {
  const lines = [
    'NTE|1||标本溶血',
    'OBX|1|NM|K^钾||5.9',
    'OBX|2|NM|NA^钠||140',
    'DG1|1||I10^高血压',
    'NTE|1||别处的话',
  ]
  await receiveText(app, about('ORU^R01', { mrn: 'nte' }, 'OBR|1||NTE1|LAB^检验|||20261101080000', ...lines))
  const kept = await facts(await personOf(app, 'nte'), 'observation.recorded')
  expect(kept.map((one) => one['note'])).toEqual(['标本溶血', undefined])
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
  expect((await notesOf('odd-3'))?.[0]).toBe('MSH-18 unknown-charset KLINGON')
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
