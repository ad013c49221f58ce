import { sql } from 'kysely'
import readXlsxFile from 'read-excel-file/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addGroupAgreement,
  addGroupContact,
  addGroupMember,
  createGroup,
  exportGroup,
  getGroup,
  type GroupDetail,
  listGroupMembers,
  listGroups,
  updateGroup,
  updateGroupContact,
  updateGroupMember,
} from '../../../contract/group.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { localDate } from '../../platform/clock.ts'

let app: TestApp
let centre: string
let site: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'G1', name: '王小明', phone: '13900000001' }, { mrn: 'G2', name: '李大红' })
  await receive(app, { mrn: 'far', site: 'EAST', name: '远方人' })
  site = (await idsOf(app)).site('NH')
  centre = await app.signInAs('service-centre', { site })
})
afterAll(() => app.close())

const inDays = (days: number) => localDate(new Date(Date.now() + days * 86_400_000), 'Asia/Shanghai')
let count = 0
async function made(name: string, more: Partial<GroupDetail> = {}, who = centre): Promise<GroupDetail> {
  const { body, error } = await app.request(who, createGroup, {
    body: { siteId: site, code: `T${++count}`, name, ...more },
  })
  if (error) throw new Error(error.message)
  return body
}
const names = async (query: Record<string, string>, who = centre) =>
  (await app.request(who, listGroups, { query: query })).body.items.map((one) => one.name)

test('a group customer is found by characters of its name, by pinyin, initials and number', async () => {
  await made('宁波港集团有限公司', { code: 'NBP-7' })
  for (const search of ['港集', 'ningbogang', 'nbgjt', 'nbp-7', '寧波港'])
    expect(await names({ search }), search).toEqual(['宁波港集团有限公司'])
  expect(await names({ search: '100%' })).toEqual([])
})

test('a number is given once per site, and a chain cannot contain itself', async () => {
  const chain = await made('康健透析连锁', { code: 'CH', kind: 'dialysis-clinic' })
  const again = await app.request(centre, createGroup, { body: { siteId: site, code: 'CH', name: '别家' } })
  expect(again.error?.id).toBe('already-exists')
  const clinic = await made('康健透析江北店', { parentId: chain.id })
  expect((await app.request(centre, getGroup, { params: { id: chain.id } })).body.children).toEqual([
    { id: clinic.id, name: '康健透析江北店' },
  ])
  const { version, siteId, code, name } = chain
  const loop = await app.request(centre, updateGroup, {
    params: { id: chain.id },
    body: { siteId, code, name, version, parentId: clinic.id },
  })
  expect(loop.error?.fields?.[0]?.path).toBe('parentId')
  const change = { params: { id: chain.id }, body: { siteId, code, name: '康健透析', version } }
  expect((await app.request(centre, updateGroup, change)).body.name).toBe('康健透析')
  expect((await app.request(centre, updateGroup, change)).error?.id).toBe('changed-meanwhile')
})

test('of several contacts one is the main one, and who has left is not', async () => {
  const { id } = await made('海曙区教育局', { kind: 'government' })
  const add = (name: string) =>
    app.request(centre, addGroupContact, {
      params: { id },
      body: { name, main: true, phone: '138 0000 1111' },
    })
  await add('孙主任')
  const both = (await add('周科长')).body.contacts
  expect(both.map((one) => [one.name, one.main])).toEqual([
    ['周科长', true],
    ['孙主任', false],
  ])
  const [main] = both
  if (!main) throw new Error('no contact')
  const left = await app.request(centre, updateGroupContact, {
    params: { id, partId: main.id },
    body: { name: main.name, main: true, active: false, version: main.version },
  })
  expect(left.body.contacts.map((one) => [one.name, one.main, one.active])).toEqual([
    ['孙主任', false, true],
    ['周科长', false, false],
  ])
  const manager = await app.signInAs('manager', { site })
  const seen = (await app.request(manager, getGroup, { params: { id } })).body
  expect(seen.contacts.map((one) => one.phone)).toContain('138****1111')
  expect(seen.abilities).toEqual({ write: false, export: true })
})

