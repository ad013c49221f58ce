import iconv from 'iconv-lite'
import { sql } from 'kysely'
import writeXlsxFile, { type Cell } from 'write-excel-file/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { updateImport } from '../../../contract/import.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { uploadsOf } from '../../../test/support/upload.ts'
import { guessDelimiter } from './file.ts'
import { formatOf, shownNumber } from './number-format.ts'

let app: TestApp
let centre: string
let files: ReturnType<typeof uploadsOf>

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'known', name: '王小明', phone: '13900000001' })
  const site = (await idsOf(app)).site('NH')
  centre = await app.signInAs('service-centre', { site })
  files = uploadsOf(app, centre, site)
})
afterAll(() => app.close())

const text = (value: string): Cell => ({ type: String, value })
const number = (value: number, format?: string): Cell => ({ type: Number, value, ...(format && { format }) })
const workbook = (rows: Cell[][]) => writeXlsxFile(rows).toBuffer()
const texts = (...values: string[]) => values.map(text)

type Known = { name: string; birth_date: string | null; phones: string[]; address: string | null }
async function person(mrn: string): Promise<Known | undefined> {
  const { rows } = await sql<Known>`
    select p.name, p.birth_date, array(select value from person_telecom t where t.person_id = p.id order by 1) as phones,
      (select text from person_address a where a.person_id = p.id) as address
    from person_identifier i join person p on p.id = i.person_id where i.system = 'mrn:NH' and i.value = ${mrn}`.execute(
    app.db,
  )
  return rows[0]
}

test('a record number that another row has for somebody else is reported; one difference is a correction', async () => {
  const head = '病案号,姓名,出生日期,电话'
  const done = await files.imported(
    [
      head,
      'O1,重甲,1950-01-01,13800007001',
      'O1,重乙,1990-09-09,13800007002',
      'O2,重丙,1950-01-01,',
      'O2,重丁,1950-01-01,',
    ].join('\n'),
  )
  expect(done).toMatchObject({ created: 2, failed: 1 })
  expect(await files.problemsOf(done.id)).toEqual([[3, 'recordNumber', 'another-person']])
  expect(await person('O1')).toMatchObject({ name: '重甲', phones: ['+8613800007001'] })
})

test('numbers that a spreadsheet has spoilt are reported, and make no two people one', async () => {
  const done = await files.imported(
    [
      '病案号,姓名,电话,身份证号',
      '1.23457E+11,甲一,13800006001,',
      '1.23457E+11,甲二,13800006002,',
      '20230001.0,甲三,,',
      '2-Jan,甲四,,',
      '########,甲五,,',
      'P6,甲六,1.38E+10,',
      'P7,甲七,,510104197503020000',
      'P8,甲八,13800006008.0,',
      '2E5,甲九,,',
      `="00123",甲十,,`,
      `'00124,甲十一,,`,
    ].join('\n'),
  )
  expect(done).toMatchObject({ created: 3, failed: 8 })
  expect(await files.problemsOf(done.id)).toEqual([
    [2, 'recordNumber', 'spoilt'],
    [3, 'recordNumber', 'spoilt'],
    [4, 'recordNumber', 'spoilt'],
    [5, 'recordNumber', 'spoilt'],
    [6, 'recordNumber', 'spoilt'],
    [7, 'phone', 'spoilt'],
    [8, 'nationalId', 'spoilt'],
    [9, 'phone', 'spoilt'],
  ])
  expect([await person('2E5'), await person('00123'), await person('00124')]).toMatchObject([
    { name: '甲九' },
    { name: '甲十' },
    { name: '甲十一' },
  ])
})

test('spoilt numbers of visits are reported', async () => {
  const done = await files.imported(
    '病案号,姓名,住院号,入院时间\nS1,乙一,2.02611E+11,2023-05-01 08:00\nS2,乙二,2.02611E+11,2023-05-02 08:00\n',
    'encounters',
  )
  expect(done).toMatchObject({ created: 0, failed: 2 })
  expect(await files.problemsOf(done.id)).toEqual([
    [2, 'visitNumber', 'spoilt'],
    [3, 'visitNumber', 'spoilt'],
  ])
})

