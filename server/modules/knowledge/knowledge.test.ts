import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as routes from '../../../contract/knowledge.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { receive } from '../../../test/support/hl7.ts'
import { idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let agent: string
let nurse: string
let siteId: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { mrn: 'A1' }, { mrn: 'E1', site: 'EAST' })
  const { site, department } = await idsOf(app)
  siteId = site('NH')
  agent = await app.signInAs('service-centre', { site: siteId })
  nurse = await app.signInAs('nurse', { site: siteId, department: department('CARD') })
})
afterAll(() => app.close())

const article = (title: string, body: string, more: object = {}) => ({
  kind: 'answer',
  category: 'records',
  siteId,
  title,
  body,
  reviewOn: '2027-05-01',
  ...more,
})
const create = async (title: string, body: string, more: object = {}) => {
  const { body: made, status } = await app.request(agent, routes.createArticle, {
    body: article(title, body, more),
  })
  expect(status).toBe(201)
  return made.id
}
const publish = (id: number, version = 1) =>
  app.request(agent, routes.publishArticle, { params: { id }, body: { version } })
const found = async (search: string, caller = nurse) =>
  (await app.request(caller, routes.searchArticles, { query: { search } })).body.items.map((one) => one.title)

test('a draft is seen by those who write; published it is found by words, by what people call it and by initials', async () => {
  const id = await create('怎么打印检查报告', '门诊楼一层自助机，刷身份证打印。', {
    synonyms: ['化验单', '结果单'],
  })
  await publish(await create('停车怎么收费', '首小时 5 元，陪护可办月卡。', { category: 'traffic' }))
  expect(await found('打印')).toEqual([])
  expect((await app.request(nurse, routes.readArticle, { params: { id } })).status).toBe(404)
  expect(
    (await app.request(nurse, routes.publishArticle, { params: { id }, body: { version: 1 } })).status,
  ).toBe(403)
  expect((await publish(id)).status).toBe(204)
  expect(await found('请问报告单在哪里打印呀')).toEqual(['怎么打印检查报告'])
  expect(await found('化驗單')).toEqual(['怎么打印检查报告'])
  expect(await found('zmdyjcbg')).toEqual(['怎么打印检查报告'])
  expect(await found('停车')).toEqual(['停车怎么收费'])
  expect(await found('？')).toEqual([])
})

test('a change is a draft of its own; what is in force stays so until it is published, and nobody overwrites a colleague', async () => {
  const id = await create('发票怎么开', '旧的说法')
  await publish(id)
  const params = { id }
  const change = (version: number) =>
    app.request(agent, routes.updateArticle, {
      params,
      body: { ...article('发票怎么开', '电子发票在公众号开'), version },
    })
  expect((await change(1)).body).toEqual({ version: 2 })
  expect((await change(1)).error?.id).toBe('changed-meanwhile')
  expect((await app.request(nurse, routes.readArticle, { params })).body).toMatchObject({
    body: '旧的说法',
    state: 'changed',
  })
  expect((await app.request(agent, routes.readArticle, { params })).body).toMatchObject({
    body: '电子发票在公众号开',
  })
  expect((await publish(id, 1)).error?.id).toBe('changed-meanwhile')
  await publish(id, 2)
  const read = (await app.request(nurse, routes.readArticle, { params })).body
  expect(read).toMatchObject({ body: '电子发票在公众号开', state: 'published' })
  expect(read.versions.map((one) => one.version)).toEqual([2, 1])
})

test('readers say whether it was useful, once each; a passed day of review is marked; what is retired is not found', async () => {
  const id = await create('探视时间', '每天 15 点到 20 点')
  await publish(id)
  const params = { id }
  const rate = (useful: boolean, caller = nurse) =>
    app.request(caller, routes.rateArticle, { params, body: { useful } })
  await rate(true)
  await rate(false)
  await rate(true, agent)
  await app.request(nurse, routes.useArticle, { params })
  expect((await app.request(nurse, routes.readArticle, { params })).body).toMatchObject({
    useful: 1,
    useless: 1,
    used: 1,
    vote: false,
  })
  const overdue = async () =>
    (await app.request(agent, routes.listArticles, { query: { state: 'overdue' } })).body.items.map(
      (one) => one.id,
    )
  expect(await overdue()).toEqual([])
  await sql`update knowledge_article set review_on = now()::date - 1 where id = ${id}`.execute(app.db)
  expect(await overdue()).toEqual([id])
  await app.request(agent, routes.confirmArticle, { params, body: { reviewOn: '2028-01-01' } })
  expect(await overdue()).toEqual([])
  await app.request(agent, routes.retireArticle, { params, body: { retired: true } })
  expect(await found('探视')).toEqual([])
  await app.request(agent, routes.retireArticle, { params, body: { retired: false } })
  expect(await found('探视')).toEqual(['探视时间'])
})

test('an article of one site is read and changed there alone', async () => {
  const id = await create('北院食堂', '一楼')
  await publish(id)
  const { site } = await idsOf(app)
  const far = await app.signInAs('service-centre', { site: site('EAST') })
  expect(await found('食堂', far)).toEqual([])
  expect((await app.request(far, routes.readArticle, { params: { id } })).status).toBe(404)
  const elsewhere = { body: article('x 篇', 'y 篇', { siteId: site('EAST') }) }
  expect((await app.request(agent, routes.createArticle, elsewhere)).status).toBe(404)
  expect((await app.request(undefined, routes.listArticles)).status).toBe(401)
})
