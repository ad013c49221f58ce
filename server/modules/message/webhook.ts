import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { ConfigOf } from '../../../contract/channel.ts'
import { deliveryState } from '../../../contract/message.ts'
import { smsSize } from '../../../contract/sms.ts'
import type { AccountInForce, ChannelAdapter, ProviderCall, ProviderReport } from './channel.ts'
import { byStatus, httpChannel } from './http-channel.ts'

type Config = ConfigOf<'webhook'>

/** A signed call is believed for so long after its time stamp, in seconds. */
const windowSeconds = 300

/**
 * Messages to a system of the hospital's own: signed JSON with an `Idempotency-Key`, which that system takes once. So what is unclear goes out
 * again, under the same key.
 */
export const webhook: ChannelAdapter = {
  capabilities: { receipts: true, parts: (body) => smsSize(body).parts, idempotencyKey: true, batch: 250 },
  open(account, context) {
    const { endpoint, signingSecret = '' } = account.config as Config
    const url = new URL(endpoint)
    return httpChannel(
      context,
      async (http, { address, subject, body, template, purpose, key, unsubscribeUrl }) => {
        const text = JSON.stringify({
          key,
          channel: account.channel,
          purpose,
          address,
          subject,
          text: body,
          template,
          unsubscribeUrl,
        })
        const timestamp = String(Math.floor(Date.now() / 1000))
        const answer = await http.post(
          url,
          {
            'content-type': 'application/json',
            'idempotency-key': key,
            'x-careloop-timestamp': timestamp,
            'x-careloop-signature': `v1=${signature(signingSecret, timestamp, text)}`,
          },
          text,
        )
        if (answer.status < 200 || answer.status > 299) return byStatus(answer.status)
        const { data } = z
          .object({ id: z.string().max(200).optional(), parts: z.number().int().min(1).optional() })
          .safeParse(parsed(answer.body))
        return {
          kind: 'sent',
          providerId: data?.id ?? key,
          ...(data?.parts !== undefined && { parts: data.parts }),
        }
      },
    )
  },
  report,
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

/** HMAC-SHA-256 over time stamp, a dot and the body, in hex. */
export function signature(secret: string, timestamp: string, body: string | Buffer): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
}

const reported = z.object({
  receipts: z
    .array(
      z.object({
        /** The id that was answered, or our key. */
        reference: z.string().max(200),
        state: deliveryState,
        at: z.iso.datetime({ offset: true }).optional(),
        reason: z.string().max(200).nullish(),
      }),
    )
    .max(1000)
    .default([]),
  replies: z
    .array(
      z.object({
        key: z.string().min(1).max(200),
        from: z.string().max(254),
        text: z.string().max(2000),
        at: z.iso.datetime({ offset: true }).optional(),
        reference: z.string().max(200).nullish(),
      }),
    )
    .max(1000)
    .default([]),
})

function isSigned({ config }: AccountInForce, call: ProviderCall): boolean {
  return isSignedBy([config['signingSecret'], config['former-signingSecret']], call)
}

/** Whether somebody who knows one of these secrets signed a call within the last minutes. */
export function isSignedBy(
  secrets: readonly unknown[],
  { header, body }: Pick<ProviderCall, 'header' | 'body'>,
): boolean {
  const timestamp = header('x-careloop-timestamp') ?? ''
  const given = header('x-careloop-signature') ?? ''
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= windowSeconds)) return false
  return secrets.some((secret) => {
    if (typeof secret !== 'string' || secret === '') return false
    const right = `v1=${signature(secret, timestamp, body)}`
    return right.length === given.length && timingSafeEqual(Buffer.from(right), Buffer.from(given))
  })
}

function report(account: AccountInForce, call: ProviderCall): ProviderReport | undefined {
  if (!isSigned(account, call)) return undefined
  const { data } = reported.safeParse(JSON.parse(call.body.toString('utf8')))
  if (!data) throw new SyntaxError('neither receipts nor replies')
  const timeOf = (at: string | undefined) => (at === undefined ? new Date() : new Date(at))
  return {
    receipts: data.receipts.map((one) => ({ ...one, at: timeOf(one.at), reason: one.reason ?? null })),
    replies: data.replies.map((one) => ({ ...one, at: timeOf(one.at), reference: one.reference ?? null })),
    answer: 'ok',
  }
}
