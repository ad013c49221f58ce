import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemsOf } from '../../../contract/questionnaire-check.ts'
import {
  createDraft,
  dropDraft,
  type DraftBody,
  getDraft,
  listDrafts,
  listVersions,
  publishDraft,
  saveDraft,
} from '../../../contract/questionnaire-design.ts'
import { getQuestionnaire, listQuestionnaires } from '../../../contract/questionnaire.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'

let app: TestApp
let admin: string
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
})
afterAll(() => app.close())

const title = { 'zh-CN': '出院问卷' }
const body: DraftBody = {
  scoring: 'none',
  items: [
    {
      linkId: 'pain',
      type: 'choice',
      text: { 'zh-CN': '疼吗？' },
      options: [
        { value: 'no', text: { 'zh-CN': '不疼' } },
        { value: 'yes', text: { 'zh-CN': '疼' } },
      ],
    },
  ],
}

async function blank(more = {}): Promise<number> {
  count += 1
  const made = await app.request(admin, createDraft, {
    body: { code: `own-${count}`, title: '新问卷', ...more },
  })
  expect(made.status).toBe(201)
  return made.body.id
}
const save = (id: number, revision: number, what: object = { title, source: null, body }, who = admin) =>
  app.request(who, saveDraft, { params: { id }, body: { revision, ...what } })
const draftOf = async (id: number) => (await app.request(admin, getDraft, { params: { id } })).body
const publish = (id: number, revision: number) =>
  app.request(admin, publishDraft, { params: { id }, body: { revision } })

test('a new questionnaire is nobody’s to use before it is published, and then in its first version', async () => {
  const id = await blank()
  const listed = async () => (await app.request(admin, listQuestionnaires)).body.items.map((one) => one.id)
  expect(await listed()).not.toContain(id)
  expect((await app.request(admin, getQuestionnaire, { params: { id } })).status).toBe(404)
  const { revision } = (await save(id, 1)).body
  expect((await publish(id, revision)).body).toEqual({ version: 1 })
  expect(await listed()).toContain(id)
  expect((await app.request(admin, getQuestionnaire, { params: { id } })).body).toMatchObject({
    ...body,
    title,
  })
  expect((await app.request(admin, listDrafts)).body.items.map((one) => one.id)).not.toContain(id)
})

test('who saves an older draft is told that somebody was faster, and nothing is overwritten', async () => {
  const id = await blank()
  const both = await Promise.all([
    save(id, 1),
    save(id, 1, { title: { 'zh-CN': '另一个' }, source: null, body }),
  ])
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 409])
  expect((await draftOf(id)).revision).toBe(2)
  expect((await publish(id, 1)).error?.id).toBe('changed-meanwhile')
})

test('a published version stays as it is when the next one comes', async () => {
  const id = await blank()
  await publish(id, (await save(id, 1)).body.revision)
  const changed = {
    ...body,
    items: [...body.items, { linkId: 'more', type: 'text', text: { 'zh-CN': '还有吗？' } }],
  }
  expect((await draftOf(id)).revision).toBe(0)
  const { revision } = (await save(id, 0, { title, source: null, body: changed })).body
  expect((await publish(id, revision)).body).toEqual({ version: 2 })
  const versions = (await app.request(admin, listVersions, { params: { id } })).body.items
  expect(versions.map(({ version, questions }) => [version, questions])).toEqual([
    [2, 2],
    [1, 1],
  ])
})

test('what is not fit to be asked is not published, and the answer names question and mend', async () => {
  const id = await blank()
  const bad = { ...body, items: [{ ...body.items[0], enableWhen: { fact: 'answers.gone', op: 'exists' } }] }
  const { revision } = (await save(id, 1, { title, source: null, body: bad })).body
  const refused = await publish(id, revision)
  expect(refused.error).toMatchObject({
    id: 'invalid',
    fields: [{ path: 'items.pain', message: 'unknown-question gone' }],
  })
})

test('a copy begins with everything of the other, under a code of its own', async () => {
  const [phq] = (await app.request(admin, listQuestionnaires)).body.items.filter(
    (one) => one.code === 'phq-9',
  )
  const id = await blank({ copyOf: phq?.id })
  const original = (await app.request(admin, getQuestionnaire, { params: { id: phq?.id } })).body
  expect((await draftOf(id)).body).toMatchObject({ items: original.items, bands: original.bands })
  const again = await app.request(admin, createDraft, { body: { code: `own-${count}`, title: 'x' } })
  expect(again.error?.id).toBe('already-exists')
})

test('a draft that is thrown away leaves the published version; one never published leaves nothing', async () => {
  const id = await blank()
  expect((await app.request(admin, dropDraft, { params: { id } })).status).toBe(204)
  expect((await app.request(admin, getDraft, { params: { id } })).status).toBe(404)
  const kept = await blank()
  await publish(kept, (await save(kept, 1)).body.revision)
  await save(kept, 0)
  await app.request(admin, dropDraft, { params: { id: kept } })
  expect(await draftOf(kept)).toMatchObject({ version: 1, revision: 0 })
})

test('only who may write questionnaires sees drafts', async () => {
  const nurse = await app.signInAs('nurse')
  expect((await app.request(nurse, listDrafts)).status).toBe(403)
  expect((await save(1, 0, undefined, nurse)).status).toBe(403)
})

test('everything that ships could be published as it is', async () => {
  for (const { id, code } of (await app.request(admin, listQuestionnaires)).body.items) {
    const draft = await draftOf(id)
    expect([code, problemsOf(draft)]).toEqual([code, []])
  }
})
