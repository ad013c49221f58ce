import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  explainDelay,
  keepPromise,
  listPromises,
  makePromise,
  promiseFigures,
  withdrawPromise,
} from '../../../contract/promise.ts'
import { completeTask } from '../../../contract/task-result.ts'
import { holdTask, listTasks } from '../../../contract/task.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { listWaiting } from '../../../contract/waiting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'
import { fireDue } from '../clock/fire.ts'

let app: TestApp
let centre: string
let head: string
let ids: Awaited<ReturnType<typeof idsOf>>
let person: number
const hour = 3_600_000

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  await receive(
    app,
    { event: 'A03', mrn: 'P1', visit: 'P1', department: 'CARD', doctor: 'D1' },
    { event: 'A03', mrn: 'P2', visit: 'P2', site: 'EAST', department: 'EYE', doctor: 'D9' },
  )
  ids = await idsOf(app)
  person = await personOf(app, 'P1')
  centre = await app.signInAs('service-centre', { site: ids.site('NH') })
  head = await app.signInAs('department-head', { site: ids.site('NH'), department: ids.department('CARD') })
})
afterAll(() => app.close())

const promise = (more: object = {}, caller = centre) =>
  app.request(caller, makePromise, {
    body: {
      personId: person,
      text: '下午三点前回电',
      dueAt: new Date(Date.now() + hour).toISOString(),
      ...more,
    },
  })
const list = async (query: Record<string, unknown>, caller = centre) =>
  (await app.request(caller, listPromises, { query })).body.items
const later = (hours: number) => fireDue(app.db, new Date(Date.now() + hours * hour))

test('a promise has an owner, a task before it is due, and is kept or broken in sight of everybody whom it concerns', async () => {
  const made = await promise()
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ status: 'open', personId: person })
  const tasks = await app.request(centre, listTasks, { query: { personId: person, whose: 'team' } })
  expect(tasks.body.items.filter((one) => one.title === '兑现承诺')).toHaveLength(1)
  const waiting = await app.request(centre, listWaiting)
  expect(waiting.body.items.find((one) => one.kind === 'promises')).toMatchObject({ count: 1, late: 0 })
  const kept = await app.request(centre, keepPromise, { params: { id: made.body.id } })
  expect(kept.body.status).toBe('kept')
  expect((await app.request(centre, keepPromise, { params: { id: made.body.id } })).error?.id).toBe(
    'already-closed',
  )
  const timeline = await app.request(centre, getTimeline, { params: { id: person } })
  expect(timeline.body.items.map((one) => one.kind)).toEqual(
    expect.arrayContaining(['promise.made', 'promise.kept']),
  )
  await later(3)
  expect((await list({ view: 'kept' })).map((one) => one.id)).toContain(made.body.id)
})

test('its time runs out once: broken, and made good later it stays broken', async () => {
  const { body } = await promise({ text: '当天寄出报告' })
  await later(2)
  await later(4)
  const { rows } =
    await sql`select 1 from event where kind = 'promise.broken' and person_id = ${person}`.execute(app.db)
  expect(rows).toHaveLength(1)
  expect((await list({ view: 'today', whose: 'mine' })).map((one) => one.id)).toContain(body.id)
  const late = await app.request(centre, keepPromise, { params: { id: body.id } })
  expect(late.body).toMatchObject({ status: 'broken', abilities: { keep: false } })
  expect(late.body.fulfilledAt).not.toBeNull()
})

test('whoever completes its task has kept it; a promise that is taken back needs the reason and asks nobody any more', async () => {
  const { body } = await promise()
  const { rows } = await sql<{
    id: number
  }>`select id from task where cause = ${`promise:${body.id}`}`.execute(app.db)
  const params = { id: rows[0]?.id ?? 0 }
  await app.request(centre, holdTask, { params })
  await app.request(centre, completeTask, { params, body: { outcome: 'done' } })
  expect((await list({ view: 'kept' })).map((one) => one.id)).toContain(body.id)
  const other = (await promise()).body
  expect(
    (await app.request(centre, withdrawPromise, { params: { id: other.id }, body: { reason: ' ' } })).status,
  ).toBe(422)
  const back = await app.request(centre, withdrawPromise, {
    params: { id: other.id },
    body: { reason: '患者改期' },
  })
  expect(back.body).toMatchObject({ status: 'withdrawn', endReason: '患者改期' })
  await later(3)
  expect((await list({ view: 'broken' })).map((one) => one.id)).not.toContain(other.id)
})

