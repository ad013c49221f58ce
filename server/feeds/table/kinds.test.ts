import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportKind } from '../../../contract/import.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { about, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { uploadsOf } from '../../../test/support/upload.ts'
import { localDate } from '../../platform/clock.ts'

let app: TestApp
let centre: string
let files: ReturnType<typeof uploadsOf>

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'K1', name: '王小明', phone: '13900000001', birth: '19800102', sex: 'M' })
  const site = (await idsOf(app)).site('NH')
  centre = await app.signInAs('service-centre', { site })
  files = uploadsOf(app, centre, site)
})
afterAll(() => app.close())

const upload = async (file: string, kind: ImportKind) => (await files.upload(file, kind)).body
const work = (...call: Parameters<typeof files.work>) => files.work(...call)
const imported = (...call: Parameters<typeof files.imported>) => files.imported(...call)
const problemsOf = (id: number) => files.problemsOf(id)

/** What the timeline says of a kind and still holds, oldest first. */
async function facts(mrn: string, kind: string) {
  const { rows } = await sql<{ kind: string; data: Record<string, unknown>; source: string }>`
    select e.kind, e.data, e.source from timeline e where e.person_id = ${await personOf(app, mrn)} and e.kind like ${`${kind}%`}
      and not coalesce((e.data ->> 'superseded')::boolean, false) order by e.at, e.id`.execute(app.db)
  return rows.map(({ kind, data, source }) => ({ ...data, kind, source }))
}

/** The day so many days from now, as files and as HL7 write it. */
const date = (days: number) => localDate(new Date(Date.now() + days * 86_400_000), 'Asia/Shanghai')
const compact = (days: number) => date(days).replaceAll('-', '')

const charges = '病案号,姓名,收费单号,项目代码,收费项目,数量,金额,收费日期,科室\n'

test('charges go on the timeline once, with refunds below zero; the same file adds nothing and an undo takes them off', async () => {
  const file = `${charges}C1,赵一,F1,X1,CT 平扫,1,"1,361.00",${date(-17)} 09:30,影像科\nC1,,F2,X1,CT 平扫,1,(1361.00),${date(-16)},影像科\n`
  const { id, mapping } = await upload(file, 'charges')
  expect(mapping).toEqual({
    recordNumber: 0,
    name: 1,
    chargeNumber: 2,
    itemCode: 3,
    itemName: 4,
    quantity: 5,
    amount: 6,
    chargedAt: 7,
    departmentName: 8,
  })
  expect(await work(id, 'check')).toMatchObject({ created: 2, updated: 0, failed: 0 })
  expect(await work(id, 'run')).toMatchObject({ status: 'imported', created: 2 })
  expect(await facts('C1', 'charge')).toMatchObject([
    { amount: 1361, orderNumber: 'F1', department: '影像科', code: { code: 'X1', text: 'CT 平扫' } },
    { amount: -1361, orderNumber: 'F2' },
  ])
  const again = await upload(`${file}\n`, 'charges')
  expect(await work(again.id, 'check')).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
  expect(await work(again.id, 'run')).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
  await work(id, 'undo')
  const person = await sql`select 1 from person_identifier where value = 'C1'`.execute(app.db)
  expect(person.rows).toEqual([])
  const left = await sql`select 1 from clinical_fact where source = 'file:NH'`.execute(app.db)
  expect(left.rows).toEqual([])
})

