import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson, listPersons, revealPerson, setOptOut, updatePerson } from '../../../contract/person.ts'
import { updateSetting as updateRoute } from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { refoldNames } from './refold.ts'

let app: TestApp
let centre: string

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  await receive(app, { mrn: 'S0', site: 'EAST', name: '先来人' })
  const ids = await idsOf(app)
  const admin = await app.signInAs('administrator')
  const put = await app.request(admin, updateRoute, {
    params: { key: 'organisation.country' },
    body: { value: 'TW', version: 0, siteId: ids.site('EAST') },
  })
  expect(put.status).toBe(200)
  const wrong = await app.request(admin, updateRoute, {
    params: { key: 'organisation.country' },
    body: { value: 'Taiwan', version: 0 },
  })
  expect(wrong.error?.fields?.[0]?.path).toBe('value')
  await receive(
    app,
    { mrn: 'S1', name: '古丽娜尔·艾合买提' },
    { mrn: 'S2', name: 'Jörg Großmann', phone: '０５７１－８７６５４３２１转８００１' },
    { mrn: 'S3', name: 'Siobhán Neill', phone: '13905710001/13905710002' },
    { mrn: 'S4', name: '周\u200B明\uFEFF星', phone: '00000000000' },
    { mrn: 'S5', name: 'CHEN Meiling', phone: '0912345678' },
    { mrn: 'S6', name: '陈美玲', kin: ['陈父', '0571-87651234-17'] },
    { mrn: 'S7', name: '鲜于文', nationalId: '110101850307080' },
    { mrn: 'S8', site: 'EAST', name: '林淑芬', phone: '0912345678' },
  )
  await receiveText(app, about('ADT^A31', { mrn: 'S3', name: "O'Neill^Siobhán", at: new Date() }))
})
afterAll(() => app.close())

async function find(search: string): Promise<string[]> {
  const { body } = await app.request(centre, listPersons, { query: { search } })
  return body.items.map((one) => one.recordNumbers.map((number) => number.value).join(' '))
}

test.each([
  ...['•', '．', '.', '・', '‧', '∙', '⋅', ' ', '', '—', '。'].map((dot) => [`古丽娜尔${dot}艾合买提`, 'S1']),
  ['古丽娜尔', 'S1'],
  ['grossmann', 'S2'],
  ['Großmann Jörg', 'S2'],
  ['jorg', 'S2'],
  ['Joerg', 'S2'],
  ['oneill', 'S3'],
  ["o'neill", 'S3'],
  ['O’Neill', 'S3'],
  ['Siobhan ONEILL', 'S3'],
  ['周明星', 'S4'],
  ['周 明\u200E星', 'S4'],
  ['Meiling Chen', 'S5'],
  ['CHEN MEILING', 'S5'],
  ['meiling chen', 'S6'],
  ['chenmeiling', 'S6'],
  ['110101 850307 080', 'S7'],
  ['1101 0119 8503 0708 06'.replaceAll(' ', ''), 'S7'],
  ['0571-87654321', 'S2'],
  ['１３９０５７１０００２', 'S3'],
  ['0912345678', 'S5'],
  ['0912 345 678', 'S8'],
])('%j finds the person', async (search, mrn) => {
  expect(await find(search)).toContain(mrn)
})

test('a caller is found by the number in the form of the country where it was stored', async () => {
  const { body } = await app.request(centre, listPersons, { query: { phone: '0912345678' } })
  expect(body.items.map((one) => one.recordNumbers[0]?.value).sort()).toEqual(['S5', 'S8'])
})

async function reveal(mrn: string, site = 'NH') {
  const { body } = await app.request(centre, revealPerson, {
    params: { id: await personOf(app, mrn, site) },
    body: { fields: ['telecoms', 'relationships'], reason: 'call' },
  })
  return [
    ...(body.telecoms ?? []).map((one) => one.value),
    ...(body.relationships ?? []).map((one) => one.phone),
  ]
}

