import { stopsOn } from '../../../contract/stop-rule.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createEnrollment,
  getPathway,
  type PathwayDefinition,
  type PathwayStep,
  validatePathway,
} from '../../../contract/pathway.ts'
import { receive, personOf } from '../../../test/support/hl7.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import {
  anySteps,
  definitionOf,
  makePathway,
  publish,
  task,
  wait,
  wayThrough,
} from '../../../test/support/pathway.ts'
import { executeDue } from './execute.ts'
import { expand } from './expand.ts'

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

const run = (key: string, pathway: string, next: string | null): PathwayStep => ({
  key,
  title: key,
  next,
  kind: 'pathway',
  pathway,
})
const stop = (key: string): PathwayStep => ({ key, title: key, next: null, kind: 'stop', reason: '到此为止' })
const codeOf = async (id: number) => (await app.request(admin, getPathway, { params: { id } })).body.code

async function enrol(pathwayId: number): Promise<number> {
  people += 1
  await receive(app, { event: 'A04', class: 'O', mrn: `S${people}`, visit: `S${people}` })
  const personId = await personOf(app, `S${people}`)
  const { body, error } = await app.request(centre, createEnrollment, { body: { pathwayId, personId } })
  if (error) throw new Error(error.message)
  return body.id
}

/** Lets time pass to the end, and answers the steps that happened, in order. */
async function wayOf(id: number): Promise<string[]> {
  for (let open = 1n; open > 0n;) {
    await executeDue(app.db)
    const { numUpdatedRows } = await app.db
      .updateTable('enrollment')
      .set({ due_at: new Date() })
      .where('id', '=', id)
      .where('status', '=', 'active')
      .executeTakeFirst()
    open = numUpdatedRows
  }
  const steps = await app.db
    .selectFrom('enrollment_step')
    .select('step_key')
    .where('enrollment_id', '=', id)
    .execute()
  return steps.map((one) => one.step_key).sort()
}

const problems = async (definition: PathwayDefinition, pathwayId?: number) => {
  const { body } = await app.request(admin, validatePathway, { body: { definition, pathwayId } })
  return body.problems.map(({ step, message }) => `${step ?? ''}: ${message}`)
}

test('the steps of a sub-pathway happen where it stands, and where it ends the outer pathway goes on', async () => {
  const woman: PathwayStep = {
    key: 'b',
    title: 'b',
    kind: 'branch',
    when: { fact: 'person.sex', op: '=', value: 'male' },
    next: 'never',
    otherwise: 'enough',
  }
  const wound = await makePathway(
    app,
    definitionOf([wait('w', 'call'), task('call', 'b'), woman, task('never', null), stop('enough')]),
  )
  const code = await codeOf(wound)
  const outer = await makePathway(
    app,
    definitionOf([task('first', 'sub'), run('sub', code, 'last'), task('last', null)]),
  )
  expect(await wayOf(await enrol(outer))).toEqual(['first', 'last', 'sub/b', 'sub/call', 'sub/w'])
  const tasks = await app.db
    .selectFrom('task')
    .select('step_key')
    .where('step_key', 'like', 'sub/%')
    .execute()
  expect(tasks.map((one) => one.step_key)).toEqual(['sub/call'])
})

test('who is on the outer pathway keeps the version of the sub-pathway; a new one runs once the outer is published again', async () => {
  const inner = await makePathway(app, definitionOf([task('old', null)]))
  const code = await codeOf(inner)
  const definition = definitionOf([wait('w', 'sub'), run('sub', code, null)])
  const outer = await makePathway(app, definition)
  const early = await enrol(outer)
  await publish(app, admin, inner, definitionOf([task('new', null)]))
  const between = await enrol(outer)
  expect(await wayOf(early)).toEqual(['sub/old', 'w'])
  expect(await wayOf(between)).toEqual(['sub/old', 'w'])
  const shown = (await app.request(admin, getPathway, { params: { id: outer } })).body.definition
  expect(shown.steps[1]).toEqual({ ...run('sub', code, null), version: 1 })
  await publish(app, admin, outer, shown)
  expect(await wayOf(await enrol(outer))).toEqual(['sub/new', 'w'])
})

