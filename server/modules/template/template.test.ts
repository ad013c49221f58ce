import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  checkText,
  createTemplate,
  getTemplate,
  listTemplates,
  listTemplateVersions,
  previewText,
  publishTemplate,
  retireTemplate,
  saveTemplate,
} from '../../../contract/message-template.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let writer: string
let reader: string
let site: number
let person: number
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  person = (await discharged(app, 'first', { name: '王{{hospital}}' })).person
  site = (await idsOf(app)).site('NH')
  writer = await app.signInAs('service-centre', { site })
  reader = await app.signInAs('manager', { site })
})
afterAll(() => app.close())

const proper = '【{{hospital}}】{{name}}，本周可预约体检。拒收请回复R'
const texts = (body: string) => ({ 'zh-CN': { sms: { body } } })
async function begin(more: object = {}) {
  count += 1
  const made = await app.request(writer, createTemplate, {
    body: {
      code: `own-${count}`,
      name: '体检',
      purpose: 'marketing',
      siteId: site,
      texts: texts(proper),
      ...more,
    },
  })
  expect(made.status).toBe(201)
  return made.body
}
const publish = (id: number, revision: number, who = reader) =>
  app.request(who, publishTemplate, { params: { id }, body: { revision } })
const save = (id: number, revision: number, body: string, who = writer) =>
  app.request(who, saveTemplate, { params: { id }, body: { revision, name: '体检', texts: texts(body) } })

test('a marketing text is published by somebody who did not write it, as the next version', async () => {
  const { id, revision, secondReader, mine } = await begin()
  expect({ secondReader, mine }).toEqual({ secondReader: true, mine: true })
  expect((await publish(id, revision, writer)).error?.id).toBe('second-person')
  expect((await publish(id, revision)).body).toMatchObject({
    version: 1,
    draftAt: null,
    published: texts(proper),
  })
  const again = await save(id, revision + 1, `${proper}。`)
  expect((await publish(id, again.body.revision)).body.version).toBe(2)
  const { items } = (await app.request(reader, listTemplateVersions, { params: { id } })).body
  expect(items.map(({ version, texts: one }) => [version, one['zh-CN']?.sms?.body])).toEqual([
    [2, `${proper}。`],
    [1, proper],
  ])
})

test('who published with a correction of their own has become a writer', async () => {
  const { id, revision } = await begin()
  const corrected = await save(id, revision, `${proper}。`, reader)
  expect((await publish(id, corrected.body.revision)).error?.id).toBe('second-person')
})

test('a service text needs no second reader, and a site may go without one', async () => {
  const service = await begin({ purpose: 'service' })
  expect((await publish(service.id, service.revision, writer)).body.version).toBe(1)
  await sql`insert into setting (key, value, site_id) values ('template.second-reader', 'false', ${site})`.execute(
    app.db,
  )
  const { id, revision } = await begin()
  expect((await publish(id, revision, writer)).body.version).toBe(1)
  await sql`delete from setting where key = 'template.second-reader'`.execute(app.db)
})

test('advertising that the law forbids is not published, and the answer names text, rule and words', async () => {
  const { id, revision } = await begin({ texts: texts(`${proper}治愈率98%`) })
  expect((await publish(id, revision)).error).toMatchObject({
    id: 'invalid',
    fields: [{ path: 'texts.zh-CN.sms.body', message: 'cure-rate 治愈率' }],
  })
})

test('who saves an older draft is told that somebody was faster', async () => {
  const { id, revision } = await begin()
  const both = await Promise.all([save(id, revision, '一'), save(id, revision, '二')])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  expect((await publish(id, revision)).error?.id).toBe('changed-meanwhile')
})

test('sites write their own; what is for all sites is written by those who reach all', async () => {
  const other = await app.signInAs('service-centre', { site: (await otherSite()).id })
  const { id, code } = await begin()
  expect((await app.request(other, getTemplate, { params: { id } })).status).toBe(404)
  const everywhere = { code, name: 'x', purpose: 'marketing', siteId: null }
  expect((await app.request(writer, createTemplate, { body: everywhere })).status).toBe(404)
  // What one site calls so is nothing to another.
  const theirs = { code: (await begin()).code, name: 'x', purpose: 'service', siteId: (await otherSite()).id }
  expect((await app.request(other, createTemplate, { body: theirs })).status).toBe(201)
  const all = await app.signInAs('service-centre')
  const otherwise = { ...everywhere, purpose: 'service' }
  expect((await app.request(all, createTemplate, { body: otherwise })).error?.fields).toMatchObject([
    { path: 'purpose' },
  ])
  const made = (await app.request(all, createTemplate, { body: everywhere })).body
  expect((await app.request(other, getTemplate, { params: { id: made.id } })).body.mayWrite).toBe(false)
  expect(
    (
      await app.request(other, saveTemplate, {
        params: { id: made.id },
        body: { revision: 1, name: 'x', texts: {} },
      })
    ).status,
  ).toBe(404)
  expect((await app.request(all, createTemplate, { body: everywhere })).error?.id).toBe('already-exists')
  const nurse = await app.signInAs('nurse')
  expect((await app.request(nurse, listTemplates)).status).toBe(403)
})

async function otherSite() {
  const { rows } = await sql<{ id: number }>`
    insert into site (code, name, time_zone) values ('OT', '分院', 'Asia/Taipei') on conflict (code) do update set name = excluded.name returning id`.execute(
    app.db,
  )
  return { id: rows[0]?.id ?? 0 }
}

test('what is retired is told so, and can come back', async () => {
  const { id, revision } = await begin({ purpose: 'service' })
  await publish(id, revision)
  const published = async () =>
    (await app.request(reader, listTemplates, { query: { published: true } })).body.items.some(
      (one) => one.id === id,
    )
  expect(await published()).toBe(true)
  expect(
    (await app.request(reader, retireTemplate, { params: { id }, body: { retired: true } })).body.retired,
  ).toBe(true)
  expect(await published()).toBe(false)
  await app.request(reader, retireTemplate, { params: { id }, body: { retired: false } })
  expect(await published()).toBe(true)
})

test('a preview shows what this person would get: the name as it is, what is missing, and how long it is', async () => {
  const body = '{{name}} {{start | default: "近期"}} {{ start }} {{link}}'
  const ask = (who: string) =>
    app.request(who, previewText, { body: { purpose: 'service', channel: 'sms', body, personId: person } })
  const shown = (await ask(writer)).body
  expect(shown.body).toMatch(/^王\{\{hospital\}\} 近期 {2}https:/)
  expect(shown).toMatchObject({ missing: ['start'], encoding: 'ucs2', parts: 2, language: 'zh-CN' })
  expect((await ask(await app.signInAs('administrator'))).body.body).toMatch(/^王\* /)
  const elsewhere = await app.signInAs('service-centre', { site: (await otherSite()).id })
  expect((await ask(elsewhere)).status).toBe(404)
})

test('a text is measured in short messages, by its alphabet', async () => {
  const check = async (body: string) =>
    (await app.request(writer, checkText, { body: { purpose: 'clinical', channel: 'sms', body } })).body
  expect(await check('a'.repeat(160))).toMatchObject({
    encoding: 'gsm',
    parts: 1,
    characters: 160,
    problems: [],
  })
  expect(await check('a'.repeat(161))).toMatchObject({ parts: 2 })
  expect(await check('您'.repeat(71))).toMatchObject({ encoding: 'ucs2', parts: 2 })
})
