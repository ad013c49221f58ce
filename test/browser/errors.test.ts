import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { latinWords, settled } from './look.ts'
import { password, type RoleName, useStage } from './support.ts'

const stage = useStage()

const main = (page: Page) => page.locator('#main')

describe('a bad address', () => {
  test.each<[RoleName, string]>([
    ['admin', '/nothing/here'],
    ['service', '/persons/99999999'],
    ['service', '/persons/abc'],
    ['service', '/desk/99999999'],
    ['service', '/desk/abc'],
    ['service', '/groups/99999999'],
    ['service', '/imports/99999999'],
    ['service', '/visits/plans/99999999'],
    ['service', '/persons/merge/99999998/99999999'],
    ['admin', '/pathways/99999999'],
    ['admin', '/pathways/99999999/edit'],
    ['admin', '/pathways/99999999/rehearsal'],
    ['admin', '/questionnaires/99999999'],
    ['admin', '/questionnaires/99999999/edit'],
    ['nurse', '/users'],
    ['nurse', '/audit'],
  ])('shows %s a sentence and the way on: %s', async (role, path) => {
    const page = await stage.openAs(role, { path, shared: true })
    await settled(page)
    const told = main(page).locator('.state-block')
    await told.first().waitFor()
    expect(await told.first().textContent()).toMatch(/[\u4e00-\u9fff]{4}/)
    expect(await latinWords(page)).toEqual([])
  })

  test.each<[RoleName, string, string]>([
    ['service', '/tasks?view=nonsense&level=9&departmentId=x', '任务分派'],
    ['manager', '/figures?period=custom&from=yesterday&to=&level=7&by=colour', '出院随访统计'],
    ['manager', '/figures/report?month=soon&siteId=x', '随访'],
    ['service', '/instructions?view=x&departmentId=-1', '回访指令'],
    ['admin', '/intake?status=nonsense', '接口消息'],
    ['manager', '/spot-checks?month=2026-13', '抽查'],
  ])(
    'with filters that mean nothing still shows %s the page, or says what is wrong: %s',
    async (role, path, heading) => {
      const page = await stage.openAs(role, { path, shared: true })
      await settled(page)
      await page
        .getByRole('heading', { name: new RegExp(heading) })
        .first()
        .waitFor()
      const names = await stage.rows<{ name: string }>(`select name from person where name ~ '[A-Za-z]'`)
      const foreign = names.flatMap(({ name }) => name.split(/[^A-Za-z]+/)).filter(Boolean)
      const known = ['HIS', 'Asia', 'PDF', 'EBCDIC', ...foreign]
      expect(await latinWords(page, new RegExp(`^(${known.join('|')})`))).toEqual([])
    },
  )
})

describe('trouble on the line', () => {
  test.each([
    [
      500,
      JSON.stringify({ error: { id: 'internal', message: 'Something went wrong on our side.' } }),
      '服务器出了问题',
    ],
    [502, '<html>Bad Gateway</html>', '服务器正在启动或停止'],
    [503, JSON.stringify({ error: { id: 'unavailable', message: 'x' } }), '服务器正在启动或停止'],
    [429, JSON.stringify({ error: { id: 'too-many-requests', message: 'x' } }), '操作太频繁'],
    [418, 'a teapot', '服务器出了问题'],
  ])('answers of %i are told in words', async (status, body, words) => {
    const page = await stage.openAs('service', { path: '/persons' })
    await page.route(/\/api\/v1\/groups(\?|$)/, (route) =>
      route.fulfill({ status, body, headers: { 'x-broken-by-test': 'yes' } }),
    )
    await page.goto('/groups')
    await main(page).getByText(words).first().waitFor()
    expect(await latinWords(page)).toEqual([])
  })
})

test('a session that ends while somebody types leads back to the same place, and what was typed is still there', async () => {
  const page = await stage.openAs('service', { path: '/groups?search=a' })
  await settled(page)
  await page.getByRole('button', { name: '新增团体客户' }).click()
  const name = page.getByRole('dialog').getByLabel('单位名称')
  await name.fill('第三纺织厂')
  await stage.rows(
    `delete from app_session s using app_user u where u.id = s.user_id and u.username = 'service'`,
  )
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByLabel('用户名').fill('service')
  await page.getByLabel('密码').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: '团体客户' }).waitFor()
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/groups?search=a')
  await page.getByRole('button', { name: '新增团体客户' }).click()
  await expect.poll(() => page.getByRole('dialog').getByLabel('单位名称').inputValue()).toBe('第三纺织厂')
})