test('numbers of a workbook are whole up to fifteen digits and reported beyond; a format shows its zeros', async () => {
  const done = await files.imported(
    await workbook([
      texts('病案号', '姓名', '电话', '身份证号'),
      [number(123_456_789_012_345), text('丙一'), number(13_800_007_001), null],
      [number(1_234_567_890_123_456), text('丙二'), null, null],
      [text('W3'), text('丙三'), null, number(510_104_197_503_020_000)],
      [number(782_157, '00000000'), text('丙四'), null, null],
      [number(12, '"MR-"0000'), text('丙五'), number(2_885_551_234, '000-00000000'), null],
    ]),
  )
  expect(done).toMatchObject({ created: 3, failed: 2 })
  expect(await files.problemsOf(done.id)).toEqual([
    [3, 'recordNumber', 'spoilt'],
    [4, 'nationalId', 'spoilt'],
  ])
  expect([await person('123456789012345'), await person('00782157'), await person('MR-0012')]).toMatchObject([
    { name: '丙一', phones: ['+8613800007001'] },
    { name: '丙四' },
    { name: '丙五' },
  ])
})

test('times of a workbook are rounded to the second', async () => {
  const stamp = 'yyyy\\-mm\\-dd\\ hh:mm:ss'
  const done = await files.imported(
    await workbook([
      texts('病案号', '姓名', '住院号', '入院时间', '出院时间'),
      [
        ...texts('X7', '丁一', 'VX7'),
        number(45_000.3472222222, stamp),
        number(45_001.638888888, 'yyyy/m/d" "AM/PM" "h:mm'),
      ],
    ]),
    'encounters',
  )
  expect(done).toMatchObject({ created: 1 })
  const { rows } = await sql`select starts_at, ends_at from encounter where visit_number = 'VX7'`.execute(
    app.db,
  )
  expect(rows).toEqual([
    { starts_at: new Date('2023-03-15T08:20:00+08:00'), ends_at: new Date('2023-03-16T15:20:00+08:00') },
  ])
})

test.each([
  ['00000000', 8_782_157, '08782157'],
  ['000-0000', 12_345, '001-2345'],
  ['"A"0000', 12, 'A0012'],
  ['0"人"', 12, '12'],
  ['General', 12_345_678_901, '12345678901'],
  ['0.00', 12.5, '12.5'],
  ['#,##0.00', 1234.5, '1234.5'],
  ['0%', 0.85, '85%'],
  ['0.00E+00', 123_456_789_012, '123456789012'],
  ['[$¥-804]#,##0', 1200, '1200'],
  ['0_);(0)', 7, '7'],
  ['yyyy"年"m"月"d"日"', 31_121, '1985-03-15'],
  ['[$-404]e/m/d', 31_121, '1985-03-15'],
  ['h:mm', 0.638888889, '15:20:00'],
  ['yyyy-mm-dd', 45_000.5, '2023-03-15 12:00:00'],
  ['General', 0.1 + 0.2, '0.3'],
  ['0', 1e-7, '0.0000001'],
])('a cell with the format %s and the number %d is read as %s', (format, value, shown) => {
  expect(shownNumber(String(value), formatOf(format))).toBe(shown)
})

const lines = '病案号\t姓名\t电话\r\n{}1\t陈美丽\t0912345678\r\n{}2\t林志明\t\r\n'
test.each([
  ['UTF-16 with its mark', 'utf-16le', 'ULM', (t: string) => iconv.encode(t, 'utf-16le', { addBOM: true })],
  ['UTF-16 without', 'utf-16le', 'UL', (t: string) => iconv.encode(t, 'utf-16le', { addBOM: false })],
  ['big-endian UTF-16', 'utf-16be', 'UBM', (t: string) => iconv.encode(t, 'utf-16be', { addBOM: true })],
  [
    'big-endian UTF-16 without',
    'utf-16be',
    'UB',
    (t: string) => iconv.encode(t, 'utf-16be', { addBOM: false }),
  ],
] as const)('a file in %s is read', async (_, encoding, mark, encode) => {
  const { body } = await files.upload(encode(lines.replaceAll('{}', mark)))
  expect(body).toMatchObject({ encoding, delimiter: '\t', columns: ['病案号', '姓名', '电话'] })
  expect(await files.work(body.id, 'run')).toMatchObject({ created: 2, failed: 0 })
  expect(await person(`${mark}1`)).toMatchObject({ name: '陈美丽' })
})

