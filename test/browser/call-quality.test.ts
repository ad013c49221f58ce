import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations, latinWords, picture, rawCodes, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

/** Calls of the last weeks that the log-in `service` answered. */
async function pastCalls(): Promise<void> {
  await stage.rows(
    `with account as (
       insert into telephony_account (site_id, kind, name, config, updated_by)
       select site_id, 'webhook', '质检总机', '{}', 'test' from staff s join app_user u on u.staff_id = s.id where u.username = 'service' returning id, site_id
     ), made as (
       insert into call (account_id, external_id, site_id, direction, number, started_at, queued_at, ringing_at, answered_at, ended_at, seen_at, settled_at, disposition, note, person_id)
       select a.id, 'q' || n, a.site_id, 'inbound', '+86211234' || lpad(n::text, 4, '0'), at.began, at.began, at.began, at.began + interval '8 seconds',
         at.began + interval '130 seconds', at.began + interval '130 seconds', now(), 'consultation', '问复诊时间',
         (select max(p.id) from person p where p.survivor_id is null)
       from account a, generate_series(1, 60) n,
         lateral (select date_trunc('day', now()) - (n % 30) * interval '1 day' + (9 + n % 3) * interval '1 hour' + n * interval '20 seconds' - interval '8 hours' as began) at
       returning id, answered_at, ended_at
     )
     insert into call_leg (call_id, external_id, extension, user_id, user_name, ringing_at, answered_at, ended_at)
     select m.id, 'a', '8009', u.id, u.name, m.answered_at, m.answered_at, m.ended_at from made m, app_user u where u.username = 'service'`,
  )
}

const scores = async (page: Page, options: Record<string, string>) => {
  for (const [question, option] of Object.entries(options))
    await page
      .locator(`[data-question="${question}"]`)
      .getByRole('radio', { name: option, exact: true })
      .click()
}

test('a manager sends a call to scoring and scores it; its agent sees the scores and says that they are seen', async () => {
  await pastCalls()
  const manager = await stage.openAs('manager', { path: '/calls' })
  await manager.getByRole('row').filter({ hasText: '问复诊时间' }).or(manager.getByRole('row')).nth(1).click()
  await manager.getByRole('button', { name: '送质检' }).click()
  await manager.getByText('已加入质检').waitFor()
  await manager.goto('/call-reviews')
  await manager.getByRole('row').nth(1).click()
  const panel = manager.getByRole('dialog')
  await panel.getByRole('button', { name: '提交评分' }).click()
  await panel.getByText('请选一项').waitFor()
  const done = '做到'
  await scores(manager, {
    greeting: done,
    identity: done,
    need: done,
    answer: '没做到',
    danger: '不涉及',
    record: done,
    'next-step': done,
    manner: done,
  })
  await panel.getByLabel('评语').fill('医保报销比例说错了，请看知识库第 3 条')
  await panel.getByText('得分 69').waitFor()
  expect(await axeViolations(manager)).toEqual([])
  await picture(manager, 'call-review')
  await panel.getByRole('button', { name: '提交评分' }).click()
  await manager.getByText('评分已保存').waitFor()
  await manager.getByText('答复或记录差错').first().waitFor()
  await settled(manager)
  await picture(manager, 'call-reviews')
  expect(await latinWords(manager)).toEqual([])
  expect(await rawCodes(manager)).toEqual([])

  const agent = await stage.openAs('service', {
    path: '/call-reviews',
    locale: 'en',
    viewport: { width: 390, height: 844 },
    colorScheme: 'dark',
  })
  await agent.getByText('Wrong answer or record').first().click()
  const own = agent.getByRole('dialog')
  await own.getByLabel('What the agent says').fill('已学习')
  expect(await axeViolations(agent)).toEqual([])
  await picture(agent, 'call-review-phone')
  expect(await agent.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await own.getByRole('button', { name: 'I have seen it' }).click()
  await agent.getByText('Noted').waitFor()
})

test('the one who leads compares channels, and sees how many agents each half hour needs', async () => {
  const page = await stage.openAs('manager', { path: '/call-quality' })
  await page.getByRole('region', { name: '各渠道对比' }).getByText('电话', { exact: true }).waitFor()
  await page.getByRole('region', { name: '来电预测与排班' }).getByRole('table').waitFor()
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page, /^(Erlang|C)$/)).toEqual([])
  expect(await rawCodes(page)).toEqual([])
  await picture(page, 'call-quality')
  await page.setViewportSize({ width: 390, height: 844 })
  await settled(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await picture(page, 'call-quality-phone')
})
