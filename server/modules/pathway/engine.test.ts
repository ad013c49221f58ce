import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setOptOut } from '../../../contract/person.ts'
import {
  createEnrollment,
  getPathway,
  listEnrollments,
  stopEnrollment,
  updatePathway,
  validatePathway,
} from '../../../contract/pathway.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { putCalendarYear } from '../../../contract/setting.ts'
import { holdTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, message, publish, task, wait } from '../../../test/support/pathway.ts'
import { openDatabase } from '../../platform/db.ts'
import { executeDue } from './execute.ts'

let app: TestApp
let centre: string
let admin: string
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

async function newPerson(): Promise<number> {
  people += 1
  await receive(app, {
    event: 'A04',
    class: 'O',
    mrn: `P${people}`,
    visit: `P${people}`,
    email: `p${people}@example.test`,
  })
  return personOf(app, `P${people}`)
}

async function enrol(pathwayId: number, personId: number): Promise<number> {
  const { body, error } = await app.request(centre, createEnrollment, { body: { pathwayId, personId } })
  if (error) throw new Error(error.message)
  return body.id
}

/** Lets time pass until nothing waits for it any more. */
async function elapse(id: number): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    await executeDue(app.db)
    const { numUpdatedRows } = await app.db
      .updateTable('enrollment')
      .set({ due_at: new Date() })
      .where('id', '=', id)
      .where('status', '=', 'active')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
  }
  throw new Error('the pathway does not end')
}

const row = (id: number) =>
  app.db.selectFrom('enrollment').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const tasksOf = (id: number) =>
  app.db.selectFrom('task').selectAll().where('enrollment_id', '=', id).orderBy('id').execute()

async function work(taskId: number, outcome: string, more: Record<string, unknown> = {}): Promise<void> {
  await app.request(centre, holdTask, { params: { id: taskId } })
  const { error } = await app.request(centre, recordAttempt, {
    params: { id: taskId },
    body: { outcome, ...more },
  })
  if (error) throw new Error(`${error.message} ${JSON.stringify(error.fields)}`)
}

test('two executors at once: no step twice, none left out, for many persons on random pathways', async () => {
  const second = openDatabase(app.services.database.url, { max: 3 })
  const persons: number[] = []
  for (let n = 0; n < 8; n++) persons.push(await newPerson())
  const kinds = fc.array(fc.constantFrom('wait', 'task', 'message'), { minLength: 1, maxLength: 7 })
  await fc.assert(
    fc.asyncProperty(kinds, async (shape) => {
      const steps = shape.map((kind, at): PathwayStep => {
        const next = at + 1 < shape.length ? `s${at + 1}` : null
        const make = { wait, task, message }[kind]
        return make(`s${at}`, next)
      })
      const pathway = await makePathway(app, definitionOf(steps))
      for (const person of persons) await enrol(pathway, person)
      for (let open = 1; open > 0;) {
        await Promise.all([executeDue(app.db), executeDue(second.db), executeDue(second.db)])
        const { rows } = await sql`
          update enrollment set due_at = now() where pathway_id = ${pathway} and status = 'active' returning id`.execute(
          app.db,
        )
        open = rows.length
      }
      const { rows } = await sql<{ steps: number; tasks: number; mails: number; done: number }>`
        select (select count(*) from enrollment_step s join enrollment e on e.id = s.enrollment_id where e.pathway_id = ${pathway}) as steps,
          (select count(*) from task t join enrollment e on e.id = t.enrollment_id where e.pathway_id = ${pathway}) as tasks,
          (select count(*) from message m join enrollment e on e.id = m.enrollment_id where e.pathway_id = ${pathway}) as mails,
          (select count(*) from enrollment where pathway_id = ${pathway} and status = 'completed') as done`.execute(
        app.db,
      )
      const times = (kind: string) => shape.filter((one) => one === kind).length * persons.length
      expect(rows[0]).toEqual({
        steps: shape.length * persons.length,
        tasks: times('task'),
        mails: times('message'),
        done: persons.length,
      })
    }),
    { numRuns: 8 },
  )
  await second.close()
}, 600_000)

