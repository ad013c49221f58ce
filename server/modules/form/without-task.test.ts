import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergePersons } from '../../../contract/match.ts'
import { createPersonLink, createPersonResponse } from '../../../contract/questionnaire-answer.ts'
import { openForm, revokeLink, saveForm, submitForm } from '../../../contract/questionnaire-link.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { fhir } from '../../../test/support/fhir.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let nurse: string
let stranger: string
let phq9: number
let level1: number
let site: number
let count = 0

beforeAll(async () => {
  app = await createTestApp({ publicUrl: 'http://careloop.test' })
  await receive(app, { mrn: 'first' }, { mrn: 'far', site: 'EAST' })
  const ids = await idsOf(app)
  site = ids.site('NH')
  nurse = await app.signInAs('nurse', { site, department: ids.department('CARD') })
  stranger = await app.signInAs('service-centre', { site: ids.site('EAST') })
  const byCode = async (code: string) =>
    (await app.db.selectFrom('questionnaire').select('id').where('code', '=', code).executeTakeFirstOrThrow())
      .id
  phq9 = await byCode('phq-9')
  level1 = await byCode('discharge-level-1')
})
afterAll(() => app.close())

/** A person born in 1970 with a visit in cardiology and no task. */
async function fresh(): Promise<number> {
  const mrn = `S${++count}`
  await receive(app, { event: 'A04', mrn, visit: mrn })
  return personOf(app, mrn)
}

const answered = (person: number, body: object, who = nurse) =>
  app.request(who, createPersonResponse, { params: { id: person }, body })
const link = (person: number, body: object, who = nurse) =>
  app.request(who, createPersonLink, { params: { id: person }, body })
const tokenOf = (url: string) => url.split('/q/')[1] ?? ''
const events = async (person: number) =>
  (await app.request(nurse, getTimeline, { params: { id: person }, query: { limit: 50 } })).body.items.filter(
    ({ kind }) => kind === 'questionnaire.completed' || kind === 'red-flag.raised',
  )
const alarms = async (person: number) =>
  (
    await sql<{ status: string; queue: string; encounter_id: number | null }>`
      select status, queue, encounter_id from task where person_id = ${person} and kind = 'red-flag' order by id`.execute(
      app.db,
    )
  ).rows

test('staff write down answers that no task asks for, as often as they are given, each a response of its own', async () => {
  const person = await fresh()
  const items = await answersOf(phq9)
  const first = await answered(person, { questionnaireId: phq9, answers: items })
  expect(first.status).toBe(201)
  expect(first.body.score).not.toBeNull()
  const second = await answered(person, {
    questionnaireId: phq9,
    answers: items,
    answeredAt: new Date(Date.now() - 3_600_000).toISOString(),
  })
  expect(second.body.id).not.toBe(first.body.id)
  const told = await events(person)
  expect(told.map((one) => [one.kind, one.taskId, one.data['responseId']])).toEqual(
    expect.arrayContaining([
      ['questionnaire.completed', null, first.body.id],
      ['questionnaire.completed', null, second.body.id],
    ]),
  )
  const missing = await answered(person, { questionnaireId: phq9, answers: {} })
  expect(missing.error?.id).toBe('invalid')
  expect((await answered(person, { questionnaireId: phq9, answers: items }, stranger)).status).toBe(404)
  const later = new Date(Date.now() + 3_600_000).toISOString()
  expect(
    (await answered(person, { questionnaireId: phq9, answers: items, answeredAt: later })).error?.id,
  ).toBe('invalid')
})

test('a dangerous answer raises a task for the doctor of the last visit, though nobody asked', async () => {
  const person = await fresh()
  const made = await answered(person, {
    questionnaireId: level1,
    answers: { ...(await answersOf(level1)), condition: 'worse' },
  })
  expect(made.body.redFlags.map((flag) => flag.linkId)).toEqual(['condition'])
  expect(await alarms(person)).toEqual([
    { status: 'requested', queue: expect.stringMatching(/^staff:\d+$/) as string, encounter_id: null },
  ])
  expect((await events(person)).map((one) => one.kind).sort()).toEqual([
    'questionnaire.completed',
    'red-flag.raised',
  ])
})

