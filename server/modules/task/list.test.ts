import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assignTasks, countTasks, getTask, listTasks, type TaskSummary } from '../../../contract/task.ts'
import { getPerson } from '../../../contract/person.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'

let app: TestApp
let centre: string
let ids: Awaited<ReturnType<typeof idsOf>>

beforeAll(async () => {
  app = await createTestApp()
  const at = new Date(Date.now() - 3_600_000)
  for (const [n, department] of ['CARD', 'RESP', 'CARD'].entries())
    await receive(app, {
      mrn: `L${n}`,
      name: ['=王某', '李某', '张某'][n] ?? '',
      department,
      at,
      phone: '13800004444',
    })
  await receive(app, { mrn: 'E1', site: 'EAST', department: 'EYE', doctor: 'E9', at })
  ids = await idsOf(app)
  centre = await app.signInAs('service-centre')
  const persons = await Promise.all(['L0', 'L1', 'L2'].map((mrn) => personOf(app, mrn)))
  // Tasks of every kind of time, with microseconds, and many at the same instant.
  await sql`
    insert into task (kind, level, title, person_id, site_id, department_id, assignee_role, queue, priority, start_at, due_at, next_attempt_at,
      status, outcome, completed_at)
    select case n % 9 when 0 then 'red-flag' else 'follow-up-call' end, 1 + n % 3, 'T' || n, (${persons}::bigint[])[1 + n % 3], ${ids.site('NH')},
      case n % 2 when 0 then ${ids.department('CARD')}::int else ${ids.department('RESP')}::int end, 'nurse',
      'department:' || (case n % 2 when 0 then ${ids.department('CARD')}::int else ${ids.department('RESP')}::int end) || ':nurse', n % 3,
      now() - interval '5 days' + case n % 11 when 0 then interval '9 days' else interval '0' end,
      now() + (n % 7 - 3) * interval '1 day' + (n % 4) * interval '1 microsecond',
      case n % 13 when 0 then now() + interval '1 hour' when 1 then now() - interval '1 hour' end,
      case n % 5 when 0 then 'completed' else 'requested' end, case n % 5 when 0 then 'done' end,
      case n % 5 when 0 then now() - (n % 4) * interval '1 microsecond' end
    from generate_series(1, 210) as n`.execute(app.db)
  // One in another site, which the others must not see.
  const east = await personOf(app, 'E1', 'EAST')
  await sql`
    insert into task (kind, level, title, person_id, site_id, assignee_role, queue, start_at, due_at)
    values ('home-visit', 3, 'far', ${east}, ${ids.site('EAST')}, 'outreach', ${`site:${ids.site('EAST')}:outreach`}, now(), now())`.execute(
    app.db,
  )
})
afterAll(() => app.close())

async function pages(who: string, query: Record<string, unknown>, limit: number): Promise<TaskSummary[]> {
  const items: TaskSummary[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body, error }: Awaited<ReturnType<typeof page>> = await page(who, { ...query, limit, cursor })
    if (error) throw new Error(error.message)
    items.push(...body.items)
    cursor = body.nextCursor
  }
  return items
}
const page = (who: string, query: Record<string, unknown>) => app.request(who, listTasks, { query })

test('paging shows every task of a view once and in order, whatever the size of a page and the filter', async () => {
  const filter = fc.record({
    view: fc.constantFrom('todo', 'overdue', 'waiting', 'done', 'all'),
    level: fc.subarray([1, 2, 3]),
    departmentId: fc.constantFrom(undefined, 'CARD', 'RESP'),
    limit: fc.integer({ min: 1, max: 60 }),
  })
  await fc.assert(
    fc.asyncProperty(filter, async ({ limit, departmentId, ...rest }) => {
      const query = {
        ...rest,
        whose: 'team',
        ...(departmentId && { departmentId: ids.department(departmentId) }),
      }
      const paged = await pages(centre, query, limit)
      const whole = await pages(centre, query, 200)
      expect(paged.map((one) => one.id)).toEqual(whole.map((one) => one.id))
      expect(new Set(paged.map((one) => one.id)).size).toBe(paged.length)
      const { rows } = await sql<{ id: number }>`
        select id from task where (${rest.level.length} = 0 or level = any(${rest.level}::int[]))
          and (${query.departmentId ?? null}::int is null or department_id = ${query.departmentId ?? null}::int)
          and case ${rest.view} when 'done' then status = 'completed' else status = 'requested' end
          and case ${rest.view} when 'todo' then start_at <= now() and coalesce(next_attempt_at, now()) <= now()
            when 'overdue' then start_at <= now() and coalesce(next_attempt_at, now()) <= now() and due_at < now()
            when 'waiting' then start_at > now() or next_attempt_at > now() else true end
        order by case when ${rest.view} = 'done' then completed_at end desc, case when ${rest.view} = 'done' then id end desc,
          case when ${rest.view} = 'waiting' then greatest(start_at, next_attempt_at) end, case when ${rest.view} <> 'waiting' then priority end desc,
          case when ${rest.view} <> 'waiting' then due_at end, id`.execute(app.db)
      expect(whole.map((one) => one.id)).toEqual(rows.map((row) => row.id))
    }),
    { numRuns: 25 },
  )
}, 600_000)

