import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGroup, addGroupAgreement, getGroup, updateGroupAgreement } from '../../../contract/group.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { listEnrollments, type PathwayDefinition } from '../../../contract/pathway.ts'
import { stopsOn } from '../../../contract/stop-rule.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { standInAppointments } from '../../../test/support/appointment.ts'
import { newPerson, statesOf } from '../../../test/support/enrollment.ts'
import { receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, message, task, wait } from '../../../test/support/pathway.ts'
import { tries } from '../../../test/support/tries.ts'
import { executeDue } from './execute.ts'

let app: TestApp
let centre: string
let appointments: Awaited<ReturnType<typeof standInAppointments>>

beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  centre = await app.signInAs('service-centre')
  appointments = await standInAppointments(app)
})
afterAll(async () => {
  appointments.forget()
  await app.close()
})

const day = 86_400_000
const inDays = (n: number) => new Date(Date.now() + n * day)

const reminder = (rest: Partial<PathwayDefinition> = {}) =>
  definitionOf(
    [
      wait('w', 'm', { since: 'subject.start', before: true, late: 'skip', for: { value: 3, unit: 'days' } }),
      message('m', 'w2'),
      wait('w2', 't', { since: 'subject.start', for: { value: 1, unit: 'days' } }),
      task('t', null),
    ],
    { entry: { event: 'appointment.booked', maxAgeDays: 30 }, ...rest },
  )

const days = (from: Date | null) => ((from?.getTime() ?? 0) - Date.now()) / day

test('two appointments of one person have two enrolments; one that moves takes its waits along, one that is cancelled ends', async () => {
  const pathway = await makePathway(app, reminder())
  const { id: person } = await newPerson(app)
  const first = await appointments.book(person, inDays(10))
  const second = await appointments.book(person, inDays(20))
  expect((await statesOf(app, pathway)).map((one) => one.subject_id)).toEqual([first, second])
  let [one, other] = await statesOf(app, pathway)
  expect([days(one?.due ?? null), days(other?.due ?? null)].map(Math.round)).toEqual([7, 17])

  await appointments.move(person, first, inDays(5))
  ;[one, other] = await statesOf(app, pathway)
  expect([days(one?.due ?? null), days(other?.due ?? null)].map(Math.round)).toEqual([2, 17])
  // Moved so near that the time of the reminder has come.
  await appointments.move(person, first, inDays(2))
  ;[one] = await statesOf(app, pathway)
  expect(one?.made).toEqual(['m'])
  expect(Math.round(days(one?.due ?? null))).toBe(3)

  await appointments.tell('appointment.cancelled', person, second)
  ;[one, other] = await statesOf(app, pathway)
  expect(one?.status).toBe('active')
  expect(other).toMatchObject({ status: 'stopped', reason: 'appointment-cancelled', made: [] })
  // Told twice, it is entered once; booked anew after the cancellation, it is followed again.
  await appointments.tell('appointment.booked', person, first)
  await appointments.tell('appointment.booked', person, second)
  const all = await statesOf(app, pathway)
  expect(all.map((state) => [state.subject_id, state.status])).toEqual([
    [first, 'active'],
    [second, 'stopped'],
    [second, 'active'],
  ])
})

test('a reminder whose time had passed when the appointment was booked is left out', async () => {
  const pathway = await makePathway(app, reminder())
  const { id: person } = await newPerson(app)
  await appointments.book(person, inDays(1))
  const [state] = await statesOf(app, pathway)
  expect(state).toMatchObject({ status: 'active', made: [] })
  expect(Math.round(days(state?.due ?? null))).toBe(2)
})

test('a wait for a time that the subject does not have yet lasts until it has one', async () => {
  const pathway = await makePathway(app, reminder())
  const { id: person } = await newPerson(app)
  const id = await appointments.book(person, null)
  expect(await statesOf(app, pathway)).toMatchObject([{ status: 'active', due: null }])
  await appointments.move(person, id, inDays(8))
  const [state] = await statesOf(app, pathway)
  expect(Math.round(days(state?.due ?? null))).toBe(5)
})

test('a merge in between keeps both appointments, and an event of the other record ends them only as long as the two are one', async () => {
  const pathway = await makePathway(app, reminder({ stopOn: stopsOn('readmission') }))
  const [one, other] = [await newPerson(app), await newPerson(app)]
  await appointments.book(one.id, inDays(10))
  await appointments.book(other.id, inDays(12))
  expect(await statesOf(app, pathway)).toHaveLength(2)
  const { body, error } = await app.request(centre, mergePersons, {
    body: { survivorId: one.id, mergedId: other.id, reason: '同一人' },
  })
  if (error) throw new Error(error.message)
  await receive(app, {
    event: 'A01',
    mrn: other.mrn,
    visit: `${other.mrn}-in`,
    at: new Date(Date.now() + 2000),
  })
  expect((await statesOf(app, pathway)).map((state) => state.status)).toEqual(['stopped', 'stopped'])
  await app.request(centre, undoPersonMerge, { params: { id: body.mergeId }, body: { reason: '两个人' } })
  expect((await statesOf(app, pathway)).map((state) => state.status)).toEqual(['active', 'stopped'])
})

