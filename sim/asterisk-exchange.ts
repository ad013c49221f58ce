import type { WebSocket } from 'ws'
import { readWav } from './asterisk-sound.ts'
import { prng } from './prng.ts'
import { speak } from './spoken-sound.ts'
import { realTimers, type Timers } from './virtual-clock.ts'

// The exchange behind the simulated Asterisk: channels, what is played, the people at the telephones, and the events about them.

/** What a called person does, in seconds after what was said to them began. */
export type Act =
  | { after: number; press: string }
  | { after: number; hangUp: true }
  /** @property clarity how well it can be understood, 0 to 100 */
  | { after: number; say: string; clarity: number }
export type Callee = {
  fate: 'answer' | 'busy' | 'no-answer' | 'unobtainable' | 'rejected' | 'congested'
  /** Seconds of ringing. */
  after: number
  /** A recorder answers: greeting, beep, silence. */
  recorder?: boolean
  /** Hears one thing that was played; `seconds` is how long all of it takes. */
  hear?: (said: string[], seconds: number) => Act[]
}

export type AriOptions = {
  port?: number
  timers?: Timers
  username?: string
  password?: string
  /** Who is at a number. */
  callee: (number: string) => Callee
  /** Contexts of the dialplan that calls may be sent to; by default one that runs AMD() and a queue of agents. */
  queueSeconds?: number
  /** Takes a call that was sent to the agents' context; left out: it lasts `queueSeconds`. */
  onHandOver?: (call: HandedOver) => void
  /** How events suffer on their way. */
  chaos?: { seed: number; duplicate?: number; reorder?: number }
}

export type HandedOver = { channelId: string; number: string; hangUp: () => void }

export type Dialled = {
  number: string
  at: number
  channelId: string
  endedAt: number | null
  cause: number | null
}

export type Channel = {
  id: string
  number: string
  state: 'Down' | 'Ring' | 'Ringing' | 'Up'
  createdAt: string
  app: string
  args: string[]
  context: { context: string; extension: string; priority: number } | null
  variables: Record<string, string>
  inStasis: boolean
  callee: Callee
  /** Acts of the person that have not happened yet. */
  acts: (() => void)[]
  playing: Playback | undefined
  waiting: Playback[]
  timers: (() => void)[]
  caller: string
  /** Where what the person says is brought to, while somebody listens. */
  ear?: ((sound: Buffer) => void) | undefined
  /** Called when the channel is gone. */
  ended?: (() => void)[]
}
export type Playback = {
  id: string
  media: string[]
  channel: Channel
  state: 'queued' | 'playing' | 'done'
  stop?: () => void
}

const causes = {
  busy: 17,
  'no-answer': 19,
  unobtainable: 1,
  rejected: 21,
  congested: 34,
  answer: 16,
} as const
const causeWords: Record<number, string> = {
  1: 'Unallocated (unassigned) number',
  16: 'Normal Clearing',
  17: 'User busy',
  19: 'User alerting, no answer',
  21: 'Call Rejected',
  34: 'Circuit/channel congestion',
}

