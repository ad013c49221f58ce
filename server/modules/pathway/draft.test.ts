import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  askPathwayPublish,
  createPathway,
  deletePathwayDraft,
  getPathwayDraft,
  getPathwayVersion,
  publishPathway,
  returnPathwayDraft,
  savePathwayDraft,
} from '../../../contract/pathway-draft.ts'
import { getPathway, listPathways, updatePathway, validatePathway } from '../../../contract/pathway.ts'
import { updateSetting } from '../../../contract/setting.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { definitionOf, makePathway, message, publish, task, wait } from '../../../test/support/pathway.ts'

let app: TestApp
let one: string
let other: string
beforeAll(async () => {
  app = await createTestApp()
  one = await app.signInAs('administrator')
  other = await app.signInAs('administrator')
})
afterAll(() => app.close())

const first = definitionOf([wait('a', null)])
const second = definitionOf([wait('a', 'b'), task('b', null)])

const save = (caller: string, id: number, definition: unknown, revision: number) =>
  app.request(caller, savePathwayDraft, { params: { id }, body: { definition, revision } })

test('a draft is saved over and over, says who and when, and changes nothing in force until it is published', async () => {
  const id = await makePathway(app, first)
  expect((await app.request(one, getPathwayDraft, { params: { id } })).body.draft).toBeNull()
  const { body: draft } = await save(one, id, second, 0)
  expect(draft).toMatchObject({ revision: 1, baseVersion: 1, mine: true, asked: null, returned: null })
  expect((await save(one, id, second, 1)).body.revision).toBe(2)
  const { body: seen } = await app.request(other, getPathwayDraft, { params: { id } })
  expect(seen.draft).toMatchObject({ definition: second, mine: false, savedByName: draft.savedByName })
  const { body: before } = await app.request(one, getPathway, { params: { id } })
  expect([before.version, before.definition, before.draftSavedAt !== null]).toEqual([1, first, true])

  const { status, body: after } = await app.request(other, publishPathway, {
    params: { id },
    body: { revision: 2 },
  })
  expect([status, after.version, after.definition, after.draftSavedAt]).toEqual([201, 2, second, null])
  const { body: old } = await app.request(one, getPathwayVersion, { params: { id, version: 1 } })
  expect(old.definition).toEqual(first)
  expect((await app.request(one, getPathwayVersion, { params: { id, version: 9 } })).status).toBe(404)
})

test('who saves, publishes or throws away what somebody else has changed meanwhile is refused', async () => {
  const id = await makePathway(app, first)
  await save(one, id, second, 0)
  expect((await save(other, id, first, 0)).error?.id).toBe('changed-meanwhile')
  await save(other, id, first, 1)
  expect((await save(one, id, second, 1)).error?.id).toBe('changed-meanwhile')
  const stale = { params: { id }, body: { revision: 1 } }
  expect((await app.request(one, publishPathway, stale)).error?.id).toBe('changed-meanwhile')
  const away = (revision: number) =>
    app.request(one, deletePathwayDraft, { params: { id }, query: { revision } })
  expect((await away(1)).error?.id).toBe('changed-meanwhile')
  expect((await away(2)).status).toBe(204)
  expect((await app.request(one, getPathwayDraft, { params: { id } })).body.draft).toBeNull()
  const both = await Promise.all([save(one, id, first, 0), save(other, id, second, 0)])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
})

test('a new pathway is a draft that takes nobody in; published it can be switched on; thrown away it is gone', async () => {
  const { status, body } = await app.request(one, createPathway, {
    body: { name: '新路径', definition: first },
  })
  expect([status, body.version, body.active, body.definition]).toEqual([201, null, false, first])
  const switchOn = () => app.request(one, updatePathway, { params: { id: body.id }, body: { active: true } })
  expect((await switchOn()).status).toBe(422)
  await app.request(one, publishPathway, { params: { id: body.id }, body: { revision: 1 } })
  expect((await switchOn()).body).toMatchObject({ version: 1, active: true })
  const renamed = await app.request(one, updatePathway, { params: { id: body.id }, body: { name: '改名' } })
  expect(renamed.body).toMatchObject({ name: '改名', active: true })

  const { body: short } = await app.request(one, createPathway, { body: { name: '短命', definition: first } })
  await app.request(one, deletePathwayDraft, { params: { id: short.id }, query: { revision: 1 } })
  const { body: all } = await app.request(one, listPathways, {})
  expect(all.items.map(({ name }) => name)).not.toContain('短命')
})

test('where the site asks for a second person, the author asks and another publishes or sends back with a reason', async () => {
  await app.request(one, updateSetting, {
    params: { key: 'pathway.publish.second-person' },
    body: { value: true, version: 0 },
  })
  const id = await makePathway(app, first)
  expect((await publish(app, one, id, second)).error?.id).toBe('second-person')
  const ask = (caller: string, revision: number) =>
    app.request(caller, askPathwayPublish, { params: { id }, body: { revision } })
  const release = (caller: string, revision: number) =>
    app.request(caller, publishPathway, { params: { id }, body: { revision } })
  // Not even another person before it was asked for.
  expect((await release(other, 1)).error?.id).toBe('second-person')
  expect((await ask(one, 1)).body.asked).not.toBeNull()
  expect((await release(one, 1)).error?.id).toBe('second-person')

  const back = await app.request(other, returnPathwayDraft, {
    params: { id },
    body: { revision: 1, reason: '第二步太晚' },
  })
  expect(back.body).toMatchObject({ asked: null, returned: { reason: '第二步太晚' } })
  expect((await release(other, 1)).error?.id).toBe('second-person')

  await ask(one, 1)
  // Whoever writes on it is an author too, and the question is gone.
  const { body: changed } = await save(other, id, first, 1)
  expect(changed.asked).toBeNull()
  await ask(one, 2)
  expect((await release(other, 2)).error?.id).toBe('second-person')
  const third = await app.signInAs('administrator')
  expect((await release(third, 2)).body.version).toBe(2)
  await app.request(one, updateSetting, {
    params: { key: 'pathway.publish.second-person' },
    body: { value: null, version: 1 },
  })
})

test('a message without words and a question for the result of no task are named', async () => {
  const { body } = await app.request(one, validatePathway, {
    body: {
      definition: definitionOf([
        {
          key: 'ask',
          title: '',
          kind: 'branch',
          when: { not: { all: [{ fact: 'task.gone.outcome', op: '=', value: 'done' }] } },
          next: 'mail',
          otherwise: null,
        },
        { ...message('mail', null), subject: ' ' } as ReturnType<typeof message>,
      ]),
    },
  })
  expect(body.problems.map(({ step }) => step)).toEqual(['ask', 'mail'])
  expect(body.problems[0]?.message).toMatch(/"gone"/)
})
