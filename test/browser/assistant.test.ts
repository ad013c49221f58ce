import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storeReplies } from '../../server/modules/message/receipt.ts'
import { configureDemoChannels, demoSms } from '../../server/seed/demo/seed.ts'
import { type LanguageModel, startLanguageModel } from '../../sim/language-model.ts'
import { type Smsc, startSmsc } from '../../sim/smpp-smsc.ts'
import { axeViolations, choose, latinWords, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
let model: LanguageModel
let smsc: Smsc

beforeAll(async () => {
  model = await startLanguageModel({ key: 'model-key' })
  smsc = await startSmsc()
})
afterAll(async () => {
  await model.close()
  await smsc.close()
})

const shot = async (page: Page, name: string) => {
  await settled(page)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

/** A patient with an open follow-up who writes a short message. */
async function prepare() {
  const { db, secret } = stage.site.services
  await configureDemoChannels(db, secret, [demoSms(smsc.port)])
  const [found] = await stage.rows<{
    site: number
    person: number
    task: number
    name: string
    phone: string
  }>(
    `select t.site_id as site, p.id as person, t.id as task, p.name, c.value as phone from task t join person p on p.id = t.person_id
       join person_telecom c on c.person_id = p.id
     where t.level = 1 and t.status = 'requested' and p.survivor_id is null and not p.deceased and c.value ~ '^\\+861[3-9]' and c.valid
       and t.site_id = (select g.site_id from role_grant g join app_user u on u.id = g.user_id where u.username = 'service')
       and not exists (select 1 from questionnaire_response r where r.task_id = t.id) and p.name !~ '[A-Za-z]'
       and (select count(*) from person_telecom o where o.value = c.value) = 1 order by t.id limit 1`,
  )
  const [account] = await stage.rows<{ id: number }>(
    `select id from message_account where channel = 'sms' limit 1`,
  )
  if (!found || !account) throw new Error('the hospital is empty')
  await storeReplies(db, { id: account.id, channel: 'sms', siteId: found.site }, [
    {
      key: 'assistant-1',
      from: found.phone,
      text: `我叫${found.name}，出院以后好转了，伤口疼痛大概3分。复查要空腹吗？`,
      at: new Date(),
      reference: null,
    },
  ])
  const [conversation] = await stage.rows<{ id: number }>(
    `select id from conversation order by id desc limit 1`,
  )
  const [place] = await stage.rows<{ name: string }>(`select name from site where id = $1`, [found.site])
  return { ...found, site: place?.name ?? '', conversation: conversation?.id ?? 0 }
}

test('a model is connected and checked; a draft goes out by a person and answers into the form, each with the sentence it comes from', async () => {
  const { conversation, task, site } = await prepare()
  const admin = await stage.openAs('admin', { path: '/settings?tab=channels' })
  await admin.getByRole('button', { name: '接入语言模型' }).click()
  const form = admin.getByRole('dialog')
  await choose(form.getByLabel('院区'), site)
  await admin.getByLabel('接口地址').fill(model.url)
  await admin.getByLabel('模型名称').fill('qwen3-32b')
  await admin.getByLabel(/接口密钥/).fill('model-key')
  await admin.getByLabel('启用').check()
  await shot(admin, 'assistant-1-form')
  expect(await axeViolations(admin)).toEqual([])
  await admin.getByRole('button', { name: '保存' }).click()
  await admin.getByRole('button', { name: /检测连接/ }).click()
  await admin.getByText(/连接正常/).waitFor()
  await shot(admin, 'assistant-2-channels')
  expect(await axeViolations(admin)).toEqual([])
  await admin.context().close()

  const agent = await stage.openAs('service', { path: `/inbox/${conversation}` })
  await agent.getByRole('button', { name: '请助手起草答复' }).click()
  await agent.getByText('助手起草，还没有人确认').waitFor()
  await agent.getByText('复查要空腹吗？', { exact: true }).waitFor()
  await shot(agent, 'assistant-3-draft')
  expect(await axeViolations(agent)).toEqual([])
  expect(await latinWords(agent)).toEqual([])
  const field = agent.getByLabel('答复', { exact: true })
  await field.fill(`${await field.inputValue()}抽血要空腹。`)
  await agent.getByText('助手起草，您已改过').waitFor()
  await agent.getByRole('button', { name: '发送答复' }).click()
  await agent.getByText('助手起草，人工修改').waitFor()

  await agent.getByRole('button', { name: '请助手找问卷答案' }).click()
  await agent.getByRole('button', { name: '开始查找' }).click()
  await agent.getByLabel(/总体感觉.*好转/).check()
  await shot(agent, 'assistant-4-answers')
  expect(await axeViolations(agent)).toEqual([])
  await agent.getByRole('button', { name: /带到随访表单（1 项）/ }).click()
  await agent.waitForURL(new RegExp(`/desk/${task}`))
  await agent.getByText('1', { exact: false }).first().waitFor()
  await expect
    .poll(
      async () =>
        (
          await stage.rows<{ answers: object }>(
            `select answers from questionnaire_response where task_id = $1`,
            [task],
          )
        )[0]?.answers,
    )
    .toEqual({ condition: 'better' })
  await agent.context().close()

  // A model that makes things up is said to do so, in the reader's language, on a telephone too.
  model.behave('invents-quote')
  const phone = {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  }
  const english = await stage.openAs('service', { ...phone, path: `/inbox/${conversation}`, locale: 'en' })
  await english.getByRole('button', { name: 'Draft a reply' }).click()
  await english.getByText(/rests on nothing in the conversation/).waitFor()
  await shot(english, 'assistant-5-invented-en')
  expect(await axeViolations(english)).toEqual([])
  await english.context().close()

  const auditor = await stage.openAs('auditor', { path: '/audit' })
  await auditor.getByRole('link', { name: '语言模型外发记录' }).click()
  await auditor.getByText('修改后采用').first().waitFor()
  await shot(auditor, 'assistant-6-log')
  expect(await axeViolations(auditor)).toEqual([])
})
