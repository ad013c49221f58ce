import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, personOf, receive, receiveText } from '../../../test/support/hl7.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

type Line = { kind: string; at: string; data: Record<string, unknown>; visit: string | null }

async function timeline(mrn: string): Promise<Line[]> {
  const { rows } = await sql<Line>`
    select e.kind, to_char(e.at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') as at, e.data, n.visit_number as visit
    from event e left join encounter n on n.id = e.encounter_id
    where e.person_id = ${await personOf(app, mrn)} and e.kind not like 'encounter.%' and e.kind not like 'person.%'
    order by e.id`.execute(app.db)
  return rows
}

async function reasons(controlId: string) {
  const { rows } = await sql<{ status: string; reason: string | null; location: string | null }>`
    select status, reason, location from inbound_message where control_id = ${controlId}`.execute(app.db)
  return rows
}

const bloodCount = (mrn: string, status: string, haemoglobin: string, at?: Date) =>
  about(
    'ORU^R01',
    { mrn, ...(at && { at }) },
    'PV1|1|I|CARD^12||||D1^林^某||||||||||||VF1',
    'ORC|RE|P1|F1',
    `OBR|1|P1|F1|CBC^血常规^L|||20261101080000+0800||||||||||||||||||${status}`,
    `OBX|1|NM|HGB^血红蛋白^L||${haemoglobin}|g/L|115-150|L|||${status}|||20261101081500+0800`,
    `OBX|2|CE|BG^血型^L||A^A 型^L||||||${status}|||20261101081500+0800`,
    `OBX|3|TX|CMT^镜检^L||红细胞大小不等||||||${status}`,
    `OBX|4|TX|CMT^镜检^L||可见靶形红细胞||||||${status}`,
    'NTE|1|L|标本轻度溶血',
  )

test('each result stands on the timeline with value, unit, range and how far from normal, under its visit', async () => {
  await receive(app, { mrn: 'F1', visit: 'VF1' })
  await receiveText(app, bloodCount('F1', 'F', '97'))
  const lines = await timeline('F1')
  expect(lines[0]).toEqual({
    kind: 'observation.recorded',
    at: '2026-11-01 08:15',
    visit: 'VF1',
    data: {
      code: { code: 'HGB', text: '血红蛋白', system: 'L' },
      group: '血常规',
      value: 97,
      unit: 'g/L',
      range: '115-150',
      interpretation: 'L',
      status: 'final',
      orderNumber: 'F1',
    },
  })
  expect(lines.slice(1)).toMatchObject([
    { at: '2026-11-01 08:15', data: { value: 'A 型', code: { code: 'BG', text: '血型' } } },
    { at: '2026-11-01 08:00', data: { value: '红细胞大小不等\n可见靶形红细胞', note: '标本轻度溶血' } },
  ])
})

test('a result sent again under another control id adds nothing; a corrected one supersedes it, whichever comes first', async () => {
  const hour = 3600_000
  const now = Date.now()
  const told = {
    preliminary: bloodCount('F2', 'P', '79', new Date(now - 5 * hour)),
    final: bloodCount('F2', 'F', '97', new Date(now - 4 * hour)),
    again: bloodCount('F2', 'F', '97', new Date(now - 3 * hour)),
    corrected: bloodCount('F2', 'C', '107', new Date(now - 2 * hour)),
  }
  for (const text of [told.final, told.again, told.preliminary, told.corrected]) await receiveText(app, text)
  const haemoglobin = (await timeline('F2'))
    .filter(({ data }) => (data['code'] as { code: string }).code === 'HGB')
    .map(({ data }) => [data['value'], data['status'], data['superseded'] === true])
  expect(haemoglobin).toEqual([
    [97, 'final', true],
    [79, 'preliminary', true],
    [107, 'corrected', false],
  ])
})

test('two equal lines of one message are two results, not a correction of each other', async () => {
  const pressure = (value: string) => `OBX||NM|BP^收缩压||${value}|mmHg|||||F`
  await receiveText(
    app,
    about('ORU^R01', { mrn: 'F3' }, 'OBR|1||F3|VS^体征', pressure('150'), pressure('140')),
  )
  expect((await timeline('F3')).map(({ data }) => [data['value'], data['superseded']])).toEqual([
    [150, undefined],
    [140, undefined],
  ])
})

