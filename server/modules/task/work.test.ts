import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getPerson } from '../../../contract/person.ts'
import { getTask, holdTask, releaseTask, takeNextTask } from '../../../contract/task.ts'
import { foreseeOutcome, recordAttempt, reopenTask, saveAnswers } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { toLocal } from '../../platform/clock.ts'

let app: TestApp
let doctor: string
let centre: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'first' })
  const ids = await idsOf(app)
  doctor = await app.signInAs('doctor', { staff: ids.staff('D1') })
  centre = await app.signInAs('service-centre')
})
afterAll(() => app.close())

async function fresh(said = {}) {
  count += 1
  const made = await discharged(app, `W${count}`, said)
  return made
}

type Body = Record<string, unknown>
const hold = (id: number, who = doctor) => app.request(who, holdTask, { params: { id } })
const attempt = (id: number, body: Body, who = doctor) =>
  app.request(who, recordAttempt, { params: { id }, body })
async function record(id: number, body: Body, who = doctor) {
  await hold(id, who)
  return attempt(id, body, who)
}
const look = async (id: number, who = doctor) => (await app.request(who, getTask, { params: { id } })).body

test('a task that somebody holds is nobody else’s until it is released or the hold has run out', async () => {
  const { task } = await fresh()
  expect((await hold(task)).body).toMatchObject({ heldByMe: true, status: 'in-progress' })
  expect((await hold(task, centre)).error?.id).toBe('held-by-other')
  expect((await attempt(task, { outcome: 'other' }, centre)).error?.id).toBe('not-held')
  await app.request(centre, releaseTask, { params: { id: task } })
  expect((await look(task)).heldByMe).toBe(true)
  await app.request(doctor, releaseTask, { params: { id: task } })
  expect(await look(task)).toMatchObject({ heldByMe: false, status: 'requested' })
  await hold(task)
  await sql`update task set held_until = now() - interval '1 second' where id = ${task}`.execute(app.db)
  expect((await attempt(task, { outcome: 'other' })).error?.id).toBe('not-held')
  expect((await hold(task, centre)).status).toBe(200)
})

test('agents who ask for the next task at the same time never get the same one', async () => {
  for (let n = 0; n < 6; n++) await fresh({ doctor: 'D7' })
  const { staff } = await idsOf(app)
  const agents = await Promise.all([1, 2, 3, 4].map(() => app.signInAs('doctor', { staff: staff('D7') })))
  const taken = await Promise.all(agents.map((agent) => app.request(agent, takeNextTask, { body: {} })))
  const ids = taken.map((answer) => answer.body.task?.id)
  expect(new Set(ids).size).toBe(4)
  expect(ids).not.toContain(undefined)
})

test('more than a page of tasks held by others does not hide the free one behind them', async () => {
  const { task, person } = await fresh({ doctor: 'D8' })
  const { staff } = await idsOf(app)
  await sql`
    insert into task (kind, title, person_id, site_id, assignee_role, queue, status, start_at, due_at, held_by, held_until)
    select 'other', 'x', ${person}, site_id, 'doctor', queue, 'in-progress', now(), now() - interval '1 day', 'user:x', now() + interval '1 hour'
    from task, generate_series(1, 70) where id = ${task}`.execute(app.db)
  const agent = await app.signInAs('doctor', { staff: staff('D8') })
  expect((await app.request(agent, takeNextTask, { body: {} })).body.task?.id).toBe(task)
})

test('nobody answers: the next calls are 24 and 72 hours after the first, in working hours, and the third closes', async () => {
  const { task } = await fresh()
  const at = new Date(Date.now() - 3600_000)
  const plans: number[] = []
  for (let n = 0; n < 2; n++) {
    const { body } = await record(task, {
      outcome: 'unreached',
      ...(n === 0 && { occurredAt: at.toISOString() }),
    })
    const next = new Date(body.nextAttemptAt ?? 0)
    plans.push((next.getTime() - at.getTime()) / 3600_000)
    const { hour } = toLocal(next, 'Asia/Shanghai')
    expect(hour >= 9 && hour < 20).toBe(true)
    expect(body).toMatchObject({ status: 'in-progress', attempts: n + 1, outcome: null })
  }
  expect(plans[0]).toBeGreaterThanOrEqual(24)
  expect(plans[1]).toBeGreaterThanOrEqual(72)
  const closed = await record(task, { outcome: 'unreached' })
  expect(closed.body).toMatchObject({
    status: 'completed',
    outcome: 'unreached',
    attempts: 3,
    nextAttemptAt: null,
  })
})

