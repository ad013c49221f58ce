import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Pbx, startAsterisk } from '../../sim/asterisk-ami.ts'
import { answered, useCalls } from './call.ts'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
useCalls(stage)
let pbx: Pbx
beforeAll(async () => {
  pbx = await startAsterisk()
})
afterAll(() => pbx.close())

const dock = (page: Page) => page.getByRole('complementary', { name: '当前通话' })

/** Somebody of the nurse's ward with a follow-up call to come and a number that nobody else has. */
async function caller(): Promise<{ id: number; name: string; number: string; task: number }> {
  const [found] = await stage.rows<{ id: number; name: string; number: string; task: number }>(
    `select p.id, p.name, m.value as number, t.id as task
     from task t join app_user u on u.username = 'nurse' join staff s on s.id = u.staff_id and s.department_id = t.department_id
       join person p on p.id = t.person_id join person_telecom m on m.person_id = p.id and m.system = 'phone' and m.valid and m.value like '+861%'
     where t.level = 2 and t.status = 'requested' and t.questionnaire_version_id is not null and p.survivor_id is null
       and not exists (select 1 from questionnaire_response r where r.task_id = t.id)
       and not exists (select 1 from person_telecom x where x.value = m.value and x.person_id <> p.id)
       and not exists (select 1 from person_relationship x where x.phone = m.value) order by t.id desc limit 1`,
  )
  if (!found) throw new Error('nobody to call')
  return found
}

async function sit(page: Page, extension: string): Promise<void> {
  await page.getByRole('button', { name: /未登入分机/ }).click()
  const dialog = page.getByRole('dialog', { name: '我的分机' })
  await dialog.getByLabel('分机号').fill(extension)
  await dialog.getByRole('button', { name: '登入分机' }).click()
  await page.getByRole('button', { name: new RegExp(`分机 ${extension}`) }).waitFor()
}

test('an administrator connects the telephone system, and sees that it is connected', async () => {
  const page = await stage.openAs('admin', { path: '/settings?tab=channels' })
  await settled(page)
  await page.getByRole('button', { name: '接入电话系统' }).click()
  const dialog = page.getByRole('dialog', { name: '接入电话系统' })
  await choose(dialog.getByLabel('院区'), { index: 0 })
  await dialog.getByLabel('名称').fill('住院部总机')
  await dialog.getByLabel('主机').fill('127.0.0.1')
  await dialog.getByLabel('端口').fill(String(pbx.port))
  await dialog.getByLabel('管理接口用户').fill('careloop')
  await dialog.getByLabel('管理接口密码').fill('secret')
  await dialog.getByLabel('话单文件地址（CEL）').fill(`${pbx.url}/cel.csv`)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'telephony')
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('电话系统已保存').waitFor()
  const panel = page.getByRole('region', { name: '电话系统' })
  await expect
    .poll(
      async () => {
        await page.reload()
        await settled(page)
        return panel.getByText('已连接', { exact: true }).count()
      },
      { timeout: 60_000, interval: 1000 },
    )
    .toBe(1)
})