test('a charge that the HIS told and a file tells again is one; another amount corrects it, and an undo lets the first hold again', async () => {
  const ft1 = `FT1|1|H1||${compact(-15)}101500+0800||CG|X2^血常规^L|||1||25^CNY|检验科`
  await receiveText(app, about('DFT^P03', { mrn: 'K1' }, ft1))
  const same = await imported(`${charges}K1,,H1,X2,血常规,,25,${date(-15)},\n`, 'charges')
  expect(same).toMatchObject({ created: 0, unchanged: 1 })
  const other = await imported(`${charges}K1,,H1,X2,血常规,1,30,${date(-15)},\n`, 'charges')
  expect(other).toMatchObject({ created: 0, updated: 1 })
  expect(await facts('K1', 'charge')).toMatchObject([{ amount: 30 }])
  // The feed repeats what it said before the file: the correction stays.
  await receiveText(app, about('DFT^P03', { mrn: 'K1' }, ft1))
  expect(await facts('K1', 'charge')).toMatchObject([{ amount: 30 }])
  expect(await work(other.id, 'undo')).toMatchObject({ status: 'undone', kept: 0 })
  expect(await facts('K1', 'charge')).toMatchObject([{ amount: 25 }])
  // The other way round: the file first, then the feed.
  await imported(`${charges}K1,,H2,X2,血常规,1,25,${date(-14)} 08:00,\n`, 'charges')
  await receiveText(
    app,
    about('DFT^P03', { mrn: 'K1' }, ft1.replace('H1', 'H2').replace(compact(-15), compact(-14))),
  )
  expect(await facts('K1', 'charge')).toHaveLength(2)
})

test('what cannot be a charge is told per row: no amount, no item, and a number that stands for something else in the same file', async () => {
  const file = [
    `K1,,N1,A,挂号费,1,十元,${date(-13)},`,
    `K1,,N2,,,1,10,${date(-13)},`,
    `K1,,N3,A,挂号费,1,10,${date(-13)},`,
    `K1,,N3,A,挂号费,1,20,${date(-13)},`,
    `K1,,N3,A,挂号费,1,10,${date(-13)},`,
    ',,N4,A,挂号费,1,10,2099-01-01,',
  ].join('\n')
  const done = await imported(`${charges}${file}\n`, 'charges')
  expect(done).toMatchObject({ created: 1, unchanged: 1, failed: 4 })
  expect(await problemsOf(done.id)).toEqual([
    [2, 'amount', 'not-a-number'],
    [3, 'itemName', 'missing'],
    [7, 'recordNumber', 'missing'],
    [7, 'chargedAt', 'in-the-future'],
    [5, 'chargeNumber', 'number-twice'],
  ])
})

test('appointments of a file and of the feed are one; what becomes of them is a new line, and coming days are allowed', async () => {
  const head = '病案号,预约号,预约状态,预约时间,科室,医生\n'
  const done = await imported(
    `${head}K1,A1,已预约,${date(48)} 09:00,心内科,林医生\nK1,A2,爽约,${date(-13)} 09:00,心内科,\n`,
    'appointments',
  )
  expect(done).toMatchObject({ created: 2, failed: 0 })
  await receiveText(
    app,
    about('SIU^S12', { mrn: 'K1' }, `SCH|A1|A1|||||FU^复诊|FU^复诊|||^^^${compact(48)}090000+0800`),
  )
  expect((await facts('K1', 'appointment')).map((one) => one.kind)).toEqual([
    'appointment.missed',
    'appointment.booked',
  ])
  const later = await imported(
    `${head}K1,A1,已取消,${date(48)} 09:00,心内科,林医生\nK1,A3,也许,明天,,\n`,
    'appointments',
  )
  expect(later).toMatchObject({ created: 1, failed: 1 })
  expect(await problemsOf(later.id)).toEqual([
    [3, 'appointmentStatus', 'not-a-status'],
    [3, 'appointmentStart', 'not-a-date'],
  ])
  await work(later.id, 'undo')
  expect((await facts('K1', 'appointment')).map((one) => one.kind)).not.toContain('appointment.cancelled')
})

const groups =
  '客户编号,单位名称,单位类型,联系人,联系人电话,合同编号,生效日期,到期日期,结算方式,折扣,服务内容\n'
const members = '单位名称,病案号,姓名,性别,出生日期,身份证号,手机号,工号,部门,入职日期,离职日期\n'

