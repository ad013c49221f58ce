import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { savePathwayDraft } from '../../../contract/pathway-draft.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { cancelRehearsal, getRehearsal, startRehearsal } from '../../../contract/rehearsal.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, message, task, wait } from '../../../test/support/pathway.ts'
import { allHandlers } from '../../worker.ts'
import { executeDue } from './execute.ts'

let app: TestApp
let admin: string
const day = 86_400_000
const at = (days: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - days * day)
const local = (days: number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() - days * day))

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

const steps: PathwayStep[] = [
  task('call', 'settle', { assignee: 'attending-doctor', waitFor: 'result' }),
  wait('settle', 'reached', { since: 'entry', for: { value: 5, unit: 'days' } }),
  {
    key: 'reached',
    title: '',
    kind: 'branch',
    when: { fact: 'task.call.outcome', op: '=', value: 'done' },
    next: 'old',
    otherwise: 'visit',
  },
  {
    key: 'old',
    title: '',
    kind: 'branch',
    when: { fact: 'person.ageYears', op: '>=', value: 65 },
    next: 'visit',
    otherwise: 'mail',
  },
  task('visit', 'form', {
    task: 'home-visit',
    assignee: 'outreach',
    dueSince: 'entry',
    dueIn: { value: { var: 'n' }, unit: 'days' },
  }),
  {
    key: 'form',
    title: '',
    kind: 'questionnaire',
    questionnaire: 'discharge-level-1',
    assignee: 'nurse',
    dueIn: { value: 1, unit: 'days' },
    next: 'mail',
  },
  message('mail', null),
]
const definition: PathwayDefinition = definitionOf(steps, {
  entry: {
    event: 'encounter.discharged',
    when: {
      all: [
        { fact: 'encounter.class', op: '=', value: 'inpatient' },
        { fact: 'encounter.conditionCodes', op: 'contains', value: 'I10' },
      ],
    },
    maxAgeDays: 30,
  },
  variables: { n: { setting: 'follow-up.level-3.days' } },
})

async function rehearsed(pathwayId: number, body: Record<string, unknown>) {
  const started = await app.request(admin, startRehearsal, { params: { id: pathwayId }, body })
  if (started.error) throw new Error(JSON.stringify(started.error))
  await app.services.jobs.drain(allHandlers(app.services))
  const { body: answer } = await app.request(admin, getRehearsal, { params: { id: pathwayId } })
  if (!answer.rehearsal) throw new Error('there is no rehearsal')
  return answer.rehearsal
}

const everything = async () => {
  const { rows } =
    await sql`select (select count(*) from task) as tasks, (select count(*) from message) as messages,
    (select count(*) from enrollment) as enrollments, (select count(*) from timeline) as events`.execute(
      app.db,
    )
  return rows
}

const month = { from: local(20), to: local(0) }

test('a rehearsal predicts what the engine really makes when the same discharges run through it', async () => {
  const pathway = await makePathway(app, definition)
  for (const [index, age] of [70, 30, 80, 50, 66, 20, 90].entries()) {
    const mrn = `R${index}`
    await receive(app, {
      event: 'A03',
      mrn,
      visit: mrn,
      at: at(1 + index),
      birth: `${new Date().getFullYear() - age}0101`,
      // The last one has another disease and does not enter.
      diagnoses: [[index === 6 ? 'J18.9' : 'I10.x02', '诊断']],
    })
  }
  const predicted = await rehearsed(pathway, month)
  expect(predicted).toMatchObject({ status: 'finished', events: 7, progress: 1, current: null })
  expect(predicted.draft).toMatchObject({ entered: 6, notEntered: 1, stopped: 0, prevented: 0, blocked: 0 })

  // The same by the engine: every task is done, and time passes until nothing waits.
  for (let turn = 0; turn < 12; turn++) {
    await executeDue(app.db)
    await sql`update task set status = 'completed', outcome = 'done', completed_at = now()
      where enrollment_id in (select id from enrollment where pathway_id = ${pathway})`.execute(app.db)
    await sql`update enrollment set status = 'active', waiting_for = null, due_at = now()
      where pathway_id = ${pathway} and status in ('active', 'waiting')`.execute(app.db)
  }
  const { rows } = await sql<Record<string, number>>`
    select count(*) filter (where t.kind = 'follow-up-call')::int as calls, count(*) filter (where t.kind = 'home-visit')::int as visits,
      count(*) filter (where t.step_key = 'form')::int as questionnaires, 0 as others,
      (select count(*)::int from message m join enrollment e on e.id = m.enrollment_id where e.pathway_id = ${pathway}) as messages
    from task t join enrollment e on e.id = t.enrollment_id where e.pathway_id = ${pathway}`.execute(app.db)
  expect(predicted.draft?.total).toMatchObject(rows[0] ?? {})
  expect(rows[0]).toMatchObject({ calls: 6, visits: 3, questionnaires: 3, messages: 6 })

  const { draft, minutes } = predicted
  expect(minutes).toEqual({ call: 19, visit: 60, other: 10 })
  expect(draft?.total.minutes).toBe(6 * 19 + 3 * 60 + 3 * 10)
  for (const groups of [draft?.days ?? [], draft?.departments ?? []]) {
    expect(groups.reduce((sum, one) => sum + one.calls + one.visits + one.messages, 0)).toBe(6 + 3 + 6)
    expect(groups.reduce((sum, one) => sum + one.minutes, 0)).toBe(draft?.total.minutes)
  }
  expect(draft?.assignees).toContainEqual({ assignee: 'outreach', tasks: 3, minutes: 180 })
  // The day of a home visit is its due day: thirty days after discharge.
  const visits = draft?.days.filter((one) => one.visits > 0).map((one) => one.day)
  expect(visits).toEqual([local(5 - 30), local(3 - 30), local(1 - 30)].sort())
})

