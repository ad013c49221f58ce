import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ack, type Received, type Receiver, startReceiver } from '../support/receiver.ts'
import { axeViolations, colours, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
let his: Receiver
/** How the receiver answers the next frames; an empty list means AA. */
const script: ((one: Received) => void)[] = []

beforeAll(async () => {
  his = await startReceiver((one) => {
    const next = script.shift()
    if (next) next(one)
    else one.socket.write(ack('AA', one.controlId))
  })
})
afterAll(() => his.close())

/** For looking at them by hand: LOOK=<folder>. */
async function look(page: Page, name: string): Promise<void> {
  if (!process.env.LOOK) return
  await settled(page)
  await mkdir(process.env.LOOK, { recursive: true })
  await page.screenshot({ path: path.join(process.env.LOOK, `${name}.png`) })
}

/** Corrects a name on the person page, as the service centre does. */
async function correctName(mrn: string, name: string): Promise<void> {
  const [person] = await stage.rows<{ id: number }>(
    `select person_id as id from person_identifier where system = 'mrn:GH01' order by value limit 1 offset $1`,
    [Number(mrn)],
  )
  const page = await stage.openAs('service', { path: `/persons/${person?.id ?? 0}` })
  const detail = await page.request.get(`/api/v1/persons/${person?.id ?? 0}`)
  const { version } = (await detail.json()) as { version: number }
  const answer = await page.request.patch(`/api/v1/persons/${person?.id ?? 0}`, {
    data: { version, name },
    headers: { origin: stage.site.url },
  })
  expect(answer.status()).toBe(200)
}

test('an administrator adds a channel after trying the connection; a correction goes out and is confirmed', async () => {
  const page = await stage.openAs('admin', { path: '/intake?tab=outbound' })
  await page.getByText('还没有发送通道').waitFor()
  await page.getByRole('button', { name: '添加通道' }).click()
  const dialog = page.getByRole('dialog', { name: '添加发送通道' })
  await dialog.getByLabel('名称').fill('本院 HIS')
  await dialog.getByLabel('病案号归属').fill('GH01')
  await dialog.getByLabel('接收机构（MSH-6）').fill('GH01')
  await dialog.getByLabel('主机').fill('127.0.0.1')
  await dialog.getByLabel('端口').fill('1')
  await dialog.getByRole('button', { name: '测试连接' }).click()
  await dialog.getByText(/连不上 127\.0\.0\.1:1/).waitFor()
  await dialog.getByLabel('端口').fill(String(his.port))
  await dialog.getByLabel('等应答几秒').fill('1')
  await dialog.getByRole('button', { name: '测试连接' }).click()
  await dialog.getByText(/接通了/).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await look(page, 'channel')
  await picture(page, 'outbound-channel')
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('通道已保存').waitFor()
  await correctName('0', '欧阳改名')
  await page.getByRole('row', { name: /对方已收/ }).waitFor()
  await page.getByRole('row', { name: /对方已收/ }).click()
  const drawer = page.getByRole('dialog', { name: /发出消息/ })
  await drawer.getByText('第 1 次发送').waitFor()
  expect(await drawer.textContent()).not.toContain('欧阳改名')
  await drawer.getByRole('button', { name: '看原文' }).click()
  await page.getByRole('dialog', { name: '查看原文' }).getByLabel('原因').fill('核对改名')
  await page.getByRole('button', { name: '显示原文' }).click()
  await drawer.getByText('欧阳^改名', { exact: false }).first().waitFor()
})

test('a rejected message is sent again by hand, an unclear one by itself and marked; a broken line shows as an alarm', async () => {
  script.push(
    (one) => one.socket.write(ack('AR', one.controlId, { text: 'No such patient' })),
    (one) => one.socket.write(ack('AA', 'CL-another')),
  )
  const page = await stage.openAs('admin', { path: '/intake?tab=outbound' })
  await correctName('1', '测试拒收')
  await page.getByText('No such patient').waitFor()
  await correctName('2', '测试重发')
  await page.getByRole('row', { name: /2 次/ }).getByText('对方已收').waitFor()
  await look(page, 'outbound')
  await picture(page, 'outbound')
  expect(await latinWords(page, /^(ADT\^A31|SIU|No|such|patient|AA|AR|TLS|CL-[\w-]+)$/)).toEqual([])
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('row', { name: /2 次/ }).click()
  const drawer = page.getByRole('dialog', { name: /发出消息/ })
  await drawer.getByText('第 2 次发送（重发）').waitFor()
  await drawer.getByText(/收到的是别的消息的应答/).waitFor()
  await look(page, 'message')
  await picture(page, 'outbound-message')
  expect(await axeViolations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await page.getByRole('row', { name: /No such patient/ }).click()
  await page.getByRole('button', { name: '重发这一条' }).click()
  await page.getByText('1 条已放回队列').waitFor()
  await expect
    .poll(() => stage.rows(`select 1 from outbound_message where status <> 'acknowledged'`))
    .toEqual([])

  await his.close()
  await correctName('3', '测试断线')
  const overview = await stage.openAs('admin', { path: '/intake' })
  await expect.poll(() => stage.rows(`select 1 from outbound_channel where failures > 0`)).toHaveLength(1)
  await overview.reload()
  await overview.getByText('1 个发送通道要处理').waitFor()
  // Comes with each further attempt.
  await overview.getByRole('button', { name: '有新消息，点此刷新列表' }).waitFor()
  await look(overview, 'alarm')
  expect(await axeViolations(overview)).toEqual([])
  await page.goto('/intake?tab=outbound')
  await page.getByRole('button', { name: '立即重试' }).waitFor()
  await look(page, 'down')
  await colours(page, 'dark')
  expect(await axeViolations(page)).toEqual([])
  const english = await stage.openAs('admin', { path: '/intake?tab=outbound' })
  await english.evaluate(() => {
    localStorage.setItem('careloop.language', 'en')
  })
  await english.reload()
  await look(english, 'english')

  await page.getByRole('row', { name: /待发/ }).click()
  await page.getByRole('button', { name: '取消…' }).click()
  await page.getByRole('dialog', { name: '取消 1 条消息' }).getByLabel('原因').fill('改由电话通知')
  await page.getByRole('button', { name: '取消 1 条消息' }).click()
  await page.getByText('已取消 1 条').waitFor()
})
