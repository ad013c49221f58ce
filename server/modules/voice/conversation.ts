import { log } from '../../platform/log.ts'
import type { Timers } from '../../platform/timers.ts'
import type { Db } from '../../platform/db.ts'
import type { VoiceStep } from '../../../contract/voice.ts'
import type { VoiceAccount } from './account.ts'
import type { AriEvent, AriRest } from './ari.ts'
import type { CallerEar } from './hearing.ts'
import type { VoiceLanguage } from './phrases.ts'
import type { Ear } from './recogniser.ts'
import { type CallRow, type Change, channelOf, saveCall, saveDanger, settleCall } from './call.ts'
import { begin, thenOf, type Dialogue, type Heard, type Segment, step, type Turn } from './dialogue.ts'
import { answerText, askedText } from './segments.ts'

/** What all calls of a line share. */
export type Line = {
  db: Db
  timers: Timers
  account: VoiceAccount
  rest: AriRest
  fence: number
  /** Addresses of these prompts for the telephone system; undefined while one was never spoken. */
  media: (segments: Segment[]) => Promise<string[] | undefined>
  waitSeconds: number
  /** Listens to a caller, where a site connects a recogniser. */
  listen?: ((callId: number, language: VoiceLanguage, ear: Ear) => CallerEar) | undefined
  /** Called once when the call is settled, or another process has it. */
  onOver: (callId: number) => void
}

/** Events wait this long for one that was sent before them and comes after. */
const reorderMs = 60
/** Silence after which digits that were typed count. */
const typedSeconds = 4
/** How long a call may take after it was asked to end. */
const endMs = 15_000
const retryMs = 3000

/** One call while it lasts: takes events and timers one after the other, writes each change before it acts. */
export class Conversation {
  readonly id: number
  readonly channelId: string
  readonly #line: Line
  readonly #row: CallRow
  #dialogue: Dialogue | null
  #then: Turn['then'] = 'listen'
  #playback: string | undefined
  #played = 0
  #failures = 0
  #cancelTimer: (() => void) | undefined
  #waiting: AriEvent[] = []
  #cancelFlush: (() => void) | undefined
  readonly #seen = new Set<string>()
  #work: Promise<void> = Promise.resolve()
  #pending = 0
  #over = false
  #ear: CallerEar | undefined
  /** The wait was prolonged once for somebody who is speaking. */
  #prolonged = false

  constructor(line: Line, row: CallRow) {
    this.#line = line
    this.#row = row
    this.id = row.id
    this.channelId = channelOf(row.id)
    this.#dialogue = row.dialogue
    if (row.dialogue) this.#then = thenOf(row.script, row.dialogue)
  }

  get busy(): boolean {
    return this.#pending > 0 || (this.#ear?.busy ?? false)
  }

  get talking(): boolean {
    return this.#dialogue !== null
  }

  /** An event of the channel; doubled ones are dropped, those out of order put in order. */
  take(event: AriEvent): void {
    const key = [event.type, event.timestamp, event.digit, event.playback?.id].join(' ')
    if (this.#over || this.#seen.has(key)) return
    this.#seen.add(key)
    this.#waiting.push(event)
    this.#cancelFlush ??= this.#line.timers.after(reorderMs, () => {
      this.#cancelFlush = undefined
      const events = this.#waiting.sort((a, b) => (a.timestamp ?? '').localeCompare(b.timestamp ?? ''))
      this.#waiting = []
      for (const one of events) this.do(() => this.#handle(one))
    })
  }

