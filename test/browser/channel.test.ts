import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Smsc, startSmsc } from '../../sim/smpp-smsc.ts'
import { axeViolations, choose, colours, picture, rawCodes, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
let smsc: Smsc

beforeAll(async () => {
  smsc = await startSmsc()
})
afterAll(() => smsc.close())

/** For looking at them by hand: LOOK=<folder>. */
async function look(page: Page, name: string): Promise<void> {
  if (!process.env.LOOK) return
  await settled(page)
  await mkdir(process.env.LOOK, { recursive: true })
  await page.screenshot({ path: path.join(process.env.LOOK, `${name}.png`), fullPage: true })
}

test('an administrator adds an SMS account, tries it with a number, and sees it work; on a phone and in the dark, too', async () => {
  const page = await stage.openAs('admin', { path: '/settings?tab=channels' })
  await page.getByRole('button', { name: '添加通道' }).click()
  const dialog = page.getByRole('dialog', { name: '添加通道' })
  await choose(dialog.getByLabel('接入方式'), '短信网关（SMPP）')
  await dialog.getByLabel('名称').fill('移动短信')
  await dialog.getByLabel('服务器').fill('127.0.0.1')
  await dialog.getByLabel('端口').fill(String(smsc.port))
  await dialog.getByLabel('登录名（system_id）').fill('renhe')
  await dialog.getByLabel('密码').fill('geheim')
  await dialog.getByLabel('发送号码').fill('10690000')
  await dialog.getByLabel('每条价格（元）').fill('0.05')
  await look(page, 'channel-form')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '测试 移动短信' }).click()
  const trying = page.getByRole('dialog', { name: '测试“移动短信”' })
  await trying.getByLabel('手机号').fill('+8613911112222')
  await trying.getByRole('button', { name: '发一条测试消息' }).click()
  await trying.getByText(/服务商已接收/).waitFor()
  await look(page, 'channel-test')
  expect(await axeViolations(page)).toEqual([])
  expect(smsc.telephones.texts).toHaveLength(1)
  await page.keyboard.press('Escape')
  await settled(page)
  await picture(page, 'channels')
  expect(await axeViolations(page)).toEqual([])
  expect(await rawCodes(page)).toEqual([])
  await look(page, 'channels')
  await colours(page, 'dark')
  expect(await axeViolations(page, 'colours')).toEqual([])
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'channels-phone-dark')
})
