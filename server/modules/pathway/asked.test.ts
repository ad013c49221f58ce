import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEnrollment, type PathwayStep, validatePathway } from '../../../contract/pathway.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { getTask, holdTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { ago, bundleOf, fhir, integrationKey, observation } from '../../../test/support/fhir.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway, task, wait } from '../../../test/support/pathway.ts'
import { executeDue } from './execute.ts'

let app: TestApp
let centre: string
let admin: string
let key: string
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  admin = await app.signInAs('administrator')
  key = await integrationKey(app)
})
afterAll(() => app.close())

async function newPerson(): Promise<number> {
  people += 1
  await receive(app, { event: 'A04', class: 'O', mrn: `A${people}`, visit: `A${people}` })
  return personOf(app, `A${people}`)
}

async function enrol(pathwayId: number, personId: number): Promise<number> {
  const { body, error } = await app.request(centre, createEnrollment, { body: { pathwayId, personId } })
  if (error) throw new Error(error.message)
  await executeDue(app.db)
  return body.id
}

const branch = (
  key: string,
  when: Condition,
  next: string | null,
  otherwise: string | null,
): PathwayStep => ({
  key,
  title: key,
  kind: 'branch',
  when,
  next,
  otherwise,
})
const ask = (key: string, next: string | null): PathwayStep =>
  task(key, next, { questionnaire: 'phq-9', waitFor: 'result' })

async function tasksOf(enrollment: number) {
  const rows = await app.db
    .selectFrom('task')
    .select(['id', 'step_key'])
    .where('enrollment_id', '=', enrollment)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.step_key)
}

/** Answers the PHQ-9 of the open task of a step with the same points everywhere. */
async function answer(enrollment: number, step: string, points: number, more: Record<string, string> = {}) {
  const { id } = await app.db
    .selectFrom('task')
    .select('id')
    .where('enrollment_id', '=', enrollment)
    .where('step_key', '=', step)
    .executeTakeFirstOrThrow()
  const { body } = await app.request(centre, getTask, { params: { id } })
  const items = (body.questionnaire?.items ?? []).filter((item) => item.required)
  const answers = { ...Object.fromEntries(items.map((item) => [item.linkId, String(points)])), ...more }
  await app.request(centre, holdTask, { params: { id } })
  const { error } = await app.request(centre, recordAttempt, {
    params: { id },
    body: { outcome: 'done', answers },
  })
  if (error) throw new Error(`${error.message} ${JSON.stringify(error.fields)}`)
  await executeDue(app.db)
}

const phq = (rest: string) => `questionnaire.phq-9.${rest}`

test('a branch goes by the band, the total and a single answer of what was just asked on this pathway', async () => {
  const pathway = await makePathway(
    app,
    definitionOf([
      ask('ask', 'grave'),
      branch(
        'grave',
        { fact: phq('band'), op: 'in', value: ['moderately-severe', 'severe'] },
        'doctor',
        'total',
      ),
      branch('total', { fact: phq('score'), op: '>=', value: 9 }, 'nurse', 'sleep'),
      branch('sleep', { fact: phq('answers.sleep'), op: '=', value: '1' }, 'leaflet', null),
      task('doctor', null),
      task('nurse', null),
      task('leaflet', null),
    ]),
  )
  const way = async (points: number, more: Record<string, string> = {}) => {
    const enrollment = await enrol(pathway, await newPerson())
    await answer(enrollment, 'ask', points, more)
    return tasksOf(enrollment)
  }
  expect(await way(3, { 'self-harm': '0' })).toEqual(['ask', 'doctor'])
  expect(await way(1)).toEqual(['ask', 'nurse'])
  expect(await way(0, { sleep: '1' })).toEqual(['ask', 'leaflet'])
  expect(await way(0)).toEqual(['ask'])
})

test('answers that are too old by the time the branch is reached do not count', async () => {
  const later = [
    ask('ask', 'pause'),
    wait('pause', 'old'),
    branch('old', { fact: phq('score'), op: '>=', value: 5, withinDays: 3 }, 'call', null),
    task('call', null),
  ]
  const pathway = await makePathway(app, definitionOf(later))
  const age = async (enrollment: number, days: number) => {
    await app.db
      .updateTable('questionnaire_response')
      .set({ updated_at: new Date(ago(days)) })
      .where('task_id', 'in', app.db.selectFrom('task').select('id').where('enrollment_id', '=', enrollment))
      .execute()
    await app.db.updateTable('enrollment').set({ due_at: new Date() }).where('id', '=', enrollment).execute()
    await executeDue(app.db)
  }
  const fresh = await enrol(pathway, await newPerson())
  await answer(fresh, 'ask', 1)
  await age(fresh, 2)
  expect(await tasksOf(fresh)).toEqual(['ask', 'call'])
  const stale = await enrol(pathway, await newPerson())
  await answer(stale, 'ask', 1)
  await age(stale, 4)
  expect(await tasksOf(stale)).toEqual(['ask'])
})

