import { chance, int, prng, type Prng } from './prng.ts'

/** How a simulated provider behaves; each share is between 0 and 1. */
export type Behaviour = {
  seed?: number
  /** Time until an answer, in ms, from and to. */
  delayMs?: [number, number]
  /** Refused with an error that may pass. */
  fail?: number
  /** Taken, but the connection breaks before the answer. */
  breakOff?: number
  /** More in one second are throttled. */
  perSecond?: number
  /** Receipts that say "not delivered". */
  undelivered?: number
  /** Receipts and replies that come twice. */
  duplicate?: number
  /** People who answer a message. */
  reply?: number
  /** Time until receipt and reply, in ms, from and to; default: at once. */
  receiptMs?: [number, number]
}

export type Text = { channel: 'sms' | 'wechat'; to: string; text: string; at: Date; key: string }

/** What comes after a message: its receipt, and perhaps what its recipient answers. */
export type Course = {
  fate: 'taken' | 'failed' | 'throttled' | 'broken-off'
  delivered: boolean
  times: number
  reply: string | undefined
  answerMs: number
  receiptMs: number
}

/** People say what the text asks of them, or that they have had enough. */
function answerTo(random: Prng, text: string): string {
  if (/回复\s*1|回1|reply 1/i.test(text)) return chance(random, 0.85) ? '1' : 'TD'
  return ['收到', '好的，谢谢', 'TD', '退订'][int(random, 0, 3)] ?? '收到'
}

/** The telephones that simulated providers deliver to: keeps the last texts, and lets chance decide what becomes of each. */
export class Telephones {
  readonly texts: Text[] = []
  readonly #waiting = new Set<(text: Text) => void>()
  readonly #random: Prng
  readonly #behaviour: Behaviour
  readonly #keep: number
  #second = 0
  #inSecond = 0

  constructor(behaviour: Behaviour = {}, keep = 500) {
    this.#behaviour = behaviour
    this.#random = prng(behaviour.seed ?? 1)
    this.#keep = keep
  }

  course(text: string): Course {
    const random = this.#random
    const share = (of: number | undefined) => chance(random, of ?? 0)
    const between = (range: [number, number] | undefined) => (range ? int(random, range[0], range[1]) : 0)
    const { perSecond, delayMs, receiptMs, fail, breakOff, undelivered, duplicate, reply } = this.#behaviour
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0]
    const over = perSecond !== undefined && this.#inSecond >= perSecond
    const fate = over ? 'throttled' : share(fail) ? 'failed' : share(breakOff) ? 'broken-off' : 'taken'
    if (fate === 'taken' || fate === 'broken-off') this.#inSecond += 1
    return {
      fate,
      delivered: !share(undelivered),
      times: share(duplicate) ? 2 : 1,
      reply: share(reply) ? answerTo(random, text) : undefined,
      answerMs: between(delayMs),
      receiptMs: between(receiptMs),
    }
  }

  receive(text: Omit<Text, 'at'>): void {
    const received = { ...text, at: new Date() }
    this.texts.push(received)
    if (this.texts.length > this.#keep) this.texts.shift()
    for (const take of this.#waiting) take(received)
  }

  /** Resolves with the first kept or future text that fits; rejects after `timeoutMs` (default 5,000). */
  waitFor(fits: (text: Text) => boolean, timeoutMs = 5000): Promise<Text> {
    const kept = this.texts.find(fits)
    if (kept) return Promise.resolve(kept)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(take)
        reject(new Error(`No such text within ${timeoutMs} ms; ${this.texts.length} others are kept`))
      }, timeoutMs)
      const take = (text: Text) => {
        if (!fits(text)) return
        clearTimeout(timer)
        this.#waiting.delete(take)
        resolve(text)
      }
      this.#waiting.add(take)
    })
  }
}