test('demographics that come along with a result fill gaps and never overrule the registration', async () => {
  await receive(app, { mrn: 'F4', name: '欧阳娜', phone: null, at: new Date(Date.now() - 86_400_000) })
  await receiveText(
    app,
    about(
      'ORU^R01',
      { mrn: 'F4', name: '欧^阳' },
      'OBR|1||F4|GLU^血糖',
      'OBX|1|NM|GLU^血糖||6.1|mmol/L|||||F',
    ),
    about(
      'ORU^R01',
      { mrn: 'F4new', name: '只^检验' },
      'OBR|1||F5|GLU^血糖',
      'OBX|1|NM|GLU^血糖||6.2|mmol/L|||||F',
    ),
  )
  await receive(app, { mrn: 'F4new', name: '门诊某', at: new Date(Date.now() - 86_400_000) })
  const { rows } =
    await sql`select name from person where id in (${await personOf(app, 'F4')}, ${await personOf(app, 'F4new')})
    order by id`.execute(app.db)
  expect(rows).toEqual([{ name: '欧阳娜' }, { name: '门诊某' }])
})

test.each<[string, string[], Record<string, unknown>]>([
  [
    'ORM^O01',
    ['ORC|NW|P9|||||^^^20261120090000+0800||20261119100000+0800|||D1^林^某', 'OBR|1|P9||CT^胸部 CT^L'],
    { kind: 'order.placed', code: '胸部 CT', status: 'active', performer: '林某', orderNumber: 'P9' },
  ],
  [
    'RDE^O11',
    ['ORC|NW|R9', 'RXE|1^BID|C09^缬沙坦胶囊^L|80||mg|||||28|粒'],
    { kind: 'medication.requested', code: '缬沙坦胶囊', dose: '80 mg', quantity: '28 粒', orderNumber: 'R9' },
  ],
  [
    'ORM^O01',
    ['ORC|NW|R8', 'RXO|C10^阿托伐他汀^L|20||mg|||睡前^睡前'],
    { kind: 'medication.requested', code: '阿托伐他汀', dose: '20 mg', orderNumber: 'R8' },
  ],
  [
    'RDS^O13',
    ['ORC|RE|R9', 'RXD|1|C09^缬沙坦胶囊^L|20261117110000+0800|28|粒||R9'],
    { kind: 'medication.dispensed', code: '缬沙坦胶囊', quantity: '28 粒', status: 'completed' },
  ],
  [
    'VXU^V04',
    ['ORC|RE||VAC1', 'RXA|0|1|20261101|20261101|FLU^流感疫苗^L|0.5|ml|||N1^护^士|||||L123|||||CP'],
    {
      kind: 'immunization.recorded',
      code: '流感疫苗',
      dose: '0.5 ml',
      status: 'completed',
      note: 'Lot L123',
    },
  ],
  [
    'DFT^P03',
    ['FT1|1|CH1||20261101||CR|X1^CT 平扫^L|||2||180.50^CNY|影像科'],
    { kind: 'charge.posted', code: 'CT 平扫', amount: -361, currency: 'CNY', orderNumber: 'CH1' },
  ],
  [
    'MDM^T02',
    [
      'EVN|T02|20261101',
      'TXA|1|DS^出院小结|TX|20261101100000+0800|||||D1^林^某|||DOC1|||||AU',
      'OBX|1|TX|DS||好转出院',
    ],
    { kind: 'document.received', code: '出院小结', status: 'final', note: '好转出院', orderNumber: 'DOC1' },
  ],
  [
    'SIU^S13',
    [
      'SCH|AP1|AP1|||||FU^复诊|FU^复诊|||^^^20261205090000+0800^20261205091500+0800',
      'AIL|1||CARD^^^NH^^^^^心内科',
    ],
    {
      kind: 'appointment.rescheduled',
      code: '复诊',
      department: '心内科',
      start: '2026-12-05T01:00:00.000Z',
    },
  ],
  [
    'SIU^S26',
    ['SCH|AP2|AP2|||||FU^复诊|FU^复诊|||^^^20261205090000+0800'],
    { kind: 'appointment.missed', code: '复诊', start: '2026-12-05T01:00:00.000Z' },
  ],
])('%s becomes a coded event, once', async (type, segments, expected) => {
  const mrn = `K-${String(expected['orderNumber'] ?? expected['code'])}-${type.replace('^', '-')}`
  await receiveText(app, about(type, { mrn }, ...segments))
  await receiveText(app, about(type, { mrn }, ...segments))
  const lines = (await timeline(mrn)).map(({ kind, data }) => ({
    kind,
    ...data,
    code: (data['code'] as { text: string }).text,
  }))
  expect(lines).toEqual([expect.objectContaining(expected)])
})

