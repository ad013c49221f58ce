import { askBookingCode, openBookingSession } from '../../contract/booking.ts'
import type { Smsc } from '../../sim/smpp-smsc.ts'
import { startSmsc } from '../../sim/smpp-smsc.ts'
import type { TestApp } from './app.ts'
import { addAccount } from './channel.ts'

/** People with telephones who book by themselves, and the short message centre that codes go to. */
export async function openTelephones(app: TestApp) {
  const smsc: Smsc = await startSmsc()
  await addAccount(app, {
    kind: 'smpp',
    name: '验证码',
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'test',
    password: '',
    source: '10690000',
  })
  let count = 0
  /** Each caller has a network of its own unless it says otherwise. */
  const from = (address = `198.51.${Math.floor(++count / 250)}.${count % 250}`) => ({
    'x-forwarded-for': address,
  })
  /** The newest code that this telephone has got. */
  async function codeOf(phone: string): Promise<string> {
    await app.processAll()
    const text = smsc.telephones.texts.findLast((one) => one.to === `+86${phone}`)?.text ?? ''
    return /\d{6}/.exec(text)?.[0] ?? ''
  }
  const ask = (siteId: number, phone: string, headers = from()) =>
    app.request(undefined, askBookingCode, { body: { siteId, phone, language: 'zh-CN' }, headers })
  const prove = (request: string, phone: string, code: string, slotId: number | null = null) =>
    app.request(undefined, openBookingSession, { body: { request, phone, code, slotId }, headers: from() })
  async function enter(siteId: number, phone: string, slotId: number | null = null) {
    const asked = await ask(siteId, phone)
    return (await prove(asked.body.request, phone, await codeOf(phone), slotId)).body
  }
  return { smsc, from, codeOf, ask, prove, enter, close: () => smsc.close() }
}