test('a pathway about an agreement of an organisation makes tasks without a person, before it ends, wherever the end moves', async () => {
  const pathway = await makePathway(
    app,
    definitionOf(
      [
        wait('w', 't', { since: 'subject.end', before: true, for: { value: 60, unit: 'days' } }),
        task('t', null, { task: 'other', waitFor: 'result' }),
      ],
      { purpose: 'service', entry: { event: 'agreement.signed', maxAgeDays: 30 } },
    ),
  )
  const sites = await app.db.selectFrom('site').select('id').execute()
  const iso = (n: number) => inDays(n).toISOString().slice(0, 10)
  const { body: group, error } = await app.request(centre, createGroup, {
    body: { code: 'G-TEST', name: '测试纺织厂', kind: 'employer', siteId: sites[0]?.id ?? null },
  })
  if (error) throw new Error(JSON.stringify(error))
  const agreement = { number: 'A-1', status: 'active' as const, validUntil: iso(100) }
  const signed = await app.request(centre, addGroupAgreement, { params: { id: group.id }, body: agreement })
  if (signed.error) throw new Error(JSON.stringify(signed.error))
  const [state] = await statesOf(app, pathway)
  expect(Math.round(days(state?.due ?? null))).toBeCloseTo(40, -0.5)
  const shown = await app.request(centre, getGroup, { params: { id: group.id } })
  const part = shown.body.agreements[0]
  await app.request(centre, updateGroupAgreement, {
    params: { id: group.id, partId: part?.id ?? 0 },
    body: { ...agreement, validUntil: iso(50), version: part?.version ?? 1 },
  })
  expect(await statesOf(app, pathway)).toMatchObject([{ status: 'waiting', made: ['t'] }])
  const made = await app.db
    .selectFrom('task')
    .selectAll()
    .where('enrollment_id', '=', state?.id ?? 0)
    .executeTakeFirst()
  expect(made).toMatchObject({
    person_id: null,
    group_id: group.id,
    subject_kind: 'agreement',
    status: 'requested',
  })
  const list = await app.request(centre, listEnrollments, { query: { groupId: group.id } })
  expect(list.body.items).toMatchObject([
    { name: '测试纺织厂', personId: null, subject: { kind: 'agreement', words: 'A-1' } },
  ])
  await app.request(centre, updateGroupAgreement, {
    params: { id: group.id, partId: part?.id ?? 0 },
    body: { ...agreement, status: 'ended', validUntil: iso(50), version: (part?.version ?? 1) + 1 },
  })
  expect(await statesOf(app, pathway)).toMatchObject([{ status: 'stopped', reason: 'agreement-ended' }])
})

type Appointment = { person: number; id: number; enrollment: number }
/** Days from now; null: no time. */
type Start = number | null

const moves = {
  move: fc.record({
    do: fc.constant('move' as const),
    to: fc.option(fc.integer({ min: -80, max: 160 }).map((n) => n / 8)),
  }),
  run: fc.constant({ do: 'run' as const }),
  workers: fc.constant({ do: 'workers' as const }),
  other: fc.constant({ do: 'other' as const }),
  cancel: fc.constant({ do: 'cancel' as const }),
}

/** Where the reminder stands, by its definition alone; `at` is the wait it is in. */
type Model = { at: 'w' | 'w2' | 'end'; reached: boolean; made: string[] }

function walk(model: Model, start: Start): Model {
  const next = { ...model, made: [...model.made] }
  if (next.at === 'w' && start !== null && start - 3 <= 0) {
    // Past when it was reached: left out. Moved into the past while it waited: sent now.
    if (next.reached) next.made.push('m')
    next.at = 'w2'
  }
  if (next.at === 'w2' && start !== null && start + 1 <= 0) {
    next.made.push('t')
    next.at = 'end'
  }
  return { ...next, reached: true }
}

test(
  'whatever a subject does, its waits end when its times say, each step once, and its end ends everything',
  async () => {
    const pathway = await makePathway(app, reminder())
    const any = fc.oneof(
      { weight: 4, arbitrary: moves.move },
      { weight: 4, arbitrary: moves.run },
      { weight: 1, arbitrary: moves.workers },
      { weight: 1, arbitrary: moves.other },
      { weight: 1, arbitrary: moves.cancel },
    )
    const look = async ({ enrollment }: Appointment) =>
      (await statesOf(app, pathway)).find((one) => one.id === enrollment)
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 160 }),
        fc.array(any, { maxLength: 14 }),
        async (first, all) => {
          const { id: person } = await newPerson(app)
          const id = await appointments.book(person, inDays(first / 8))
          const bystander = await appointments.book(person, inDays(30))
          const { rows } = await sql<{
            id: number
          }>`select id from enrollment where pathway_id = ${pathway} and subject_kind = 'appointment' and subject_id = ${id}`.execute(
            app.db,
          )
          const one = { person, id, enrollment: rows[0]?.id ?? 0 }
          let start: Start = first / 8
          let model: Model = { at: 'w', reached: false, made: [] }
          let cancelled = false
          for (const step of all) {
            if (step.do === 'move') {
              start = step.to
              await appointments.move(person, id, start === null ? null : inDays(start))
            }
            if (step.do === 'run') await executeDue(app.db)
            if (step.do === 'workers') await Promise.all([executeDue(app.db), executeDue(app.db)])
            if (step.do === 'other') await appointments.move(person, bystander, inDays(31))
            if (step.do === 'cancel') {
              cancelled = true
              await appointments.tell('appointment.cancelled', person, id)
            }
            const state = await look(one)
            if (cancelled) {
              expect([...(state?.made ?? [])].sort()).toEqual(model.made)
              expect(state).toMatchObject({ status: 'stopped', reason: 'appointment-cancelled' })
              continue
            }
            // Looking runs what is due.
            model = walk(model, start)
            expect([...(state?.made ?? [])].sort()).toEqual(model.made)
            expect(state?.status).toBe(model.at === 'end' ? 'completed' : 'active')
            if (model.at === 'end') continue
            const due = start === null ? null : start + (model.at === 'w' ? -3 : 1)
            if (due === null) expect(state?.due).toBeNull()
            else expect(days(state?.due ?? null)).toBeCloseTo(due, 1)
          }
        },
      ),
      { numRuns: tries(25) },
    )
  },
  tries(90_000),
)
