import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configureDemoChannels, demoSms } from '../../server/seed/demo/seed.ts'
import { type Smsc, startSmsc } from '../../sim/smpp-smsc.ts'
import { axeViolations, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
let smsc: Smsc

beforeAll(async () => {
  smsc = await startSmsc()
})
afterAll(() => smsc.close())

const shot = async (page: Page, name: string) => {
  await settled(page)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

type Patient = { id: number; name: string; phone: string; year: string; task: number }
let chosen: Patient | undefined

/** A patient of the first level with a telephone of their own, whose questionnaire is due, with results, a promise and a consent. */
async function patient(): Promise<Patient> {
  if (chosen) return chosen
  const { db, secret } = stage.site.services
  await configureDemoChannels(db, secret, [demoSms(smsc.port)])
  const [row] = await stage.rows<Patient & { visit: number; site: number }>(
    `select p.id, p.name, t.value as phone, extract(year from p.birth_date)::text as year, k.id as task, k.encounter_id as visit, k.site_id as site
     from task k join person p on p.id = k.person_id join person_telecom t on t.person_id = p.id
     where k.level = 1 and k.status = 'requested' and k.held_by is null and k.questionnaire_version_id is not null and p.survivor_id is null
       and not p.deceased and p.name !~ '[A-Za-z]' and p.birth_date is not null and t.value ~ '^\\+861[3-9]' and t.valid
       and (select count(*) from person_telecom o where o.value = t.value) = 1 order by k.id limit 1`,
  )
  if (!row) throw new Error('nobody is due')
  await stage.rows(`update task set start_at = now() where id = $1`, [row.task])
  const result = (days: number, data: object) =>
    stage.rows(
      `insert into event (person_id, at, kind, source, encounter_id, data) values ($1, now() - make_interval(days => $2), 'observation.recorded', 'HIS/NH', $3, $4)`,
      [row.id, days, row.visit, data],
    )
  const blood = (value: number, interpretation: string) => ({
    group: '血常规',
    code: { code: 'HGB', text: '血红蛋白' },
    value,
    unit: 'g/L',
    range: '115-150',
    interpretation,
  })
  await result(40, blood(101, 'L'))
  await result(20, blood(108, 'L'))
  await result(2, blood(112, 'L'))
  await result(2, {
    group: '血常规',
    code: { code: 'WBC', text: '白细胞' },
    value: 6.1,
    unit: '10^9/L',
    range: '4-10',
  })
  await result(1, {
    code: { code: 'K', text: '钾' },
    value: 6.8,
    unit: 'mmol/L',
    range: '3.5-5.3',
    interpretation: 'HH',
  })
  await stage.rows(
    `insert into promise (site_id, person_id, text, owner_name, owner_role, due_at, source_kind, made_by, made_by_name)
     values ($1, $2, '周五前电话告知检查结果', '田海娟', 'service-centre', now() + interval '2 days', 'none', 'user:x', '田海娟')`,
    [row.site, row.id],
  )
  await stage.rows(
    `insert into consent (person_id, purpose, channel, given_at, proof, recorded_by, recorded_by_name)
     values ($1, 'marketing', 'sms', now() - interval '30 days', 'paper', 'user:x', '田海娟') on conflict do nothing`,
    [row.id],
  )
  return (chosen = row)
}

async function codeOf(number: string): Promise<string> {
  const { texts } = smsc.telephones
  const latest = () => texts.findLastIndex((one) => one.to === number && /\d{6}/.test(one.text))
  await expect.poll(latest, { timeout: 20_000, interval: 100 }).toBeGreaterThanOrEqual(0)
  const [text] = texts.splice(latest(), 1)
  return /\d{6}/.exec(text?.text ?? '')?.[0] ?? ''
}

/** Number, code, and where asked the masked name and the year of birth. */
async function signIn(
  page: Page,
  { name, phone: number, year }: Patient,
  words = { send: '获取验证码', code: '6 位验证码' },
) {
  const site = page.getByRole('list', { name: '您在哪家院区就诊？' }).getByRole('button')
  const field = page.locator('input[type="tel"]')
  await site.first().or(field).waitFor()
  if (await site.first().isVisible()) await site.first().tap()
  await field.fill(number.slice(3))
  await page.getByRole('button', { name: words.send }).tap()
  await page.getByLabel(words.code).fill(await codeOf(number))
  const masked = page.getByRole('button', { name: `${[...name][0] ?? ''}*` })
  const tabs = page.locator('.portal-tabs')
  await masked.or(tabs).waitFor()
  if (await tabs.isVisible()) return
  await shot(page, 'portal-who')
  await masked.tap()
  await page.locator('input[inputmode="numeric"]').fill(year)
  await page.keyboard.press('Enter')
  await tabs.waitFor()
}

const tab = (page: Page, name: string) => page.locator('.portal-tabs').getByRole('button', { name }).tap()

test('a patient signs in on a telephone, answers the follow-up with a red flag, and the doctor has the urgent task; nobody calls', async () => {
  const one = await patient()
  const page = await stage.open({ ...phone, path: '/portal' })
  await page.locator('input[type="tel"], .book-choice').first().waitFor()
  expect(await axeViolations(page)).toEqual([])
  await signIn(page, one)
  await page.getByRole('heading', { name: `${one.name}，您好` }).waitFor()
  await shot(page, 'portal-home')
  await picture(page, 'portal-home')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await page.getByText('周五前电话告知检查结果').waitFor()
  await page.getByText('医生看过后向您说明').waitFor()
  await page.getByRole('list', { name: '请您回答' }).getByRole('button').first().tap()
  await page.getByRole('radio', { name: '加重' }).tap()
  await page.getByText('请不要等待').waitFor()
  await page.getByText('已保存').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await shot(page, 'portal-question')
  const next = page
    .getByRole('button', { name: '下一题' })
    .or(page.getByRole('button', { name: '看一遍，再提交' }))
  await next.tap()
  for (
    let step = 0;
    step < 12 && !(await page.getByRole('button', { name: '提交', exact: true }).isVisible());
    step++
  ) {
    const answer = page.getByRole('checkbox', { name: '都没有' }).or(page.getByRole('radio').first()).first()
    await answer.tap()
    await next.tap()
  }
  // The line is gone in the middle of it.
  await page.context().setOffline(true)
  await page.getByRole('button', { name: '提交', exact: true }).tap()
  await page.locator('.field-error').getByText(/./).first().waitFor()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: '提交', exact: true }).tap()
  await page.getByRole('heading', { name: /谢谢/ }).waitFor()
  const [task] = await stage.rows<{ status: string; proof: string }>(
    'select status, proof from task where id = $1',
    [one.task],
  )
  expect(task).toEqual({ status: 'completed', proof: 'reply' })
  const [urgent] = await stage.rows<{ count: number }>(
    `select count(*)::int as count from task where cause like $1 and status = 'requested'`,
    [`red-flag:${one.task}:%`],
  )
  expect(urgent?.count).toBe(1)
})