test('a ringing call shows its patient; the follow-up worked in it is proven by it, over a transfer and back', async () => {
  const patient = await caller()
  const nurse = await stage.openAs('nurse', { path: '/' })
  await sit(nurse, '8001')
  const agent = await stage.openAs('service', { path: '/calls' })
  await sit(agent, '8002')
  const proven = async () =>
    (await stage.rows<{ n: number }>(`select count(*)::int as n from task where proof = 'call-record'`))[0]
      ?.n ?? 0
  const before = await proven()

  const call = pbx.call(patient.number.replace('+86', ''), '96120', { queue: 'service' })
  call.ring('8001', '8002')
  await dock(nurse).getByText('振铃').waitFor()
  await dock(agent).getByText('振铃').waitFor()
  await dock(nurse).getByRole('link', { name: patient.name }).waitFor()
  await dock(nurse).getByText('待办').waitFor()
  expect(await axeViolations(nurse)).toEqual([])
  await picture(nurse, 'call-pop')
  expect(await latinWords(nurse)).toEqual([])

  call.answer('8001')
  await dock(nurse).getByText('通话中', { exact: true }).waitFor()
  await dock(agent).waitFor({ state: 'detached' })
  await dock(nurse)
    .getByRole('button', { name: /^在通话中处理/ })
    .first()
    .click()
  await dock(nurse).getByText('本次通话正在处理').waitFor()
  await dock(nurse).getByRole('button', { name: '收起' }).click()
  await nurse.goto(`/desk/${patient.task}`)
  await nurse.getByRole('group', { name: '这次联系的结果' }).waitFor()
  await stage.rows(
    `update call set task_id = $1, answered_at = answered_at - interval '3 minutes', queued_at = queued_at - interval '4 minutes', started_at = started_at - interval '4 minutes' where person_id = $2`,
    [patient.task, patient.id],
  )
  for (const key of ['1', '1', '1', '1', '1']) await nurse.keyboard.press(key)
  await answered(nurse, 5)
  await nurse.keyboard.press('Control+Enter')
  await nurse.getByText(/：已随访/).waitFor()

  await nurse.getByRole('button', { name: /^展开通话/ }).click()
  await dock(nurse).getByRole('button', { name: '转接' }).click()
  await nurse.getByRole('dialog', { name: '转接给' }).getByRole('button', { name: /^转接/ }).click()
  await dock(agent).getByText('振铃').waitFor()
  await dock(agent).getByRole('link', { name: patient.name }).waitFor()
  call.answer('8002')
  await dock(agent).getByText('通话中', { exact: true }).waitFor()
  call.hangUp()
  await dock(agent).getByText('已结束').waitFor()
  await choose(dock(agent).getByLabel('通话小结'), '完成随访')
  await dock(agent).getByLabel('备注').fill('伤口愈合好，按时复诊')
  await picture(agent, 'call-wrap-up')
  await dock(agent).getByRole('button', { name: '保存小结' }).click()
  await dock(agent).waitFor({ state: 'detached' })
  await expect.poll(proven, { timeout: 30_000 }).toBe(before + 1)
  await agent
    .getByRole('button', { name: '刷新' })
    .click()
    .catch(() => undefined)
})

test('a family of three with one number is asked who calls; a stranger is linked by search', async () => {
  const people = await stage.rows<{ id: number; name: string }>(
    `select p.id, p.name from person p join encounter n on n.person_id = p.id join department d on d.id = n.department_id
     where d.code = 'CARD' and p.survivor_id is null and not p.deceased group by p.id order by p.id desc limit 3`,
  )
  await stage.rows(
    `insert into person_telecom (person_id, system, value, use, source) select unnest($1::bigint[]), 'phone', '+8613700001111', 'home', 'test'`,
    [people.map((one) => one.id)],
  )
  const page = await stage.openAs('service', {
    path: '/calls',
    locale: 'en',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  })
  const call = pbx.call('13700001111', '96120')
  call.ring('8002')
  const here = page.getByRole('complementary', { name: 'This call' })
  await here.getByText('3 patients have this number').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'call-family-phone')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await here.getByRole('button', { name: `This one ${people[1]?.name}` }).click()
  await here
    .getByText('No open tasks')
    .or(here.getByRole('heading', { name: 'Open tasks' }))
    .first()
    .waitFor()
  call.hangUp()
  await here.waitFor({ state: 'detached' })
  const stranger = pbx.call('13700009999', '96120')
  stranger.ring('8002')
  await here.getByText('No patient has this number').waitFor()
  await here.getByLabel('Link a patient').fill(people[2]?.name ?? '')
  await here
    .getByRole('button', { name: new RegExp(people[2]?.name ?? '') })
    .first()
    .click()
  await here.getByRole('link', { name: people[2]?.name ?? '' }).waitFor()
  stranger.hangUp()
})

test('the one who leads sees who waits, who talks and how well calls are answered', async () => {
  const page = await stage.openAs('manager', { path: '/call-wall' })
  const waiting = pbx.call('13700002222', '96120', { queue: 'service' })
  await page.getByRole('region', { name: '排队等待' }).getByText('1', { exact: true }).waitFor()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'call-wall')
  expect(await latinWords(page)).toEqual([])
  waiting.hangUp()
})