test.each([
  ['sep=;\r\n病案号;姓名\r\nSEP1;分隔\r\n', 'SEP1'],
  ['\ufeffsep=,\r\n病案号,姓名\r\nSEP2,分隔\r\n', 'SEP2'],
  ['"sep=|"\n病案号|姓名\nSEP3|分隔\n', 'SEP3'],
])('a line that names the separator is none of the table', async (file, mrn) => {
  expect(await files.imported(file)).toMatchObject({ rows: 1, created: 1, failed: 0, headerRow: 1 })
  expect(await person(mrn)).toMatchObject({ name: '分隔' })
})

test('line breaks and separators within quotation marks belong to the cell', async () => {
  const file =
    '病案号;姓名;住址(省,市,区)\nQB1;引号;"北京,朝阳,建国路,1号\n2,3,4"\nQB2;引号二;"他说 ""好"""\n'
  expect(guessDelimiter(file)).toBe(';')
  expect(await files.imported(file)).toMatchObject({ rows: 2, created: 2 })
  expect(await person('QB1')).toMatchObject({ address: '北京,朝阳,建国路,1号\n2,3,4' })
  expect(await person('QB2')).toMatchObject({ address: '他说 "好"' })
})

test('empty rows are no rows, and errors keep the numbers that a spreadsheet shows', async () => {
  const done = await files.imported('病案号,姓名\n,\n\nBL1,空行\n , \nBL2,\n,,\n')
  expect(done).toMatchObject({ rows: 2, created: 1, failed: 1 })
  expect(await files.problemsOf(done.id)).toEqual([[6, 'name', 'missing']])
})

test('the names of the columns are found below a title, and another row can be chosen', async () => {
  const { body } = await files.upload(
    '某医院出院患者名单,,\n制表：信息科,2026-11-20,\n\n病案号,姓名,电话\nTT1,标题,13800014001\n',
  )
  expect(body).toMatchObject({ headerRow: 4, columns: ['病案号', '姓名', '电话'] })
  expect(body.head.map(({ row }) => row)).toEqual([1, 2, 4, 5])
  const choose = (headerRow: number) =>
    app.request(centre, updateImport, { params: { id: body.id }, body: { headerRow } })
  expect((await choose(1)).body).toMatchObject({ headerRow: 1, columns: ['某医院出院患者名单', '', ''] })
  expect((await choose(3)).error?.fields).toEqual([
    { path: 'headerRow', message: 'is an empty row, or none' },
  ])
  expect((await choose(4)).body.mapping).toEqual({ recordNumber: 0, name: 1, phone: 2 })
  expect(await files.work(body.id, 'run')).toMatchObject({ rows: 1, created: 1 })
  expect(await person('TT1')).toMatchObject({ name: '标题' })
  // Names that nobody knows are found by the width of the table.
  const other = await files.upload('清单\n号,称呼,生辰\nTT2,李四,1980-01-01\nTT3,王五,1981-01-01\n')
  expect(other.body).toMatchObject({ headerRow: 2, columns: ['号', '称呼', '生辰'] })
  const sheet = await files.imported(
    await workbook([texts('名单'), [], texts('病案号', '姓名'), texts('TT4', '表题'), [], texts('TT5', '')]),
  )
  expect(sheet).toMatchObject({ headerRow: 3, rows: 2, created: 1 })
  expect(await files.problemsOf(sheet.id)).toEqual([[6, 'name', 'missing']])
})