test('broken again and again, or late for the same reason again, goes to the head of the department', async () => {
  const ofHead = (more: object = {}) => promise({ departmentId: ids.department('CARD'), ...more })
  const told = async () =>
    (await app.request(head, listTasks, { query: { whose: 'mine' } })).body.items.filter(
      (one) => one.title === '反复不兑现承诺',
    ).length
  for (let at = 0; at < 2; at++) await ofHead()
  await later(2)
  expect(await told()).toBe(0)
  await ofHead()
  await later(2)
  expect(await told()).toBe(1)
  const explain = async (delayReason: string) =>
    app.request(head, explainDelay, { params: { id: (await ofHead()).body.id }, body: { delayReason } })
  expect((await explain('no-staff')).body.delayReason).toBe('no-staff')
  await explain('system')
  expect(await told()).toBe(1)
  await explain('no-staff')
  expect(await told()).toBe(2)
})

test('promise and delivery counts what was due, and every number is the length of its list', async () => {
  const { body } = await app.request(centre, promiseFigures, { query: {} })
  // Broken ones of the future were broken by a look from the future: their time has not come.
  const due = await list({ view: 'due', limit: 200 })
  expect(body.due).toBe(due.length)
  expect(body.kept).toBe((await list({ view: 'due', inTime: true, limit: 200 })).length)
  expect(body.due).toBeGreaterThan(0)
  for (const one of body.departments.filter((some) => some.id !== null))
    expect((await list({ view: 'due', departmentId: one.id, limit: 200 })).length).toBe(one.due)
})

test('another site sees none of it, and a nurse the own ones', async () => {
  const far = await app.signInAs('service-centre', { site: ids.site('EAST') })
  const { body } = await promise()
  expect(await list({ view: 'all' }, far)).toEqual([])
  expect((await app.request(far, keepPromise, { params: { id: body.id } })).status).toBe(404)
  expect((await promise({}, far)).status).toBe(404)
  const nurse = await app.signInAs('nurse', { site: ids.site('NH'), department: ids.department('CARD') })
  const own = await promise({ personId: null, toName: '家属' }, nurse)
  expect(own.body).toMatchObject({ personName: '家属' })
  expect((await list({ view: 'all' }, nurse)).map((one) => one.id)).toEqual([own.body.id])
})

const step = fc.constantFrom('keep' as const, 'withdraw' as const, 'explain' as const, 'late' as const)

test('whatever is done with a promise, an open one has a clock, and one is broken at most once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const { id } = (await promise({ personId: null, toName: '某人' })).body
      const params = { id }
      for (const one of steps) {
        if (one === 'keep') await app.request(centre, keepPromise, { params })
        if (one === 'withdraw')
          await app.request(centre, withdrawPromise, { params, body: { reason: '改期' } })
        if (one === 'explain')
          await app.request(centre, explainDelay, { params, body: { delayReason: 'other' } })
        if (one === 'late') await later(2)
        const { rows } = await sql<{ status: string; running: number; fired: number }>`
          select m.status, (select count(*)::int from clock c where c.kind = 'promise.due' and c.subject_id = m.id and c.stopped_at is null and c.next_at is not null) as running,
            (select count(*)::int from clock c where c.kind = 'promise.due' and c.subject_id = m.id and c.breached_at is not null) as fired
          from promise m where m.id = ${id}`.execute(app.db)
        const [now] = rows
        expect(now?.running).toBe(now?.status === 'open' ? 1 : 0)
        expect(now?.status === 'kept' && now.fired > 0).toBe(false)
      }
    }),
    { numRuns: tries(15) },
  )
})
