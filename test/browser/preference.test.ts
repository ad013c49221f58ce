import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { axeViolations, choose, colours, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
}

async function somebody() {
  const [row] = await stage.rows<{ id: number; name: string }>(
    `select p.id, p.name from person p where exists (select 1 from person_telecom t where t.person_id = p.id and t.system = 'email' and t.valid)
      and p.survivor_id is null and exists (select 1 from task t join site s on s.id = t.site_id where t.person_id = p.id) order by p.id limit 1`,
  )
  if (!row) throw new Error('nobody has an e-mail address')
  return row
}

/** The link as staff show it on the person's page. */
async function linkOf(id: number): Promise<string> {
  const page = await stage.openAs('service', { path: `/persons/${id}` })
  await page.getByRole('button', { name: '偏好链接' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/\/p\//).waitFor()
  await shot(page, 'link')
  expect(await axeViolations(page)).toEqual([])
  return new URL((await dialog.getByText(/\/p\//).textContent()) ?? '').pathname
}

test('on a telephone a person ends advertising by one tap, turns a channel off and says when to call', async () => {
  const { id, name } = await somebody()
  const path = await linkOf(id)
  const page = await stage.open({ ...phone, path: `${path}#stop` })
  await page.getByRole('heading', { name: /您好/ }).waitFor()
  expect(await page.textContent('body')).not.toContain(name)
  await shot(page, 'wishes')
  await picture(page, 'wishes')
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('button', { name: '不再接收推广消息' }).click()
  await page.getByText('已停止').waitFor()
  const out = await stage.rows<{ purpose: string }>(
    `select purpose from opt_out where person_id = $1 and channel = 'all'`,
    [id],
  )
  expect(out.map((row) => row.purpose)).toContain('marketing')

  await page.getByRole('checkbox', { name: '电子邮件' }).uncheck()
  await page.getByLabel('几点以后联系').selectOption('18')
  await page.getByLabel('几点以前联系').selectOption('20')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存').waitFor()
  await shot(page, 'wishes-saved')
  await page.reload()
  expect(await page.getByRole('checkbox', { name: '电子邮件' }).isChecked()).toBe(false)
  await colours(page, 'dark')
  expect(await axeViolations(page, 'colours')).toEqual([])
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: /Good day/ }).waitFor()
  await shot(page, 'wishes-en-dark')
  expect(await axeViolations(page)).toEqual([])
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(wide).toBe(0)
})

test('a broken link says so in plain words', async () => {
  const page = await stage.open({ ...phone, path: '/p/AAAAAAAAAAAAAAAAAAAAAAAA' })
  await page.getByRole('heading', { name: '这个链接不能用了' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('a text is written, checked at its words, read by a second person and published', async () => {
  const page = await stage.openAs('service', { path: '/templates' })
  await settled(page)
  await shot(page, 'templates')
  await page.getByRole('button', { name: '新建模板' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('春季体检')
  await dialog.getByLabel('代号').fill('spring-check-up')
  await choose(dialog.getByLabel('用途'), '健康推广')
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '写文字' }).click()
  const body = page.getByRole('textbox', { name: '正文' })
  await body.fill('【{{hospital}}】{{name}}，治愈率高达 98%')
  await page.getByText('没有写明怎样退订').waitFor()
  await page.locator('mark', { hasText: '治愈率' }).waitFor()
  await page.getByLabel('给谁看').fill((await somebody()).name)
  await page.locator('.pick-list button').first().click()
  await page.locator('.template-frame').waitFor()
  await settled(page)
  await shot(page, 'template')
  expect(await axeViolations(page)).toEqual([])
  await body.fill('【{{hospital}}】{{name}}，体检中心本月开放预约。退订：{{unsubscribe}}')
  await page.getByText('没有写明怎样退订').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('须由另一人审阅后发布').waitFor()
  const url = new URL(page.url()).pathname

  const reader = await stage.openAs('manager', { path: url })
  await reader.getByRole('button', { name: '发布', exact: true }).click()
  await reader.getByText('已发布，之后的消息用新文字').waitFor()
  await shot(reader, 'template-published')
  const narrow = await stage.openAs('manager', { ...phone, path: url })
  await narrow.getByRole('textbox', { name: '正文' }).waitFor()
  await colours(narrow, 'dark')
  await shot(narrow, 'template-phone-dark')
  expect(await axeViolations(narrow)).toEqual([])
})

test('the log of refused contacts tells the reasons and what would help', async () => {
  await stage.rows(
    `insert into message (person_id, channel, purpose, body, status, reason, finished_at)
     select $1, 'email', 'marketing', 'x', 'suppressed', r, now() from unnest(array['no-consent', 'opted-out']) r`,
    [(await somebody()).id],
  )
  const page = await stage.openAs('service', { path: '/contact-log' })
  await page.getByText('取得本人同意并登记').first().waitFor()
  await settled(page)
  await shot(page, 'contact-log')
  expect(await axeViolations(page)).toEqual([])
})