test('a branch goes by the last laboratory result of its code, age and unit', async () => {
  const hba1c: Condition = { fact: 'observation.4548-4', op: '>=', value: 7, withinDays: 90, unit: '%' }
  const pathway = await makePathway(
    app,
    definitionOf([branch('high', hba1c, 'call', null), task('call', null)]),
  )
  const result = (person: number, days: number, value: number, more: Record<string, unknown> = {}) => ({
    url: 'Observation',
    resource: observation(`Patient/${person}`, {
      code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }], text: 'HbA1c' },
      effectiveDateTime: ago(days),
      valueQuantity: { value, unit: '%' },
      ...more,
    }),
  })
  const way = async (...results: [days: number, value: number, more?: Record<string, unknown>][]) => {
    const person = await newPerson()
    const entries = results.map((one) => result(person, ...one))
    const sent = await fhir(app, key, 'post', '', bundleOf('transaction', entries))
    expect(sent.status).toBe(200)
    return tasksOf(await enrol(pathway, person))
  }
  expect(await way([3, 8.1], [30, 6])).toEqual(['call'])
  expect(await way([3, 6.9], [30, 9])).toEqual([])
  expect(await way([91, 9])).toEqual([])
  expect(await way([3, 64, { valueQuantity: { value: 64, unit: 'mmol/mol' } }])).toEqual([])
  expect(await way([3, 9, { status: 'entered-in-error' }], [30, 6])).toEqual([])
  const other = { code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }], text: 'Glucose' } }
  expect(await way([3, 9, other])).toEqual([])
  expect(await tasksOf(await enrol(pathway, await newPerson()))).toEqual([])
})

test('what a branch asks for in vain is named with the step and the mend', async () => {
  const problems = async (when: Condition, before: PathwayStep[] = [ask('ask', 'b')], rest = {}) => {
    const definition = definitionOf([...before, branch('b', when, null, null)], rest)
    const { body } = await app.request(admin, validatePathway, { body: { definition } })
    return body.problems.map(({ step, message }) => `${step ?? ''}: ${message}`)
  }
  expect(await problems({ fact: phq('score'), op: '>', value: 5 })).toEqual([])
  expect(await problems({ fact: phq('score'), op: '>', value: 5 }, [])).toEqual([
    'b: Asks for answers to "phq-9", which nobody is asked before; add a step that asks it.',
  ])
  const at = [task('ask', 'b', { questionnaire: 'phq-9' })]
  expect(await problems({ fact: phq('score'), op: '>', value: 5 }, at)).toEqual([
    'b: Asks for answers to "phq-9" the moment it is asked; let the task wait for its result, or put a wait between.',
  ])
  const paused = [task('ask', 'w', { questionnaire: 'phq-9' }), wait('w', 'b')]
  expect(await problems({ fact: phq('score'), op: '>', value: 5 }, paused)).toEqual([])
  expect(await problems({ fact: 'questionnaire.gone.score', op: '>', value: 5 })).toEqual([
    'b: Asks for answers to "gone", which is no published questionnaire.',
  ])
  expect(await problems({ fact: phq('answers.gone'), op: 'exists' })).toEqual([
    'b: Asks for the question "gone", which is not in "phq-9".',
  ])
  expect(await problems({ not: { fact: phq('band'), op: '=', value: 'gone' } })).toEqual([
    'b: Asks for the band "gone", which is not in "phq-9".',
  ])
  expect(await problems({ fact: 'observation.4548-4', op: '>', value: 7 })).toEqual([
    'b: Asks for the result "4548-4" without saying how old it may be; write the days.',
  ])
  const entry = { event: null, maxAgeDays: 30, when: { fact: 'observation.1', op: 'exists', withinDays: 9 } }
  expect(await problems({ fact: phq('score'), op: '>', value: 5 }, undefined, { entry })).toEqual([
    ': Entry asks for answers or results; only a branch on the way can. Put a branch first.',
  ])
})