test('people stay on the version they started; who comes later starts the new one', async () => {
  const pathway = await makePathway(app, definitionOf([wait('a', 'old'), task('old', null)]))
  const early = await enrol(pathway, await newPerson())
  await executeDue(app.db)
  const definition = definitionOf([wait('a', 'new'), task('new', null)])
  const { body } = await publish(app, admin, pathway, definition)
  expect(body.versions.map(({ version, openEnrollments }) => [version, openEnrollments])).toEqual([
    [2, 0],
    [1, 1],
  ])
  const late = await enrol(pathway, await newPerson())
  await elapse(early)
  await elapse(late)
  expect((await tasksOf(early)).map((one) => one.step_key)).toEqual(['old'])
  expect((await tasksOf(late)).map((one) => one.step_key)).toEqual(['new'])
})

test('the pathway waits for a result and then goes by it', async () => {
  const steps: PathwayStep[] = [
    task('call', 'reached', { waitFor: 'result' }),
    {
      key: 'reached',
      title: '',
      kind: 'branch',
      when: { fact: 'task.call.outcome', op: '=', value: 'done' },
      next: 'mail',
      otherwise: 'visit',
    },
    message('mail', null),
    task('visit', null, { task: 'home-visit', assignee: 'outreach' }),
  ]
  const pathway = await makePathway(app, definitionOf(steps))
  for (const [outcome, kinds] of [
    ['done', ['follow-up-call']],
    ['other', ['follow-up-call', 'home-visit']],
  ] as const) {
    const id = await enrol(pathway, await newPerson())
    await elapse(id)
    expect(await row(id)).toMatchObject({ status: 'waiting', waiting_for: 'call' })
    const [call] = await tasksOf(id)
    await work(call?.id ?? 0, outcome)
    await elapse(id)
    expect(await row(id)).toMatchObject({ status: 'completed' })
    expect((await tasksOf(id)).map((one) => one.kind)).toEqual(kinds)
  }
})

test('a discharge enters once for its stay, also when told again; an old one does not enter', async () => {
  const day = (n: number) => new Date(Date.now() - n * 86_400_000)
  await receive(app, { event: 'A03', mrn: 'enter', visit: 'enter', at: day(2) })
  await receive(app, { event: 'A03', mrn: 'enter', visit: 'enter', at: day(1) })
  await receive(app, { event: 'A03', mrn: 'enter', visit: 'historic', at: day(40) })
  const personId = await personOf(app, 'enter')
  const { body } = await app.request(centre, listEnrollments, { query: { personId } })
  expect(body.items).toHaveLength(1)
  await app.processAll()
  const [level1] = await tasksOf(body.items[0]?.id ?? 0)
  expect(level1).toMatchObject({ level: 1, kind: 'follow-up-call', assignee_role: 'doctor' })
})

test('nobody is twice on a pathway by hand, and entry that is switched off is off for hands too', async () => {
  const pathway = await makePathway(app, definitionOf([wait('a', null)]))
  const person = await newPerson()
  const both = await Promise.all(
    [1, 2].map(() =>
      app.request(centre, createEnrollment, { body: { pathwayId: pathway, personId: person } }),
    ),
  )
  expect(both.map((answer) => answer.status).sort()).toEqual([201, 409])
  await app.request(admin, updatePathway, { params: { id: pathway }, body: { active: false } })
  const other = await app.request(centre, createEnrollment, {
    body: { pathwayId: pathway, personId: await newPerson() },
  })
  expect(other.status).toBe(422)
})

/** A pathway with an open task and an unsent mail, for everything that must end them. */
async function running(rest: Partial<PathwayDefinition> = {}) {
  const person = await newPerson()
  const pathway = await makePathway(
    app,
    definitionOf([task('t', 'm'), message('m', 'w'), wait('w', 't2'), task('t2', null)], rest),
  )
  const id = await enrol(pathway, person)
  await executeDue(app.db)
  return { person, id, mrn: `P${people}` }
}

