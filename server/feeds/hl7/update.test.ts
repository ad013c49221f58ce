import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3600_000)

async function visit(number: string) {
  const { rows } = await sql<{ status: string; discharges: number; admissions: number; tasks: number }>`
    select e.status, count(v.id) filter (where v.kind = 'encounter.discharged') as discharges,
      count(v.id) filter (where v.kind = 'encounter.admitted') as admissions,
      (select count(*) from task t where t.encounter_id = e.id and t.status in ('requested', 'in-progress')) as tasks
    from encounter e left join timeline v on v.encounter_id = e.id where e.visit_number = ${number} group by e.id`.execute(
    app.db,
  )
  return rows[0]
}

test('an update that brings the discharge time ends a stay that nobody had told us of, and starts its follow-up', async () => {
  const said = { mrn: 'UP1', visit: 'UV1', class: 'I', admittedAt: hoursAgo(200), at: hoursAgo(20) }
  await receive(app, { ...said, event: 'A08', dischargedAt: hoursAgo(30) })
  await app.processAll()
  expect(await visit('UV1')).toEqual({ status: 'finished', discharges: 1, admissions: 1, tasks: 1 })
})

test('death cancels the open tasks of a pathway that has already come to its end', async () => {
  const said = {
    mrn: 'UP2',
    visit: 'UV2',
    class: 'I',
    admittedAt: hoursAgo(24 * 27),
    dischargedAt: hoursAgo(24 * 20),
  }
  await receive(app, { ...said, event: 'A03', at: hoursAgo(24 * 20) })
  await app.processAll()
  await sql`update enrollment set status = 'completed', ended_at = now(), due_at = null`.execute(app.db)
  expect((await visit('UV2'))?.tasks).toBeGreaterThan(0)
  await receive(app, { ...said, event: 'A08', at: hoursAgo(1), diedAt: hoursAgo(2) })
  await app.processAll()
  expect((await visit('UV2'))?.tasks).toBe(0)
})
