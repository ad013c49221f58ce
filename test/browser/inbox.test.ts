import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createArticle, publishArticle } from '../../server/modules/knowledge/knowledge.ts'
import { keepMail } from '../../server/modules/conversation/receive-mail.ts'
import { storeReplies } from '../../server/modules/message/receipt.ts'
import { systemActor } from '../../server/platform/actor.ts'
import { transaction } from '../../server/platform/db.ts'
import { configureDemoChannels, demoSms } from '../../server/seed/demo/seed.ts'
import { type Smsc, startSmsc } from '../../sim/smpp-smsc.ts'
import { axeViolations, choose, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
const actor = systemActor('system:test', '浏览器测试')
let smsc: Smsc

beforeAll(async () => {
  smsc = await startSmsc()
})
afterAll(() => smsc.close())

const shot = async (page: Page, name: string) => {
  await settled(page)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

const wide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** The site of the agent, somebody there with a telephone and an address of their own, and one article. */
async function prepare() {
  const { db, secret } = stage.site.services
  await configureDemoChannels(db, secret, [demoSms(smsc.port)])
  await stage.rows(
    `insert into setting (key, value) values ('conversation.hours-from', '0'), ('conversation.hours-to', '24') on conflict do nothing`,
  )
  const [site] = await stage.rows<{ id: number; code: string }>(
    `select s.id, s.code from site s join role_grant g on g.site_id = s.id join app_user u on u.id = g.user_id where u.username = 'service'`,
  )
  const [person] = await stage.rows<{ id: number; name: string; phone: string }>(
    `select p.id, p.name, t.value as phone from person p join person_telecom t on t.person_id = p.id join encounter e on e.person_id = p.id
     where p.survivor_id is null and not p.deceased and t.value ~ '^\\+861[3-9]' and t.valid and e.site_id = $1
       and (select count(*) from person_telecom o where o.value = t.value) = 1 order by p.id limit 1`,
    [site?.id],
  )
  if (!site || !person) throw new Error('the hospital is empty')
  await stage.rows(
    `insert into person_telecom (person_id, system, value, use, source) values ($1, 'email', 'inbox@example.test', 'other', 'his') on conflict do nothing`,
    [person.id],
  )
  const known = await stage.rows(`select 1 from knowledge_article where category = 'records'`)
  if (known.length === 0)
    await transaction(db, async (trx) => {
      const { id } = await createArticle(trx, actor, {
        kind: 'answer',
        category: 'records',
        siteId: null,
        title: '怎么打印检查报告',
        body: '{{name}}您好，请到门诊楼一层自助机，刷身份证打印。',
        synonyms: ['化验单'],
        ownerId: null,
        reviewOn: '2027-06-01',
      })
      await publishArticle(trx, actor, id, 1)
    })
  const { items } = {
    items: await stage.rows<{ id: number }>(`select id from message_account where channel = 'sms' limit 1`),
  }
  return { site, person, account: items[0]?.id ?? 0 }
}

test('a visitor asks on a telephone, the agent answers; mail and short message come into the same thread; it is handed over and rated', async () => {
  const { site, person, account } = await prepare()
  const { db, secret } = stage.site.services
  const visitor = await stage.open({ ...phone, path: `/chat?site=${site.code}` })
  await visitor.getByRole('heading', { name: '请问有什么可以帮您？' }).waitFor()
  await visitor.getByText('现在有人工服务').waitFor()
  await shot(visitor, 'chat-1-start')
  expect(await axeViolations(visitor)).toEqual([])
  expect(await latinWords(visitor)).toEqual([])
  expect(await wide(visitor)).toBe(0)
  await visitor.getByRole('button', { name: '开始咨询' }).tap()
  await visitor.getByText('请先写下您的问题').waitFor()
  await visitor.getByLabel('您的问题').fill('请问检查报告在哪里打印？')
  await visitor.getByLabel('怎么称呼您').fill('小周')
  await visitor.getByLabel('手机号').fill(person.phone.slice(3))
  await visitor.getByRole('button', { name: '开始咨询' }).tap()
  await visitor.getByText('请问检查报告在哪里打印？').waitFor()

  const agent = await stage.openAs('service', { path: '/inbox' })
  await agent.getByRole('link', { name: /小周/ }).waitFor()
  await shot(agent, 'inbox-1-list')
  expect(await axeViolations(agent)).toEqual([])
  await agent.keyboard.press('j')
  await agent.keyboard.press('Enter')
  await agent.getByRole('heading', { name: '小周' }).first().waitFor()
  await agent.getByRole('button', { name: new RegExp(`是 ${person.name}`) }).click()
  await agent.getByRole('link', { name: person.name }).first().waitFor()

  // The knowledge base answers, with the name filled in.
  await agent.getByRole('button', { name: '查知识库' }).click()
  await agent.getByRole('button', { name: '放进答复' }).first().click()
  await expect.poll(() => agent.getByLabel('答复', { exact: true }).inputValue()).toContain('自助机')
  await agent.keyboard.press('Control+Enter')
  await visitor.getByText('自助机').waitFor()
  await shot(visitor, 'chat-2-answered')
  expect(await axeViolations(visitor)).toEqual([])

  await storeReplies(db, { id: account, channel: 'sms', siteId: site.id }, [
    {
      key: 'inbox-1',
      from: person.phone,
      text: '短信再问一下，周末能打印吗',
      at: new Date(),
      reference: null,
    },
  ])
  await keepMail(
    db,
    secret,
    { id: 0, siteId: site.id, address: 'care@hospital.test', fax: false },
    Buffer.from(
      [
        'From: inbox@example.test',
        'Subject: =?utf-8?B?5om+5oql5ZGK?=',
        'Message-ID: <inbox-1@example.test>',
        'Content-Type: text/plain; charset=utf-8',
        '',
        '邮件里附上检查单号。',
        '',
        '在 2026-11-01 医院写道：',
        '> 您好',
      ].join('\r\n'),
    ),
  )
  // By the live line, without a click.
  const log = agent.getByRole('log')
  await log.getByText('短信再问一下').waitFor()
  await log.getByText('邮件里附上检查单号').waitFor()
  await agent.getByRole('button', { name: '显示引用的原文' }).click()
  await log.getByText('> 您好').waitFor()
  await shot(agent, 'inbox-2-thread')
  await picture(agent, 'inbox')
  expect(await axeViolations(agent)).toEqual([])

  await agent.keyboard.press('Escape')
  await agent
    .getByRole('link', { name: new RegExp(person.name) })
    .first()
    .click()
  await agent.getByRole('button', { name: '转交' }).click()
  await choose(agent.getByLabel('转给谁'), { index: 0 })
  await agent.getByLabel('要交代的话').fill('请告诉她周末能不能打印')
  await shot(agent, 'inbox-3-hand-over')
  expect(await axeViolations(agent)).toEqual([])
  await agent.getByRole('dialog').getByRole('button', { name: '转交' }).click()
  await log.getByText('请告诉她周末能不能打印').waitFor()

  await agent.getByRole('button', { name: '结束对话' }).click()
  await agent.getByText('满意度问题').waitFor()
  await agent.getByRole('dialog').getByRole('button', { name: '结束对话' }).click()
  await visitor.getByText('这次服务您满意吗？').waitFor()
  await visitor.getByRole('button', { name: /5 · 很满意/ }).tap()
  await visitor.getByLabel('想对我们说的话').fill('很快')
  await shot(visitor, 'chat-3-rate')
  expect(await axeViolations(visitor)).toEqual([])
  await visitor.getByRole('button', { name: '提交评价' }).tap()
  await visitor.getByText('已收到您的评价').waitFor()
  await agent.getByText('满意度 5 分：很快').waitFor()
  const [row] = await stage.rows<{ channels: string[]; score: number }>(
    `select array(select distinct m.channel from conversation_message m where m.conversation_id = c.id and m.kind = 'in' order by 1) as channels, c.score
     from conversation c where c.person_id = $1`,
    [person.id],
  )
  expect(row).toEqual({ channels: ['email', 'sms', 'web-chat'], score: 5 })
})

test('in English, in the dark, in large type and on a telephone; search and the knowledge base', async () => {
  const { site } = await prepare()
  const visitor = await stage.open({ ...phone, path: `/chat?site=${site.code}` })
  await visitor.getByRole('button', { name: 'English' }).tap()
  await visitor.getByRole('heading', { name: 'How can we help you?' }).waitFor()
  await colours(visitor, 'dark')
  await visitor.getByRole('button', { name: 'Large text' }).tap()
  await shot(visitor, 'chat-4-en-dark-large')
  expect(await axeViolations(visitor)).toEqual([])
  expect(await wide(visitor)).toBe(0)
  await visitor.getByLabel('Your question').fill('Where can I park my car?')
  await visitor.getByRole('button', { name: 'Ask', exact: true }).tap()
  await visitor.getByText('Where can I park my car?').waitFor()

  const small = await stage.openAs('service', { ...phone, path: '/inbox' })
  await small.getByRole('link', { name: /Where can I park/ }).tap()
  await small.getByRole('log').getByText('Where can I park').waitFor()
  await colours(small, 'dark')
  await shot(small, 'inbox-4-phone-dark')
  expect(await axeViolations(small)).toEqual([])
  expect(await wide(small)).toBe(0)

  const agent = await stage.openAs('service', { path: '/inbox', locale: 'en-US' })
  await agent.getByRole('button', { name: 'Search messages' }).click()
  await agent.getByLabel('Search for').fill('park')
  await agent.getByRole('list', { name: 'Messages found' }).getByRole('button').first().waitFor()
  await shot(agent, 'inbox-5-search-en')
  expect(await axeViolations(agent)).toEqual([])
  await agent.getByRole('list', { name: 'Messages found' }).getByRole('button').first().click()
  await agent.getByRole('log').getByText('Where can I park').waitFor()
  await agent.getByLabel('Answer', { exact: true }).fill('kept while I look elsewhere')
  await agent.goto('/knowledge')
  await agent.getByRole('cell', { name: /打印/ }).first().waitFor()
  await shot(agent, 'knowledge-1-en')
  expect(await axeViolations(agent)).toEqual([])
  await agent.goBack()
  await expect
    .poll(() => agent.getByLabel('Answer', { exact: true }).inputValue())
    .toBe('kept while I look elsewhere')
})
