import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  acceptSpotCheck,
  appealSpotCheck,
  decideSpotCheck,
  drawSpotChecks,
  getSpotCheckDraw,
  getSpotChecks,
  listSpotChecks,
  previewSpotChecks,
  type SpotCheck,
} from '../../../contract/spot-check.ts'
import { getTask, holdTask, listTasks, releaseTask, takeNextTask } from '../../../contract/task.ts'
import { recordAttempt, reopenTask } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { updateSetting } from '../setting/setting.ts'
import { drawSample } from './draw.ts'
import { drawDue } from './jobs.ts'
import { scoreOf } from './score.ts'

let app: TestApp
let ids: Awaited<ReturnType<typeof idsOf>>
let place: { siteId: number; month: string }
const who = { manager: '', centre: '', d1: '', d2: '', head: '', nurse: '' }

/** The month before this one, and a time in it. */
const before = new Date()
before.setUTCDate(1)
before.setUTCHours(0, 0, 0, 0)
before.setUTCDate(0)
const month = before.toISOString().slice(0, 7)
const inMonth = (day: number) => new Date(`${month}-${String(day).padStart(2, '0')}T03:00:00Z`)

beforeAll(async () => {
  app = await createTestApp()
  await receive(
    app,
    ...Array.from({ length: 60 }, (_, n) => ({
      event: 'A03',
      mrn: `S${n}`,
      visit: `S${n}`,
      phone: n % 20 === 19 ? null : '13800001111',
      doctor: n < 40 ? 'D1' : 'D2',
      at: inMonth(1 + (n % 20)),
    })),
  )
  await receive(app, { mrn: 'east', site: 'EAST' })
  ids = await idsOf(app)
  place = { siteId: ids.site('NH'), month }
  // Level-1 results as doctors recorded them: each fourth stated only.
  await sql`
    with made as (
      insert into task (kind, level, title, person_id, encounter_id, site_id, department_id, assignee_role, assignee_staff_id, queue, start_at,
        due_at, status, outcome, completed_at, completed_by, reached, proof, questionnaire_version_id)
      select 'follow-up-call', 1, 't', e.person_id, e.id, e.site_id, e.department_id, 'doctor', e.attending_staff_id, 'q', e.ends_at, e.ends_at,
        'completed', 'done', e.ends_at + interval '2 days', 'user:recorder', true, case when e.id % 4 = 0 then 'stated' else 'call-record' end,
        (select v.id from questionnaire_version v join questionnaire q on q.id = v.questionnaire_id where q.code = 'discharge-level-1')
      from encounter e where e.ends_at is not null returning *
    )
    insert into questionnaire_response (questionnaire_version_id, person_id, encounter_id, task_id, status, answers, author)
    select questionnaire_version_id, person_id, encounter_id, id, 'completed', jsonb_build_object('medication', 'yes', 'revisit', 'told', 'pain', id),
      'user:recorder' from made`.execute(app.db)
  await set('spot-check.share', 0.2)
  await set('spot-check.score-minimum', 3)
  const department = ids.department('CARD')
  who.manager = await app.signInAs('manager', { site: place.siteId })
  who.centre = await app.signInAs('service-centre', { site: place.siteId })
  who.d1 = await app.signInAs('doctor', { staff: ids.staff('D1') })
  who.d2 = await app.signInAs('doctor', { staff: ids.staff('D2') })
  who.head = await app.signInAs('department-head', { site: place.siteId, department })
  who.nurse = await app.signInAs('nurse', { site: place.siteId, department })
})
afterAll(() => app.close())

const set = (key: string, value: unknown, version = 0) =>
  transaction(app.db, (trx) => updateSetting(trx, testActor, 'x', key, { value, version }))
const overview = async (caller: string) => (await app.request(caller, getSpotChecks, { query: place })).body
const rows = async (caller: string, query = {}) =>
  (await app.request(caller, listSpotChecks, { query: { ...place, limit: 200, ...query } })).body.items