test('an agreement that ends soon, or has ended unnoticed, is marked and can be asked for', async () => {
  const soon = await made('快到期公司')
  const past = await made('已过期公司')
  const long = await made('长期公司')
  const agree = (id: number, validUntil: string | null) =>
    app.request(centre, addGroupAgreement, {
      params: { id },
      body: {
        number: 'HT-1',
        validFrom: '2020-01-01',
        validUntil,
        payment: 'monthly',
        discountPercent: 15,
        services: ['health-check'],
      },
    })
  expect((await agree(soon.id, inDays(30))).body.agreements).toMatchObject([
    { number: 'HT-1', expired: false, expiresSoon: true, discountPercent: 15 },
  ])
  expect((await agree(past.id, inDays(-1))).body.agreements).toMatchObject([
    { expired: true, expiresSoon: false },
  ])
  expect((await agree(long.id, null)).body.agreements).toMatchObject([{ expired: false, expiresSoon: false }])
  expect((await agree(long.id, null)).error?.id).toBe('already-exists')
  expect((await agree(long.id, '2019-12-31')).status).toBe(422)
  expect((await names({ expiring: 'true' })).toSorted()).toEqual(['已过期公司', '快到期公司'].toSorted())
})

test('a person joins once, is changed, leaves, and may come again; the person page tells', async () => {
  const { id } = await made('东海银行', { kind: 'bank' })
  const personId = await personOf(app, 'G1')
  const add = () =>
    app.request(centre, addGroupMember, {
      params: { id },
      body: { personId, employeeNumber: 'E1', department: '信贷部', since: '2020-05-01' },
    })
  const joined = await add()
  const first = joined.body
  expect(first).toMatchObject({ name: '王小明', phone: '139****0001', employeeNumber: 'E1', until: null })
  expect((await add()).error?.id).toBe('already-exists')
  const change = (until: string) =>
    app.request(centre, updateGroupMember, {
      params: { id, partId: first.id },
      body: { since: '2020-05-01', until, department: '信贷部', version: first.version },
    })
  expect((await change('2019-01-01')).status).toBe(422)
  expect((await change(inDays(-1))).body.until).toBe(inDays(-1))
  expect((await change(inDays(-1))).error?.id).toBe('changed-meanwhile')
  const list = async (query: { current?: 'false'; search?: string }) =>
    (await app.request(centre, listGroupMembers, { params: { id }, query })).body.items.map((one) => one.id)
  expect(await list({})).toEqual([])
  expect(await list({ current: 'false' })).toEqual([first.id])
  const second = (await add()).body
  expect(await list({ search: 'wxm' })).toEqual([second.id])
  expect(await list({ search: 'E1' })).toEqual([second.id])
  expect(await list({ search: '李' })).toEqual([])
  const { memberships } = (await app.request(centre, getPerson, { params: { id: personId } })).body
  expect(memberships.map((one) => [one.groupName, one.current])).toEqual([
    ['东海银行', true],
    ['东海银行', false],
  ])
})

test('memberships follow a merge of persons and go back to their owners', async () => {
  const { id } = await made('合并公司')
  const other = await made('另一家公司')
  const [one, two] = [await personOf(app, 'G1'), await personOf(app, 'G2')]
  for (const personId of [one, two])
    await app.request(centre, addGroupMember, { params: { id }, body: { personId } })
  const merge = await app.request(centre, mergePersons, {
    body: { survivorId: one, mergedId: two, reason: '同一个人' },
  })
  const members = async () => {
    const { rows } = await sql<{ person_id: number; record_id: number }>`
      select coalesce(p.survivor_id, p.id) as person_id, m.person_id as record_id from group_member m join person p on p.id = m.person_id
      where m.group_id in (${id}, ${other.id}) order by m.id`.execute(app.db)
    return rows.map((row) => [row.person_id, row.record_id])
  }
  expect(await members()).toEqual([
    [one, one],
    [one, two],
  ])
  // What is entered on the survivor's page belongs to the survivor.
  await app.request(centre, addGroupMember, { params: { id: other.id }, body: { personId: two } })
  const page = (await app.request(centre, getPerson, { params: { id: two } })).body
  expect(page.memberships).toHaveLength(5)
  await app.request(centre, undoPersonMerge, {
    params: { id: merge.body.mergeId },
    body: { reason: '弄错了' },
  })
  expect(await members()).toEqual([
    [one, one],
    [two, two],
    [one, one],
  ])
})

