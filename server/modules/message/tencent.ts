import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { ConfigOf } from '../../../contract/channel.ts'
import { smsSize } from '../../../contract/sms.ts'
import type { AccountInForce, ChannelAdapter, ProviderCall, ProviderReport, SendResult } from './channel.ts'
import { byStatus, httpChannel, storedNumber, templateCode } from './http-channel.ts'

type Config = ConfigOf<'tencent'>

/** Of the whole account or the way to it. */
const ofAccount =
  /^(AuthFailure|RequestLimitExceeded|UnauthorizedOperation|LimitExceeded\.(AppDaily|AppGlobal)|FailedOperation\.InsufficientBalance)/
const passing = /^(LimitExceeded|InternalError|FailedOperation\.(FailResolvePacket|MissingSignature)?$)/

/** Short messages by Tencent Cloud (sms 2021-01-11, `SendSms`), signed TC3-HMAC-SHA256; receipts by its callback. */
export const tencent: ChannelAdapter = {
  capabilities: { receipts: true, parts: (body) => smsSize(body).parts, idempotencyKey: false, batch: 100 },
  open(account, context) {
    const config = account.config as Config
    return httpChannel(context, async (http, { address, body, template, key }) => {
      const code = templateCode(config.templates, template?.code)
      const payload = JSON.stringify({
        PhoneNumberSet: [address],
        SmsSdkAppId: config.sdkAppId,
        SignName: config.signName,
        TemplateId: code ?? config.templateId,
        TemplateParamSet: code === undefined ? [body] : Object.values(template?.values ?? {}),
        SessionContext: key,
      })
      const url = new URL(config.endpoint)
      return resultOf(await http.post(url, signed(config, url.host, payload, new Date()), payload))
    })
  },
  report,
}

/** https://cloud.tencent.com/document/api/382/52072 */
export function signed(config: Config, host: string, payload: string, now: Date): Record<string, string> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const date = now.toISOString().slice(0, 10)
  const type = 'application/json; charset=utf-8'
  const names = 'content-type;host;x-tc-action'
  const canonical = [
    'POST',
    '/',
    '',
    `content-type:${type}`,
    `host:${host}`,
    'x-tc-action:sendsms',
    '',
    names,
    sha256(payload),
  ].join('\n')
  const scope = `${date}/sms/tc3_request`
  const key = hmac(hmac(hmac(`TC3${config.secretKey ?? ''}`, date), 'sms'), 'tc3_request')
  const signature = hmac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`).toString('hex')
  return {
    'content-type': type,
    'x-tc-action': 'SendSms',
    'x-tc-version': '2021-01-11',
    'x-tc-region': config.region,
    'x-tc-timestamp': timestamp,
    authorization: `TC3-HMAC-SHA256 Credential=${config.secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

const answered = z.object({
  Response: z.union([
    z.object({ Error: z.object({ Code: z.string() }) }),
    z.object({
      SendStatusSet: z.array(
        z.object({ Code: z.string(), SerialNo: z.string(), Fee: z.number().optional() }),
      ),
    }),
  ]),
})

function resultOf({ status, body }: { status: number; body: string }): SendResult {
  const { data } = answered.safeParse(parsed(body))
  if (!data) return byStatus(status)
  const one = 'Error' in data.Response ? undefined : data.Response.SendStatusSet[0]
  if (one?.Code === 'Ok')
    return { kind: 'sent', providerId: one.SerialNo, ...(one.Fee !== undefined && { parts: one.Fee }) }
  const code = 'Error' in data.Response ? data.Response.Error.Code : (one?.Code ?? 'no status')
  if (ofAccount.test(code)) return { kind: 'unavailable', reason: code }
  return { kind: 'refused', reason: code, permanent: !passing.test(code) }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const delivered = z.object({
  nationcode: z.string(),
  mobile: z.string(),
  report_status: z.enum(['SUCCESS', 'FAIL']),
  errmsg: z.string().nullish(),
  sid: z.string(),
})
const said = z.object({
  nationcode: z.string(),
  mobile: z.string(),
  text: z.string(),
  time: z.coerce.number(),
})

/** Receipts come as a list, a reply by itself; both again until they are answered with result 0. */
function report(_account: AccountInForce, { body }: ProviderCall): ProviderReport {
  const { data } = z
    .union([z.array(delivered), said.transform((one) => [one])])
    .safeParse(JSON.parse(body.toString('utf8')))
  if (!data) throw new SyntaxError('neither a list of receipts nor a reply')
  const at = new Date()
  return {
    receipts: data.flatMap((one) =>
      'sid' in one
        ? [
            {
              reference: one.sid,
              state: one.report_status === 'SUCCESS' ? ('delivered' as const) : ('undelivered' as const),
              at,
              reason: one.report_status === 'SUCCESS' ? null : (one.errmsg ?? null),
            },
          ]
        : [],
    ),
    replies: data.flatMap((one) =>
      'text' in one
        ? [
            {
              key: `${one.nationcode}${one.mobile} ${one.time} ${one.text}`,
              from: storedNumber(one.mobile, one.nationcode),
              text: one.text,
              at,
              reference: null,
            },
          ]
        : [],
    ),
    answer: JSON.stringify({ result: 0, errmsg: 'OK' }),
  }
}