async function ended(id: number) {
  const { rows } = await sql<Record<string, unknown>>`
    select e.status, e.stop_reason as reason, (select array_agg(distinct status) from task where enrollment_id = e.id) as tasks,
      (select array_agg(distinct status || coalesce(':' || reason, '')) from message where enrollment_id = e.id) as mails
    from enrollment e where id = ${id}`.execute(app.db)
  return rows[0]
}

const over = (reason: string) => ({
  status: 'stopped',
  reason,
  tasks: ['cancelled'],
  mails: ['suppressed:enrollment-stopped'],
})
const on = { status: 'active', reason: null, tasks: ['requested'], mails: ['queued'] }

test('death, readmission, opt-out and a hand end the enrolment, its tasks and its mail', async () => {
  const dead = await running()
  await receive(app, { event: 'A08', mrn: dead.mrn, visit: dead.mrn, class: 'O', diedAt: new Date() })
  expect(await ended(dead.id)).toEqual(over('death'))

  const back = await running()
  await receive(app, {
    event: 'A01',
    mrn: back.mrn,
    visit: `${back.mrn}-in`,
    at: new Date(Date.now() + 2000),
  })
  expect(await ended(back.id)).toEqual(over('readmission'))

  const out = await running()
  await app.request(centre, setOptOut, {
    params: { id: out.person },
    body: { channel: 'all', purpose: 'clinical', active: true },
  })
  expect(await ended(out.id)).toEqual(over('opt-out'))

  const stopped = await running()
  await app.request(centre, stopEnrollment, { params: { id: stopped.id }, body: { reason: '家属要求' } })
  expect(await ended(stopped.id)).toEqual(over('家属要求'))
})

test('an opt-out of marketing, or of one channel, does not end clinical follow-up', async () => {
  const { person, id } = await running()
  for (const optOut of [
    { channel: 'all', purpose: 'marketing' },
    { channel: 'email', purpose: 'all' },
  ])
    await app.request(centre, setOptOut, { params: { id: person }, body: { ...optOut, active: true } })
  expect(await ended(id)).toEqual(on)
})

test('a pathway that names no reason to stop goes on', async () => {
  const { id, mrn } = await running({ stopOn: [] })
  await receive(app, { event: 'A01', mrn, visit: `${mrn}-in`, at: new Date() })
  expect(await ended(id)).toEqual(on)
})

test('a person who wants no contact is not put on the next pathway by the next discharge', async () => {
  await receive(app, { event: 'A04', class: 'O', mrn: 'never', visit: 'never0' })
  const id = await personOf(app, 'never')
  await app.request(centre, setOptOut, {
    params: { id },
    body: { channel: 'all', purpose: 'all', active: true },
  })
  await receive(app, { event: 'A03', mrn: 'never', visit: 'never1' })
  const { body } = await app.request(centre, listEnrollments, { query: { personId: id } })
  expect(body.items).toEqual([])
})

test('a stop at the very moment of execution leaves no open task and no mail, whoever wins', async () => {
  const second = openDatabase(app.services.database.url, { max: 4 })
  const pathway = await makePathway(app, definitionOf([task('t', 'm'), message('m', null)]))
  const ids: number[] = []
  const mrns: string[] = []
  for (let n = 0; n < 12; n++) {
    ids.push(await enrol(pathway, await newPerson()))
    mrns.push(`P${people}`)
  }
  const deaths = mrns.map((mrn) => ({ event: 'A08', mrn, visit: mrn, class: 'O', diedAt: new Date() }))
  await Promise.all([executeDue(second.db), receive(app, ...deaths), executeDue(second.db)])
  await executeDue(second.db)
  await second.close()
  const { rows } = await sql<{ tasks: number; mails: number; unstopped: number }>`
    select (select count(*) from task where enrollment_id = any(${ids}) and status <> 'cancelled') as tasks,
      (select count(*) from message where enrollment_id = any(${ids}) and status = 'queued') as mails,
      (select count(*) from enrollment where id = any(${ids}) and status <> 'stopped') as unstopped`.execute(
    app.db,
  )
  expect(rows).toEqual([{ tasks: 0, mails: 0, unstopped: 0 }])
})