test('members come page by page and leave as a file with names and numbers masked', async () => {
  const { id } = await made('大公司')
  await sql`
    with p as (insert into person (name, search_name, pinyin, initials, source, source_time)
      select '职工' || n, '职工' || n, 'zhigong', 'zg', 'test', now() from generate_series(1, 120) n returning id),
    i as (insert into person_identifier (person_id, system, value, site_id, source) select id, 'mrn:NH', 'P' || id, ${site}, 'test' from p)
    insert into group_member (group_id, person_id, source) select ${id}, id, 'test' from p`.execute(app.db)
  const first = (await app.request(centre, listGroupMembers, { params: { id }, query: { limit: 100 } })).body
  expect(first.items).toHaveLength(100)
  const { nextCursor } = first
  const rest = await app.request(centre, listGroupMembers, {
    params: { id },
    query: { limit: 100, ...(nextCursor && { cursor: nextCursor }) },
  })
  expect(rest.body.items).toHaveLength(20)
  expect(rest.body.nextCursor).toBeNull()
  const file = await app.send(centre, 'get', `/api/v1${exportGroup.path.replace('{id}', String(id))}`)
  const rows = await readXlsxFile(Buffer.from(await file.arrayBuffer()), { sheet: 1 } as never)
  const text = JSON.stringify(rows)
  expect(text).toContain('职*')
  expect(text).not.toContain('职工12')
  const audited = await sql`select 1 from audit_event where action = 'group.export'`.execute(app.db)
  expect(audited.rows.length).toBe(1)
})

test('another site sees neither the group customer nor its members, and what all sites share only an all-site user changes', async () => {
  const { id } = await made('本院单位')
  const far = await app.signInAs('service-centre', { site: (await idsOf(app)).site('EAST') })
  expect((await app.request(far, getGroup, { params: { id } })).status).toBe(404)
  expect((await app.request(far, listGroupMembers, { params: { id }, query: {} })).status).toBe(404)
  expect(await names({}, far)).toEqual([])
  const foreign = await app.request(centre, addGroupMember, {
    params: { id },
    body: { personId: await personOf(app, 'far', 'EAST') },
  })
  expect(foreign.status).toBe(404)
  const shared = { siteId: null, code: 'ALL', name: '全院单位' }
  expect((await app.request(centre, createGroup, { body: shared })).error?.fields?.[0]?.path).toBe('siteId')
  const whole = await app.signInAs('service-centre')
  expect((await app.request(whole, createGroup, { body: shared })).status).toBe(201)
  expect(await names({}, far)).toEqual(['全院单位'])
})

test('who looks after a group customer is of its site, or of any when it has none', async () => {
  await receive(app, { mrn: 'O1', doctor: 'ON' }, { mrn: 'O2', site: 'EAST', doctor: 'OE' })
  const { staff } = await idsOf(app)
  const everywhere = await app.signInAs('service-centre')
  const create = async (ownerStaffId: number, siteId: number | null) =>
    (
      await app.request(everywhere, createGroup, {
        body: { siteId, code: `O${++count}`, name: '某厂', ownerStaffId },
      })
    ).error?.fields?.[0]?.path
  expect(await create(staff('OE'), site)).toBe('ownerStaffId')
  expect(await create(staff('ON'), site)).toBeUndefined()
  expect(await create(staff('OE'), null)).toBeUndefined()
  const owned = await made('有主', { ownerStaffId: staff('ON') })
  const { error } = await app.request(centre, updateGroup, {
    params: { id: owned.id },
    body: { siteId: site, code: owned.code, name: '有主', version: owned.version, ownerStaffId: staff('OE') },
  })
  expect(error?.fields?.[0]?.path).toBe('ownerStaffId')
})
