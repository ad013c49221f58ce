import { randomUUID } from 'node:crypto'
import { log } from '../../platform/log.ts'
import type { AriRest } from './ari.ts'
import type { AudioPort } from './audio-socket.ts'
import type { VoiceLanguage } from './phrases.ts'
import type { Ear, Hearing, Recogniser } from './recogniser.ts'

/** What a line has for listening to callers. */
export type Listening = {
  rest: AriRest
  port: AudioPort
  /** As Asterisk reaches the port. */
  address: string
  recogniser: Recogniser
  fence: number
  tally: EarTally
}
/** For tests: what arrived, what was handed on, and what came back. */
export type EarTally = { sound: number; fed: number; words: number }

const earOf = /^careloop-(?:snoop|media)-(\d+)-/
/** The call that a channel of an ear belongs to. */
export const callOfEar = (channelId: string): number | undefined => {
  const id = earOf.exec(channelId)?.[1]
  return id === undefined ? undefined : Number(id)
}

/**
 * Listens to one caller: a second channel hears what comes in (snoop), a third brings it to us (external media), a bridge joins the two. The
 * call itself is in no bridge, so that prompts and keys work as ever, whatever becomes of this.
 */
export class CallerEar {
  readonly #listening: Listening
  readonly #callId: number
  readonly #ids: { snoop: string; media: string; bridge: string }
  readonly #here = new Set<string>()
  readonly #forget: () => void
  #hearing: Hearing | undefined
  #open = false
  #working = 0
  #over = false

  constructor(listening: Listening, callId: number, language: VoiceLanguage, ear: Ear) {
    this.#listening = listening
    this.#callId = callId
    const key = `${callId}-${listening.fence}`
    this.#ids = {
      snoop: `careloop-snoop-${key}`,
      media: `careloop-media-${key}`,
      bridge: `careloop-ear-${key}`,
    }
    const uuid = randomUUID()
    const { tally } = listening
    const counted: Ear = {
      onSpeaking: ear.onSpeaking,
      onWords(words) {
        tally.words += 1
        ear.onWords(words)
      },
    }
    this.#forget = listening.port.expect(uuid, {
      // Sound is kept nowhere: it goes to the recogniser while an answer is waited for, and nowhere else.
      onSound: (pcm) => {
        tally.sound += pcm.length
        if (!this.#open || !this.#hearing) return
        tally.fed += pcm.length
        this.#hearing.feed(pcm)
      },
      onEnd: () => this.close(),
    })
    void this.#do(this.#begin(uuid, language, counted)).catch((error: unknown) => {
      log.warn(
        { call: callId, err: { name: (error as Error).name } },
        'a caller is not listened to; keys go on working',
      )
      this.close()
    })
  }

  get busy(): boolean {
    return this.#working > 0 || (this.#hearing?.busy ?? false)
  }

  async #do(work: Promise<unknown>): Promise<void> {
    this.#working += 1
    try {
      await work
    } finally {
      this.#working -= 1
    }
  }

  async #begin(uuid: string, language: VoiceLanguage, ear: Ear): Promise<void> {
    const { rest, recogniser, address } = this.#listening
    const hearing = await recogniser.open(language, ear)
    if (this.#over) {
      hearing.close()
      return
    }
    this.#hearing = hearing
    if (!(await rest.snoop(`careloop-voice-${this.#callId}`, this.#ids.snoop))) {
      this.close()
      return
    }
    await rest.externalMedia(this.#ids.media, address, uuid)
  }

  /** A channel of the ear is in our application: when both are, they are joined. */
  entered(channelId: string): void {
    this.#here.add(channelId)
    const { snoop, media, bridge } = this.#ids
    if (this.#over || !this.#here.has(snoop) || !this.#here.has(media)) return
    void this.#do(this.#listening.rest.bridge(bridge, [snoop, media])).catch(() => this.close())
  }

  /** A question was read out: what is said from now on is an answer. */
  open(language: VoiceLanguage): void {
    this.#hearing?.restart(language)
    this.#open = true
  }

  /** Prompts are being played: what comes in may be their echo. */
  shut(): void {
    this.#open = false
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#open = false
    this.#forget()
    this.#hearing?.close()
    const { rest } = this.#listening
    const { snoop, media, bridge } = this.#ids
    // What is gone already is no failure, and what is left ends with the call.
    void Promise.all([rest.dropBridge(bridge), rest.hangUp(media), rest.hangUp(snoop)]).catch(() => undefined)
  }
}
