import { isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import smpp, { type Pdu } from 'smpp'
import type { ConfigOf } from '../../../contract/channel.ts'
import { partsOf, smsSize } from '../../../contract/sms.ts'
import { log } from '../../platform/log.ts'
import { HostRefused, resolveHost } from '../../platform/outbound-host.ts'
import type { AccountInForce, ChannelAdapter, Context, OpenChannel, Outgoing, SendResult } from './channel.ts'
import { collectReports } from './smpp-report.ts'
import { LinkBroken, SmppLink } from './smpp-link.ts'

type Config = ConfigOf<'smpp'>

/** No message of a batch starts later than this, in ms. */
const batchTime = 300_000
/** A provider that only throttles for so long, in ms, counts as down. */
const throttledFor = 30_000
/** Between tries to bind again, in ms: doubling, because nobody sends who would ask for it. */
const [firstWait, longestWait] = [1000, 60_000]
const registeredDelivery = 1

const codes = new Map(Object.entries(smpp.errors).map(([name, code]) => [code, name]))
const throttled = new Set(['ESME_RTHROTTLED', 'ESME_RMSGQFUL'])
/** Refusals that a second try does not change: the number or the text is wrong, the provider does not allow it (SMPP 3.4, 5.1.3). */
const permanent =
  /^ESME_R(INVMSGLEN|INVCMDLEN|INVSRCADR|INVDSTADR|INVDSTTON|INVDSTNPI|INVESMCLASS|INVDCS|UNKNOWNERR|OPTPARNOTALLWD)$/

/** Short messages by SMPP 3.4: one transceiver for all lanes of the account, by which receipts and replies come, too. */
export const smppAdapter: ChannelAdapter = {
  listens: true,
  capabilities: {
    receipts: true,
    parts: (body) => smsSize(body).parts,
    idempotencyKey: false,
    batch: 250,
  },
  open: openSms,
}

function openSms(account: AccountInForce, context: Context): OpenChannel {
  const config = account.config as Config
  const reports = collectReports(config, context)
  let closed = false
  let link: Promise<SmppLink> | undefined
  let rebind: NodeJS.Timeout | undefined
  let wait = firstWait

  const bound = () => {
    link ??= bind(config, context).then(
      (made) => {
        wait = firstWait
        made.onReport = (pdu) => reports.take(pdu)
        made.onClose = () => {
          link = undefined
          again()
        }
        if (closed) made.close()
        return made
      },
      (error: unknown) => {
        link = undefined
        again()
        throw error
      },
    )
    return link
  }
  // Without a bind no receipt comes, also when nobody sends.
  const again = () => {
    if (closed || rebind) return
    rebind = setTimeout(() => {
      rebind = undefined
      if (!closed) bound().catch(() => undefined)
    }, wait)
    wait = Math.min(wait * 2, longestWait)
  }
  bound().catch((error: unknown) => {
    log.debug({ err: error, account: account.id }, 'no bind yet')
  })

  return {
    async send(batch) {
      let bind: SmppLink
      try {
        bind = await bound()
      } catch (error) {
        const reason = reasonOf(error)
        return batch.map(() => ({ kind: 'unavailable', reason }))
      }
      return sendAll(bind, config, batch)
    },
    close() {
      closed = true
      clearTimeout(rebind)
      reports.stop()
      link?.then((made) => made.close()).catch(() => undefined)
    },
  }
}

async function bind(config: Config, { allowedHosts }: Context): Promise<SmppLink> {
  const host = await resolveHost(config.host, await allowedHosts())
  return SmppLink.open(
    {
      host,
      port: config.port,
      ...(config.tls && { tls: true, ...(isIP(config.host) === 0 && { servername: config.host }) }),
    },
    {
      system_id: config.systemId,
      password: config.password ?? '',
      system_type: config.systemType,
      interface_version: 0x34,
    },
  )
}

/** As many messages at once as the window allows; each slows down while the provider throttles. */
async function sendAll(link: SmppLink, config: Config, batch: Outgoing[]): Promise<SendResult[]> {
  const results: SendResult[] = []
  const waiting = [...batch.entries()]
  const until = Date.now() + batchTime
  let down: string | undefined
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (down === undefined && Date.now() > until) down = 'Not tried in time'
      if (down !== undefined) return
      const [at, message] = next
      const result = await sendOne(link, config, message)
      if (result.kind === 'unavailable') down = result.reason
      results[at] = result
    }
  }
  await Promise.all(Array.from({ length: Math.min(config.window, batch.length) }, work))
  return batch.map((_, at) => results[at] ?? { kind: 'unavailable', reason: down ?? 'The link broke' })
}

