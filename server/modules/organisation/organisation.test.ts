import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createDepartment,
  createSite,
  createStaff,
  listSites,
  listStaff,
  updateDepartment,
  updateSite,
  updateStaff,
} from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let admin: string
beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

const newSite = async (code: string) =>
  (await app.request(admin, createSite, { body: { code, name: code, timeZone: 'Asia/Taipei' } })).body

test('a site needs a code of its own and a time zone that exists', async () => {
  const site = await newSite('S1')
  expect(site).toMatchObject({ code: 'S1', timeZone: 'Asia/Taipei' })
  const again = await app.request(admin, createSite, {
    body: { code: 'S1', name: 'x', timeZone: 'Asia/Shanghai' },
  })
  expect([again.status, again.error?.fields?.[0]?.path]).toEqual([409, 'code'])
  const nowhere = { params: { id: site.id }, body: { timeZone: 'Mars/Olympus' } }
  expect((await app.request(admin, updateSite, nowhere)).error?.fields?.[0]?.path).toBe('timeZone')
  const renamed = await app.request(admin, updateSite, { params: { id: site.id }, body: { name: '东院' } })
  expect(renamed.body).toMatchObject({ name: '东院', timeZone: 'Asia/Taipei' })
  expect((await app.request(admin, updateSite, { params: { id: 9999 }, body: { name: 'x' } })).status).toBe(
    404,
  )
})

test('departments and staff belong to what exists; their codes are unique within a site', async () => {
  const [one, other] = [await newSite('S2'), await newSite('S3')]
  const department = { siteId: one.id, code: 'ENT', name: '耳鼻喉科', specialty: null }
  const made = await app.request(admin, createDepartment, { body: department })
  expect(made.status).toBe(201)
  expect((await app.request(admin, createDepartment, { body: department })).status).toBe(409)
  expect(
    (await app.request(admin, createDepartment, { body: { ...department, siteId: other.id } })).status,
  ).toBe(201)
  expect(
    (await app.request(admin, createDepartment, { body: { ...department, siteId: 9999, code: 'X' } })).status,
  ).toBe(422)
  const staff = {
    siteId: one.id,
    departmentId: made.body.id,
    code: '007',
    name: '韩某',
    title: null,
    role: 'nurse',
  }
  const nurse = await app.request(admin, createStaff, { body: staff })
  expect(nurse.body).toMatchObject({ departmentName: '耳鼻喉科', role: 'nurse', active: true })
  expect(
    (await app.request(admin, createStaff, { body: { ...staff, code: '008', departmentId: 9999 } })).status,
  ).toBe(422)
  const moved = await app.request(admin, updateStaff, {
    params: { id: nurse.body.id },
    body: { departmentId: 9999 },
  })
  expect(moved.status).toBe(422)
})

test('staff work in a department of their own site, whoever puts them there', async () => {
  await receive(
    app,
    { mrn: 'P1', site: 'ONE', department: 'P1' },
    { mrn: 'P2', site: 'TWO', department: 'P2' },
  )
  const { site, department } = await idsOf(app)
  const bound = await app.signInAs('administrator', { site: site('TWO') })
  for (const [n, who] of [bound, admin].entries()) {
    const create = (departmentId: number) =>
      app.request(who, createStaff, {
        body: { siteId: site('TWO'), departmentId, code: `P${n}`, name: 'x', title: null, role: 'nurse' },
      })
    const elsewhere = await create(department('P1'))
    expect([elsewhere.status, elsewhere.error?.fields?.[0]?.path]).toEqual([422, 'departmentId'])
    const { body: made } = await create(department('P2'))
    const move = (departmentId: number | null) =>
      app.request(who, updateStaff, { params: { id: made.id }, body: { departmentId } })
    const moved = await move(department('P1'))
    expect([moved.status, moved.error?.fields?.[0]?.path]).toEqual([422, 'departmentId'])
    expect((await move(null)).status).toBe(200)
    expect((await move(department('P2'))).status).toBe(200)
  }
})

test('what the feed made is confirmed by looking at it, and the feed does not undo a name', async () => {
  await receive(app, { mrn: 'O1', department: 'NEU', departmentName: '神内', doctor: 'DX' })
  const made = async () =>
    (await app.request(admin, listSites)).body.departments.find((one) => one.code === 'NEU')
  expect(await made()).toMatchObject({ name: '神内', needsReview: true })
  await app.request(admin, updateDepartment, {
    params: { id: (await made())?.id },
    body: { name: '神经内科' },
  })
  await receive(app, { mrn: 'O2', department: 'NEU', departmentName: '神内' })
  expect(await made()).toMatchObject({ name: '神经内科', needsReview: false })
})

test('staff are found by name and code, page by page, and a sign of LIKE is only itself', async () => {
  const site = await newSite('S4')
  for (let n = 0; n < 5; n++)
    await app.request(admin, createStaff, {
      body: {
        siteId: site.id,
        departmentId: null,
        code: `K${n}`,
        name: `柯${n}%`,
        title: null,
        role: 'other',
      },
    })
  const list = async (query: Record<string, unknown>) => (await app.request(admin, listStaff, { query })).body
  expect((await list({ search: '柯' })).items).toHaveLength(5)
  expect((await list({ search: 'K3' })).items.map((one) => one.code)).toEqual(['K3'])
  expect((await list({ search: '3%' })).items.map((one) => one.code)).toEqual(['K3'])
  expect((await list({ search: '_' })).items).toEqual([])
  const first = await list({ search: '柯', limit: 2 })
  const second = await list({ search: '柯', limit: 200, cursor: first.nextCursor })
  expect([...first.items, ...second.items].map((one) => one.code)).toEqual(['K0', 'K1', 'K2', 'K3', 'K4'])
})

test('what a filter may offer is told by the server: a head is not told of other departments, nor a doctor of other doctors', async () => {
  await receive(
    app,
    { mrn: 'W1', department: 'WA', doctor: 'WA1' },
    { mrn: 'W2', department: 'WA', doctor: 'WA2' },
  )
  await receive(app, { mrn: 'W3', department: 'WB', doctor: 'WB1' })
  const ids = await idsOf(app)
  const asked = async (who: string) => {
    const within = { query: { within: 'figure.read', limit: 200 } }
    const { sites, departments } = (await app.request(who, listSites, { query: { within: 'figure.read' } }))
      .body
    const staff = (await app.request(who, listStaff, within)).body.items
    return {
      sites: sites.map((one) => one.code),
      departments: departments.map((one) => one.code),
      staff: staff.map((one) => one.code),
    }
  }
  const site = ids.site('NH')
  const head = await app.signInAs('department-head', { site, department: ids.department('WA') })
  expect(await asked(head)).toEqual({ sites: ['NH'], departments: ['WA'], staff: ['WA1', 'WA2'] })
  const doctor = await app.signInAs('doctor', { staff: ids.staff('WA1') })
  expect(await asked(doctor)).toMatchObject({ staff: ['WA1'] })
  const service = await app.signInAs('service-centre', { site })
  expect(await asked(service)).toMatchObject({ sites: ['NH'] })
  expect((await asked(service)).departments).toEqual(expect.arrayContaining(['WA', 'WB']))
  // An auditor reads no figures, and is offered none.
  expect(await asked(await app.signInAs('auditor'))).toEqual({ sites: [], departments: [], staff: [] })
})