test('a preview tells how many of whom, without choosing anybody', async () => {
  const { body } = await app.request(who.manager, previewSpotChecks, { query: place })
  expect(body.notCallable).toBe(3)
  expect(body.doctors.map((one) => [one.candidates, one.size, one.isNew])).toEqual([
    [38, 16, true],
    [19, 8, true],
  ])
  expect(body.doctors.every((one) => (one.reasons.stated ?? 0) > 0)).toBe(true)
  expect(await overview(who.manager)).toMatchObject({ draw: null, doctors: [], mayDraw: true })
})

test('a month is drawn when it is over, once, and only by who may', async () => {
  const draw = (caller: string, body: object) => app.request(caller, drawSpotChecks, { body })
  const now = new Date().toISOString().slice(0, 7)
  expect((await draw(who.manager, { ...place, month: now })).error?.fields?.[0]?.path).toBe('month')
  expect((await draw(who.manager, { ...place, month: '2020-01' })).error?.fields?.[0]?.path).toBe('month')
  expect((await draw(who.centre, place)).error?.id).toBe('forbidden')
  const elsewhere = await app.signInAs('manager', { site: ids.site('EAST') })
  expect((await draw(elsewhere, place)).error?.id).toBe('not-found')
  const both = await Promise.all([draw(who.manager, place), draw(who.manager, place)])
  expect(both.map((one) => one.status).sort()).toEqual([201, 409])
  expect(both.find((one) => one.status === 201)?.body.drawn).toBe(24)
})

test('anybody can draw the sample again from what is kept', async () => {
  const { draw } = await overview(who.manager)
  const { body } = await app.request(who.manager, getSpotCheckDraw, { params: { id: draw?.id ?? 0 } })
  expect(body.candidates).toHaveLength(57)
  const again = drawSample(body.seed, body.candidates, body.sizes)
  const of = new Map(again.map((one) => [one.taskId, one]))
  for (const one of body.candidates)
    expect([one.taskId, one.probability, one.selected]).toEqual([
      one.taskId,
      of.get(one.taskId)?.probability,
      of.get(one.taskId)?.selected,
    ])
  const [stated, recorded] = [true, false].map(
    (is) =>
      body.candidates.find((one) => one.staffId === ids.staff('D1') && one.reasons.includes('stated') === is)
        ?.probability ?? 0,
  )
  expect(stated).toBeCloseTo(3 * (recorded ?? 0), 9)
})

test('who stands under a check does not see it before the call, nor its task', async () => {
  expect(await rows(who.manager)).toHaveLength(24)
  expect(await rows(who.centre)).toHaveLength(24)
  for (const caller of [who.d1, who.head]) expect(await rows(caller)).toEqual([])
  const check = (await rows(who.centre))[0]
  for (const caller of [who.d1, who.head, who.nurse]) {
    expect((await app.request(caller, getTask, { params: { id: check?.taskId ?? 0 } })).error?.id).toBe(
      'not-found',
    )
    const { body } = await app.request(caller, listTasks, {
      query: { whose: 'team', view: 'all', kind: 'spot-check' },
    })
    expect(body.items).toEqual([])
  }
  expect((await overview(who.d1)).doctors.map((one) => one.staffId)).toEqual([ids.staff('D1')])
})

test('who recorded a result or answers for it does not check it', async () => {
  const check = (await rows(who.centre, { staffId: ids.staff('D2') })).at(-1)
  const recorder = await app.createUser('recorder-now', 'service-centre', { site: place.siteId })
  await sql`update task set completed_by = ${`user:${recorder}`} where id = ${check?.checkedTaskId ?? 0}`.execute(
    app.db,
  )
  const cookie = await app.signIn('recorder-now')
  const held = await app.request(cookie, holdTask, { params: { id: check?.taskId ?? 0 } })
  expect(held.error?.id).toBe('own-result')
  await sql`update task set priority = 2 where id = ${check?.taskId ?? 0}`.execute(app.db)
  const { body } = await app.request(cookie, takeNextTask, { body: {} })
  expect(body.task?.id).not.toBe(check?.taskId)
  // Which one it was given instead is not for the tests after this one to meet.
  await app.request(cookie, releaseTask, { params: { id: body.task?.id ?? 0 } })
  const doctor = await app.signInAs('service-centre', { site: place.siteId, staff: ids.staff('D2') })
  const own = await app.request(doctor, holdTask, { params: { id: check?.taskId ?? 0 } })
  expect(own.error?.id).toBe('own-result')
})