let lastReference = Math.floor(Math.random() * 256)

/**
 * One message, in parts where it is long. The receipt is asked of the last part, whose id becomes that of the message: providers deliver the
 * parts in order, and the text is whole only then.
 */
async function sendOne(link: SmppLink, config: Config, { address, body }: Outgoing): Promise<SendResult> {
  const destination = dialled(address, config)
  if (destination === undefined) return { kind: 'refused', reason: 'Not a telephone number', permanent: true }
  const { alphabet, texts } = partsOf(body)
  const whole = config.longMessages === 'payload' && texts.length > 1
  const pieces = whole ? [body] : texts
  const reference = (lastReference = (lastReference + 1) % 256)
  const base = {
    ...sourceOf(config.source),
    destination_addr: destination,
    dest_addr_ton: config.national ? 2 : 1,
    dest_addr_npi: 1,
    data_coding: alphabet === 'gsm' ? 0 : 8,
  }
  let id = ''
  for (const [at, text] of pieces.entries()) {
    const last = at === pieces.length - 1
    const udh = Buffer.from([5, 0, 3, reference, pieces.length, at + 1])
    const result = await submit(link, {
      ...base,
      registered_delivery: last ? registeredDelivery : 0,
      ...(whole
        ? { message_payload: { message: text } }
        : pieces.length === 1
          ? { short_message: { message: text } }
          : { short_message: { message: text, udh }, esm_class: 0x40 }),
    })
    // A part is out already: a second try would show it twice.
    if (result.kind !== 'sent')
      return at === 0
        ? result
        : { kind: 'unclear', reason: `part ${at + 1} of ${pieces.length}: ${result.reason}` }
    id = result.providerId
  }
  return { kind: 'sent', providerId: id, parts: texts.length }
}

/** One part; a throttled one is tried again, later each time, because nothing of it was taken. */
async function submit(link: SmppLink, pdu: object): Promise<SendResult> {
  const began = Date.now()
  for (let pause = 100; ; pause = Math.min(pause * 2, 5000)) {
    await link.unthrottled()
    let answer: Pdu
    try {
      answer = await link.submit(pdu)
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error
      return { kind: error.sent ? 'unclear' : 'unavailable', reason: error.message }
    }
    if (answer.command_status === 0) return { kind: 'sent', providerId: answer.message_id ?? '' }
    const reason = codes.get(answer.command_status) ?? `ESME_${answer.command_status}`
    if (!throttled.has(reason)) return { kind: 'refused', reason, permanent: permanent.test(reason) }
    if (Date.now() - began > throttledFor) return { kind: 'unavailable', reason }
    link.slowDown(pause)
    await delay(pause)
  }
}

/** Digits as the provider wants them, from E.164. */
function dialled(address: string, { countryCode, national }: Config): string | undefined {
  const digits = /^\+?(\d{5,15})$/.exec(address)?.[1]
  if (digits === undefined || !national || !digits.startsWith(countryCode)) return digits
  return digits.slice(countryCode.length)
}

/** A short code, a number, or a name of letters (SMPP 3.4, 5.2.5). */
function sourceOf(source: string) {
  const ton = /^\+?\d{7,}$/.test(source) ? 1 : /^\d+$/.test(source) ? 3 : 5
  return { source_addr: source.replace(/^\+/, ''), source_addr_ton: ton, source_addr_npi: ton === 5 ? 0 : 1 }
}

function reasonOf(error: unknown): string {
  if (error instanceof HostRefused || error instanceof LinkBroken) return error.message
  return (error as { code?: string }).code ?? 'EUNKNOWN'
}