test('columns of one name serve their field together; where they contradict each other, the row is reported', async () => {
  const { body } = await files.upload(
    [
      '病案号,姓名,电话,电话,出生日期,出生日期,备注',
      'DC1,重列,,13800013002,1980-01-01,,',
      'DC2,重列,13800013003,13800013004,,1981-01-01,',
      'DC3,重列,13800013005,13800013005,1980-01-01,1980-01-02,',
    ].join('\n'),
  )
  expect(body.mapping).toEqual({ recordNumber: 0, name: 1, phone: [2, 3], birthDate: [4, 5] })
  const done = await files.work(body.id, 'run')
  expect(done).toMatchObject({ created: 2, failed: 1 })
  expect(await files.problemsOf(done.id)).toEqual([[4, 'birthDate', 'columns-differ']])
  expect(await person('DC1')).toMatchObject({ phones: ['+8613800013002'], birth_date: '1980-01-01' })
  expect(await person('DC2')).toMatchObject({
    phones: ['+8613800013003', '+8613800013004'],
    birth_date: '1981-01-01',
  })
})

test('what 03/04/1985 is can be chosen, or follows from the column; else the row is reported', async () => {
  const file = (mark: string, last: string) =>
    `病案号,姓名,出生日期\n${mark}1,次序,03/04/1985\n${mark}2,次序,${last}\n`
  const asked = await files.upload(file('DO', '05/06/1986'))
  expect(asked.body.dateOrder).toBeNull()
  expect(await files.work(asked.body.id, 'check')).toMatchObject({ failed: 2 })
  expect(await files.problemsOf(asked.body.id)).toEqual([
    [2, 'birthDate', 'ambiguous-date'],
    [3, 'birthDate', 'ambiguous-date'],
  ])
  const chosen = await app.request(centre, updateImport, {
    params: { id: asked.body.id },
    body: { dateOrder: 'mdy' },
  })
  expect(chosen.body).toMatchObject({ dateOrder: 'mdy', status: 'uploaded' })
  await files.work(asked.body.id, 'run')
  expect(await person('DO1')).toMatchObject({ birth_date: '1985-03-04' })
  expect(await files.imported(file('DP', '25/06/1986'))).toMatchObject({ created: 2, failed: 0 })
  expect(await person('DP1')).toMatchObject({ birth_date: '1985-04-03' })
})

test('dates that cannot be read as a whole are reported and not cut', async () => {
  const done = await files.imported(
    '病案号,姓名,出生日期\nDW1,整,1985-1-123\nDW2,整,19850315123\nDW3,整,Mar 15 1985\nDW4,整,85-3-15\n',
  )
  expect(await files.problemsOf(done.id)).toEqual([
    [2, 'birthDate', 'not-a-date'],
    [3, 'birthDate', 'not-a-date'],
    [5, 'birthDate', 'ambiguous-date'],
  ])
  expect(await person('DW3')).toMatchObject({ birth_date: '1985-03-15' })
})

test('a file with NUL characters is refused in a sentence, wherever they stand', async () => {
  const far = `病案号,姓名\n${'NU1,甲\n'.repeat(30_000)}NU2,乙\0\n`
  const sheet = await workbook([texts('病案号', '姓名'), texts('NU3', '甲_x0000_乙')])
  const wide = iconv.encode('病案号,姓名\nNU4,甲\0乙\n', 'utf-16le', { addBOM: true })
  for (const file of ['病案号,姓名\nNU1,甲\0乙\n', far, '\0'.repeat(50), sheet, wide]) {
    const { status, body } = await files.upload(file)
    expect([status, body.error?.id]).toEqual([400, 'file-nul'])
  }
})

test('characters that the encoding does not have are reported', async () => {
  const bytes = Buffer.concat([
    iconv.encode('病案号,姓名,地址\nUC1,', 'gb18030'),
    Buffer.from([0xff]),
    iconv.encode('明,某路\nUC2,李明,某路\n', 'gb18030'),
  ])
  const done = await files.imported(bytes)
  expect(done).toMatchObject({ encoding: 'gb18030', created: 1, failed: 1 })
  expect(await files.problemsOf(done.id)).toEqual([[2, 'name', 'unreadable-characters']])
})