async function check(one: SpotCheck | undefined, said: object | null) {
  const params = { id: one?.taskId ?? 0 }
  expect((await app.request(who.centre, holdTask, { params })).error).toBeUndefined()
  const { error } = await app.request(who.centre, recordAttempt, {
    params,
    body: said ? { outcome: 'done', answers: said } : { outcome: 'refused' },
  })
  expect(error).toBeUndefined()
}
const honest = { called: 'yes', medication: 'yes', revisit: 'yes', satisfaction: '4' }

test('a finished call is judged field by field, and undone with its result', async () => {
  const [first, second, third] = await rows(who.centre, { staffId: ids.staff('D1') })
  await check(first, honest)
  await check(second, { called: 'no' })
  await check(third, null)
  const now = async () => (await rows(who.manager, { staffId: ids.staff('D1') })).slice(0, 3)
  expect((await now()).map((one) => [one.status, one.satisfaction])).toEqual([
    ['agree', 4],
    ['disagree', null],
    ['unreached', null],
  ])
  expect((await now())[0]?.fields).toContainEqual({
    field: 'revisit',
    recorded: 'told',
    said: 'yes',
    result: 'agree',
  })
  await app.request(who.centre, reopenTask, { params: { id: second?.taskId ?? 0 } })
  expect((await now())[1]).toMatchObject({ status: 'open', fields: [], checkedAt: null })
  await app.request(who.centre, recordAttempt, {
    params: { id: second?.taskId ?? 0 },
    body: { outcome: 'done', answers: { called: 'no' } },
  })
  expect((await now())[1]?.status).toBe('disagree')
})

const reviews = async (caller: string) =>
  (await app.request(caller, listTasks, { query: { kind: 'spot-check-review' } })).body.items

test('the doctor hears of a disagreement by a task, appeals with a reason, and somebody else decides', async () => {
  const [mine] = await rows(who.d1, { status: 'disagree' })
  expect(mine).toMatchObject({ status: 'disagree', taskId: null, abilities: { appeal: true, decide: false } })
  expect(await reviews(who.d1)).toHaveLength(1)
  const params = { id: mine?.id ?? 0 }
  const appeal = (caller: string, reason = '电话打给了患者女儿') =>
    app.request(caller, appealSpotCheck, { params, body: { reason } })
  expect((await appeal(who.d2)).error?.id).toBe('not-found')
  expect((await appeal(who.d1, '')).error?.id).toBe('invalid')
  expect((await appeal(who.d1)).status).toBe(204)
  expect((await appeal(who.d1)).error?.id).toBe('already-closed')
  expect(await reviews(who.d1)).toEqual([])
  expect(await reviews(who.nurse)).toEqual([])
  expect(await reviews(who.head)).toHaveLength(1)
  const scoreBefore = (await overview(who.manager)).doctors.find((one) => one.staffId === ids.staff('D1'))
  expect(scoreBefore).toMatchObject({ appealed: 1, undecided: 1, upheld: 0 })
  const self = await app.signInAs('department-head', {
    department: ids.department('CARD'),
    staff: ids.staff('D1'),
  })
  const decide = (caller: string) =>
    app.request(caller, decideSpotCheck, { params, body: { decision: 'upheld', reason: '通话记录属实' } })
  expect((await decide(self)).error?.id).toBe('forbidden')
  expect((await decide(who.d1)).error?.id).toBe('forbidden')
  expect((await decide(who.head)).status).toBe(204)
  expect((await decide(who.manager)).error?.id).toBe('already-closed')
  expect(await reviews(who.head)).toEqual([])
  const { rows: trail } = await sql<{ action: string; reason: string }>`
    select action, reason from audit_event where subject like ${`spot-check:${params.id}%`} order by seq`.execute(
    app.db,
  )
  expect(trail).toEqual([
    { action: 'spot-check.appeal', reason: '电话打给了患者女儿' },
    { action: 'spot-check.decide', reason: '通话记录属实' },
  ])
})

