import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDispute } from '../../../contract/dispute.ts'
import { createEnrollment } from '../../../contract/pathway.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { type StandardStop, stopsOn } from '../../../contract/stop-rule.ts'
import { setOptOut } from '../../../contract/person.ts'
import { holdTaskAnyway } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { anySteps, definitionOf, makePathway, publish, wayThrough } from '../../../test/support/pathway.ts'
import { tries } from '../../../test/support/tries.ts'
import { openDatabase } from '../../platform/db.ts'
import { executeDue } from './execute.ts'

let app: TestApp
let centre: string
let admin: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

type Reason = StandardStop
/** Halts whatever a pathway says of its ends. */
type Stop = Reason | 'dispute'

/** One enrolment under test, and what must be true of it by the definition alone. */
type Story = {
  id: number
  person: number
  mrn: string
  pathway: number
  definition: PathwayDefinition
  way: string[]
}

/** What can happen between two looks of the engine. Stops say their reason when they came into force. */
const happenings = {
  time: async ({ id }: Story) => {
    await sql`update enrollment set due_at = now() where id = ${id} and status = 'active'`.execute(app.db)
  },
  run: async () => {
    await executeDue(app.db)
  },
  'two workers': async () => {
    await Promise.all([executeDue(app.db), executeDue(app.db)])
  },
  'worker killed': killed,
  result: (story: Story) => work(story, 'done'),
  'new version': async ({ pathway, definition }: Story) => {
    const steps = [...definition.steps].reverse().map((step, at, all): PathwayStep => {
      const next = all[at + 1]?.key ?? null
      return step.kind === 'branch' ? { ...step, next, otherwise: null } : { ...step, next }
    })
    const turned = { ...definition, steps, start: steps[0]?.key ?? '' }
    const { error } = await publish(app, admin, pathway, turned)
    if (error) throw new Error(JSON.stringify(error))
  },
  refusal: (story: Story) => work(story, 'refused'),
  death: ({ mrn }: Story) => receive(app, { event: 'A08', mrn, visit: mrn, class: 'O', diedAt: new Date() }),
  readmission: ({ mrn }: Story) =>
    receive(app, { event: 'A01', mrn, visit: `${mrn}-${++count}`, at: new Date(Date.now() + 2000) }),
  'opt-out': ({ person }: Story) =>
    app.request(centre, setOptOut, {
      params: { id: person },
      body: { channel: 'all', purpose: 'clinical', active: true },
    }),
  dispute: ({ person }: Story) =>
    app.request(centre, openDispute, { params: { id: person }, body: { reason: '收费' } }),
}
type Happening = keyof typeof happenings

const stops: Partial<Record<Happening, Stop>> = {
  dispute: 'dispute',
  refusal: 'refusal',
  death: 'death',
  readmission: 'readmission',
  'opt-out': 'opt-out',
}

/** A worker whose connection dies under it at some point of its transaction, as with `kill -9`. */
async function killed(): Promise<void> {
  const other = openDatabase(app.services.database.url, { max: 1 })
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(other.db)
  await Promise.allSettled([
    executeDue(other.db),
    sql`select pg_terminate_backend(${rows[0]?.pid ?? 0})`.execute(app.db),
  ])
  await other.close()
}

/** Finishes the oldest open task. @returns whether there was one */
async function work({ id }: Story, outcome: string): Promise<boolean> {
  const open = await app.db
    .selectFrom('task')
    .select('id')
    .where('enrollment_id', '=', id)
    .where('status', '=', 'requested')
    .orderBy('id')
    .executeTakeFirst()
  if (!open) return false
  await app.request(centre, holdTaskAnyway, { params: { id: open.id }, body: { reason: '患者来电' } })
  const { error } = await app.request(centre, recordAttempt, { params: { id: open.id }, body: { outcome } })
  if (error) throw new Error(`${error.message} ${JSON.stringify(error.fields)}`)
  return true
}

