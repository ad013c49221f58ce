import fc from 'fast-check'
import iconv from 'iconv-lite'
import { sql } from 'kysely'
import writeXlsxFile from 'write-excel-file/node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  actOnImport,
  exportImportErrors,
  getImport,
  type ImportKind,
  listImportErrors,
  listImports,
  updateImport,
} from '../../../contract/import.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { uploadsOf } from '../../../test/support/upload.ts'
import { importDue } from './run.ts'

let app: TestApp
let centre: string
let site: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'known', name: '王小明', phone: '13900000001' })
  site = (await idsOf(app)).site('NH')
  centre = await app.signInAs('service-centre', { site })
})
afterAll(() => app.close())

const upload = (file: string | Buffer, kind: ImportKind = 'persons', who = centre) =>
  uploadsOf(app, who, site).upload(file, kind)
const act = (id: number, what: 'check' | 'run' | 'cancel' | 'undo') =>
  app.request(centre, actOnImport, { params: { id, act: what } })
const detail = async (id: number) => (await app.request(centre, getImport, { params: { id } })).body

const imported = (...call: Parameters<ReturnType<typeof uploadsOf>['imported']>) =>
  uploadsOf(app, centre, site).imported(...call)

const head = '病案号,姓名,性别,出生日期,身份证号,手机号码,家庭住址\n'
/** Name, sex and birth date of somebody who resembles nobody else, so that the matching has nothing to compare. */
const stranger = (n: number) => {
  const sign = (at: number) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000))
  const day = new Date(Date.UTC(1930, 0, 1 + n * 11)).toISOString().slice(0, 10)
  return `${sign(n)}${sign(n + 5)}${sign(n * 3)},男,${day},`
}
const ofPerson = async (mrn: string) => {
  const { rows } = await sql<{
    name: string
    sex: string
    birth_date: string | null
    phones: string[]
    source: string
  }>`
    select p.name, p.sex, p.birth_date, p.source, array(select value from person_telecom t where t.person_id = p.id order by 1) as phones
    from person_identifier i join person p on p.id = i.person_id where i.system = 'mrn:NH' and i.value = ${mrn}`.execute(
    app.db,
  )
  return rows[0]
}

test('columns are understood by their names, a check writes nothing, and the import makes persons that search finds', async () => {
  const { status, body } = await upload(
    `${head}T1,欧阳娜,女,1975年3月2日,510104197503020027,138 0000 1111,武侯区玉林路 1 号\nT2,张三,男,1990/4/5,,,\n`,
  )
  expect(status).toBe(201)
  expect(body).toMatchObject({
    encoding: 'utf-8',
    delimiter: ',',
    mapping: { recordNumber: 0, name: 1, sex: 2, birthDate: 3, nationalId: 4, phone: 5, address: 6 },
    remembered: false,
  })
  expect(body.sample[0]?.[1]).toBe('欧阳娜')
  await act(body.id, 'check')
  await app.processAll()
  expect(await detail(body.id)).toMatchObject({
    status: 'checked',
    rows: 2,
    created: 2,
    updated: 0,
    failed: 0,
  })
  expect(await ofPerson('T1')).toBeUndefined()
  await act(body.id, 'run')
  await app.processAll()
  expect(await detail(body.id)).toMatchObject({
    status: 'imported',
    rows: 2,
    done: 2,
    created: 2,
    unchanged: 0,
  })
  expect(await ofPerson('T1')).toMatchObject({
    name: '欧阳娜',
    sex: 'female',
    birth_date: '1975-03-02',
    phones: ['+8613800001111'],
  })
})

test('the same file a second time adds nothing, and is recognised', async () => {
  const file = `${head}S1,赵一,男,1961-01-01,,13811112222,某路 1 号\nS2,钱二,女,1962-02-02,,,\n`
  const first = await imported(file)
  expect(first).toMatchObject({ created: 2 })
  const again = await upload(file)
  expect(again.body.sameAs?.id).toBe(first.id)
  expect(again.body.remembered).toBe(true)
  await act(again.body.id, 'run')
  await app.processAll()
  expect(await detail(again.body.id)).toMatchObject({
    status: 'imported',
    created: 0,
    updated: 0,
    unchanged: 2,
  })
})