test('who asks to be called back is called at that time; it must lie ahead', async () => {
  const { task } = await fresh()
  const past = await record(task, {
    outcome: 'call-back',
    callBackAt: new Date(Date.now() - 1000).toISOString(),
  })
  expect(past.error?.fields?.[0]?.path).toBe('callBackAt')
  const at = new Date(Date.now() + 3 * 3600_000).toISOString()
  expect((await attempt(task, { outcome: 'call-back', callBackAt: at })).body).toMatchObject({
    status: 'in-progress',
    nextAttemptAt: at,
  })
})

test('a wrong number is marked; with another number the task stays, without one it is closed', async () => {
  const { task, person } = await fresh({ phone: '13800002222' })
  await sql`
    insert into person_telecom (person_id, system, value, source, updated_at) values (${person}, 'phone', '+8613800003333', 'test', '2000-01-01')`.execute(
    app.db,
  )
  const before = (await app.request(doctor, getPerson, { params: { id: person } })).body
  const wrong = before.telecoms.find((one) => one.value.endsWith('2222'))
  const foreign = await record(task, { outcome: 'wrong-number', telecomId: 999_999_999 })
  expect(foreign.error?.fields?.[0]?.path).toBe('telecomId')
  const first = await attempt(task, { outcome: 'wrong-number', telecomId: wrong?.id })
  expect(first.body).toMatchObject({ status: 'in-progress', phone: '138****3333' })
  // The HIS repeats the wrong number: it stays wrong.
  await receive(app, { event: 'A08', mrn: `W${count}`, visit: `W${count}`, phone: '13800002222' })
  expect((await look(task)).phone).toBe('138****3333')
  const second = await record(task, { outcome: 'wrong-number' })
  expect(second.body).toMatchObject({ status: 'completed', outcome: 'wrong-number', phone: null })
  const undone = await app.request(doctor, reopenTask, { params: { id: task } })
  expect(undone.body).toMatchObject({ status: 'in-progress', phone: '138****3333', attempts: 1 })
})

test.each([
  // Both reasons are true then; either is named.
  ['refused', { optOut: true }, /refusal|opt-out/],
  ['refused', {}, /refusal/],
  ['readmitted', {}, /readmission/],
  ['deceased', {}, /death/],
])('the answer "%s" closes the task and ends the pathway', async (outcome, more, reason) => {
  const { task, person } = await fresh()
  const { body } = await record(task, { outcome, ...more })
  expect(body).toMatchObject({ status: 'completed', outcome })
  const { rows } = await sql`
    select e.status, e.stop_reason, p.deceased, exists (select 1 from opt_out o where o.person_id = p.id) as opted_out
    from enrollment e join person p on p.id = e.person_id where e.person_id = ${person}`.execute(app.db)
  expect(rows).toEqual([
    {
      status: 'stopped',
      stop_reason: expect.stringMatching(reason) as string,
      deceased: outcome === 'deceased',
      opted_out: 'optOut' in more,
    },
  ])
  const undo = await app.request(doctor, reopenTask, { params: { id: task } })
  expect(undo.error?.id).toBe('cannot-undo')
})

test('the same result sent twice is one attempt, also when both arrive at once', async () => {
  const { task } = await fresh()
  await hold(task)
  const body = { outcome: 'other', idempotencyKey: 'once', note: '家属接听' }
  const answers = await Promise.all([attempt(task, body), attempt(task, body), attempt(task, body)])
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
  expect((await look(task)).attemptList).toHaveLength(1)
  expect((await attempt(task, { outcome: 'other', idempotencyKey: 'second' })).error?.id).toBe(
    'already-closed',
  )
})

test('a result may be registered later, but not from the future and not from before the discharge', async () => {
  const { task } = await fresh()
  for (const hours of [1, -72]) {
    const occurredAt = new Date(Date.now() + hours * 3600_000).toISOString()
    expect((await record(task, { outcome: 'other', occurredAt })).error?.fields?.[0]?.path).toBe('occurredAt')
  }
  const occurredAt = new Date(Date.now() - 3600_000).toISOString()
  expect((await attempt(task, { outcome: 'other', occurredAt })).body).toMatchObject({
    completedAt: occurredAt,
  })
})

