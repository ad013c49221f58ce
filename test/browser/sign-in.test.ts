import { createHmac } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { personMenu, settled } from './look.ts'
import { password, type RoleName, useStage } from './support.ts'

const stage = useStage()

async function fillSignIn(page: Page, username: string, secret: string): Promise<void> {
  await page.getByLabel('用户名').fill(username)
  await page.getByLabel('密码').fill(secret)
  await page.keyboard.press('Enter')
}

const menu = async (page: Page, entry: string) => {
  await settled(page)
  await personMenu(page, entry)
}

const everybody: RoleName[] = [
  'nurse',
  'doctor',
  'service',
  'outreach',
  'head',
  'manager',
  'admin',
  'auditor',
]

test.each(everybody)('%s signs in with the keyboard and comes to a home page', async (username) => {
  const page = await stage.open({ path: '/' })
  await fillSignIn(page, username, password)
  await page.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
})

test('a wrong password is told plainly and says nothing about who exists', async () => {
  const page = await stage.open({ path: '/sign-in' })
  await fillSignIn(page, 'nurse', 'not-the-password')
  const told = page.getByRole('alert')
  await told.waitFor()
  expect(await told.textContent()).toBe('用户名或密码不对，请核对后再试。')
  await fillSignIn(page, 'nobody-of-that-name', 'not-the-password')
  await expect.poll(() => told.textContent()).toBe('用户名或密码不对，请核对后再试。')
})

test('a shared link survives the sign-in, and signing out closes it again', async () => {
  const page = await stage.open({ path: '/persons?search=wang' })
  await fillSignIn(page, 'service', password)
  await page.getByRole('heading', { level: 1, name: '患者' }).waitFor()
  expect(new URL(page.url()).search).toBe('?search=wang')
  await menu(page, '退出登录')
  await page.waitForURL('**/sign-in')
  await page.goto('/persons')
  await page.getByRole('button', { name: '登录', exact: true }).waitFor()
})

test('what is refused while one signs out does not bring the screen back', async () => {
  const page = await stage.openAs('nurse', { path: '/desk' })
  await settled(page)
  await page.route('**/api/auth/sign-out', async (route) => {
    const response = await route.fetch()
    const refused = page.waitForResponse((one) => one.status() === 401)
    await page.getByRole('button', { name: '全科', exact: true }).click()
    await refused
    await route.fulfill({ response })
  })
  await menu(page, '退出登录')
  await page.waitForURL('**/sign-in')
})

test('the menu under one’s name is worked by arrows, Home and End, and Escape gives the focus back', async () => {
  const page = await stage.openAs('nurse', { path: '/desk' })
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  const button = page.getByRole('button', { name: /我的账号/ })
  await settled(page)
  await button.focus()
  await page.keyboard.press('Enter')
  await expect.poll(focused).toBe('简体中文')
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toBe('退出登录')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toBe('简体中文')
  await page.keyboard.press('End')
  expect(await focused()).toBe('退出登录')
  await page.keyboard.press('Home')
  expect(await focused()).toBe('简体中文')
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'hidden' })
  expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1 }).click()
  await page.getByRole('menu').waitFor({ state: 'hidden' })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('End')
  expect(await focused()).toBe('退出登录')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/sign-in')
})

test('a task that arrives late does not take the focus out of an open menu', async () => {
  const page = await stage.openAs('nurse', { path: '/desk' })
  await page.locator('.task-row').first().waitFor()
  let answer = () => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  await page.route(/\/api\/v1\/tasks\/\d+/, async (route) => {
    await held
    await route.continue()
  })
  await page.locator('.task-row').first().click()
  await page.getByRole('button', { name: /我的账号/ }).click()
  answer()
  await page.locator('[data-focus]').first().waitFor()
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('简体中文')
})

test('a screen that nobody touches for half an hour signs out, however busy it is by itself; the sign-in leads back', async () => {
  const page = await stage.open({ path: '/sign-in' })
  await page.clock.install()
  await fillSignIn(page, 'nurse', password)
  await page.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
  await page.goto('/persons?search=wang')
  await page.getByRole('heading', { level: 1, name: '患者' }).waitFor()
  await page.clock.fastForward('29:00')
  await page.keyboard.press('Shift')
  await page.clock.fastForward('29:00')
  await page.getByRole('heading', { level: 1, name: '患者' }).waitFor()
  await page.clock.fastForward('02:00')
  await page.getByLabel('密码').waitFor()
  await fillSignIn(page, 'nurse', password)
  await page.getByRole('heading', { level: 1, name: '患者' }).waitFor()
})

test('who gets a one-time password must choose another, and a weak one is refused in words', async () => {
  const admin = await stage.openAs('admin', { path: '/users' })
  await admin
    .getByRole('row', { name: /田海娟|service/ })
    .getByRole('button', { name: '重置密码' })
    .click()
  await admin.getByRole('dialog').getByRole('button', { name: '重置密码' }).click()
  const secret = await admin.getByRole('dialog').locator('code').first().textContent()
  const page = await stage.open({ path: '/sign-in' })
  await fillSignIn(page, 'service', secret ?? '')
  await page.getByRole('heading', { name: '请先修改密码' }).waitFor()
  const change = async (next: string) => {
    await page.getByLabel('新密码', { exact: true }).fill(next)
    await page.getByLabel('再输一次新密码').fill(next)
    await page.keyboard.press('Enter')
  }
  await change('password1')
  await expect.poll(() => page.getByRole('alert').textContent()).toBe('这个密码太常见，请换一个。')
  await change('Sieben-Kraniche-3')
  await page.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
})

test('a second factor is set up, asked for at the next sign-in, and a wrong code is refused', async () => {
  const page = await stage.openAs('outreach')
  await menu(page, '两步验证')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('请输入您的密码').fill(password)
  await dialog.getByRole('button', { name: '开启' }).click()
  const secret = (await dialog.locator('code').first().textContent()) ?? ''
  await dialog.getByLabel('6 位动态码').fill(totp(secret, Date.now() - 30_000))
  await dialog.getByRole('button', { name: '完成' }).click()
  await page.waitForEvent('load')
  await page.locator('#main').waitFor()

  const other = await stage.open({ path: '/sign-in' })
  await fillSignIn(other, 'outreach', password)
  await other.getByRole('heading', { name: '两步验证' }).waitFor()
  await other.getByLabel('6 位动态码').fill('000000')
  await other.keyboard.press('Enter')
  await expect.poll(() => other.getByRole('alert').textContent()).toMatch(/验证码不对/)
  await other.getByLabel('6 位动态码').fill(totp(secret, Date.now()))
  await other.keyboard.press('Enter')
  await other.getByRole('heading', { level: 1, name: /您好/ }).waitFor()
})

test('a session ended from elsewhere is out at once', async () => {
  const lost = await stage.openAs('manager', { path: '/figures' })
  const mine = await stage.openAs('manager', { path: '/figures' })
  await menu(mine, '我的登录')
  await mine.getByRole('dialog').getByRole('button', { name: '结束', exact: true }).first().click()
  await mine.getByText('已结束该登录').waitFor()
  await lost.getByRole('button', { name: '登录', exact: true }).waitFor()
})

/** A phone's authenticator app: six digits of RFC 6238. */
function totp(secret: string, at: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(secret.replaceAll('=', ''), (sign) =>
    alphabet.indexOf(sign).toString(2).padStart(5, '0'),
  ).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
