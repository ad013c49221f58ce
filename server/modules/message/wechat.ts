import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { ConfigOf } from '../../../contract/channel.ts'
import { type HttpClient, HttpFailed } from '../../platform/outbound-http.ts'
import type { AccountInForce, ChannelAdapter, ProviderCall, ProviderReport, SendResult } from './channel.ts'
import { byStatus, httpChannel, templateCode } from './http-channel.ts'

type Config = ConfigOf<'wechat'>

/** A call is believed for so long after its time stamp, in seconds. */
const windowSeconds = 300
/** A token is renewed before it ends, in ms. */
const marginMs = 300_000
const tokenCodes = new Set([40001, 40014, 42001])
/** Of the whole account: its quota, its rights, its addresses. */
const ofAccount = new Set([45009, 45011, 48001, 40164, 50002, 61004])
const passing = new Set([-1, 45047])

/** Messages of a WeChat official account by template or subscription, with its receipts and what people write to it. */
export const wechat: ChannelAdapter = {
  capabilities: { receipts: true, idempotencyKey: false, batch: 100 },
  open(account, context) {
    const config = account.config as Config
    const token = tokenOf(config)
    return httpChannel(context, async (http, message) => {
      const send = async () =>
        http.post(
          at(config, pathOf(config), { access_token: await token.get(http) }),
          { 'content-type': 'application/json' },
          JSON.stringify(bodyOf(config, message)),
        )
      let answer = readAnswer(await send())
      if (answer.code !== undefined && tokenCodes.has(answer.code)) {
        // Refused for its token: nothing was sent.
        token.forget()
        answer = readAnswer(await send())
      }
      return resultOf(answer)
    })
  },
  report,
}

const pathOf = ({ messageType }: Config) =>
  messageType === 'template' ? '/cgi-bin/message/template/send' : '/cgi-bin/message/subscribe/bizsend'

function at(config: Config, path: string, query: Record<string, string>): URL {
  return new URL(`${path}?${new URLSearchParams(query).toString()}`, config.endpoint)
}

type Message = {
  address: string
  body: string
  template: { code: string; values: Record<string, string> } | null
  key: string
}

function bodyOf(config: Config, { address, body, template, key }: Message) {
  const code = templateCode(config.templates, template?.code)
  const values = code === undefined ? { [config.templateParameter]: body } : (template?.values ?? {})
  const link = /https?:\/\/[^\s<>"]+/.exec(body)?.[0]
  return {
    touser: address,
    template_id: code ?? config.templateId,
    data: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
    ...(link !== undefined && (config.messageType === 'template' ? { url: link } : { page: link })),
    ...(config.messageType === 'template' && { client_msg_id: key.slice(0, 64) }),
  }
}

/** The stable token: several processes may ask for it without ending each other's. */
function tokenOf(config: Config) {
  let known: { token: string; until: number } | undefined
  let asking: Promise<string> | undefined
  const ask = async (http: HttpClient) => {
    const { status, body } = await http
      .post(
        at(config, '/cgi-bin/stable_token', {}),
        { 'content-type': 'application/json' },
        JSON.stringify({
          grant_type: 'client_credential',
          appid: config.appId,
          secret: config.appSecret ?? '',
        }),
      )
      .catch((error: unknown) => {
        // Without a token no message was sent, whatever became of the question.
        throw error instanceof HttpFailed ? new HttpFailed(error.message, false) : error
      })
    const { data } = z.object({ access_token: z.string(), expires_in: z.number() }).safeParse(parsed(body))
    if (!data) throw new HttpFailed(`no token: ${codeIn(body) ?? `HTTP ${status}`}`, false)
    known = { token: data.access_token, until: Date.now() + data.expires_in * 1000 - marginMs }
    return data.access_token
  }
  return {
    get(http: HttpClient): Promise<string> {
      if (known && known.until > Date.now()) return Promise.resolve(known.token)
      asking ??= ask(http).finally(() => (asking = undefined))
      return asking
    },
    forget: () => (known = undefined),
  }
}

const answered = z.object({
  errcode: z.number().default(0),
  msgid: z.union([z.number(), z.string()]).optional(),
})

function readAnswer({ status, body }: { status: number; body: string }) {
  const { data } = answered.safeParse(parsed(body))
  // Ids are longer than numbers are exact.
  const id = /"msgid"\s*:\s*"?(\d+)/.exec(body)?.[1]
  return { status, code: data?.errcode, id }
}

function codeIn(body: string): string | undefined {
  const code = answered.safeParse(parsed(body)).data?.errcode
  return code === undefined ? undefined : String(code)
}

function resultOf({ status, code, id }: ReturnType<typeof readAnswer>): SendResult {
  if (code === undefined) return byStatus(status)
  if (code === 0) return { kind: 'sent', providerId: id ?? '' }
  const reason = `errcode ${code}`
  if (ofAccount.has(code) || tokenCodes.has(code)) return { kind: 'unavailable', reason }
  return { kind: 'refused', reason, permanent: !passing.has(code) }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Whether WeChat signed a call: SHA-1 over token, time and nonce in order, within five minutes. */
export function isSigned(account: AccountInForce, { query }: ProviderCall, now = Date.now()): boolean {
  const { signature = '', timestamp = '', nonce = '' } = query
  if (Math.abs(now / 1000 - Number(timestamp)) > windowSeconds) return false
  return [account.config['token'], account.config['former-token']].some((token) => {
    if (typeof token !== 'string' || token === '') return false
    const right = createHash('sha1').update([token, timestamp, nonce].sort().join('')).digest('hex')
    return right.length === signature.length && timingSafeEqual(Buffer.from(right), Buffer.from(signature))
  })
}

const isFinished = /^(TEMPLATESENDJOBFINISH|subscribe_msg_sent_event)$/

function report(account: AccountInForce, call: ProviderCall): ProviderReport | undefined {
  if (!isSigned(account, call)) return undefined
  const xml = call.body.toString('utf8')
  const field = (name: string) =>
    new RegExp(`<${name}>\\s*(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))\\s*</${name}>`, 'i')
      .exec(xml)
      ?.slice(1)
  const read = (name: string) => field(name)?.find(Boolean)?.trim()
  const from = read('FromUserName')
  if (from === undefined) throw new SyntaxError('no message of WeChat, or an encrypted one')
  const at = new Date(Number(read('CreateTime') ?? 0) * 1000 || Date.now())
  const empty = { receipts: [], replies: [], answer: 'success' }
  if (read('MsgType') === 'text')
    return {
      ...empty,
      replies: [{ key: read('MsgId') ?? '', from, text: read('Content') ?? '', at, reference: null }],
    }
  const id = read('MsgID')
  if (!isFinished.test(read('Event') ?? '') || !id) return empty
  const status =
    read('Status') ?? (read('ErrorCode') === '0' ? 'success' : `errcode ${read('ErrorCode') ?? ''}`)
  const state = status === 'success' ? 'delivered' : 'undelivered'
  return { ...empty, receipts: [{ reference: id, state, at, reason: state === 'delivered' ? null : status }] }
}
