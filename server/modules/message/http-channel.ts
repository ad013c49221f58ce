import { HttpFailed, openHttp, type HttpClient } from '../../platform/outbound-http.ts'
import type { Context, OpenChannel, Outgoing, SendResult } from './channel.ts'

/** Requests of one batch at the same time. */
const atOnce = 8
/** No message of a batch starts later than this, in ms. */
const batchTime = 300_000

/** What an answer of a provider means for one message. */
type SendOne = (http: HttpClient, message: Outgoing) => Promise<SendResult>

/** A channel of one HTTP request for each message; once the provider is down, the rest of the batch is not tried. */
export function httpChannel({ allowedHosts }: Context, sendOne: SendOne): OpenChannel {
  const http = openHttp(allowedHosts)
  const guarded = async (message: Outgoing): Promise<SendResult> => {
    try {
      return await sendOne(http, message)
    } catch (error) {
      if (error instanceof HttpFailed)
        return { kind: error.sent ? 'unclear' : 'unavailable', reason: error.message }
      return { kind: 'unclear', reason: 'The answer could not be read' }
    }
  }
  return {
    async send(batch) {
      const results: SendResult[] = []
      const waiting = [...batch.entries()]
      const until = Date.now() + batchTime
      let down: string | undefined
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          if (down === undefined && Date.now() > until) down = 'Not tried in time'
          if (down !== undefined) return
          const result = await guarded(next[1])
          if (result.kind === 'unavailable') down = result.reason
          results[next[0]] = result
        }
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, batch.length) }, work))
      return batch.map((_, at) => results[at] ?? { kind: 'unavailable', reason: down ?? 'Not tried' })
    },
    close: () => http.close(),
  }
}

/** Of an answer without a meaning that we know: what the provider could not do was not done, what broke there nobody knows. */
export function byStatus(status: number): SendResult {
  const reason = `HTTP ${status}`
  if (status >= 500 || status < 300) return { kind: 'unclear', reason }
  if (status === 429 || status === 401 || status === 403) return { kind: 'unavailable', reason }
  return { kind: 'refused', reason, permanent: status !== 408 && status !== 425 }
}

/** The provider's code for a template of ours: lines of `ours = theirs`. */
export function templateCode(lines: string, ours: string | undefined): string | undefined {
  if (ours === undefined) return undefined
  for (const line of lines.split('\n')) {
    const [code, theirs] = line.split('=').map((part) => part.trim())
    if (code === ours && theirs) return theirs
  }
  return undefined
}

/** Digits as the providers of the mainland take them: national where they can be. */
export function mainlandNumber(address: string): string {
  return address.replace(/^\+86/, '').replace(/^\+/, '')
}

/** A number that a provider names, as it is stored. */
export function storedNumber(digits: string, country = '86'): string {
  const plain = digits.replaceAll(/\D/g, '')
  return `+${plain.startsWith(country) && plain.length > 11 ? '' : country}${plain}`
}
