import { once } from 'node:events'
import { isIP } from 'node:net'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { log } from '../../platform/log.ts'
import { HostRefused, isOnPremises, resolveHost } from '../../platform/outbound-host.ts'
import { openHttp } from '../../platform/outbound-http.ts'
import type { VoiceLanguage } from './phrases.ts'
import { Utterances } from './utterance.ts'
import { makeWav, sampleRate } from './wav.ts'

export type Words = { text: string; confidence: number }
/** What an ear tells of a caller. */
export type Ear = {
  /** Somebody is saying something: it is worth waiting. */
  onSpeaking: () => void
  onWords: (words: Words) => void
}
/** What callers say, one call each. Without one, or with one that fails, keys go on working. */
export type Hearing = {
  /** PCM, 8 kHz, 16 bit, little-endian. */
  feed: (pcm: Buffer) => void
  /** What was said until now is no answer to what is asked next. */
  restart: (language: VoiceLanguage) => void
  close: () => void
  /** For tests: an utterance is being thought about. */
  readonly busy: boolean
}
/** Turns speech into words. A new one is a function like these and a line in {@link recogniserAt}. */
export type Recogniser = { open: (language: VoiceLanguage, ear: Ear) => Promise<Hearing> }

const heard = z.object({ text: z.string().max(500), confidence: z.number().min(0).max(1) })
const [answerMs, openMs, largest] = [5000, 5000, 64 * 1024]

/** One utterance as a WAV file, its words in JSON: `POST {url}?language=zh-CN` answers `{ text, confidence }`. */
function byHttp(url: string, allowed: () => Promise<string>): Recogniser {
  return {
    open(language, ear) {
      const http = openHttp(allowed, { connections: 1, within: answerMs, premisesOnly: true })
      const utterances = new Utterances()
      let [spoken, turn, asking] = [language, 0, 0]
      const ask = async (samples: Int16Array, mine: number) => {
        const target = new URL(url)
        target.searchParams.set('language', spoken)
        asking += 1
        try {
          const { status, body } = await http.ask(
            'POST',
            target,
            { 'content-type': 'audio/wav', accept: 'application/json' },
            makeWav(samples, ''),
            largest,
          )
          if (status !== 200) throw new Error(`HTTP ${status}`)
          const words = heard.parse(JSON.parse(body.toString('utf8')))
          // The question has moved on meanwhile.
          if (mine === turn) ear.onWords(words)
        } catch (error) {
          log.warn({ err: { name: (error as Error).name } }, 'the speech recogniser did not answer')
        } finally {
          asking -= 1
        }
      }
      return Promise.resolve({
        feed(pcm) {
          for (const change of utterances.take(pcm)) {
            if (change.kind === 'begins') ear.onSpeaking()
            else void ask(change.samples, turn)
          }
        },
        restart(next) {
          spoken = next
          turn += 1
          utterances.reset()
        },
        close: () => http.close(),
        get busy() {
          return asking > 0
        },
      })
    },
  }
}

const streamed = z.discriminatedUnion('type', [
  z.object({ type: z.literal('partial') }),
  heard.extend({ type: z.literal('final'), turn: z.number().int().optional() }),
])

/**
 * The sound as it comes, its words as they are understood. We say `{ type: 'start', rate, language, turn }` and send PCM; the engine answers
 * `{ type: 'partial' }` and `{ type: 'final', text, confidence, turn }`.
 */
function byWebSocket(url: string, allowed: () => Promise<string>): Recogniser {
  return {
    async open(language, ear) {
      const target = new URL(url)
      const address = await resolveHost(target.hostname.replace(/^\[(.*)\]$/, '$1'), await allowed())
      if (!isOnPremises(address)) throw new HostRefused('the speech recogniser is not on the premises')
      const socket = new WebSocket(target, {
        handshakeTimeout: openMs,
        maxPayload: largest,
        followRedirects: false,
        // The checked address and no other.
        lookup: (_host, options, done) => {
          const family = isIP(address)
          if (options.all) done(null, [{ address, family }])
          else done(null, address, family)
        },
      })
      socket.on('error', () => undefined)
      let turn = 0
      socket.on('message', (data: Buffer) => {
        const read = streamed.safeParse(parse(data.toString('utf8')))
        if (!read.success) return
        if (read.data.type === 'partial') ear.onSpeaking()
        else if ((read.data.turn ?? turn) === turn) ear.onWords(read.data)
      })
      const start = (spoken: VoiceLanguage) =>
        socket.send(JSON.stringify({ type: 'start', rate: sampleRate, language: spoken, turn }))
      await once(socket, 'open')
      start(language)
      return {
        feed: (pcm) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(pcm)
        },
        restart(spoken) {
          turn += 1
          if (socket.readyState === WebSocket.OPEN) start(spoken)
        },
        close: () => socket.close(),
        busy: false,
      }
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The engine of a site; undefined: keys alone. */
export function recogniserAt(
  settings: { 'voice.recogniser': string; 'voice.recogniser-url': string },
  allowed: () => Promise<string>,
): Recogniser | undefined {
  const url = settings['voice.recogniser-url']
  if (settings['voice.recogniser'] === 'http' && /^https?:\/\//.test(url)) return byHttp(url, allowed)
  if (settings['voice.recogniser'] === 'websocket' && /^wss?:\/\//.test(url)) return byWebSocket(url, allowed)
  return undefined
}