async function begin(steps: PathwayStep[], stopOn: Reason[]): Promise<Story> {
  const mrn = `I${++count}`
  await receive(app, { event: 'A04', class: 'O', mrn, visit: mrn, sex: 'F', email: `${mrn}@example.test` })
  const person = await personOf(app, mrn)
  const definition = definitionOf(steps, { stopOn: stopsOn(...stopOn) })
  const pathway = await makePathway(app, definition)
  const { body } = await app.request(centre, createEnrollment, {
    body: { pathwayId: pathway, personId: person },
  })
  return { id: body.id, person, mrn, pathway, definition, way: wayThrough(steps) }
}

type State = {
  status: string
  reason: string | null
  steps: string[]
  tasks: string[]
  mails: string[]
  open: number
}

async function look({ id }: Story): Promise<State> {
  const { rows } = await sql<State>`
    select e.status, e.stop_reason as reason,
      array(select step_key from enrollment_step s where s.enrollment_id = e.id order by s.executed_at, s.step_key) as steps,
      array(select step_key from task t where t.enrollment_id = e.id order by t.id) as tasks,
      array(select step_key from message m where m.enrollment_id = e.id order by m.id) as mails,
      (select count(*)::int from task t where t.enrollment_id = e.id and t.status in ('requested', 'in-progress'))
        + (select count(*)::int from message m where m.enrollment_id = e.id and m.status = 'queued') as open
    from enrollment e where e.id = ${id}`.execute(app.db)
  const [state] = rows
  if (!state) throw new Error('the enrolment is gone')
  return state
}

/** Exactly the first steps of the way, each once, and of each exactly what it makes. */
function expectPrefix({ way, definition }: Story, { steps, tasks, mails }: State): void {
  const done = way.slice(0, steps.length)
  expect([...steps].sort()).toEqual([...done].sort())
  const kinds = new Map(definition.steps.map((step) => [step.key, step.kind]))
  expect(tasks).toEqual(done.filter((key) => kinds.get(key) === 'task'))
  expect(mails).toEqual(done.filter((key) => kinds.get(key) === 'message'))
}

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Happening>('time', 'run', 'result') },
  { weight: 2, arbitrary: fc.constantFrom<Happening>('two workers', 'worker killed', 'new version') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Happening>('refusal', 'death', 'readmission', 'opt-out', 'dispute'),
  },
)

test(
  'any pathway under any interleaving: no step twice, none skipped, and what stops it always wins',
  async () => {
    const stopOn = fc.uniqueArray(fc.constantFrom<Reason>('death', 'readmission', 'opt-out', 'refusal'))
    await fc.assert(
      fc.asyncProperty(anySteps, stopOn, fc.array(happening, { maxLength: 16 }), async (steps, ends, all) => {
        const story = await begin(steps, ends)
        let stopped: State | null = null
        for (const one of all) {
          const before = await look(story)
          const happened = await happenings[one](story)
          const after = await look(story)
          expectPrefix(story, after)
          if (stopped) {
            expect(after).toEqual(stopped)
            continue
          }
          const reason = stops[one]
          // A refusal closes a task itself; of a pathway at its end nothing is left to stop then.
          const alive = before.status !== 'completed' || before.open > (one === 'refusal' ? 1 : 0)
          if (reason && (reason === 'dispute' || ends.includes(reason)) && alive && happened !== false) {
            expect(after).toMatchObject({ status: 'stopped', reason, open: 0 })
            stopped = after
          } else expect(after.status).not.toBe('stopped')
        }
        if (stopped) return
        for (let turn = 0; turn < 40; turn++) {
          await happenings.time(story)
          await happenings.run()
          if ((await look(story)).status === 'completed') break
          await happenings.result(story)
        }
        const end = await look(story)
        expectPrefix(story, end)
        expect(end).toMatchObject({ status: 'completed', reason: null })
        expect(end.steps).toHaveLength(story.way.length)
      }),
      { numRuns: tries(40) },
    )
  },
  tries(120_000),
)