test('a person answers by a one-time link of their own; dangers act while they write, and the link is used up', async () => {
  const person = await fresh()
  const made = await link(person, { questionnaireId: level1 })
  expect(made.status).toBe(201)
  const token = tokenOf(made.body.url)
  const asked = await app.request(undefined, openForm, { body: { token } })
  expect(asked.body).toMatchObject({ state: 'confirm' })
  const shown = (await app.request(undefined, openForm, { body: { token, birthYear: 1970 } })).body
  if (shown.state !== 'open') throw new Error(`the form is ${shown.state}`)
  const { pass } = shown.form
  const answers = await answersOf(level1)
  await app.request(undefined, saveForm, { body: { token, pass, answers: { condition: 'worse' } } })
  await app.request(undefined, saveForm, { body: { token, pass, answers: { condition: 'worse' } } })
  expect((await alarms(person)).map((one) => one.status)).toEqual(['requested'])
  await app.request(undefined, saveForm, { body: { token, pass, answers: { condition: 'better' } } })
  expect((await alarms(person)).map((one) => one.status)).toEqual(['cancelled'])
  const handed = await app.request(undefined, submitForm, {
    body: { token, pass, answers: { ...answers, condition: 'worse' } },
  })
  expect(handed.body.redFlags).toEqual(['condition'])
  expect((await alarms(person)).map((one) => one.status)).toEqual(['cancelled', 'requested'])
  const { rows } = await sql`
    select task_id, source, status from questionnaire_response where person_id = ${person}`.execute(app.db)
  expect(rows).toEqual([{ task_id: null, source: 'person', status: 'completed' }])
  expect((await app.request(undefined, openForm, { body: { token } })).body).toEqual({ state: 'used' })
})

test('a new link to the same questionnaire ends the one before; staff of the place may revoke it, others do not see it', async () => {
  const person = await fresh()
  const one = (await link(person, { questionnaireId: phq9 })).body
  const other = (await link(person, { questionnaireId: level1 })).body
  const two = (await link(person, { questionnaireId: phq9 })).body
  const stateOf = async (url: string) =>
    (await app.request(undefined, openForm, { body: { token: tokenOf(url) } })).body.state
  expect([await stateOf(one.url), await stateOf(other.url), await stateOf(two.url)]).toEqual([
    'closed',
    'confirm',
    'confirm',
  ])
  expect((await app.request(stranger, revokeLink, { params: { id: two.id } })).status).toBe(404)
  expect((await app.request(nurse, revokeLink, { params: { id: two.id } })).status).toBe(204)
  expect(await stateOf(two.url)).toBe('closed')
  expect((await link(person, { questionnaireId: phq9 }, stranger)).status).toBe(404)
})

test('answers about a visit must be about one of the person, and stay theirs through a merge', async () => {
  const [person, other] = [await fresh(), await fresh()]
  const { rows } = await sql<{ id: number; person_id: number }>`
    select id, person_id from encounter where person_id in (${person}, ${other})`.execute(app.db)
  const visitOf = (id: number) => rows.find((row) => row.person_id === id)?.id
  const answers = await answersOf(level1)
  const wrong = await answered(person, { questionnaireId: level1, encounterId: visitOf(other), answers })
  expect(wrong.error?.fields?.[0]?.path).toBe('encounterId')
  const made = await answered(person, { questionnaireId: level1, encounterId: visitOf(person), answers })
  expect(made.status).toBe(201)
  const centre = await app.signInAs('service-centre', { site })
  const merge = await app.request(centre, mergePersons, {
    body: { survivorId: other, mergedId: person, reason: '同一人' },
  })
  expect(merge.error).toBeUndefined()
  const merged = await answered(person, { questionnaireId: phq9, answers: await answersOf(phq9) })
  expect(merged.status).toBe(201)
  expect((await events(other)).map((one) => one.data['responseId'])).toEqual(
    expect.arrayContaining([made.body.id, merged.body.id]),
  )
})

test('a response without a task leaves by FHIR like any other', async () => {
  const person = await fresh()
  const made = await answered(person, { questionnaireId: phq9, answers: await answersOf(phq9) })
  const { body } = await fhir(app, nurse, 'get', `/QuestionnaireResponse/${made.body.id}`)
  expect(body).toMatchObject({
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    subject: { reference: `Patient/${person}` },
  })
})

/** Full and harmless answers. */
async function answersOf(questionnaireId: number): Promise<Record<string, unknown>> {
  const { rows } = await sql<{
    items: { linkId: string; type: string; required?: boolean; options?: { value: string }[] }[]
  }>`
    select definition -> 'items' as items from questionnaire_version where questionnaire_id = ${questionnaireId} order by version desc limit 1`.execute(
    app.db,
  )
  const values: Record<string, (options: string[]) => unknown> = {
    choice: (options) => options[0],
    multiple: (options) => [options[0]],
    boolean: () => true,
    integer: () => 1,
    scale: () => 1,
    date: () => '2026-01-01',
    text: () => '好',
  }
  return Object.fromEntries(
    (rows[0]?.items ?? [])
      .filter((item) => item.required)
      .map((item) => [item.linkId, values[item.type]?.(item.options?.map((one) => one.value) ?? [])]),
  )
}