test('a draft is compared with the version in force over the same discharges, of the departments asked for', async () => {
  const pathway = await makePathway(app, definition)
  const less = { ...definition, steps: [message('mail', null)], start: 'mail' }
  await app.request(admin, savePathwayDraft, {
    params: { id: pathway },
    body: { definition: less, revision: 0 },
  })
  const before = await everything()
  const both = await rehearsed(pathway, month)
  // No task, no message, no enrolment, no event came of it.
  expect(await everything()).toEqual(before)
  expect([both.revision, both.comparedVersion]).toEqual([1, 1])
  expect(both.draft?.total).toMatchObject({ calls: 0, visits: 0, messages: 6, minutes: 0 })
  expect(both.current?.total).toMatchObject({ calls: 6, visits: 3, messages: 6 })
  const { rows } = await sql<{
    id: number
  }>`select distinct department_id as id from encounter where department_id is not null`.execute(app.db)
  const known = rows.map((row) => row.id)
  expect((await rehearsed(pathway, { ...month, departmentIds: known })).events).toBe(7)
  expect((await rehearsed(pathway, { ...month, departmentIds: [Math.max(...known) + 1] })).events).toBe(0)
  expect((await rehearsed(pathway, { from: local(3), to: local(2) })).events).toBe(2)
})

test('a death and a readmission end the pathway on the day they happened', async () => {
  const pathway = await makePathway(app, definition)
  const before = await rehearsed(pathway, month)
  await receive(app, { event: 'A01', mrn: 'R2', visit: 'R2-again', at: at(1) })
  const after = await rehearsed(pathway, month)
  // Discharged three days ago and back for a day: neither the call due tomorrow nor the visit takes place.
  expect(after.draft).toMatchObject({ entered: 6, stopped: 1, prevented: 1 })
  expect((before.draft?.total.visits ?? 0) - (after.draft?.total.visits ?? 0)).toBe(1)
  expect((before.draft?.total.calls ?? 0) - (after.draft?.total.calls ?? 0)).toBe(1)
})

test('results follow the shares of the past once there are enough of them', async () => {
  const pathway = await makePathway(app, definition)
  const { rows } = await sql<{
    id: number
  }>`select id from task where kind = 'follow-up-call' and status = 'completed' limit 1`.execute(app.db)
  await sql`
    insert into task (kind, title, person_id, site_id, assignee_role, queue, status, start_at, due_at, outcome, completed_at)
    select t.kind, t.title, t.person_id, t.site_id, t.assignee_role, t.queue, 'completed', now(), now(), 'unreached', now()
    from task t, generate_series(1, 2000) where t.id = ${rows[0]?.id ?? 0}`.execute(app.db)
  const { draft } = await rehearsed(pathway, month)
  // Nearly nobody is reached, so everybody is visited, whatever the age.
  expect(draft?.total.visits).toBeGreaterThanOrEqual(5)
})

test('it can be stopped, only one runs at a time, and a pathway entered by hand or with faults is refused', async () => {
  const pathway = await makePathway(app, definition)
  const start = (id: number) => app.request(admin, startRehearsal, { params: { id }, body: month })
  expect((await start(pathway)).status).toBe(201)
  expect((await start(pathway)).error?.id).toBe('already-exists')
  const stopped = await app.request(admin, cancelRehearsal, { params: { id: pathway } })
  expect(stopped.body.status).toBe('cancelled')
  expect((await app.request(admin, cancelRehearsal, { params: { id: pathway } })).error?.id).toBe(
    'already-closed',
  )
  await app.services.jobs.drain(allHandlers(app.services))
  const { body } = await app.request(admin, getRehearsal, { params: { id: pathway } })
  expect(body.rehearsal).toMatchObject({ status: 'cancelled', draft: null })
  expect((await start(await makePathway(app, definitionOf([wait('a', null)])))).status).toBe(422)
  await app.request(admin, savePathwayDraft, {
    params: { id: pathway },
    body: { definition: { ...definition, start: 'nowhere' }, revision: 0 },
  })
  expect((await start(pathway)).error?.fields?.length).toBeGreaterThan(0)
  expect(
    (
      await app.request(admin, startRehearsal, {
        params: { id: pathway },
        body: { from: local(0), to: local(3) },
      })
    ).status,
  ).toBe(422)
})