test('a working-day wait into a year without a calendar is blocked with the reason, and goes on once it is entered', async () => {
  const far: PathwayStep[] = [wait('w', 't', { for: { value: 700, unit: 'working-days' } }), task('t', null)]
  const id = await enrol(await makePathway(app, definitionOf(far)), await newPerson())
  await executeDue(app.db)
  const blocked = await row(id)
  expect(blocked.status).toBe('blocked')
  const year = Number(/working days of (\d{4}) are not known/.exec(blocked.stop_reason ?? '')?.[1])
  for (let next = year; next < year + 4; next++)
    await app.request(admin, putCalendarYear, {
      params: { year: next },
      body: { days: [{ date: `${next}-01-01`, working: false, name: '元旦' }] },
    })
  await executeDue(app.db)
  expect(await row(id)).toMatchObject({ status: 'active', stop_reason: null, step_key: 't' })
})

test('a definition that cannot work is refused, naming the step and the mend', async () => {
  const wrong = definitionOf([
    wait('a', 'b', {
      for: { value: { var: 'gone' }, unit: 'days' },
      at: { from: 20, to: 9, workingDaysOnly: false },
    }),
    task('b', 'a', { questionnaire: 'none-such' }),
    task('island', 'nowhere'),
  ])
  const { body } = await app.request(admin, validatePathway, { body: { definition: wrong } })
  const problems = body.problems.map((one) => `${one.step ?? '-'}: ${one.message}`).join('\n')
  for (const words of [
    /a: .*"gone"/,
    /a: .*hours/,
    /b: .*"none-such"/,
    /a: .*reached from itself/,
    /island: Leads to "nowhere"/,
    /island: Cannot be reached/,
  ])
    expect(problems).toMatch(words)
  const pathway = await makePathway(app, definitionOf([wait('a', null)]))
  const refused = await publish(app, admin, pathway, wrong)
  expect([refused.status, refused.error?.fields?.some((field) => field.path === 'steps.island')]).toEqual([
    422,
    true,
  ])
  const { body: unchanged } = await app.request(admin, getPathway, { params: { id: pathway } })
  expect(unchanged.version).toBe(1)
})

test('numbers of a pathway are those of the day of entry, whatever the settings say later', async () => {
  const definition = definitionOf([wait('w', null, { for: { value: { var: 'n' }, unit: 'days' } })], {
    variables: { n: { setting: 'follow-up.level-1.days' } },
  })
  const pathway = await makePathway(app, definition)
  const id = await enrol(pathway, await newPerson())
  await sql`insert into setting (key, value) values ('follow-up.level-1.days', '3')`.execute(app.db)
  const later = await enrol(pathway, await newPerson())
  await executeDue(app.db)
  const days = async (one: number) =>
    Math.round(((await row(one)).due_at?.getTime() ?? 0) / 86_400_000 - Date.now() / 86_400_000)
  expect([await days(id), await days(later)]).toEqual([7, 3])
})

test('a batch of due steps takes six statements, whatever the steps do', async () => {
  const id = await makePathway(
    app,
    definitionOf([
      task('call', 'mail'),
      message('mail', 'pause'),
      wait('pause', 'again'),
      task('again', null),
    ]),
  )
  for (const person of [await newPerson(), await newPerson(), await newPerson()]) await enrol(id, person)
  let statements = 0
  const counted = app.db.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  })
  expect(await executeDue(counted)).toBe(3)
  // Once per process and version its definition is read.
  expect(statements).toBeLessThanOrEqual(7)
  await enrol(id, await newPerson())
  statements = 0
  expect(await executeDue(counted)).toBe(1)
  expect(statements).toBe(6)
})