test('a report that is held opens once the doctor has seen it, with its range and how the value went', async () => {
  const one = await patient()
  const page = await stage.open({ ...phone, path: '/portal' })
  await signIn(page, one)
  await tab(page, '报告')
  await page
    .getByRole('button', { name: /^血常规/ })
    .first()
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
  await shot(page, 'portal-results')
  await page.getByText('有一份新报告').waitFor()
  await page
    .getByRole('button', { name: /^血常规/ })
    .first()
    .tap()
  await page.getByText('偏低', { exact: true }).waitFor()
  await page.getByRole('img', { name: '血红蛋白的变化: 101 → 108 → 112' }).waitFor()
  await picture(page, 'portal-report')
  await shot(page, 'portal-report')
  expect(await axeViolations(page)).toEqual([])
  await stage.rows(
    `insert into report_release (person_id, report_id, how, by_id, by_name)
     select person_id, id, 'seen', 'user:x', '李医生' from event where person_id = $1 and data -> 'code' ->> 'text' = '钾'`,
    [one.id],
  )
  await tab(page, '首页')
  await tab(page, '报告')
  await page.getByRole('button', { name: /^钾/ }).first().tap()
  await page.getByText('偏高', { exact: true }).waitFor()
})

test('a question goes to the care team, a consent is taken back, and who looked stands there; in the dark, in English and in large type', async () => {
  const one = await patient()
  const page = await stage.open({ ...phone, path: '/portal' })
  await signIn(page, one)
  await tab(page, '咨询')
  await page.getByRole('textbox').fill('复查要空腹吗？')
  await page.getByRole('button', { name: '发送' }).tap()
  await page.locator('.chat-line').getByText('复查要空腹吗？').waitFor()
  await shot(page, 'portal-talk')
  expect(await axeViolations(page)).toEqual([])
  await tab(page, '我的')
  await page.getByRole('button', { name: '撤回' }).first().tap()
  await page.getByText(/已撤回/).waitFor()
  await page.getByLabel('也显示我自己的操作').check()
  await page.getByRole('region', { name: '谁看过我的资料' }).getByText('我自己').first().waitFor()
  await page.getByLabel('也显示我自己的操作').uncheck()
  await shot(page, 'portal-me')
  await picture(page, 'portal-me')
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^(Android|Linux|iPhone|Windows|Macintosh)$/)).toEqual([])
  const [left] = await stage.rows<{ count: number }>(
    `select count(*)::int as count from consent where person_id = $1 and withdrawn_at is null`,
    [one.id],
  )
  expect(left?.count).toBe(0)
  await tab(page, '首页')
  await page.getByRole('button', { name: '大字版' }).tap()
  await colours(page, 'dark')
  await shot(page, 'portal-large-dark')
  expect(await axeViolations(page, 'colours')).toEqual([])
  await page.getByRole('button', { name: 'English' }).tap()
  await page.getByRole('heading', { name: `Hello ${one.name}` }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await shot(page, 'portal-large-english')
  await tab(page, 'Visits')
  await page.getByRole('button', { name: 'Book an appointment' }).waitFor()
  await shot(page, 'portal-visits-english')
  expect(await axeViolations(page)).toEqual([])
})