test('group customers come with contact and agreement; said again they change nothing, and an undo takes all of it back', async () => {
  const file = `${groups}U1,宁波港集团,企业,孙主任,13700000001,HT-1,2026-01-01,2027-12-31,月结,85折,体检、门诊\nU2,海曙区教育局,机关,,,,,,,,\n`
  const { id, mapping } = await upload(file, 'groups')
  expect(Object.keys(mapping)).toHaveLength(11)
  expect(await work(id, 'check')).toMatchObject({ created: 2, failed: 0 })
  expect(await work(id, 'run')).toMatchObject({ created: 2, failed: 0 })
  const { rows } = await sql`
    select g.name, g.kind, c.name as contact, c.phone, c.main, a.number, a.valid_until, a.payment, a.discount_percent, a.services
    from group_customer g join group_contact c on c.group_id = g.id join group_agreement a on a.group_id = g.id`.execute(
    app.db,
  )
  expect(rows).toEqual([
    {
      name: '宁波港集团',
      kind: 'employer',
      contact: '孙主任',
      phone: '+8613700000001',
      main: true,
      number: 'HT-1',
      valid_until: '2027-12-31',
      payment: 'monthly',
      discount_percent: 15,
      services: ['health-check', 'outpatient'],
    },
  ])
  expect(await imported(file, 'groups')).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
  const changed = await imported(file.replace('2027-12-31', '2028-12-31'), 'groups')
  expect(changed).toMatchObject({ updated: 1, unchanged: 1 })
  await work(changed.id, 'undo')
  const until = await sql<{ valid_until: string }>`select valid_until from group_agreement`.execute(app.db)
  expect(until.rows).toEqual([{ valid_until: '2027-12-31' }])
  expect(await work(id, 'undo')).toMatchObject({ kept: 0 })
  expect((await sql`select 1 from group_customer`.execute(app.db)).rows).toEqual([])
})

test('members are found by record number, identity number or their number there, once, and leave with an undo', async () => {
  await imported(`${groups}U1,宁波港集团,企业,,,,,,,,\n`, 'groups')
  const file = `${members}宁波港集团,K1,王小明,男,1980-01-02,,,E1,装卸部,2020-05-01,\nU1,,李新人,女,1991-02-03,510104199102030020,13600000001,E2,财务部,2021-05-01,\n宁波港集团,,周无号,男,1985-01-01,,,,,,\n别的单位,,吴某,男,1985-01-01,,,E9,,,\n`
  const { id } = await upload(file, 'group-members')
  expect(await work(id, 'check')).toMatchObject({ created: 2, updated: 0, failed: 2 })
  const done = await work(id, 'run')
  expect(done).toMatchObject({ created: 2, failed: 2 })
  expect(await problemsOf(id)).toEqual([
    [4, 'employeeNumber', 'no-way-to-know'],
    [5, 'groupName', 'unknown-group'],
  ])
  const person = await app.request(centre, getPerson, { params: { id: await personOf(app, 'K1') } })
  expect(person.body.memberships).toMatchObject([
    {
      groupName: '宁波港集团',
      employeeNumber: 'E1',
      department: '装卸部',
      since: '2020-05-01',
      current: true,
    },
  ])
  expect(person.body.identifiers.map((one) => one.system)).toEqual(['mrn:NH'])
  expect(await imported(file, 'group-members')).toMatchObject({ created: 0, updated: 0, unchanged: 2 })
  const left = await imported(`${members}宁波港集团,,李新人,,,,,E2,,,2026-10-31\n`, 'group-members')
  expect(left).toMatchObject({ created: 0, updated: 1 })
  const open = await sql<{ until: string | null }>`
    select m.until from group_member m join person p on p.id = m.person_id where p.name = '李新人'`.execute(
    app.db,
  )
  expect(open.rows).toEqual([{ until: '2026-10-31' }])
  await work(left.id, 'undo')
  expect(await work(id, 'undo')).toMatchObject({ kept: 0 })
  expect((await sql`select 1 from group_member`.execute(app.db)).rows).toEqual([])
  expect((await sql`select 1 from person where name = '李新人'`.execute(app.db)).rows).toEqual([])
})
