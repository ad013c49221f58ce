import { createHash, createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { type Behaviour, Telephones } from './telephones.ts'

export type Provider = {
  /** Base address. */
  url: string
  telephones: Telephones
  /** Requests refused because their signature was wrong. */
  wrongSignatures: () => number
  /** A message from a person, as if they wrote by themselves. */
  say: (from: string, text: string) => Promise<void>
  /** Where receipts and replies go; without it they are lost. */
  reportTo: (url: string) => void
  close: () => Promise<void>
}

export type ProviderOptions = Behaviour & {
  port?: number
  /** Called before a message is answered, so that what was taken survives the process. */
  onTaken?: (to: string, text: string, key: string) => void
}

/** What one provider says and wants, apart from the server around it. */
export type Dialect = {
  /** Takes a request; `undefined` when it is not about a message, in which case `response` is answered. */
  read: (request: IncomingMessage, body: string) => { to: string; text: string; key: string } | Immediate
  taken?: (key: string) => void
  accepted: (id: string, key: string) => Immediate
  refused: (why: 'failed' | 'throttled') => Immediate
  receipt: (about: { id: string; key: string; to: string; delivered: boolean }) => Outbound
  reply: (about: { from: string; text: string; n: number }) => Outbound
}
type Immediate = { status: number; body: unknown; wrong?: boolean }
export type Outbound = { headers: Record<string, string>; body: string; query?: Record<string, string> }

/** A provider of messages that speaks HTTP: takes them, reports and answers as the telephones say. */
export async function startProvider(dialect: Dialect, options: ProviderOptions = {}): Promise<Provider> {
  const telephones = new Telephones(options)
  let target: string | undefined
  let wrong = 0
  let count = 0
  const closing = new AbortController()

  /** Until it is taken: a provider tells again. */
  const tell = async ({ headers, body, query }: Outbound) => {
    for (let wait = 50; target !== undefined && !closing.signal.aborted; wait = Math.min(wait * 2, 2000)) {
      const url = new URL(target)
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
      const answer = await fetch(url, { method: 'POST', headers, body, signal: closing.signal }).catch(
        () => undefined,
      )
      if (answer?.ok) return
      await delay(wait, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }
  const answer = (response: ServerResponse, { status, body }: Immediate) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const message = dialect.read(request, await textOf(request))
    if ('status' in message) {
      if (message.wrong) wrong += 1
      answer(response, message)
      return
    }
    const course = telephones.course(message.text)
    if (course.answerMs > 0) await delay(course.answerMs)
    if (course.fate === 'throttled' || course.fate === 'failed') {
      answer(response, dialect.refused(course.fate))
      return
    }
    const id = `${Date.now()}${String(++count).padStart(6, '0')}`
    const channel = message.to.startsWith('+') ? 'sms' : 'wechat'
    options.onTaken?.(message.to, message.text, message.key)
    telephones.receive({ channel, ...message })
    dialect.taken?.(message.key)
    if (course.fate === 'broken-off') {
      request.socket.destroy()
      return
    }
    answer(response, dialect.accepted(id, message.key))
    if (course.receiptMs > 0) await delay(course.receiptMs)
    for (let n = 0; n < course.times; n++)
      await tell(dialect.receipt({ id, key: message.key, to: message.to, delivered: course.delivered }))
    if (course.reply !== undefined && course.delivered)
      for (let n = 0; n < course.times; n++)
        await tell(dialect.reply({ from: message.to, text: course.reply, n: count }))
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    telephones,
    wrongSignatures: () => wrong,
    say: (from, text) => tell(dialect.reply({ from, text, n: ++count })),
    reportTo: (url) => (target = url),
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const json = { 'content-type': 'application/json' }
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const header = (request: IncomingMessage, name: string) => String(request.headers[name] ?? '')
const e164 = (digits: string) => (/^1\d{10}$/.test(digits) ? `+86${digits}` : `+${digits.replace(/^\+/, '')}`)

/** Aliyun's `SendSms`, with the signature checked as its documentation describes it (ACS3-HMAC-SHA256). */
export function aliyunDialect(secret: string): Dialect {
  return {
    read(request, body) {
      const parts = /SignedHeaders=([^,]+),Signature=([0-9a-f]+)/.exec(header(request, 'authorization'))
      const names = (parts?.[1] ?? '').split(';')
      const lines = names.map((name) => `${name}:${header(request, name)}`)
      const canonical = ['POST', '/', '', ...lines, '', names.join(';'), sha256(body)].join('\n')
      if (parts?.[2] !== hmac(secret, `ACS3-HMAC-SHA256\n${sha256(canonical)}`).toString('hex'))
        return { status: 400, body: { Code: 'SignatureDoesNotMatch' }, wrong: true }
      const form = new URLSearchParams(body)
      const values = JSON.parse(form.get('TemplateParam') ?? '{}') as Record<string, string>
      return {
        to: e164(form.get('PhoneNumbers') ?? ''),
        text: values['content'] ?? Object.values(values).join(' '),
        key: form.get('OutId') ?? '',
      }
    },
    accepted: (id) => ({ status: 200, body: { Code: 'OK', BizId: id, RequestId: id, Message: 'OK' } }),
    refused: (why) => ({
      status: why === 'throttled' ? 400 : 200,
      body: { Code: why === 'throttled' ? 'Throttling.User' : 'isp.SYSTEM_ERROR' },
    }),
    receipt: ({ id, key, to, delivered }) => ({
      headers: json,
      body: JSON.stringify([
        {
          phone_number: to.replace('+86', ''),
          success: delivered,
          biz_id: id,
          out_id: key,
          err_code: delivered ? 'DELIVERED' : 'MOBILE_TERMINAL_STOPPED',
          send_time: '2026-11-18 10:00:00',
          report_time: '2026-11-18 10:00:05',
          sms_size: '1',
        },
      ]),
    }),
    reply: ({ from, text, n }) => ({
      headers: json,
      body: JSON.stringify([
        {
          phone_number: from.replace('+86', ''),
          content: text,
          send_time: '2026-11-18 10:01:00',
          sequence_id: n,
        },
      ]),
    }),
  }
}

/** Tencent's `SendSms` (TC3-HMAC-SHA256). */
export function tencentDialect(secret: string): Dialect {
  const error = (code: string) => ({
    status: 200,
    body: { Response: { Error: { Code: code, Message: code }, RequestId: 'r' } },
  })
  return {
    read(request, body) {
      const parts = /Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]+)/.exec(
        header(request, 'authorization'),
      )
      const [scope = '', signed = ''] = parts?.slice(1) ?? []
      const lines = signed.split(';').map((name) => `${name}:${header(request, name).toLowerCase()}`)
      const canonical = ['POST', '/', '', ...lines, '', signed, sha256(body)].join('\n')
      const key = hmac(hmac(hmac(`TC3${secret}`, scope.split('/')[0] ?? ''), 'sms'), 'tc3_request')
      const right = hmac(
        key,
        `TC3-HMAC-SHA256\n${header(request, 'x-tc-timestamp')}\n${scope}\n${sha256(canonical)}`,
      ).toString('hex')
      if (parts?.[3] !== right) return { ...error('AuthFailure.SignatureFailure'), wrong: true }
      const sent = JSON.parse(body) as {
        PhoneNumberSet: string[]
        TemplateParamSet: string[]
        SessionContext: string
      }
      return {
        to: sent.PhoneNumberSet[0] ?? '',
        text: sent.TemplateParamSet.join(' '),
        key: sent.SessionContext,
      }
    },
    accepted: (id, key) => ({
      status: 200,
      body: {
        Response: {
          SendStatusSet: [{ SerialNo: id, Code: 'Ok', Fee: 1, SessionContext: key }],
          RequestId: 'r',
        },
      },
    }),
    refused: (why) => error(why === 'throttled' ? 'RequestLimitExceeded' : 'InternalError.Timeout'),
    receipt: ({ id, to, delivered }) => ({
      headers: json,
      body: JSON.stringify([
        {
          user_receive_time: '2026-11-18 10:00:05',
          nationcode: '86',
          mobile: to.replace('+86', ''),
          report_status: delivered ? 'SUCCESS' : 'FAIL',
          errmsg: delivered ? 'DELIVRD' : 'UNDELIV',
          sid: id,
        },
      ]),
    }),
    reply: ({ from, text, n }) => ({
      headers: json,
      body: JSON.stringify({
        extend: '',
        mobile: from.replace('+86', ''),
        nationcode: '86',
        sign: '仁和',
        text,
        time: n,
      }),
    }),
  }
}

/** A WeChat official account: tokens, template messages, and calls signed with the token of the server configuration. */
export function wechatDialect(appSecret: string, token: string): Dialect {
  let accessToken = randomBytes(12).toString('hex')
  const signed = (): Record<string, string> => {
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomBytes(6).toString('hex')]
    const signature = createHash('sha1').update([token, timestamp, nonce].sort().join('')).digest('hex')
    return { timestamp, nonce, signature }
  }
  const xml = (fields: Record<string, string>): Outbound => ({
    headers: { 'content-type': 'text/xml' },
    query: signed(),
    body: `<xml>${Object.entries({
      ToUserName: 'gh_1',
      CreateTime: String(Math.floor(Date.now() / 1000)),
      ...fields,
    })
      .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
      .join('')}</xml>`,
  })
  return {
    read(request, body) {
      const url = new URL(request.url ?? '', 'http://wechat')
      const sent = JSON.parse(body) as Record<string, unknown>
      if (url.pathname === '/cgi-bin/stable_token') {
        if (sent['secret'] !== appSecret) return { status: 200, body: { errcode: 40125 }, wrong: true }
        accessToken = randomBytes(12).toString('hex')
        return { status: 200, body: { access_token: accessToken, expires_in: 7200 } }
      }
      if (url.searchParams.get('access_token') !== accessToken)
        return { status: 200, body: { errcode: 40001 }, wrong: true }
      const data = sent['data'] as Record<string, { value: string }>
      return {
        to: String(sent['touser']),
        text: Object.values(data)
          .map((one) => one.value)
          .join(' '),
        key: typeof sent['client_msg_id'] === 'string' ? sent['client_msg_id'] : '',
      }
    },
    // Such ids are longer than numbers are exact.
    accepted: (id) => ({ status: 200, body: `{"errcode":0,"errmsg":"ok","msgid":${id}}` }),
    refused: (why) => ({ status: 200, body: { errcode: why === 'throttled' ? 45009 : -1 } }),
    receipt: ({ id, to, delivered }) =>
      xml({
        FromUserName: to,
        MsgType: 'event',
        Event: 'TEMPLATESENDJOBFINISH',
        MsgID: id,
        Status: delivered ? 'success' : 'failed:user block',
      }),
    reply: ({ from, text, n }) =>
      xml({ FromUserName: from, MsgType: 'text', Content: text, MsgId: String(n) }),
  }
}

/** A gateway of the hospital's own that takes a key once (`Idempotency-Key`) and signs as we do. */
export function gatewayDialect(secret: string, seen = new Set<string>()): Dialect {
  const signed = (body: string): Outbound => {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
    return {
      headers: { ...json, 'x-careloop-timestamp': timestamp, 'x-careloop-signature': `v1=${signature}` },
      body,
    }
  }
  return {
    read(request, body) {
      const right = createHmac('sha256', secret)
        .update(`${header(request, 'x-careloop-timestamp')}.${body}`)
        .digest('hex')
      if (header(request, 'x-careloop-signature') !== `v1=${right}`)
        return { status: 401, body: {}, wrong: true }
      const sent = JSON.parse(body) as { address: string; text: string; key: string }
      const key = header(request, 'idempotency-key')
      if (seen.has(key)) return { status: 200, body: { id: key } }
      return { to: sent.address, text: sent.text, key }
    },
    taken: (key) => seen.add(key),
    accepted: (_, key) => ({ status: 200, body: { id: key } }),
    refused: (why) => ({ status: why === 'throttled' ? 429 : 503, body: {} }),
    receipt: ({ key, delivered }) =>
      signed(
        JSON.stringify({ receipts: [{ reference: key, state: delivered ? 'delivered' : 'undelivered' }] }),
      ),
    reply: ({ from, text, n }) => signed(JSON.stringify({ replies: [{ key: `r${n}`, from, text }] })),
  }
}
