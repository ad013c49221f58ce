import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Pbx, startAsterisk } from '../../sim/asterisk-ami.ts'
import { type SipCall, type SipPeer, startSipPeer } from '../../sim/sip-peer.ts'
import { axeViolations, choose, latinWords, picture, settled } from './look.ts'
import { useStage } from './support.ts'

const stage = useStage()
let pbx: Pbx
let sip: SipPeer
beforeAll(async () => {
  pbx = await startAsterisk()
  sip = await startSipPeer({ '8001': 'right-secret' })
})
afterAll(async () => {
  await sip.close()
  await pbx.close()
})

const dock = (page: Page) => page.getByRole('complementary', { name: '当前通话' })
const bar = (page: Page) => page.getByRole('button', { name: /分机/ })

/** A telephone system of which both halves tell the same. */
function ring(extension: string): { call: SipCall; hangUp: () => void } {
  const call = pbx.call('13700001234', '96120', { queue: 'service' })
  call.ring(extension)
  const session = sip.ring(extension, '13700001234')
  session.onAnswered(() => call.answer(extension))
  session.onEnded(() => call.hangUp())
  return {
    call: session,
    hangUp: () => {
      session.hangUp()
      call.hangUp()
    },
  }
}

async function sit(page: Page, secret: string): Promise<void> {
  await bar(page).click()
  const dialog = page.getByRole('dialog', { name: '我的分机' })
  await dialog.getByLabel('分机号').fill('8001')
  await dialog.getByLabel('在这台电脑的浏览器里接听').check()
  await dialog.getByLabel('SIP 密码').fill(secret)
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'softphone-line')
  await dialog.getByRole('button', { name: /登入分机|保\s?存/ }).click()
  await dialog.waitFor({ state: 'detached' })
}

test('no page may connect anywhere else, and nobody is offered a telephone in the browser, until an administrator says where it is', async () => {
  const page = await stage.openAs('admin', { path: '/settings?tab=channels' })
  const policy = async () =>
    (await page.request.get('/desk')).headers()['content-security-policy']?.match(/connect-src [^;]*/)?.[0]
  expect(await policy()).toBe("connect-src 'self'")
  await settled(page)
  await page.getByRole('button', { name: '接入电话系统' }).click()
  const dialog = page.getByRole('dialog', { name: '接入电话系统' })
  await choose(dialog.getByLabel('院区'), { index: 0 })
  await dialog.getByLabel('名称').fill('住院部总机')
  await dialog.getByLabel('主机', { exact: true }).fill('127.0.0.1')
  await dialog.getByLabel('端口').fill(String(pbx.port))
  await dialog.getByLabel('管理接口用户').fill('careloop')
  await dialog.getByLabel('管理接口密码').fill('secret')
  await dialog.getByLabel('浏览器电话地址（WSS）').fill('ws://10.0.0.5:8088/ws')
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  // A secret goes over no open line.
  await dialog.getByText('格式不对').waitFor()
  await dialog.getByLabel('浏览器电话地址（WSS）').fill(sip.url)
  await dialog.getByLabel('浏览器电话的 SIP 域').fill(sip.domain)
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('电话系统已保存').waitFor()
  expect(await policy()).toBe(`connect-src 'self' ${new URL(sip.url).origin}`)
  const toPatients = await page.request.get('/book')
  expect(toPatients.headers()['content-security-policy']).toContain("connect-src 'self';")
  await expect.poll(() => pbx.connections(), { timeout: 60_000 }).toBe(1)
})

test('a wrong secret is said plainly; with the right one the telephone is ready, rings, is answered, held, muted, dialled on and hung up in the browser', async () => {
  const page = await stage.openAs('service', { path: '/calls', permissions: ['microphone'] })
  await sit(page, 'wrong-secret')
  await bar(page).getByText('电话密码不对').waitFor()
  expect(sip.refused()).toBeGreaterThan(0)
  expect(sip.registered()).toEqual([])
  await picture(page, 'softphone-refused')

  await sit(page, 'right-secret')
  await bar(page).getByText('电话密码不对').waitFor({ state: 'detached' })
  await bar(page).getByText('电话已就绪').waitFor()
  expect(sip.registered()).toEqual(['8001'])
  expect(await sip.ask('8001')).toBe(200)

  const { call } = ring('8001')
  await dock(page).getByText('振铃').waitFor()
  await dock(page).getByRole('button', { name: '接听' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await picture(page, 'softphone-ringing')
  await dock(page).getByRole('button', { name: '接听' }).click()
  await expect.poll(call.state, { timeout: 30_000 }).toBe('talking')
  await dock(page).getByText('通话中', { exact: true }).waitFor()

  await dock(page).getByRole('button', { name: '保持' }).click()
  await dock(page).getByRole('button', { name: '恢复' }).waitFor()
  await expect.poll(call.held).toBe(true)
  await dock(page).getByRole('button', { name: '恢复' }).click()
  await expect.poll(call.held).toBe(false)
  await dock(page).getByRole('button', { name: '静音', exact: true }).click()
  await dock(page).getByRole('button', { name: '取消静音' }).click()
  await dock(page).getByRole('button', { name: '按键', exact: true }).click()
  await dock(page).getByRole('button', { name: '按 5' }).click()
  await expect.poll(call.keys).toEqual(['5'])
  expect(await axeViolations(page)).toEqual([])
  expect(await latinWords(page)).toEqual([])
  await picture(page, 'softphone-talking')

  await dock(page).getByRole('button', { name: '挂断' }).click()
  await expect.poll(call.state).toBe('ended')
  await dock(page).getByText('已结束').waitFor()

  const refused = ring('8001')
  await dock(page).getByRole('button', { name: '拒接' }).click()
  await expect.poll(refused.call.state).toBe('ended')
  expect(refused.call.refusedWith()).toBeGreaterThanOrEqual(480)
})

test('the secret is told to the one whose line it is, each time in the audit, and not with the line', async () => {
  const page = await stage.openAs('service', { path: '/calls' })
  const line = await (await page.request.get('/api/v1/me/line')).text()
  expect(line).not.toContain('right-secret')
  const mine = await page.request.post('/api/v1/me/line/registration', {
    headers: { origin: stage.site.url },
  })
  expect(await mine.json()).toEqual({
    url: sip.url,
    domain: sip.domain,
    user: '8001',
    secret: 'right-secret',
  })
  const [told] = await stage.rows<{ n: number }>(
    `select count(*)::int as n from audit_event where action = 'call.registration'`,
  )
  expect(told?.n).toBeGreaterThan(1)
  const [kept] = await stage.rows<{ secret: string }>(`select secret from browser_line`)
  expect(kept?.secret).not.toContain('right-secret')
  const other = await stage.openAs('nurse', { path: '/desk' })
  const theirs = await other.request.post('/api/v1/me/line/registration', {
    headers: { origin: stage.site.url },
  })
  expect(theirs.status()).toBe(404)
})

test('without a microphone nothing registers, and the bar says why', async () => {
  const page = await stage.openAs('service', { path: '/calls' })
  await page.addInitScript(
    `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))`,
  )
  await page.reload()
  await bar(page).getByText('麦克风未允许').waitFor()
})