test.each([
  ['gb18030', (text: string) => iconv.encode(text, 'gb18030')],
  ['big5', (text: string) => iconv.encode(text, 'big5')],
  ['utf-8', (text: string) => Buffer.from(`\ufeff${text}`)],
] as const)('a file in %s is read as what it is', async (encoding, encode) => {
  const text = '病歷號;姓名;性別;電話\r\nE1;陳美麗;女;0912345678\r\nE2;林志明;男;0922333444\r\n'
  const { body } = await upload(encode(text))
  expect(body).toMatchObject({ encoding, delimiter: ';', columns: ['病歷號', '姓名', '性別', '電話'] })
  expect(body.sample[0]?.[1]).toBe('陳美麗')
})

test('a workbook of Excel is imported with its dates', async () => {
  const text = (value: string) => ({ type: String, value })
  const file = await writeXlsxFile([
    ['病案号', '姓名', '出生日期', '性别'].map(text),
    [
      text('X1'),
      text('孙三'),
      { type: Date, value: new Date('1955-06-07'), format: 'yyyy-mm-dd' },
      text('男'),
    ],
  ]).toBuffer()
  const done = await imported(file)
  expect(done).toMatchObject({ encoding: 'xlsx', status: 'imported', created: 1 })
  expect(await ofPerson('X1')).toMatchObject({ name: '孙三', birth_date: '1955-06-07' })
})

test('every row that cannot be imported is told with its field and its reason, and keeps no other row out', async () => {
  const done = await imported(
    `${head}B1,甲,男,1990-02-30,,,\n,乙,男,1990-01-01,,,\nB3,丙,雄,2090-01-01,123,12,\nB4,丁,男,1990-01-01,,,\nB5,戊,男,1990-01-01,,,,多,出\n`,
  )
  expect(done).toMatchObject({ status: 'imported', created: 1, failed: 4, rows: 5 })
  const errors = await app.request(centre, listImportErrors, { params: { id: done.id }, query: {} })
  expect(errors.body.items.map((one) => [one.row, one.field, one.problem])).toEqual([
    [2, 'birthDate', 'not-a-date'],
    [3, 'recordNumber', 'missing'],
    [4, 'nationalId', 'not-a-national-id'],
    [4, 'phone', 'not-a-phone'],
    [4, 'sex', 'not-a-sex'],
    [4, 'birthDate', 'in-the-future'],
    [6, null, 'wrong-number-of-columns'],
  ])
  expect(errors.body.items[0]?.value).toBe('1990-02-30')
  const file = await app.send(
    centre,
    'get',
    `/api/v1${exportImportErrors.path.replace('{id}', String(done.id))}`,
  )
  expect(await file.text()).toContain('2,birthDate,1990-02-30,not-a-date')
})

test('a formula in a wrong cell does not run in the file of errors', async () => {
  const done = await imported(`${head}F1,甲,=cmd|' /C calc'!A0,1990-01-01,,,\n`)
  const file = await app.send(
    centre,
    'get',
    `/api/v1${exportImportErrors.path.replace('{id}', String(done.id))}`,
  )
  expect(await file.text()).toContain(`sex,'=cmd|`)
})

/** `YYYY-MM-DD`, so many days ago. */
const daysAgo = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10)

test('visits come with their persons and their wards; a fresh discharge starts the follow-up', async () => {
  const done = await imported(
    `病案号,姓名,住院号,就诊类型,科室,主治医师,入院时间,出院时间,出院诊断\nV1,周四,Z0001,住院,心内科,李医生,${daysAgo(9)} 08:30,${daysAgo(2)} 10:00,肺炎\n`,
    'encounters',
  )
  expect(done).toMatchObject({ status: 'imported', created: 1 })
  const { rows } = await sql<{ class: string; status: string; department: string; tasks: number }>`
    select e.class, e.status, d.name as department, (select count(*) from enrollment n where n.encounter_id = e.id) as tasks
    from encounter e join department d on d.id = e.department_id where visit_number = 'Z0001'`.execute(app.db)
  expect(rows[0]).toMatchObject({ class: 'inpatient', status: 'finished', department: '心内科' })
  expect(rows[0]?.tasks).toBeGreaterThan(0)
})

test('an undo takes back what the import made and changed, and leaves what was worked on since', async () => {
  const before = await ofPerson('known')
  const done = await imported(
    `${head}known,王大明,男,1980-01-02,,13911119999,新路 2 号\nU1,吴五,女,1970-01-01,,,\nU2,郑六,男,1971-01-01,,,\n`,
  )
  expect(done).toMatchObject({ created: 2, updated: 1 })
  expect(await ofPerson('known')).toMatchObject({ name: '王大明' })
  // The HIS says more of one of them before the undo.
  await receive(app, { mrn: 'U2', name: '郑六', visit: 'after-import' })
  await act(done.id, 'undo')
  await app.processAll()
  expect(await detail(done.id)).toMatchObject({ status: 'undone', kept: 1 })
  expect(await ofPerson('known')).toEqual(before)
  expect(await ofPerson('U1')).toBeUndefined()
  expect(await ofPerson('U2')).toBeDefined()
})