test('answers are saved while talking, survive a release, and complete the questionnaire with the result', async () => {
  const { task } = await fresh()
  await hold(task)
  const answers = await goodAnswers(app, task)
  const [first] = Object.entries(answers)
  await app.request(doctor, saveAnswers, {
    params: { id: task },
    body: { answers: { [first?.[0] ?? '']: first?.[1] } },
  })
  await app.request(doctor, releaseTask, { params: { id: task } })
  expect(await look(task)).toMatchObject({ status: 'in-progress', response: { status: 'in-progress' } })
  const early = await record(task, { outcome: 'done' })
  expect(early.error?.fields?.every((field) => field.message === 'needs an answer')).toBe(true)
  const done = await attempt(task, { outcome: 'done', answers })
  expect(done.body).toMatchObject({ status: 'completed', response: { status: 'completed', answers } })
})

test('my last result can be undone for a while, by me alone, and not while a colleague works on the task', async () => {
  const { task } = await fresh()
  await record(task, { outcome: 'done', answers: await goodAnswers(app, task) })
  expect((await app.request(centre, reopenTask, { params: { id: task } })).error?.id).toBe('cannot-undo')
  const undone = await app.request(doctor, reopenTask, { params: { id: task } })
  expect(undone.body).toMatchObject({
    status: 'in-progress',
    attempts: 0,
    heldByMe: true,
    response: { status: 'in-progress' },
  })
  await attempt(task, { outcome: 'unreached' })
  await hold(task, centre)
  expect((await app.request(doctor, reopenTask, { params: { id: task } })).error?.id).toBe('held-by-other')
  await app.request(centre, releaseTask, { params: { id: task } })
  await sql`update task_attempt set recorded_at = now() - interval '16 minutes' where task_id = ${task}`.execute(
    app.db,
  )
  expect((await app.request(doctor, reopenTask, { params: { id: task } })).error?.id).toBe('cannot-undo')
})

test('a task cancelled with its pathway is not brought back by an undo', async () => {
  const { task } = await fresh()
  await record(task, { outcome: 'unreached' })
  await receive(app, { mrn: `W${count}`, visit: `W${count}-back`, at: new Date(Date.now() - 60_000) })
  expect((await look(task)).status).toBe('cancelled')
  expect((await app.request(doctor, reopenTask, { params: { id: task } })).error?.id).toBe('cannot-undo')
  expect((await hold(task)).error?.id).toBe('already-closed')
})

test('what a death or a refusal would stop is told by the server before it is recorded, and is what then stops', async () => {
  const { task, person } = await fresh()
  await hold(task)
  const foresee = async (query: Body) =>
    (await app.request(doctor, foreseeOutcome, { params: { id: task }, query })).body
  const open = async () => {
    const { rows } = await sql<{ pathways: number; tasks: number }>`
      select (select count(*) from enrollment where person_id = ${person} and status in ('active', 'waiting', 'blocked')) as pathways,
        (select count(*) from task where person_id = ${person} and id <> ${task} and status in ('requested', 'in-progress')) as tasks`.execute(
      app.db,
    )
    return rows[0] ?? { pathways: 0, tasks: 0 }
  }
  const before = await open()
  const told = await foresee({ outcome: 'deceased' })
  expect(told.pathways.length).toBeGreaterThan(0)
  expect(await open()).toEqual(before)
  expect(await look(task)).toMatchObject({ status: 'in-progress', attempts: 0 })
  // One who wants no call about this stay may still be called about another; one who wants none at all is not.
  expect((await foresee({ outcome: 'refused', optOut: true })).pathways).toEqual(told.pathways)
  await attempt(task, { outcome: 'deceased' })
  const after = await open()
  expect([before.pathways - after.pathways, before.tasks - after.tasks]).toEqual([
    told.pathways.length,
    told.tasks,
  ])
})

test('the opening words address a grown-up as one, and the card lets the caller check who answers', async () => {
  const { task } = await fresh({ name: '王某', sex: 'F', birth: '19580312' })
  const detail = await look(task)
  expect(detail.questionnaire?.script?.['zh-CN']).toContain('王某女士')
  expect(detail.questionnaire?.script?.en).toContain('Ms 王某')
  expect(detail.card?.birthDate).toBe('1958-03-12')
  const [hours, next] = detail.callingHours
  expect(new Date(hours?.from ?? 0).getTime()).toBeLessThan(new Date(hours?.to ?? 0).getTime())
  expect(new Date(hours?.to ?? 0).getTime()).toBeGreaterThan(Date.now())
  expect(new Date(next?.from ?? 0).getTime()).toBeGreaterThan(new Date(hours?.to ?? 0).getTime())
})
