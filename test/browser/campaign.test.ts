import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { enterByCalendar } from '../../server/modules/pathway/calendar-entry.ts'
import { axeViolations, choose, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()

/** A page as it should look in every way that somebody may see it. */
async function look(page: Page, name: string): Promise<void> {
  await settled(page)
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, name)
  await colours(page, 'dark')
  expect(await axeViolations(page, 'colours')).toEqual([])
  await colours(page, 'light')
}

/** Everybody enters who is due, and what follows is done. */
async function enterNow(): Promise<void> {
  await enterByCalendar(stage.site.services.db, new Date(Date.now() + 2 * 86_400_000))
}

/** A week has passed: half of those who were meant came, and a tenth of the others. */
async function visits(id: string): Promise<void> {
  for (const change of [
    `campaign_member set entered_at = now() - (7 - person_id % 7) * interval '1 day' where campaign_id = $1`,
    `campaign set started_at = now() - interval '7 days' where id = $1`,
  ])
    await stage.rows(`update ${change}`, [id])
  await stage.rows(
    `insert into encounter (person_id, visit_number, class, status, starts_at, source, source_time, site_id)
      select person_id, 'T' || person_id, 'outpatient', 'finished', entered_at + nr % 7 * interval '20 hours' + interval '1 minute', 'test', now(), (select min(id) from site)
      from (select m.*, row_number() over (partition by variant order by person_id) as nr from campaign_member m where campaign_id = $1) m
      where nr % case when variant = 'hold-out' then 10 else 2 end = 0`,
    [id],
  )
  await stage.rows(`update campaign set followed_at = null where id = $1`, [id])
  const followed = () =>
    stage.rows<{ n: number }>(
      `select count(visited_at)::int as n from campaign_member where campaign_id = $1`,
      [id],
    )
  await expect.poll(async () => (await followed())[0]?.n, { timeout: 60_000 }).toBeGreaterThan(0)
}

test('where there is no campaign yet, the page says how one begins', async () => {
  const page = await stage.openAs('service', { path: '/campaigns' })
  await page.getByText('还没有活动').waitFor()
})

test('a recall is made from a ready-made plan, checked and submitted', async () => {
  const page = await stage.openAs('service', { path: '/campaigns' })
  await page.getByRole('link', { name: '新建活动' }).first().click()
  await page.getByRole('heading', { level: 1, name: '新建活动' }).waitFor()
  await look(page, 'campaign-presets')
  await page.getByRole('button', { name: /慢病复查召回/ }).click()
  await page.getByRole('textbox', { name: '活动名称' }).waitFor()
  await choose(page.getByLabel('级别'), '一级：群发')
  await choose(page.getByRole('combobox', { name: '细分人群' }), '本院区所有人')
  await page.getByLabel('每多来一次的收益（元）').fill('180')
  await page.getByLabel('预计多来的比例（%）').fill('5')
  await look(page, 'campaign-form')
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByRole('heading', { level: 1, name: '慢病复查召回' }).waitFor()
  await page.getByRole('button', { name: '预估与提交' }).waitFor()
  await look(page, 'campaign-plan')
  await page.getByRole('button', { name: '预估与提交' }).click()
  await page.getByRole('button', { name: '提交审批' }).click()
  await page.getByText('待审批').waitFor()
})

test('the manager approves it, and reads what it brought and who they were', async () => {
  const manager = await stage.openAs('manager', { path: '/campaigns' })
  await manager.getByRole('link', { name: '慢病复查召回' }).first().click()
  await manager.getByText('可以开始').waitFor()
  await look(manager, 'campaign-preview')
  await manager.getByRole('button', { name: '批准并开始' }).click()
  await manager
    .getByRole('dialog')
    .getByText(/将进入活动/)
    .waitFor()
  await manager.getByRole('dialog').getByRole('button', { name: '批准并开始' }).click()
  await manager.getByText('进行中').waitFor()
  await enterNow()
  await visits(new URL(manager.url()).pathname.split('/').at(-1) ?? '')
  await manager.reload()
  await manager.getByText('各组结果').waitFor()
  await manager.getByText('区间不含 0：活动确实起了作用。').waitFor()
  await look(manager, 'campaign-effect')
  await manager.getByRole('tab', { name: '名单' }).click()
  await manager.getByRole('table').getByRole('link').first().waitFor()
  await look(manager, 'campaign-members')
})

test.each([
  ['流失赢回', '二级：分群', '老年（60–79 岁）'],
  ['生日关怀', '三级：触发持续', null],
  ['爽约关怀', '四级：一对一', null],
])(
  '%s of level “%s” starts from its ready-made plan, is paused and goes on',
  async (preset, level, segment) => {
    const page = await stage.openAs('service', { path: '/campaigns/new' })
    await page.getByRole('button', { name: new RegExp(preset) }).click()
    await page.getByRole('textbox', { name: '活动名称' }).waitFor()
    if (segment) {
      // A long choice is searched.
      await page.getByRole('combobox', { name: '细分人群' }).click()
      await page.keyboard.insertText(segment)
      await page.locator(`.ant-select-item-option[title="${segment}"]`).click()
    }
    if (preset === '流失赢回') {
      await choose(page.getByLabel('用途'), '服务通知')
      await page.getByLabel('正文').first().fill('{{name}}，您好：我们开设了夜间门诊，欢迎再来。')
    }
    await page.getByRole('button', { name: '保存草稿' }).click()
    await page.getByRole('button', { name: '预估与提交' }).click()
    const submit = page.getByRole('button', { name: '提交审批' })
    await submit.waitFor()
    // A segment that slept is counted first.
    await expect
      .poll(async () => {
        if (await submit.isDisabled()) await page.getByRole('button', { name: '重新计算' }).click()
        return submit.isEnabled()
      })
      .toBe(true)
    await submit.click()
    await page.getByText('待审批').waitFor()
    const manager = await stage.openAs('manager', { path: new URL(page.url()).pathname })
    await manager.getByText(new RegExp(level)).waitFor()
    await manager.getByRole('button', { name: '批准并开始' }).click()
    await manager.getByRole('dialog').getByRole('button', { name: '批准并开始' }).click()
    await manager.getByText('进行中').waitFor()
    await manager.getByRole('button', { name: /暂\s*停/ }).click()
    await manager.getByRole('dialog').getByLabel('原因').fill('先看看反响')
    await manager
      .getByRole('dialog')
      .getByRole('button', { name: /暂\s*停/ })
      .click()
    await manager.getByText('已暂停：先看看反响').waitFor()
    await manager.getByRole('button', { name: /恢\s*复/ }).click()
    await manager.getByText('进行中').waitFor()
  },
)

test('the effect is read on a telephone, and in English', async () => {
  const [row] = await stage.rows<{ id: number }>(
    `select id from campaign where name = '慢病复查召回' and status = 'running'`,
  )
  const phone = await stage.openAs('manager', {
    path: `/campaigns/${row?.id}`,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  })
  await phone.getByText('各组结果').waitFor()
  await look(phone, 'campaign-effect-phone')
  const english = await stage.openAs('manager', { path: `/campaigns/${row?.id}`, locale: 'en-GB' })
  await english.getByText('Results by group').waitFor()
  expect(await axeViolations(english)).toEqual([])
})