test('a pathway that would come round to itself is refused, naming the way, also through others', async () => {
  const third = await makePathway(app, definitionOf([task('t', null)]))
  const second = await makePathway(app, definitionOf([run('s', await codeOf(third), null)]))
  const first = definitionOf([run('s', await codeOf(second), null)])
  const [two, three] = [await codeOf(second), await codeOf(third)]
  expect(await problems(first, third)).toEqual([
    `s: Runs in a circle: ${three} → ${two} → ${three}. Take one of them out.`,
  ])
  expect(await problems(definitionOf([run('s', three, null)]), third)).toEqual([
    `s: Runs in a circle: ${three} → ${three}. Take one of them out.`,
  ])
  const published = await publish(app, admin, third, first)
  expect(published.error?.fields).toEqual([
    { path: 'steps.s', message: `Runs in a circle: ${three} → ${two} → ${three}. Take one of them out.` },
  ])
})

test('what does not go together is named with the step and the mend', async () => {
  expect(await problems(definitionOf([run('s', 'gone', null)]))).toEqual([
    's: Runs the pathway "gone", which is not published.',
  ])
  const inner = await makePathway(
    app,
    definitionOf([task('t', null)], { stopOn: stopsOn('death', 'readmission') }),
  )
  const code = await codeOf(inner)
  expect(await problems(definitionOf([run('s', code, null)], { stopOn: stopsOn('death') }))).toEqual([
    `s: Runs "${code}", which ends on readmission; let this pathway end on it, too.`,
  ])
  expect(await problems(definitionOf([run('s', code, null)], { purpose: 'marketing' }))).toEqual([
    `s: Runs "${code}", which serves another purpose; a refusal of one is none of the other.`,
  ])
  const long = definitionOf(
    Array.from({ length: 150 }, (_, at) => task(`t${at}`, at < 149 ? `t${at + 1}` : null)),
  )
  const big = await codeOf(await makePathway(app, long))
  expect(await problems(definitionOf([run('a', big, 'b'), run('b', big, null)]))).toEqual([
    ': Comes to 300 steps with its sub-pathways; at most 200.',
  ])
})

test('a branch outside may ask what was asked inside, and one inside keeps its own results and rules', async () => {
  const inner = definitionOf(
    [
      task('ask', 'done', {
        questionnaire: 'phq-9',
        waitFor: 'result',
        dueIn: { value: { var: 'days' }, unit: 'days' },
      }),
      {
        key: 'done',
        title: 'done',
        kind: 'branch',
        when: { fact: 'task.ask.outcome', op: '=', value: 'done' },
        next: null,
        otherwise: null,
      },
    ],
    { variables: { days: { value: 4 } } },
  )
  const code = await codeOf(await makePathway(app, inner))
  const outer = definitionOf(
    [
      run('sub', code, 'b'),
      {
        key: 'b',
        title: 'b',
        kind: 'branch',
        when: { fact: 'questionnaire.phq-9.score', op: '>=', value: 10 },
        next: null,
        otherwise: null,
      },
    ],
    { variables: { days: { value: 9 } } },
  )
  expect(await problems(outer)).toEqual([])
  const flat = expand(outer, new Map([[code, { code, name: code, version: 1, definition: inner, runs: [] }]]))
  expect(flat.variables).toEqual({ days: { value: 9 }, 'sub/days': { value: 4 } })
  expect(flat.steps[0]).toMatchObject({ key: 'sub/ask', dueIn: { value: { var: 'sub/days' } } })
  expect(flat.steps[1]).toMatchObject({ when: { fact: 'task.sub/ask.outcome' }, next: 'b', otherwise: 'b' })
})

test('any pathway inside any other: the way through is that of the outer with that of the inner put in', () => {
  fc.assert(
    fc.property(anySteps, anySteps, fc.nat(), (inside, outside, where) => {
      const inner = definitionOf(inside)
      const at = where % outside.length
      const replaced = outside[at]
      if (!replaced) return
      const sub: PathwayStep = { ...run(replaced.key, 'inner', replaced.next) }
      const outer = definitionOf(outside.with(at, sub))
      const flat = expand(
        outer,
        new Map([['inner', { code: 'inner', name: 'inner', version: 1, definition: inner, runs: [] }]]),
      )
      const innerWay = wayThrough(inside).map((key) => `${sub.key}/${key}`)
      const expected = wayThrough(outer.steps).flatMap((key) => (key === sub.key ? innerWay : [key]))
      expect(wayThrough(flat.steps, flat.start)).toEqual(expected)
      expect(new Set(flat.steps.map((one) => one.key)).size).toBe(flat.steps.length)
    }),
  )
})