  /** Does something about the call after what is being done. */
  do(work: () => Promise<void>): void {
    if (this.#over) return
    this.#pending += 1
    this.#work = this.#work
      .then(() => (this.#over ? undefined : work()))
      .catch((error: unknown) => {
        log.warn({ err: error, call: this.id }, 'a call of the machine could not go on just now')
        this.#line.timers.after(retryMs, () => this.do(() => this.#goOn()))
      })
      .finally(() => (this.#pending -= 1))
  }

  /** A channel through which the caller is listened to has come up. */
  enterEar(channelId: string): void {
    this.#ear?.entered(channelId)
  }

  #startEar(): void {
    const { listen } = this.#line
    if (this.#ear || !listen || !this.#row.script.speech || !this.#dialogue) return
    this.#ear = listen(this.id, this.#dialogue.language, {
      onSpeaking: () => {
        if (this.#prolonged || !this.#isListening) return
        this.#prolonged = true
        this.do(() => {
          if (this.#isListening) this.#await()
          return Promise.resolve()
        })
      },
      onWords: (words) =>
        this.do(async () => {
          if (this.#isListening) await this.#hear({ kind: 'said', ...words }, [])
        }),
    })
  }

  get #isListening(): boolean {
    return this.#then === 'listen' && this.#dialogue !== null && this.#playback === undefined
  }

  /** Goes on after a break of the line or the end of another process. */
  resume(state: string): void {
    this.do(async () => {
      await this.#line.rest.follow(this.channelId)
      await this.#again(state)
    })
  }

  /** After a failure: what has become of the channel? */
  async #goOn(): Promise<void> {
    const channel = await this.#line.rest.channel(this.channelId)
    if (channel) await this.#again(channel.state)
    else await this.#settle(null)
  }

  async #again(state: string): Promise<void> {
    if (state !== 'Up') return
    const dialogue = this.#dialogue
    // It is an agent's call by now.
    if (this.#row.handed_over) await this.#settle(16)
    else if (!dialogue) await this.#begin(null)
    else if (dialogue.at.kind === 'ended') await this.#finish()
    else {
      this.#startEar()
      await this.#hear({ kind: 'resume' }, [{ kind: 'lost' }])
    }
  }

  /** The channel is gone. @param cause null when nobody heard it end */
  gone(cause: number | null): void {
    this.do(() => this.#settle(cause))
  }

  /** Somebody stops the calls. */
  stop(): void {
    this.do(async () => {
      if (await this.#save({ state: 'leaving', steps: [{ kind: 'stopped' }] })) await this.#hangUp()
    })
  }

  /** Leaves the call as it is; nothing of it is written any more by this process. */
  drop(): void {
    this.#over = true
    this.#cancelTimer?.()
    this.#cancelFlush?.()
    this.#ear?.close()
    this.#line.onOver(this.id)
  }

  async #handle(event: AriEvent): Promise<void> {
    switch (event.type) {
      case 'StasisStart':
        return this.#answered(event.args ?? [])
      case 'ChannelDtmfReceived':
        if (event.digit !== undefined && this.#then === 'listen' && this.#dialogue)
          await this.#key(event.digit)
        return
      case 'PlaybackFinished':
        if (event.playback?.id === this.#playback) await this.#spoken(event.playback?.state === 'failed')
        return
      case 'StasisEnd':
        // After a hand-over the call goes on without us.
        if (this.#then === 'hand-over') await this.#settle(16)
        return
      case 'ChannelDestroyed':
        return this.#settle(event.cause ?? 16)
    }
  }

  async #answered([, amd]: string[]): Promise<void> {
    if (this.#dialogue) return
    if (amd === 'MACHINE') {
      if (await this.#save({ state: 'leaving', amd, answered: true, steps: [{ kind: 'answered' }] }))
        await this.#hangUp()
      return
    }
    await this.#begin(amd ?? null)
  }

  async #begin(amd: string | null): Promise<void> {
    const turn = begin(this.#row.script)
    this.#dialogue = turn.state
    const steps: Change['steps'] = [{ kind: 'answered' }]
    const saved = await this.#save({
      state: 'talking',
      answered: true,
      dialogue: turn.state,
      steps,
      ...(amd !== null && { amd }),
    })
    if (!saved) return
    this.#startEar()
    await this.#act(turn)
  }

  async #key(key: string): Promise<void> {
    await this.#hear({ kind: 'key', key }, [])
  }

  /** One turn of the dialogue: decided, written, then acted upon. */
  async #hear(heard: Heard, first: Change['steps']): Promise<void> {
    const before = this.#dialogue
    if (!before) return
    const { script } = this.#row
    const turn = step(script, before, heard)
    // Words that count for nothing do not begin the wait anew.
    if (turn.state === before && turn.then === 'listen') return
    this.#cancelTimer?.()
    const dangers = turn.flags.map((): Change['steps'][number] => ({ kind: 'confirmed-flag' }))
    const steps = [...first, ...stepsOf(this.#row, before, turn, heard), ...dangers]
    const change: Change = {
      dialogue: turn.state,
      steps,
      ...(turn.then !== 'listen' && { state: 'leaving' as const }),
    }
    const saved =
      turn.flags.length > 0
        ? await saveDanger(this.#line.db, this.#held(), this.#row, change, this.#now())
        : await saveCall(this.#line.db, this.#held(), change, this.#now())
    if (!saved) {
      this.drop()
      return
    }
    this.#dialogue = turn.state
    await this.#act(turn)
  }

  async #act(turn: Turn): Promise<void> {
    this.#then = turn.then
    if (turn.say.length > 0) this.#ear?.shut()
    if (turn.say.length === 0) {
      if (turn.then !== 'listen') return this.#finish()
      // A digit in the middle of a prompt: nobody needs the rest of it.
      if (this.#playback !== undefined) await this.#stopPlayback()
      this.#listen()
      return
    }
    if (this.#playback !== undefined) await this.#stopPlayback()
    const media = await this.#line.media(turn.say)
    if (!media) return this.#cannotSpeak()
    this.#played += 1
    const playback = `${this.channelId}-${this.#line.fence}-${this.#played}`
    this.#playback = playback
    if (!(await this.#line.rest.play(this.channelId, playback, media))) this.#playback = undefined
  }

  async #stopPlayback(): Promise<void> {
    const playback = this.#playback
    this.#playback = undefined
    if (playback !== undefined) await this.#line.rest.stopPlayback(playback)
  }

  async #spoken(failed: boolean): Promise<void> {
    this.#playback = undefined
    if (failed) {
      this.#failures += 1
      if (this.#failures >= 2) return this.#cannotSpeak()
    }
    if (this.#then === 'listen') this.#listen()
    else await this.#finish()
  }

  async #cannotSpeak(): Promise<void> {
    this.#failures = 2
    log.error({ call: this.id }, 'a prompt cannot be played; the call is ended')
    await this.#hangUp()
  }

  #listen(): void {
    this.#prolonged = false
    if (this.#dialogue) this.#ear?.open(this.#dialogue.language)
    this.#await()
  }

  #await(): void {
    const seconds = this.#dialogue?.typed === '' ? this.#line.waitSeconds : typedSeconds
    const dialogue = this.#dialogue
    this.#cancelTimer?.()
    this.#cancelTimer = this.#line.timers.after(seconds * 1000, () =>
      this.do(async () => {
        // A key may have come before.
        if (this.#dialogue === dialogue) await this.#hear({ kind: 'silence' }, [{ kind: 'silence' }])
      }),
    )
  }

  /** The last words were said. */
  async #finish(): Promise<void> {
    this.#ear?.close()
    const { agentsContext } = this.#line.account
    if (this.#then === 'hand-over' && agentsContext !== undefined) {
      if (!(await this.#save({ handedOver: true, steps: [{ kind: 'handed-over' }] }))) return
      const place = { context: agentsContext, extension: 's', priority: 1 }
      if (await this.#line.rest.continueAt(this.channelId, place)) {
        this.#lookAfter()
        return
      }
    }
    await this.#hangUp()
  }

  async #hangUp(): Promise<void> {
    await this.#line.rest.hangUp(this.channelId)
    this.#lookAfter()
  }

  /** The end of the channel is an event; without one we ask. */
  #lookAfter(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#line.timers.after(endMs, () =>
      this.do(async () => {
        if (this.#then === 'hand-over' || !(await this.#line.rest.channel(this.channelId)))
          await this.#settle(16)
        else await this.#hangUp()
      }),
    )
  }

  async #settle(cause: number | null): Promise<void> {
    this.#cancelTimer?.()
    const failed = this.#failures >= 2
    await settleCall(this.#line.db, this.#held(), { cause, failed }, this.#now())
    this.drop()
  }

  async #save(change: Change): Promise<boolean> {
    const saved = await saveCall(this.#line.db, this.#held(), change, this.#now())
    if (!saved) this.drop()
    return saved
  }

  #held = () => ({ id: this.id, fence: this.#line.fence })
  #now = () => new Date(this.#line.timers.now())
}

/** What a turn means, for people who read it later. The year of birth is not among it. */
function stepsOf(row: CallRow, before: Dialogue, { state }: Turn, heard: Heard): Omit<VoiceStep, 'at'>[] {
  const { script } = row
  const steps: Omit<VoiceStep, 'at'>[] = []
  if (!before.identified && state.identified) steps.push({ kind: 'identified' })
  for (const linkId of Object.keys(state.answers))
    if (before.answers[linkId] === undefined)
      steps.push({
        kind: 'heard',
        text: answerText(script, linkId, state.answers[linkId]),
        ...(heard.kind === 'said' && { confidence: heard.confidence }),
      })
  const asked = state.at.kind === 'question' ? askedText(script, state.at.linkId) : undefined
  const again =
    before.at.kind === 'question' && state.at.kind === 'question' && before.at.linkId === state.at.linkId
  if (asked !== undefined && (!again || (heard.kind === 'key' && heard.key === '*')))
    steps.push({ kind: 'asked', text: asked })
  return steps
}
