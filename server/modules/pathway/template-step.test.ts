import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEnrollment, type PathwayStep, validatePathway } from '../../../contract/pathway.ts'
import type { TemplateTexts } from '../../../contract/message-template.ts'
import { startSmtpSink } from '../../../sim/smtp-sink.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { useMailSink } from '../../../test/support/channel.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { definitionOf, makePathway } from '../../../test/support/pathway.ts'
import { transaction } from '../../platform/db.ts'
import { addTemplate } from '../template/template.ts'

let app: TestApp
let centre: string
let people = 0

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  await transaction(app.db, async (trx) => {
    await addTemplate(trx, testActor, { code: 'reminder', name: '提醒', purpose: 'service', texts: reminder })
    await addTemplate(trx, testActor, { code: 'both', name: '两种', purpose: 'service', texts: both })
    await addTemplate(trx, testActor, { code: 'offer', name: '体检', purpose: 'marketing', texts: offer })
  })
})
afterAll(() => app.close())

const reminder: TemplateTexts = {
  'zh-CN': {
    sms: { body: '{{name}}，{{hospital}}提醒您复诊' },
    email: { subject: '{{hospital}}复诊提醒', body: '{{name}}，您好：请来复诊。{{preferences}}' },
  },
  en: { email: { subject: 'Visit', body: 'Dear {{name}}, please come.' } },
}
const both: TemplateTexts = {
  'zh-CN': { sms: { body: '{{name}}，这是短信' }, email: { subject: '按邮件', body: '{{name}}，这是邮件' } },
}
const offer: TemplateTexts = { 'zh-CN': { sms: { body: '【{{hospital}}】体检周，拒收请回复R' } } }

const mail = (more: Partial<Extract<PathwayStep, { kind: 'message' }>> = {}): PathwayStep => ({
  key: 'mail',
  title: 'mail',
  next: null,
  kind: 'message',
  channel: 'email',
  purpose: 'service',
  subject: '',
  body: '',
  template: 'reminder',
  ...more,
})

async function messageFor(language: string | null, step = mail()) {
  people += 1
  const mrn = `T${people}`
  await receive(app, {
    event: 'A04',
    class: 'O',
    mrn,
    visit: mrn,
    name: '王{{link}}',
    email: `${mrn}@example.test`,
  })
  const personId = await personOf(app, mrn)
  await sql`update person set language = ${language} where id = ${personId}`.execute(app.db)
  const pathwayId = await makePathway(
    app,
    definitionOf([step], { purpose: step.kind === 'message' ? step.purpose : 'service' }),
  )
  await app.request(centre, createEnrollment, { body: { pathwayId, personId } })
  await app.processAll()
  return app.db.selectFrom('message').selectAll().where('person_id', '=', personId).executeTakeFirstOrThrow()
}

test('a message has the text of its template, in the language of the person', async () => {
  const chinese = await messageFor(null)
  expect(chinese).toMatchObject({ texts: null })
  expect(chinese.subject).toMatch(/复诊提醒$/)
  expect(chinese.body).toBe('王{{link}}，您好：请来复诊。{{preferences}}')
  // The name looks like a placeholder and is none.
  expect(chinese.placeholder_at).toEqual([chinese.body.indexOf('{{preferences}}')])
  expect((await messageFor('en')).subject).toBe('Visit')
})

test('while the channel is open the message carries a text for each, and goes out with that of the channel that reaches the person', async () => {
  const sink = await startSmtpSink()
  await useMailSink(app, sink.port)
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')
    on conflict do nothing`.execute(app.db)
  const plain = await messageFor(null, mail({ channel: 'preferred', template: 'both' }))
  await app.processAll()
  const sent = await app.db
    .selectFrom('message')
    .selectAll()
    .where('id', '=', plain.id)
    .executeTakeFirstOrThrow()
  expect(sent).toMatchObject({
    channel: 'email',
    status: 'sent',
    subject: '按邮件',
    body: '王{{link}}，这是邮件',
  })
  await sink.close()
})

test('what was sent keeps its text when the template changes', async () => {
  const before = await messageFor(null)
  await sql`update template_version set texts = jsonb_set(texts, '{zh-CN,email,body}', '"新"') where template_id = (select id from template where code = 'reminder')`.execute(
    app.db,
  )
  expect((await messageFor(null)).body).toBe('新')
  const row = await app.db
    .selectFrom('message')
    .select('body')
    .where('id', '=', before.id)
    .executeTakeFirstOrThrow()
  expect(row.body).toBe(before.body)
})

test('a site’s own template takes the place of the one for all', async () => {
  const { rows } = await sql<{ id: number }>`
    insert into template (code, name, purpose, site_id, version) select 'reminder', '本院', 'service', id, 1 from site where code = 'NH' returning id`.execute(
    app.db,
  )
  await sql`insert into template_version (template_id, version, texts, published_by, published_by_name, written_by_name)
    values (${rows[0]?.id}, 1, '{"zh-CN": {"email": {"subject": "本院", "body": "本院"}}}', 'x', 'x', 'x')`.execute(
    app.db,
  )
  expect((await messageFor(null)).body).toBe('本院')
})

test('a pathway is told which template is not there, and marketing that the law forbids', async () => {
  const problems = async (step: PathwayStep) => {
    const admin = await app.signInAs('administrator')
    const definition = definitionOf([step], { purpose: 'marketing' })
    const { body } = await app.request(admin, validatePathway, { body: { definition } })
    return body.problems.map((one) => one.message)
  }
  expect(await problems(mail({ template: 'gone' }))).toEqual([
    'Uses the template "gone", which is not published.',
  ])
  expect(await problems(mail({ purpose: 'marketing' }))).toEqual([
    'Uses the template "reminder" for marketing, which it is not written for.',
  ])
  const { template: _, ...inline } = mail({
    purpose: 'marketing',
    subject: '体检',
    body: '治愈率98%',
  }) as Extract<PathwayStep, { kind: 'message' }>
  expect(await problems(inline)).toEqual([
    'The text says "治愈率", which breaks the rule cure-rate.',
    'The text breaks the rule no-sender.',
    'The text breaks the rule no-opt-out.',
  ])
  expect(await problems(mail({ purpose: 'marketing', template: 'offer' }))).toEqual([])
})