test('numbers are shown as they are dialled: with the extension, each of two by itself, zeros not at all', async () => {
  expect(await reveal('S2')).toEqual(['0571-87654321转8001'])
  expect((await reveal('S3')).sort()).toEqual(['13905710001', '13905710002'])
  expect(await reveal('S4')).toEqual([])
  expect(await reveal('S5')).toEqual(['0912345678'])
  expect(await reveal('S6')).toEqual(['0571-87651234转17'])
  expect(await reveal('S8', 'EAST')).toEqual(['+886912345678'])
})

test('a landline is masked but for its area code and its end', async () => {
  const { body } = await app.request(centre, getPerson, { params: { id: await personOf(app, 'S2') } })
  expect(body.phone).toBe('0571-****4321')
})

test('staff enter a number as it stands on paper, one at a time', async () => {
  const id = await personOf(app, 'S7')
  const { body } = await app.request(centre, getPerson, { params: { id } })
  const add = (addPhone: string, version: number) =>
    app.request(centre, updatePerson, { params: { id }, body: { version, addPhone } })
  expect((await add('13905710001/13905710002', body.version)).error?.fields?.[0]?.path).toBe('addPhone')
  expect((await add('（0571）87650000 分机 12', body.version)).status).toBe(200)
  expect(await reveal('S7')).toEqual(['0571-87650000转12'])
})

test('names stored in an older folding are found after the worker went through them, also when it was stopped between', async () => {
  await sql`update person set search_name = '?', pinyin = '?', initials = '?'`.execute(app.db)
  await sql`insert into name_refold values ('person', 0)`.execute(app.db)
  expect(await find('grossmann')).toEqual([])
  while ((await refoldNames(app.db)) > 0);
  expect(await find('grossmann')).toEqual(['S2'])
  const { rows } = await sql`select 1 from name_refold`.execute(app.db)
  expect(rows).toEqual([])
})

test('the list is narrowed by department, doctor, diagnosis and days of the last visit, and by tags, within the reach', async () => {
  const at = new Date('2026-10-12T02:00:00Z')
  const stay = { event: 'A03', at, department: 'RESP', departmentName: '呼吸科' }
  await receive(
    app,
    { ...stay, mrn: 'N1', visit: 'N1', doctor: 'D7', diagnoses: [['J18.9', '社区获得性肺炎', 'F']] },
    { ...stay, mrn: 'N2', visit: 'N2', doctor: 'D8', diagnoses: [['J45', '支气管哮喘', 'F']] },
    { mrn: 'N3', visit: 'N3', diedAt: at },
  )
  await app.processAll()
  const ids = await idsOf(app)
  const list = async (query: object, caller = centre) => {
    const { body, status } = await app.request(caller, listPersons, { query: { ...query, total: true } })
    expect(status).toBe(200)
    expect(body.total).toBe(body.items.length)
    return body.items.flatMap((one) => one.recordNumbers.map(({ value }) => value)).sort()
  }
  const departmentId = ids.department('RESP')
  expect(await list({ departmentId })).toEqual(['N1', 'N2'])
  expect(await list({ departmentId, sort: 'name' })).toEqual(['N1', 'N2'])
  expect(await list({ attendingStaffId: ids.staff('D8') })).toEqual(['N2'])
  expect(await list({ condition: '肺炎' })).toEqual(['N1'])
  expect(await list({ condition: '100%' })).toEqual([])
  const days = (dischargedFrom: string, dischargedTo: string) =>
    list({ departmentId, dischargedFrom, dischargedTo })
  expect(await days('2026-10-12', '2026-10-12')).toEqual(['N1', 'N2'])
  expect(await days('2026-10-13', '2026-10-20')).toEqual([])
  expect(await list({ tag: 'deceased' })).toEqual(['N3'])
  const opened = await personOf(app, 'N2')
  const shut = { channel: 'all', purpose: 'all', active: true } as const
  await app.request(centre, setOptOut, { params: { id: opened }, body: shut })
  expect(await list({ tag: 'do-not-contact' })).toEqual(['N2'])
  expect(await list({ tag: 'do-not-contact', attendingStaffId: ids.staff('D7') })).toEqual([])
  for (const tag of ['red-flag', 'open-dispute']) expect(await list({ tag })).toEqual([])
  const elsewhere = await app.signInAs('service-centre', { site: ids.site('EAST') })
  expect(await list({ departmentId }, elsewhere)).toEqual([])
})