test('procedures and allergies of an admission stand on the timeline once, however many messages repeat them', async () => {
  const segments = [
    'PV1|1|I|CARD^12||||D1||||||||||||VF6|||||||||||||||||||||||||20261101080000+0800',
    'AL1|1|DA|PEN^青霉素|SV|皮疹',
    'PR1|1||36.06^冠脉支架^ICD9||20261102100000+0800',
  ]
  for (const event of ['A01', 'A08', 'A08'])
    await receiveText(app, about(`ADT^${event}`, { mrn: 'F6' }, ...segments))
  expect(
    (await timeline('F6')).map(({ kind, visit, data }) => [kind, visit, data['value'] ?? data['status']]),
  ).toEqual([
    ['procedure.performed', 'VF6', 'completed'],
    ['allergy.recorded', 'VF6', 'severe'],
  ])
})

test('results of two patients in one message are not mixed up: each keeps its own', async () => {
  const result = (value: string) => ['OBR|1||F7|GLU^血糖', `OBX|1|NM|GLU^血糖||${value}|mmol/L|||||F`]
  await receiveText(
    app,
    about(
      'ORU^R01',
      { mrn: 'F7', controlId: 'two-patients' },
      ...result('6.1'),
      'PID|2||F8^^^NH^MR',
      ...result('7.2'),
    ),
  )
  expect(await reasons('two-patients')).toEqual([{ status: 'applied', reason: null, location: null }])
  const values = async (mrn: string) => (await timeline(mrn)).map(({ data }) => data['value'])
  expect(await values('F7')).toEqual([6.1])
  expect(await values('F8')).toEqual([7.2])
})

test('a result without a code is noted and left out; the others are applied; a message with nothing else is dead', async () => {
  const lines = ['OBX|1|NM|GLU^血糖||6.1', 'OBX|2|NM|K^血钾||4.2', 'OBX|3|NM|||6.3']
  await receiveText(app, about('ORU^R01', { mrn: 'F9', controlId: 'third' }, 'OBR|1||F9|GLU^血糖', ...lines))
  expect(await reasons('third')).toEqual([{ status: 'applied', reason: null, location: null }])
  expect((await timeline('F9')).map(({ kind, data }) => [kind, data['value'] ?? data['code']])).toEqual([
    ['observation.recorded', 6.1],
    ['observation.recorded', 4.2],
    ['intake.noted', { code: 'missing', text: 'OBX[3]-3' }],
  ])
  await receiveText(
    app,
    about('ORU^R01', { mrn: 'F9', controlId: 'only' }, 'OBR|1||F9|GLU^血糖', 'OBX|1|NM|||6.3'),
  )
  expect(await reasons('only')).toEqual([
    { status: 'dead', reason: 'What was observed is missing', location: 'OBX-3' },
  ])
})

test('escapes, sub-components and repetitions are read as written', async () => {
  await receiveText(
    app,
    about(
      'ORU^R01',
      { mrn: 'F10', name: 'Smith\\T\\Jones&van^Ann' },
      'OBR|1||F10|N^Note',
      'OBX|1|ST|N^Note||a\\F\\b\\S\\c\\R\\d\\E\\e\\X20AC\\ \\X41\\\\.br\\next~second',
    ),
  )
  const [line] = await timeline('F10')
  expect(line?.data['value']).toMatch(/^a\|b\^c~d\\e.* A\nnext; second$/u)
  const { rows } = await sql`select name from person where id = ${await personOf(app, 'F10')}`.execute(app.db)
  expect(rows).toEqual([{ name: 'Ann Smith&Jones' }])
})
