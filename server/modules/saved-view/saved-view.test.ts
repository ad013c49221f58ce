import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGroup, listGroups } from '../../../contract/group.ts'
import { deleteSavedView, listSavedViews, logListExport, saveView } from '../../../contract/list.ts'
import { listAudit } from '../../../contract/audit.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let here: string
let there: string

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'V1', name: '王小明' }, { mrn: 'far', site: 'EAST', name: '远方人' })
  const { site } = await idsOf(app)
  here = await app.signInAs('service-centre', { site: site('NH') })
  there = await app.signInAs('service-centre', { site: site('EAST') })
  const groups: [name: string, code: string][] = [
    ['丙单位', 'A-3'],
    ['甲单位', 'A-1'],
    ['乙单位', 'A-2'],
  ]
  for (const [name, code] of groups)
    await app.request(here, createGroup, { body: { siteId: site('NH'), code, name } })
})
afterAll(() => app.close())

const route = '/groups'
const viewsOf = async (who: string) =>
  (await app.request(who, listSavedViews, { query: { route } })).body.items.map((one) => one.name)

test('a view is kept for oneself, shared with colleagues of the same site, and names nobody', async () => {
  const saved = await app.request(here, saveView, {
    body: { route, name: '透析中心', search: 'kind=dialysis-clinic&sort=-name&search=王小明', shared: false },
  })
  expect(saved.body).toMatchObject({ search: 'kind=dialysis-clinic&sort=-name', mine: true })
  const { site } = await idsOf(app)
  const colleague = await app.signInAs('nurse', { site: site('NH') })
  expect(await viewsOf(colleague)).toEqual([])
  await app.request(here, saveView, { body: { route, name: '透析中心', search: 'sort=code', shared: true } })
  expect(await viewsOf(here)).toEqual(['透析中心'])
  expect(await viewsOf(colleague)).toEqual(['透析中心'])
  expect(await viewsOf(there)).toEqual([])
  const params = { id: saved.body.id }
  expect((await app.request(colleague, deleteSavedView, { params })).status).toBe(404)
  expect((await app.request(here, deleteSavedView, { params })).status).toBe(204)
  expect(await viewsOf(here)).toEqual([])
})

test('a list is ordered by a column, page by page in either direction, and says how many there are', async () => {
  const walk = async (sort: 'name' | '-name' | 'code' | '-members') => {
    const found: string[] = []
    let total: number | null | undefined
    for (let cursor: string | undefined; ;) {
      const { body } = await app.request(here, listGroups, {
        query: { sort, limit: 1, total: cursor === undefined, ...(cursor && { cursor }) },
      })
      total ??= body.total
      found.push(...body.items.map((one) => one.code))
      if (body.nextCursor === null) return { found, total }
      cursor = body.nextCursor
    }
  }
  // By sound: bǐng, jiǎ, yǐ.
  expect(await walk('name')).toEqual({ found: ['A-3', 'A-1', 'A-2'], total: 3 })
  expect((await walk('-name')).found).toEqual(['A-2', 'A-1', 'A-3'])
  expect((await walk('code')).found).toEqual(['A-1', 'A-2', 'A-3'])
  // Equal values keep an order of their own, so that no row is lost between two pages.
  expect(new Set((await walk('-members')).found).size).toBe(3)
})

test('a cursor of one order does not continue another', async () => {
  const { body } = await app.request(here, listGroups, { query: { sort: 'name', limit: 1 } })
  const other = await app.request(here, listGroups, {
    query: { sort: 'code', limit: 1, cursor: body.nextCursor ?? '' },
  })
  expect(other.error).toMatchObject({ id: 'invalid', fields: [{ path: 'cursor' }] })
})

test('a file made of a list stands in the audit, and who may not export is refused', async () => {
  const body = { route, rows: 3, columns: ['name', 'code'] }
  const manager = await app.signInAs('manager')
  expect((await app.request(manager, logListExport, { body })).status).toBe(204)
  const auditor = await app.signInAs('auditor')
  const { items } = (await app.request(auditor, listAudit, { query: { action: 'list.export' } })).body
  expect(items).toMatchObject([{ subject: 'list:/groups rows:3', fields: ['name', 'code'] }])
  const { site } = await idsOf(app)
  const nurse = await app.signInAs('nurse', { site: site('NH') })
  expect((await app.request(nurse, logListExport, { body })).status).toBe(403)
})