test('whom a later import has changed, the undo of the first leaves; whom it only repeated, it takes away', async () => {
  const first = await imported(
    `${head}R1,冯甲,男,1970-01-01,,13811110001,某路 1 号\nR2,陈乙,女,1971-01-01,,13811110002,某路 2 号\n`,
  )
  const second = await imported(
    `${head}R1,冯甲,男,1970-01-01,,13811110001,某路 1 号\nR2,陈乙,女,1971-01-01,,13822220002,某路 9 号\n`,
  )
  expect(second).toMatchObject({ updated: 1, unchanged: 1 })
  await act(first.id, 'undo')
  await app.processAll()
  expect(await detail(first.id)).toMatchObject({ status: 'undone', kept: 1 })
  expect(await ofPerson('R1')).toBeUndefined()
  expect(await ofPerson('R2')).toBeDefined()
})

test('an undo of visits takes their follow-up along, except where somebody has called already', async () => {
  const row = (n: number) => `W${n},病人${n},Y000${n},住院,心内科,${daysAgo(9)},${daysAgo(3)},胃炎`
  const done = await imported(
    `病案号,姓名,住院号,就诊类型,科室,入院时间,出院时间,诊断\n${row(1)}\n${row(2)}\n`,
    'encounters',
  )
  await sql`insert into task_contact (task_id, attempts, ladder_step, ladder_step_from)
    select id, 1, 'phone', 0 from task where encounter_id = (select id from encounter where visit_number = 'Y0002')`.execute(
    app.db,
  )
  await act(done.id, 'undo')
  await app.processAll()
  const { rows } = await sql<{ visit_number: string }>`
    select visit_number from encounter where visit_number like 'Y000%'`.execute(app.db)
  expect(rows).toEqual([{ visit_number: 'Y0002' }])
  expect(await ofPerson('W1')).toBeUndefined()
  expect(await ofPerson('W2')).toBeDefined()
})

test('visits imported a second time are as they were: nothing is told, and taking back both leaves nothing', async () => {
  const file = `病案号,姓名,住院号,就诊类型,科室,入院时间,出院时间,诊断\nWW1,沈一,Y1001,住院,心内科,${daysAgo(9)},${daysAgo(3)},胃炎\nWW2,沈二,Y1002,门诊,心内科,${daysAgo(3)},,\n`
  const first = await imported(file, 'encounters')
  const told = async () => {
    const { rows } =
      await sql`select t.kind, t.at, t.source, t.recorded_at from timeline t join encounter e on e.id = t.encounter_id
        where e.visit_number like 'Y100%' order by t.at, t.kind`.execute(app.db)
    return rows
  }
  const before = await told()
  const second = await imported(file, 'encounters')
  expect(second).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
  expect(await told()).toEqual(before)
  for (const { id } of [second, first]) {
    await act(id, 'undo')
    await app.processAll()
    expect(await detail(id)).toMatchObject({ status: 'undone', kept: 0 })
  }
  expect([await told(), await ofPerson('WW1'), await ofPerson('WW2')]).toEqual([[], undefined, undefined])
})

test('an import can be cancelled between batches and goes on nowhere; what was done can be undone', async () => {
  const rows = Array.from({ length: 2200 }, (_, n) => `C${n},${stranger(n)},,`).join('\n')
  const { body } = await upload(`${head}${rows}\n`)
  await act(body.id, 'run')
  expect(await importDue(app.db)).toBe(1000)
  expect((await act(body.id, 'cancel')).body).toMatchObject({
    status: 'cancelled',
    done: 1000,
    created: 1000,
  })
  expect(await importDue(app.db)).toBe(0)
  await act(body.id, 'undo')
  await app.processAll()
  expect(await ofPerson('C999')).toBeUndefined()
  expect((await act(body.id, 'run')).error?.id).toBe('already-closed')
})

