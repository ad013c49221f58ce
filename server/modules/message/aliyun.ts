import { createHash, createHmac, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { ConfigOf } from '../../../contract/channel.ts'
import { smsSize } from '../../../contract/sms.ts'
import type { AccountInForce, ChannelAdapter, ProviderCall, ProviderReport, SendResult } from './channel.ts'
import { byStatus, httpChannel, mainlandNumber, storedNumber, templateCode } from './http-channel.ts'

type Config = ConfigOf<'aliyun'>

/** Of the whole account or the way to it: no other message would fare better. */
const ofAccount =
  /^(Throttling|InvalidAccessKey|SignatureDoesNotMatch|Forbidden|isv\.(AMOUNT_NOT_ENOUGH|OUT_OF_SERVICE|ACCOUNT_|DAY_LIMIT|PRODUCT_UN))/
/** May pass: limits of one number, troubles at the carrier. */
const passing = /^(isv\.BUSINESS_LIMIT_CONTROL|isp\.|InternalError|ServiceUnavailable)/

/** Short messages by Aliyun (Dysmsapi 2017-05-25, `SendSms`), signed ACS3-HMAC-SHA256; receipts by its HTTP push. */
export const aliyun: ChannelAdapter = {
  capabilities: { receipts: true, parts: (body) => smsSize(body).parts, idempotencyKey: false, batch: 100 },
  open(account, context) {
    const config = account.config as Config
    return httpChannel(context, async (http, { address, body, template, key }) => {
      const code = templateCode(config.templates, template?.code)
      const form = new URLSearchParams({
        PhoneNumbers: mainlandNumber(address),
        SignName: config.signName,
        TemplateCode: code ?? config.templateCode,
        TemplateParam: JSON.stringify(
          code === undefined ? { [config.templateParameter]: body } : template?.values,
        ),
        OutId: key,
      }).toString()
      const url = new URL(config.endpoint)
      const answer = await http.post(url, signed(config, url.host, form, new Date()), form)
      return resultOf(answer)
    })
  },
  report,
}

/** https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature */
export function signed(config: Config, host: string, form: string, now: Date): Record<string, string> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    host,
    'x-acs-action': 'SendSms',
    'x-acs-content-sha256': sha256(form),
    'x-acs-date': now.toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2017-05-25',
  }
  const names = Object.keys(headers).sort()
  const canonical = [
    'POST',
    '/',
    '',
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    sha256(form),
  ].join('\n')
  const signature = createHmac('sha256', config.accessKeySecret ?? '')
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex')
  return {
    ...headers,
    authorization: `ACS3-HMAC-SHA256 Credential=${config.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`,
  }
}

const answered = z.object({ Code: z.string(), BizId: z.string().optional() })

function resultOf({ status, body }: { status: number; body: string }): SendResult {
  const { data } = answered.safeParse(parsed(body))
  if (!data) return byStatus(status)
  const { Code: code, BizId: id } = data
  if (code === 'OK') return { kind: 'sent', providerId: id ?? '' }
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

const reports = z.array(
  z.union([
    z.object({
      phone_number: z.string(),
      success: z.boolean(),
      biz_id: z.string(),
      out_id: z.string().nullish(),
      err_code: z.string().nullish(),
      sms_size: z.coerce.number().nullish(),
    }),
    z.object({
      phone_number: z.string(),
      content: z.string(),
      send_time: z.string(),
      sequence_id: z.coerce.string(),
    }),
  ]),
)

/** `SmsReport` and `SmsUp`: arrays of reports, pushed again until they are answered with code 0. */
function report(_account: AccountInForce, { body }: ProviderCall): ProviderReport {
  const { data } = reports.safeParse(JSON.parse(body.toString('utf8')))
  if (!data) throw new SyntaxError('neither SmsReport nor SmsUp')
  const at = new Date()
  return {
    receipts: data.flatMap((one) =>
      'biz_id' in one
        ? [
            {
              reference: one.out_id || one.biz_id,
              state: one.success ? ('delivered' as const) : ('undelivered' as const),
              at,
              reason: one.success ? null : (one.err_code ?? null),
            },
          ]
        : [],
    ),
    replies: data.flatMap((one) =>
      'content' in one
        ? [
            {
              key: one.sequence_id,
              from: storedNumber(one.phone_number),
              text: one.content,
              at,
              reference: null,
            },
          ]
        : [],
    ),
    answer: JSON.stringify({ code: 0, msg: '接收成功' }),
  }
}
