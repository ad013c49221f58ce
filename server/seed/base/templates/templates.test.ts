import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holds } from '../../../../contract/condition.ts'
import { getPathway, listPathways, pathwayDefinition, updatePathway } from '../../../../contract/pathway.ts'
import { type Question, questionnaireBody } from '../../../../contract/questionnaire.ts'
import { createTestApp, type TestApp } from '../../../../test/support/app.ts'
import { receive } from '../../../../test/support/hl7.ts'
import { executeDue } from '../../../modules/pathway/execute.ts'
import { renderGuide } from './guide.ts'
import { diseaseQuestionnaires, diseaseTemplates, shippedTemplates } from './templates.ts'

let app: TestApp
let admin: string

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

describe.each(diseaseTemplates)('$name', (template) => {
  const form = diseaseQuestionnaires.find((one) => one.code === template.code)
  const items = form?.items ?? []

  test('names its guideline, its diagnoses, and what the person is told', () => {
    expect(template.source).toMatch(/\d{4}/)
    expect(template.codes.length).toBeGreaterThan(0)
    for (const code of template.codes) expect(code).toMatch(/^[A-Z]\d{2}(\.\d)?$/)
    expect(template.guidance.length).toBeGreaterThan(0)
    for (const { text } of template.guidance) expect(text.length).toBeGreaterThan(60)
  })

  test('asks in three languages, each question once, and a danger alarms', () => {
    expect(questionnaireBody.safeParse(form).error).toBeUndefined()
    expect(new Set(items.map((one) => one.linkId)).size).toBe(items.length)
    for (const { text, options = [] } of items)
      for (const said of [text, ...options.map((one) => one.text)])
        expect(Object.keys(said).sort()).toEqual(['en', 'zh-CN', 'zh-TW'])
    expect(items.some((one) => one.redFlag && one.redFlag.withinMinutes <= 120)).toBe(true)
  })

  test('every alarm can rise, and none rises at a harmless answer', () => {
    for (const item of items.filter((one) => one.redFlag)) {
      const tried = answersOf(item)
      expect(
        tried.some((answer) => rises(item, answer)),
        `${item.linkId} never alarms`,
      ).toBe(true)
      expect(
        tried.some((answer) => !rises(item, answer)),
        `${item.linkId} always alarms`,
      ).toBe(true)
    }
  })

  test('contacts come one after the other, each due after it appears', () => {
    const days = template.contacts.map((one) => [one.day, one.dueDay])
    expect(days.flat()).toEqual(days.flat().toSorted((one, other) => one - other))
  })
})

const rises = ({ linkId, redFlag }: Question, answer: unknown) =>
  redFlag !== undefined &&
  holds(redFlag.when, { fact: (name) => (name === `answers.${linkId}` ? answer : undefined) })

/** Every choice alone; of a number both ends and the middle. */
function answersOf({ type, options = [], min = 0, max = 0 }: Question): unknown[] {
  if (type === 'multiple') return options.map(({ value }) => [value])
  if (type === 'choice') return options.map(({ value }) => value)
  return [min, (min + max) / 3, (min + max) / 2, max]
}

test('there are the sixteen diseases and stays, and the three service chains', () => {
  expect(diseaseTemplates.length).toBeGreaterThanOrEqual(16)
  expect(shippedTemplates.filter((one) => one.code.startsWith('service-')).map((one) => one.code)).toEqual([
    'service-admission',
    'service-stay',
    'service-discharge',
  ])
})

test('all are there at the first start, with their source, and none has been switched on', async () => {
  const { body } = await app.request(admin, listPathways, {})
  const shipped = body.items.filter((one) => shippedTemplates.some(({ code }) => code === one.code))
  expect(shipped).toHaveLength(shippedTemplates.length)
  expect(shipped.filter((one) => one.active)).toEqual([])
  for (const { id } of shipped) {
    const { body: detail } = await app.request(admin, getPathway, { params: { id } })
    expect(detail.definition.source).toBeTruthy()
    expect(pathwayDefinition.parse(detail.definition)).toEqual(detail.definition)
  }
})

test('once switched on, a discharge with the diagnosis is called on the days of the guideline', async () => {
  await switchOn('disease-heart-failure')
  await discharge('HF1', 'I50.900')
  await passTime()
  const tasks = await app.db
    .selectFrom('task as t')
    .innerJoin('enrollment as e', 'e.id', 't.enrollment_id')
    .innerJoin('pathway as p', 'p.id', 'e.pathway_id')
    .select(['t.title', 't.due_at', 'e.entered_at'])
    .where('p.code', '=', 'disease-heart-failure')
    .orderBy('t.due_at')
    .execute()
  const daysAfter = tasks.map((one) => Math.round((+one.due_at - +one.entered_at) / 86_400_000))
  expect(daysAfter).toEqual([7, 16, 33, 95])
})

test('the more special template takes the stay: heart failure with hypertension is one round of calls', async () => {
  await switchOn('disease-hypertension')
  await discharge('HF2', 'I50.900', 'I10.x05')
  await discharge('HT1', 'I10.x05')
  expect(await pathwaysOf('HF2')).toEqual(['disease-heart-failure'])
  expect(await pathwaysOf('HT1')).toEqual(['disease-hypertension'])
})

test('the page of the guide tells what is shipped (UPDATE_DOCS=1 writes it)', async () => {
  const fresh = await format(renderGuide(), { parser: 'markdown' })
  if (process.env.UPDATE_DOCS) await writeFile('docs/guide/templates.md', fresh)
  expect(await readFile('docs/guide/templates.md', 'utf8')).toBe(fresh)
})

async function switchOn(code: string): Promise<void> {
  const { id } = await app.db
    .selectFrom('pathway')
    .select('id')
    .where('code', '=', code)
    .executeTakeFirstOrThrow()
  await app.request(admin, updatePathway, { params: { id }, body: { active: true } })
}

async function discharge(mrn: string, ...codes: string[]): Promise<void> {
  await receive(app, {
    event: 'A03',
    class: 'I',
    mrn,
    visit: mrn,
    diagnoses: codes.map((code) => [code, code]),
  })
}

const pathwaysOf = async (visit: string) =>
  (
    await app.db
      .selectFrom('enrollment as e')
      .innerJoin('pathway as p', 'p.id', 'e.pathway_id')
      .innerJoin('encounter as n', 'n.id', 'e.encounter_id')
      .select('p.code')
      .where('n.visit_number', '=', visit)
      .where('p.code', 'like', 'disease-%')
      .execute()
  ).map((one) => one.code)

/** Everything that waits becomes due, again and again, until nothing waits. */
async function passTime(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) {
    await executeDue(app.db)
    const { numUpdatedRows } = await app.db
      .updateTable('enrollment')
      .set({ due_at: new Date() })
      .where('status', '=', 'active')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
  }
}