test('the score counts what was drawn seldom for more, leaves upheld appeals out, and is silent below its minimum', async () => {
  const doctorOf = async (caller: string, code: string) =>
    (await overview(caller)).doctors.find((one) => one.staffId === ids.staff(code))
  expect((await doctorOf(who.d2, 'D2'))?.score).toBeNull()
  const open = await rows(who.centre, { staffId: ids.staff('D1'), status: 'open' })
  for (const [at, one] of open.slice(0, 6).entries()) await check(one, at < 4 ? honest : { called: 'no' })
  const finished = (await rows(who.manager, { staffId: ids.staff('D1') })).filter(
    (one) => ['agree', 'disagree'].includes(one.status) && one.appeal?.decision !== 'upheld',
  )
  const sum = (of: (one: SpotCheck) => number) => finished.reduce((total, one) => total + of(one), 0)
  const expected = scoreOf(
    {
      checked: finished.length,
      weight: sum((one) => 1 / one.probability),
      weightSquared: sum((one) => 1 / one.probability ** 2),
      agreed: sum((one) => (one.status === 'agree' ? 1 / one.probability : 0)),
    },
    3,
  )
  expect(finished).toHaveLength(7)
  const shown = (await doctorOf(who.d1, 'D1'))?.score
  expect(shown?.value).toBeCloseTo(expected?.value ?? 0, 12)
  expect(shown?.low).toBeCloseTo(expected?.low ?? 0, 12)
  expect(shown?.high).toBeCloseTo(expected?.high ?? 0, 12)
})

test('a doctor may take note instead, and after the time to appeal it is too late', async () => {
  const [first, second] = await rows(who.d1, { status: 'disagree', mine: true }).then((all) =>
    all.filter((one) => !one.appeal),
  )
  expect((await app.request(who.d1, acceptSpotCheck, { params: { id: first?.id ?? 0 } })).status).toBe(204)
  const appeal = (one: SpotCheck | undefined) =>
    app.request(who.d1, appealSpotCheck, { params: { id: one?.id ?? 0 }, body: { reason: '不同意' } })
  expect((await appeal(first)).error?.id).toBe('already-closed')
  await sql`update spot_check set checked_at = now() - interval '8 days' where id = ${second?.id ?? 0}`.execute(
    app.db,
  )
  expect((await appeal(second)).error?.id).toBe('appeal-too-late')
  expect(
    (await rows(who.d1, { status: 'disagree' })).find((one) => one.id === second?.id)?.abilities.appeal,
  ).toBe(false)
})

test('the job draws every site by itself from its day on, once', async () => {
  await sql`delete from task_attempt where task_id in (select task_id from spot_check)`.execute(app.db)
  await sql`delete from spot_check_draw`.execute(app.db)
  await sql`update task set status = 'cancelled' where kind like 'spot-check%'`.execute(app.db)
  const at = (day: number) => new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth() + 1, day, 4))
  const drawn = async () =>
    (await app.db.selectFrom('spot_check_draw').select(['site_id', 'drawn_by']).execute()).length
  await drawDue(app.db, at(2))
  expect(await drawn()).toBe(0)
  await set('spot-check.automatic', false)
  await drawDue(app.db, at(3))
  expect(await drawn()).toBe(0)
  await set('spot-check.automatic', true, 1)
  await drawDue(app.db, at(3))
  await drawDue(app.db, at(4))
  expect(await drawn()).toBe(1)
})
