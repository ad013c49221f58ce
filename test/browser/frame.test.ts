import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { axeViolations, personMenu, picture, settled } from './look.ts'
import { type RoleName, useStage } from './support.ts'

const stage = useStage()

const rail = (page: Page) => page.getByRole('navigation', { name: '主导航' }).first()
const link = (page: Page, name: string) => rail(page).getByRole('link', { name })
const palette = async (page: Page, text: string) => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '去哪里、找谁' }).fill(text)
}

describe('the menu', () => {
  test.each<[RoleName, string[]]>([
    ['nurse', ['首页', '随访', '来电', '预约', '服务监督', '患者', '洞察']],
    ['doctor', ['首页', '随访', '来电', '预约', '服务监督', '患者', '洞察']],
    ['head', ['首页', '随访', '来电', '预约', '服务监督', '患者', '拦截记录']],
    ['service', ['首页', '随访', '来电', '预约', '服务监督', '患者', '营销']],
    ['outreach', ['首页', '随访', '来电', '预约', '服务监督', '患者', '洞察']],
    ['manager', ['首页', '随访', '来电', '预约', '服务监督', '患者', '营销']],
    ['admin', ['首页', '消息', '知识库', '预约', '营销', '洞察', '设置']],
    ['auditor', ['首页', '审计', '设置']],
  ])(
    'of %s holds the areas in which that role may open a page, never more than seven entries at a level',
    async (role, areas) => {
      const page = await stage.openAs(role, { path: '/', shared: true })
      const words = rail(page).locator(':scope > a .rail-word, :scope > .rail-page .rail-word')
      expect(await words.allTextContents()).toEqual(areas)
      for (const area of await rail(page).locator(':scope > a').all()) {
        await area.click()
        const pages = await rail(page).locator('.rail-pages .rail-word').allTextContents()
        expect(pages.length).toBeLessThanOrEqual(7)
        await settled(page)
        await expect.poll(() => page.getByText('您没有这个权限').count()).toBe(0)
      }
    },
  )

  test('counts what waits as the list does, and follows when it changes elsewhere', async () => {
    const page = await stage.openAs('nurse', { path: '/desk' })
    const todo = page.getByRole('button', { name: /^待办/ })
    const shown = async () => Number((await todo.textContent())?.replaceAll(/\D/g, ''))
    const counted = async () => Number(await link(page, '工作台').locator('.rail-count').textContent())
    await expect.poll(counted).toBeGreaterThan(0)
    await expect.poll(async () => (await shown()) === (await counted())).toBe(true)
    const [one] = await stage.rows<{ id: number; department_id: number; site_id: number }>(
      `update task set next_attempt_at = now() + interval '1 day' where id = (
         select t.id from task t join app_user u on u.username = 'nurse' join role_grant g on g.user_id = u.id
         where t.queue = 'department:' || g.department_id || ':nurse' and t.status = 'requested' and t.start_at <= now()
           and t.next_attempt_at is null limit 1) returning id, department_id, site_id`,
    )
    if (!one) throw new Error('the nurse has nothing to do')
    const before = await counted()
    await stage.rows(`select pg_notify('careloop_live', $1)`, [
      JSON.stringify({ name: 'tasks', siteId: one.site_id, departmentId: one.department_id, changed: 1 }),
    ])
    await expect.poll(counted).toBe(before - 1)
  })

  test('keeps favourites with the account, on every computer', async () => {
    const page = await stage.openAs('nurse', { path: '/figures' })
    const saved = page.waitForResponse((answer) => answer.url().endsWith('/me/favourites'))
    await rail(page).getByRole('button', { name: '收藏“月报”' }).click()
    expect((await saved).status()).toBe(204)
    const other = await stage.openAs('nurse', { path: '/' })
    await rail(other).getByRole('group', { name: '收藏' }).getByRole('link', { name: '月报' }).click()
    await other.waitForURL(/figures\/report/)
    await rail(other).getByRole('button', { name: '收藏“月报”' }).click()
    await expect.poll(() => rail(other).getByRole('group', { name: '收藏' }).count()).toBe(0)
  })

  test('on a telephone shows every page of every area behind “more”', async () => {
    const page = await stage.openAs('head', { path: '/desk', viewport: { width: 390, height: 844 } })
    await page.getByRole('button', { name: '更多' }).click()
    await page.locator('.bottom-more').getByRole('link', { name: '数据完整性' }).click()
    await page.waitForURL(/completeness/)
    await expect.poll(() => page.locator('.bottom-more').count()).toBe(0)
  })
})