test('the counts are the lengths of the lists', async () => {
  const { body } = await app.request(centre, countTasks, { query: { whose: 'team' } })
  for (const view of ['todo', 'overdue', 'waiting'] as const)
    expect([view, (await pages(centre, { view, whose: 'team' }, 200)).length]).toEqual([view, body[view]])
  const flags = await pages(centre, { view: 'all', whose: 'team', kind: 'red-flag' }, 200)
  expect(flags.length).toBe(body.redFlags)
})

test.each([
  [
    'a nurse',
    'nurse',
    (one: TaskSummary) => one.departmentName === '心内科' && one.departmentId === ids.department('CARD'),
  ],
  ['a department head', 'department-head', (one: TaskSummary) => one.departmentId === ids.department('CARD')],
  ['the service centre of a site', 'service-centre', (one: TaskSummary) => one.siteName !== 'EAST'],
] as const)('%s sees the tasks within reach and no other', async (_, role, mine) => {
  const whole = role === 'service-centre'
  const who = await app.signInAs(role, {
    site: ids.site('NH'),
    department: whole ? null : ids.department('CARD'),
  })
  const seen = await pages(who, { view: 'all', whose: 'team' }, 200)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.every(mine)).toBe(true)
  const { rows } = await sql<{ id: number }>`select id from task where title = 'far'`.execute(app.db)
  expect((await app.request(who, getTask, { params: { id: rows[0]?.id } })).status).toBe(404)
  const head = await app.signInAs('department-head', {
    site: ids.site('NH'),
    department: ids.department('CARD'),
  })
  const dry = await app.request(head, assignTasks, {
    body: { taskIds: [rows[0]?.id], staffId: null, dryRun: true },
  })
  expect(dry.body).toMatchObject({ changed: 0, skipped: 1 })
})

test('who works a list may look up the people on it: outreach their visits, a doctor the tasks of the department', async () => {
  const east = await personOf(app, 'E1', 'EAST')
  const outreach = await app.signInAs('outreach', { site: ids.site('EAST') })
  expect((await app.request(outreach, getPerson, { params: { id: east } })).status).toBe(200)
  expect((await app.request(outreach, getPerson, { params: { id: await personOf(app, 'L0') } })).status).toBe(
    404,
  )
  const { person } = await discharged(app, 'no-doctor', { doctor: null })
  const doctor = await app.signInAs('doctor', { site: ids.site('NH'), department: ids.department('CARD') })
  expect((await app.request(doctor, getPerson, { params: { id: person } })).status).toBe(200)
})

test('tasks are counted before they are given away, go only to colleagues within reach, and can come back to the list', async () => {
  const head = await app.signInAs('department-head', {
    site: ids.site('NH'),
    department: ids.department('CARD'),
  })
  const seen = await pages(head, { view: 'all', whose: 'team', level: 1 }, 200)
  const taskIds = seen.slice(0, 5).map((one) => one.id)
  const give = (staffId: number | null, dryRun: boolean) =>
    app.request(head, assignTasks, { body: { taskIds: [...taskIds, taskIds[0]], staffId, dryRun } })
  const before = await sql`select queue from task where id = ${taskIds[0]}`.execute(app.db)
  expect((await give(ids.staff('D1'), true)).body).toMatchObject({ changed: 5, skipped: 0 })
  expect((await sql`select queue from task where id = ${taskIds[0]}`.execute(app.db)).rows).toEqual(
    before.rows,
  )
  expect((await give(ids.staff('E9'), false)).status).toBe(404)
  expect((await give(ids.staff('D1'), false)).body).toMatchObject({ changed: 5, skipped: 0 })
  const doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  const mine = await pages(doctor, { view: 'all', whose: 'mine' }, 200)
  expect(mine.map((one) => one.id)).toEqual(expect.arrayContaining(taskIds))
  await give(null, false)
  expect((await sql`select queue from task where id = ${taskIds[0]}`.execute(app.db)).rows).toEqual(
    before.rows,
  )
})

test('a task without a department that comes back from a doctor stands on the list of the service centre', async () => {
  const { task } = await discharged(app, 'no-dep', { department: null, doctor: 'D1' })
  await app.request(centre, assignTasks, { body: { taskIds: [task], staffId: null } })
  const local = await app.signInAs('service-centre', { site: ids.site('NH') })
  const mine = await pages(local, { view: 'all', whose: 'mine' }, 200)
  expect(mine.map((one) => one.id)).toContain(task)
})

test('a name finds tasks by characters, pinyin and initials', async () => {
  for (const search of ['李', 'limou', 'lm'])
    expect(
      new Set(
        (await pages(centre, { view: 'all', whose: 'team', search }, 200)).map((one) => one.personName),
      ),
    ).toEqual(new Set(['李某']))
})

test('a forged cursor is refused with a sentence', async () => {
  const forge = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url')
  for (const cursor of [
    'x',
    forge([1, 'now()', 2]),
    forge([1, "'; drop", 2]),
    forge(['a', '2026-01-01 00:00:00+00', 2]),
  ])
    expect((await page(centre, { view: 'all', cursor })).status).toBe(422)
})