test('another process goes on where one stopped: every row once, whatever the size of the file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2600 }), fc.uuid(), async (count, mark) => {
      const rows = Array.from({ length: count }, (_, n) => `${mark}-${n},${stranger(n)},,`).join('\n')
      const { body } = await upload(`${head}${rows}\n`)
      await act(body.id, 'run')
      // A module loaded afresh knows no more of the file than a process that has just started.
      for (let worked = 1; worked > 0;) {
        vi.resetModules()
        const fresh = await import('./run.ts')
        worked = await fresh.importDue(app.db)
      }
      expect(await detail(body.id)).toMatchObject({ status: 'imported', rows: count, created: count })
    }),
    { numRuns: 4 },
  )
})

test('a mapping by hand is kept for the next file of the same shape', async () => {
  const file = '编号甲,称呼,生辰\nM1,冯七,1988-08-08\n'
  const { body } = await upload(file)
  const refused = await act(body.id, 'run')
  expect(refused.error?.fields?.map((one) => one.path)).toEqual(['mapping.recordNumber', 'mapping.name'])
  const wrong = await app.request(centre, updateImport, {
    params: { id: body.id },
    body: { mapping: { bed: 0 } },
  })
  expect(wrong.error?.fields?.[0]?.path).toBe('mapping.bed')
  const mapping = { recordNumber: 0, name: 1, birthDate: 2 }
  await app.request(centre, updateImport, { params: { id: body.id }, body: { mapping } })
  await act(body.id, 'run')
  await app.processAll()
  expect(await ofPerson('M1')).toMatchObject({ name: '冯七', birth_date: '1988-08-08' })
  expect((await upload('编号甲,称呼,生辰\nM2,陈八,1989-09-09\n')).body).toMatchObject({
    mapping,
    remembered: true,
  })
})

test.each([
  ['an empty file', '', 'empty'],
  ['a file with column names only', head, 'no rows'],
  ['the old format of Excel', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '.xls'],
])('%s is refused in a sentence', async (_, file, words) => {
  const { status, body } = await upload(file)
  expect(status).toBe(422)
  expect(body.error?.message).toContain(words)
})

test('who may not import cannot, and nobody sees the import of another site or the rows of another user', async () => {
  const nurse = await app.signInAs('nurse', { site })
  expect((await upload(head, 'persons', nurse)).status).toBe(403)
  await receive(app, { mrn: 'far', site: 'EAST' })
  const far = await app.signInAs('service-centre', { site: (await idsOf(app)).site('EAST') })
  expect((await upload(`${head}Q1,甲,男,,,,\n`, 'persons', far)).status).toBe(404)
  const { body } = await upload(`${head}Q2,乙,男,不是日期,,,\n`)
  await act(body.id, 'check')
  await app.processAll()
  expect((await app.request(far, getImport, { params: { id: body.id } })).status).toBe(404)
  expect((await app.request(far, listImports)).body.items).toEqual([])
  const administrator = await app.signInAs('administrator')
  expect((await app.request(administrator, getImport, { params: { id: body.id } })).body.sample).toEqual([])
  const errors = await app.request(administrator, listImportErrors, { params: { id: body.id }, query: {} })
  expect(errors.body.items[0]).toMatchObject({ problem: 'not-a-date', value: null })
})

test('a person known by the national number keeps one record, and the undo does not take him away', async () => {
  await imported(`${head}N1,卫九,男,1966-06-06,510104196606060019,,\n`)
  const owner = await personOf(app, 'N1')
  const done = await imported(`${head}N2,卫九,男,1966-06-06,510104196606060019,,\n`)
  expect(await personOf(app, 'N2')).toBe(owner)
  await act(done.id, 'undo')
  await app.processAll()
  expect(await personOf(app, 'N1')).toBe(owner)
  expect(await ofPerson('N2')).toBeUndefined()
})

test('columns of latitude and longitude place the address; one without the other is told', async () => {
  const header = '病案号,姓名,性别,出生日期,家庭住址,纬度,经度\n'
  const rows = [`G1,${stranger(401)}玉林北路 1 号,30.65,104.05`, `G2,${stranger(402)}玉林北路 2 号,30.65,`]
  const done = await imported(header + rows.join('\n'))
  const { rows: placed } = await sql<{ latitude: number; longitude: number }>`
    select a.latitude, a.longitude from person_address a join person_identifier i on i.person_id = a.person_id
    where i.value = 'G1'`.execute(app.db)
  expect(placed).toEqual([{ latitude: 30.65, longitude: 104.05 }])
  const { body } = await app.request(centre, listImportErrors, { params: { id: done.id }, query: {} })
  expect(body.items.map((one) => [one.row, one.field, one.problem])).toEqual([[3, 'longitude', 'missing']])
})