describe('the palette', () => {
  test.each([
    ['tj', '统计', /\/figures$/],
    ['zaidarili', '再打日历', /\/call-backs$/],
    ['随访路', '随访路径', /\/pathways$/],
    ['yb', '月报', /\/figures\/report$/],
  ])('finds a page by “%s”', async (typed, name, address) => {
    const page = await stage.openAs('nurse', { shared: true })
    await palette(page, typed)
    await page.getByRole('option', { name, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(address)
  })

  test('finds what the menu under one’s name does, by initials', async () => {
    const page = await stage.openAs('nurse', { shared: true })
    await palette(page, 'xgmm')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: '修改密码' }).waitFor()
  })

  test('makes a doctor an address for the calendar of their clinics, shows it once and ends it', async () => {
    const page = await stage.openAs('doctor', { path: '/' })
    await palette(page, 'czrldy')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: '出诊日历订阅' })
    await dialog.getByRole('button', { name: '生成地址' }).click()
    const url = (await dialog.locator('code').textContent()) ?? ''
    expect(url).toMatch(/\/api\/v1\/calendar-feeds\/[\w-]{43}$/)
    expect(await axeViolations(page)).toEqual([])
    const file = async () => (await page.request.get(new URL(url).pathname)).status()
    expect(await file()).toBe(200)
    await dialog.locator('.ant-modal-footer').getByRole('button').click()
    await dialog.getByText('现用地址生成于').waitFor()
    await picture(page, 'calendar-feed')
    await dialog.getByRole('button', { name: /停\s?用/ }).click()
    await page.getByText('日历地址已停用').waitFor()
    expect(await file()).toBe(410)
  })

  test('speaks the pinyin of Taiwan’s words as well', async () => {
    const page = await stage.openAs('nurse', { locale: 'zh-TW' })
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('wenjuan')
    await page.getByRole('option', { name: '問卷', selected: true }).waitFor()
  })
})

describe('the home page', () => {
  test('leads a nurse to exactly what it counts', async () => {
    const page = await stage.openAs('nurse', { path: '/' })
    const row = page
      .getByRole('region', { name: '我的今天' })
      .getByRole('listitem')
      .filter({ hasText: '已超期' })
    const late = Number((await row.textContent())?.replaceAll(/\D/g, ''))
    expect(late).toBeGreaterThan(0)
    await row.getByRole('link').click()
    await page.waitForURL(/\/desk\?view=overdue/)
    const tab = page.getByRole('button', { name: /^超期/ })
    await expect.poll(async () => (await tab.textContent())?.replaceAll(/\D/g, '')).toBe(String(late))
  })

  test.each<[RoleName, string, RegExp]>([
    ['head', '团队里已超期的任务', /\/tasks\?view=overdue/],
    ['admin', '无法入库的接口消息', /\/intake\?status=dead/],
  ])('tells %s what slips: %s', async (role, name, address) => {
    const page = await stage.openAs(role, { path: '/', shared: true })
    await page.getByRole('region', { name: '等您处理' }).getByRole('link', { name }).click()
    await page.waitForURL(address)
  })

  test('shows a manager the figures, and the rows behind each', async () => {
    const page = await stage.openAs('manager', { path: '/', shared: true })
    await page.getByRole('region', { name: '覆盖率', exact: true }).getByRole('button').last().click()
    await page.waitForURL(/\/figures\/rows\?.*figure=coverage/)
  })

  test('is what everybody comes to after signing in, and the menu under the name still works there', async () => {
    const page = await stage.openAs('auditor', { path: '/', shared: true })
    await page.getByRole('heading', { name: /您好/ }).waitFor()
    await personMenu(page, '快捷键')
    await page.getByRole('dialog').waitFor()
  })
})

test.each([
  ['en-US', 'Hypertension after discharge', /\p{Script=Han}/u],
  ['zh-TW', '高血壓出院追蹤', /[随访压诊]/],
])('what is shipped speaks %s: %s', async (locale, name, foreign) => {
  const page = await stage.openAs('admin', { path: '/pathways', locale })
  const link = page.getByRole('link', { name })
  await link.first().waitFor()
  expect(await page.locator('#main tbody').innerText()).not.toMatch(foreign)
  await link.first().click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
  // A hospital that gives it a name of its own sees that name.
  await stage.rows(`update pathway set name = '本院高血压随访' where name = '高血压出院随访'`)
  await page.reload()
  await page.getByRole('heading', { level: 1, name: '本院高血压随访' }).waitFor()
  await stage.rows(`update pathway set name = '高血压出院随访' where name = '本院高血压随访'`)
})

describe('the home page', () => {
  test.each<[RoleName, string]>([
    ['doctor', '一级 · 主管医生电话 · 本人的患者'],
    ['nurse', '二级 · 护士长或客服 · 本科'],
    ['manager', '一级 · 主管医生电话 · 全院'],
  ])('of %s says of which level its figures are, and whose: %s', async (role, words) => {
    const page = await stage.openAs(role, { path: '/', shared: true })
    await page.locator('.home-figures').filter({ hasText: words }).waitFor()
  })

  test('does not urge to call before the hour', async () => {
    await stage.rows(
      `insert into setting (key, value) values ('follow-up.hours.from', '19') on conflict do nothing`,
    )
    const page = await stage.openAs('nurse', { path: '/' })
    await page.getByText(/^现在不是打电话的时间，.*19:00 起可以打。$/).waitFor()
    await page.getByRole('link', { name: '打开工作台' }).waitFor()
    expect(await page.getByText('现在可以打').count()).toBe(0)
    await stage.rows(`delete from setting where key = 'follow-up.hours.from'`)
  })
})

test('the site of the settings is chosen in a field as wide as its words, and no rule is cut', async () => {
  const page = await stage.openAs('admin', { path: '/settings', shared: true })
  await settled(page)
  const select = page.locator('.ant-select').filter({ has: page.getByLabel('院区', { exact: true }) })
  expect((await select.boundingBox())?.width).toBeLessThanOrEqual(220)
  const cut = await page.evaluate(
    () =>
      [...document.querySelectorAll('.setting-group td')].filter(
        (one) => one.scrollWidth > one.clientWidth + 1,
      ).length,
  )
  expect(cut).toBe(0)
})
