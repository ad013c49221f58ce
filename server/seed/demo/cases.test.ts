import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoHospital } from '../../../sim/hospital.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { seedDemoCases } from './cases.ts'
import { seedDemoHospital, seedDemoUsers } from './seed.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

test('the demo shows open cases, promises of today, and a change whose effect can be measured; a second start adds nothing', async () => {
  await seedDemoHospital(app.db)
  await seedDemoUsers(app.db)
  const { rows } = await sql<{ department: string; site: string }>`
    select d.code as department, s.code as site from app_user u join role_grant g on g.user_id = u.id join department d on d.id = g.department_id
      join site s on s.id = d.site_id where u.username = 'head'`.execute(app.db)
  expect(demoHospital.sites.map((one) => one.code)).toContain(rows[0]?.site)
  for (const mrn of ['M1', 'M2', 'M3'])
    await receive(app, {
      event: 'A03',
      mrn,
      visit: mrn,
      site: rows[0]?.site ?? '',
      department: rows[0]?.department ?? '',
    })
  const counts = async () =>
    (
      await sql<{ open: number; past: number; promises: number; done: number }>`
        select (select count(*)::int from service_case where status = 'open') as open, (select count(*)::int from service_case where status = 'closed') as past,
          (select count(*)::int from promise) as promises, (select count(*)::int from improvement where done_date is not null) as done`.execute(
        app.db,
      )
    ).rows[0]
  await seedDemoCases(app.db)
  const first = await counts()
  expect(first).toMatchObject({ open: 3, promises: 2, done: 1 })
  expect(first?.past).toBeGreaterThan(50)
  await seedDemoCases(app.db)
  expect(await counts()).toEqual(first)
})
