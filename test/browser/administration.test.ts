import { expect, test } from 'vitest'
import { adt } from '../support/hl7.ts'
import { axeViolations, choose, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

test('a dead letter says where it is wrong, and a replay takes it up once the cause is gone', async () => {
  const page = await stage.openAs('admin', { path: '/intake?status=dead' })
  await page.getByText('没有病案号').waitFor()
  await page.getByRole('row', { name: /BAD-4/ }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('出错位置 PV1-19').waitFor()
  await drawer.getByText('出院消息没有说明是哪次就诊').waitFor()
  await drawer.getByRole('button', { name: '重放这一条' }).click()
  await page.getByText('已重放 1 条，结果稍后可见').waitFor()
  await expect
    .poll(async () => {
      const rows = await stage.rows<{ status: string; attempts: number }>(
        `select status, attempts from inbound_message where control_id = 'BAD-4'`,
      )
      return rows[0]
    })
    .toEqual({ status: 'dead', attempts: 2 })
})

test('a dead letter is corrected in a copy after a reason, and the copy is applied', async () => {
  const page = await stage.openAs('admin', { path: '/intake?status=dead' })
  await page.getByRole('row', { name: /BAD-4/ }).click()
  await page.getByRole('button', { name: '更正后重放' }).click()
  const dialog = page.getByRole('dialog', { name: /更正消息/ })
  await dialog.getByLabel('为什么要看原文、改什么').fill('消息类型写错')
  await dialog.getByRole('button', { name: '显示原文' }).click()
  const text = dialog.getByLabel('消息原文')
  await text.waitFor()
  await text.fill((await text.inputValue()).replace('ADT^A03', 'ADT^A08'))
  await dialog.getByRole('button', { name: '用更正后的副本入库' }).click()
  await page.getByText('更正后的副本已送去处理').waitFor()
  await page.getByRole('link', { name: '看更正前的原消息' }).waitFor()
  await expect
    .poll(() =>
      stage.rows(
        `select status, corrects_id is not null as copy from inbound_message where control_id = 'BAD-4' order by id`,
      ),
    )
    .toEqual([
      { status: 'ignored', copy: false },
      { status: 'applied', copy: true },
    ])
})

test('what could not be used of an applied message is listed by system and field, and found on the message and the person', async () => {
  const page = await stage.openAs('admin', { path: '/intake?tab=notes' })
  await page.getByRole('row', { name: /PV1-44/ }).waitFor()
  await picture(page, 'intake-notes')
  await page.getByRole('row', { name: /PV1-44 不是时间 20261399/ }).click()
  await page.getByRole('row', { name: /BAD-2.*没有采用的内容 · PV1-44 不是时间/ }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('没有采用的内容').waitFor()
  await drawer.getByRole('listitem').filter({ hasText: 'PV1-44 不是时间 20261399' }).waitFor()
  const [one] = await stage.rows<{ person_id: number }>(
    `select person_id from inbound_message where control_id = 'BAD-2'`,
  )
  const nurse = await stage.openAs('nurse', { path: `/persons/${one?.person_id}` })
  await nurse.getByText('接口数据有疑问 · PV1-44 不是时间 20261399').waitFor()
})

test('a sender profile is tried on a pasted message and saved', async () => {
  const page = await stage.openAs('admin', { path: '/intake?tab=profiles' })
  await page.getByLabel('性别（M F O U）').fill('甲 = M')
  await page.getByLabel('粘贴一条消息').fill(adt({ mrn: 'TRY', sex: '甲', name: '试读某' }))
  const preview = page.getByRole('region', { name: '预览' })
  await preview.getByText('试读某').waitFor()
  await preview.getByText('男', { exact: true }).waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存，下一条消息起生效').waitFor()
  await page.getByText(/修改于/).waitFor()
})

test('a rule is changed, takes effect, and its history says who, when and from what', async () => {
  const page = await stage.openAs('admin', { path: '/settings' })
  await page.getByRole('button', { name: '修改：每人每日随访目标' }).click()
  const field = page.getByRole('textbox', { name: '每人每日随访目标' })
  await field.fill('900')
  await page.getByText('请填 1 到 500 之间的数').waitFor()
  await field.fill('45')
  await page.keyboard.press('Enter')
  await page.getByText('已保存，马上生效').waitFor()
  await page.getByRole('button', { name: '修改记录：每人每日随访目标' }).click()
  const history = page.getByRole('dialog')
  await history.getByText('45 人次').waitFor()
  await history.getByText(/系统管理员/).waitFor()
  const nurse = await stage.openAs('nurse')
  await nurse.getByText('今日 0 / 45').waitFor()
})

test('a site has a rule and a calendar of its own, sees what it inherits, and inherits again', async () => {
  await stage.rows(`insert into site (code, name) values ('WEST', '西院区') on conflict do nothing`)
  const page = await stage.openAs('admin', { path: '/settings' })
  const site = page.getByLabel('院区', { exact: true })
  await choose(site, '西院区')
  const row = page.getByRole('row', { name: /电话尝试次数|最多尝试次数|follow-up\.attempts\.max/ })
  await row.getByText('沿用', { exact: true }).waitFor()
  // What is one for all sites is not offered to one.
  expect(await page.getByText('security.session-idle-minutes').count()).toBe(0)
  await row.getByRole('button', { name: /^修改：/ }).click()
  await row.getByRole('textbox').fill('5')
  await page.keyboard.press('Enter')
  await page.getByText('已保存，马上生效').waitFor()
  await row.getByText('5 次').waitFor()
  expect(await row.getByText('沿用', { exact: true }).count()).toBe(0)
  await settled(page)
  await picture(page, 'settings-site')
  expect(await axeViolations(page)).toEqual([])
  await choose(site, '全部院区')
  await row.getByText('另有设置：西院区').waitFor()
  await choose(site, '西院区')
  await row.getByRole('button', { name: '恢复沿用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '恢复沿用' }).click()
  await row.getByText('沿用', { exact: true }).waitFor()

  await page.goto(new URL('/settings?tab=calendar&year=2026', page.url()).href)
  await choose(page.getByLabel('院区', { exact: true }), '西院区')
  await page.getByText(/^这是本国家（地区）的日历/).waitFor()
  await page.getByRole('button', { name: '修改日历' }).click()
  await page.getByRole('button', { name: '移除' }).first().click()
  await page.getByRole('button', { name: '保存 2026 年日历' }).click()
  await page.getByText('2026 年日历已保存').waitFor()
  await page.getByText(/^这是本国家（地区）的日历/).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '恢复沿用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '恢复沿用' }).click()
  await page.getByText(/^这是本国家（地区）的日历/).waitFor()
  const audited = await stage.rows<{ subject: string }>(
    `select subject from audit_event where subject like '%site:WEST' order by seq`,
  )
  expect(audited.map((one) => one.subject)).toEqual([
    ...Array.from({ length: 2 }, () => 'follow-up.attempts.max site:WEST'),
    ...Array.from({ length: 2 }, () => '2026 site:WEST'),
  ])
})

test('the auditor verifies the chain, and a tampered entry is named', async () => {
  const page = await stage.openAs('auditor', { path: '/audit' })
  await page.getByRole('button', { name: '校验日志完整性' }).click()
  await page.getByText('日志完整，没有被动过').waitFor()
  await stage.rows(`update audit_event set reason = 'another' where seq = 17`)
  await page.getByRole('button', { name: '校验日志完整性' }).click()
  await page.getByText(/日志有 \d+ 处异常/).waitFor()
  await page.getByText('第 17 条').first().waitFor()
  await stage.rows(`update audit_event set reason = null where seq = 17`)
})

test('the auditor picks what, who and what about from lists and reads sentences without codes', async () => {
  const page = await stage.openAs('auditor', { path: '/audit' })
  await settled(page)
  expect(await page.locator('#main table').textContent()).not.toMatch(/\b[a-z-]+:\d+/)
  await choose(page.getByLabel('做了什么'), '记录随访结果')
  const line = page.locator('tbody tr').first()
  await line.filter({ hasText: ' 记录随访结果：' }).waitFor()
  expect(await line.textContent()).toMatch(
    / 记录随访结果：患者.\*，.*随访.*，(已随访|未接通|号码有误|拒访|已拒访|约定回拨|再入院|已去世)/,
  )
  const who = (await line.getByRole('button').first().textContent()) ?? ''
  await choose(page.getByLabel('谁', { exact: true }), who)
  await settled(page)
  expect(new URL(page.url()).searchParams.get('actorId')).toBeTruthy()
  await choose(page.getByLabel('对什么'), '账号与登录')
  await page.getByText('没有符合条件的记录').waitFor()
})

test('every message has its place: the account balances and the list of each part has as many rows', async () => {
  const page = await stage.openAs('admin', { path: '/messages' })
  await settled(page)
  const line = (await page.getByText(/^账平：/).textContent()) ?? ''
  const [targeted = 0, ...parts] = (line.match(/[\d,]+/g) ?? []).map((n) => Number(n.replace(',', '')))
  expect(targeted).toBeGreaterThan(0)
  expect(parts.reduce((sum, n) => sum + n, 0)).toBe(targeted)
  const [row] = await stage.rows<{ n: number }>('select count(*)::int as n from message')
  expect(row?.n).toBe(targeted)
})

test('a page outside one’s role says so, and offers the way back', async () => {
  const page = await stage.openAs('nurse', { path: '/users' })
  await page.getByRole('heading', { level: 1, name: '您没有这个权限' }).waitFor()
  await page.getByRole('link', { name: '回到我的首页' }).click()
  await page.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
})