export function openExchange(options: AriOptions) {
  const { timers = realTimers } = options
  const chance = prng(options.chaos?.seed ?? 1)
  const channels = new Map<string, Channel>()
  const playbacks = new Map<string, Playback>()
  const sockets = new Map<string, Set<WebSocket>>()
  const followed = new Map<string, Set<string>>()
  const dialled: Dialled[] = []
  const handedOver: string[] = []
  const heardAt = new Map<string, string[]>()
  const media = new Map<string, Promise<{ text: string; seconds: number }>>()
  const tally = { busy: 0, sent: 0 }
  let kept: { app: string; text: string } | undefined
  const stamp = () => new Date(timers.now()).toISOString().replace('Z', '+0000')

  const view = (one: Channel) => ({
    id: one.id,
    name: `PJSIP/trunk-${one.id.slice(-8)}`,
    state: one.state,
    protocol_id: one.id,
    caller: { name: '', number: one.caller },
    connected: { name: '', number: one.number },
    accountcode: '',
    dialplan: one.inStasis
      ? { context: 'default', exten: 's', priority: 1, app_name: 'Stasis', app_data: one.app }
      : {
          context: one.context?.context ?? 'default',
          exten: one.context?.extension ?? 's',
          priority: 1,
          app_name: '',
          app_data: '',
        },
    creationtime: one.createdAt,
    language: 'zh',
  })

  const put = (app: string, text: string) => {
    for (const socket of sockets.get(app) ?? [])
      if (socket.readyState === socket.OPEN) {
        tally.sent += 1
        socket.send(text)
      }
  }

  const flush = () => {
    const last = kept
    kept = undefined
    if (last) put(last.app, last.text)
  }

  const tell = (app: string, type: string, rest: object) => {
    const text = JSON.stringify({
      type,
      application: app,
      timestamp: stamp(),
      asterisk_id: '00:00:5e:00:53:01',
      ...rest,
    })
    const { duplicate = 0, reorder = 0 } = options.chaos ?? {}
    if (!kept && chance() < reorder) {
      kept = { app, text }
      // Another one passes it, or it goes by itself a moment later.
      timers.after(20, flush)
      return
    }
    put(app, text)
    if (chance() < duplicate) put(app, text)
    flush()
  }

  /** Events of a channel go to the application that it is in and to those that follow it. */
  const tellOf = (one: Channel, type: string, rest: object = {}) => {
    const apps = new Set([...(followed.get(one.id) ?? []), ...(one.inStasis ? [one.app] : [])])
    for (const app of apps) tell(app, type, { channel: view(one), ...rest })
  }

  const later = (one: Channel, seconds: number, act: () => void) => {
    one.timers.push(
      timers.after(seconds * 1000, () => {
        if (channels.has(one.id)) act()
      }),
    )
  }

  const enter = (one: Channel, args: string[]) => {
    if (!sockets.has(one.app)) {
      // No application of that name was ever registered: Stasis() fails and the channel ends.
      end(one, 16)
      return
    }
    one.inStasis = true
    one.args = args
    tellOf(one, 'StasisStart', { args })
  }

  const leave = (one: Channel) => {
    if (!one.inStasis) return
    stopPlaying(one)
    tellOf(one, 'StasisEnd')
    one.inStasis = false
  }

  const end = (one: Channel, cause: number) => {
    if (!channels.has(one.id)) return
    for (const cancel of [...one.timers, ...one.acts]) cancel()
    leave(one)
    channels.delete(one.id)
    for (const act of one.ended ?? []) act()
    tellOf(one, 'ChannelDestroyed', { cause, cause_txt: causeWords[cause] ?? '' })
    followed.delete(one.id)
    const row = dialled.find((call) => call.channelId === one.id)
    if (row) [row.endedAt, row.cause] = [timers.now(), cause]
  }

  const ring = (one: Channel, timeout: number) => {
    const { callee } = one
    const dial = (dialstatus: string) => {
      for (const app of followed.get(one.id) ?? [])
        tell(app, 'Dial', { dialstatus, dialstring: `${one.number}@trunk`, forward: '', peer: view(one) })
    }
    const change = (state: Channel['state']) => {
      one.state = state
      tellOf(one, 'ChannelStateChange')
    }
    dial('')
    if (callee.fate === 'unobtainable' || callee.fate === 'congested') {
      later(one, 1, () => end(one, causes[callee.fate]))
      return
    }
    later(one, 0.5, () => {
      change('Ringing')
      dial('RINGING')
    })
    const seconds = callee.fate === 'no-answer' ? timeout : Math.min(callee.after, timeout)
    later(one, 0.5 + seconds, () => {
      if (callee.fate !== 'answer' || callee.after > timeout) {
        dial(callee.fate === 'busy' ? 'BUSY' : 'NOANSWER')
        end(one, callee.fate === 'answer' ? 19 : causes[callee.fate])
        return
      }
      dial('ANSWER')
      change('Up')
      if (one.context) run(one, one.context)
      else enter(one, one.args)
    })
  }

  /** The dialplan: see docs/operations/voice.md for both contexts. */
  const run = (one: Channel, place: { context: string; extension: string }) => {
    one.context = { ...place, priority: 1 }
    if (place.context === 'careloop-amd') {
      // AMD(): a long greeting is a machine's, a short one with silence after it a person's.
      const status = one.callee.recorder ? 'MACHINE' : 'HUMAN'
      const cause = one.callee.recorder ? 'LONGGREETING-1600-1500' : 'HUMAN-820-800'
      Object.assign(one.variables, { AMDSTATUS: status, AMDCAUSE: cause })
      later(one, 2.2, () => enter(one, [one.variables['CARELOOP_CALL'] ?? '', status, cause]))
      return
    }
    queue(one)
  }

  const queue = (one: Channel) => {
    handedOver.push(one.number)
    const hangUp = () => end(one, 16)
    if (options.onHandOver) options.onHandOver({ channelId: one.id, number: one.number, hangUp })
    else later(one, options.queueSeconds ?? 90, hangUp)
  }

  /** Text and length of a prompt: from the file, as the telephone system fetches and caches it. */
  const load = (uri: string): Promise<{ text: string; seconds: number }> => {
    if (!/^sound:https?:/.test(uri)) return Promise.resolve({ text: uri, seconds: 1 })
    const known = media.get(uri)
    if (known) return known
    const fetched = fetch(uri.slice('sound:'.length)).then(async (answer) => {
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
      return readWav(Buffer.from(await answer.arrayBuffer()))
    })
    media.set(uri, fetched)
    fetched.catch(() => media.delete(uri))
    return fetched
  }

  const playbackView = (one: Playback, uri: string) => ({
    id: one.id,
    media_uri: uri,
    target_uri: `channel:${one.channel.id}`,
    language: 'zh',
    state: one.state,
  })

  const play = async (one: Playback) => {
    const { channel } = one
    channel.playing = one
    tally.busy += 1
    const loaded = await Promise.all(one.media.map(load)).catch(() => undefined)
    tally.busy -= 1
    if (channel.playing !== one || !channels.has(channel.id)) return
    const [first = ''] = one.media
    if (!loaded) {
      one.state = 'done'
      channel.playing = undefined
      tellOf(channel, 'PlaybackFinished', { playback: { ...playbackView(one, first), state: 'failed' } })
      next(channel)
      return
    }
    one.state = 'playing'
    tellOf(channel, 'PlaybackStarted', { playback: playbackView(one, first) })
    const seconds = loaded.reduce((sum, part) => sum + part.seconds, 0)
    const said = loaded.map((part) => part.text)
    heardAt.set(channel.number, [...(heardAt.get(channel.number) ?? []), ...said])
    for (const cancel of channel.acts) cancel()
    channel.acts = (channel.callee.recorder ? [] : (channel.callee.hear?.(said, seconds) ?? [])).map((act) =>
      timers.after(act.after * 1000, () => {
        if (!channels.has(channel.id)) return
        if ('hangUp' in act) {
          tellOf(channel, 'ChannelHangupRequest', { cause: 16 })
          end(channel, 16)
        } else if ('say' in act) channel.ear?.(speak(act.say, act.clarity))
        else tellOf(channel, 'ChannelDtmfReceived', { digit: act.press, duration_ms: 120 })
      }),
    )
    one.stop = timers.after(seconds * 1000, () => finish(one))
  }

  const finish = (one: Playback) => {
    if (one.state === 'done') return
    one.state = 'done'
    one.stop?.()
    playbacks.delete(one.id)
    if (one.channel.playing === one) one.channel.playing = undefined
    tellOf(one.channel, 'PlaybackFinished', { playback: playbackView(one, one.media.at(-1) ?? '') })
    next(one.channel)
  }

  const next = (channel: Channel) => {
    const waiting = channel.waiting.shift()
    if (waiting) void play(waiting)
  }

  const stopPlaying = (channel: Channel) => {
    channel.waiting = []
    if (channel.playing) finish(channel.playing)
  }

  return {
    timers,
    channels,
    playbacks,
    sockets,
    followed,
    dialled,
    handedOver,
    heardAt,
    tally,
    stamp,
    view,
    tell,
    tellOf,
    later,
    leave,
    end,
    ring,
    run,
    queue,
    play,
    playbackView,
    finish,
  }
}
