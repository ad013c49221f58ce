import { createHash, randomBytes } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { serveFiles, silence } from './asterisk-files.ts'

// A telephone system as it looks from outside: Asterisk's Manager Interface (docs.asterisk.org: AMI v2 Specification, AMI Events and Actions)
// and, over HTTP, the file of channel events (cel_custom.conf, `Master.csv`) and stored recordings as ARI serves them.

export type PbxOptions = {
  port?: number
  user?: string
  password?: string
  /** Time of what happens, ms. */
  now?: () => number
  /** Whether an event is sent twice, or changes places with the one before it. */
  disturb?: () => 'twice' | 'swap' | undefined
  /** After how many ms a ringing telephone is picked up by itself; left out: never. */
  autoAnswerMs?: number
}

type Channel = {
  name: string
  uniqueId: string
  linkedId: string
  exten: string
  number: string
  bridge: string | null
}

/** A call as whoever plays the telephones sees it. */
export type PbxCall = {
  /** Asterisk's Linkedid. */
  id: string
  /** Rings at extensions, as a queue or a Dial of several does. */
  ring: (...extensions: string[]) => void
  /** That extension's telephone is picked up; the others stop ringing. */
  answer: (extension: string) => void
  hold: (held: boolean) => void
  /** The telephone at that extension rings instead, sent there by who speaks. */
  transfer: (extension: string) => void
  record: (name: string) => void
  /** Ends it; `extension`: only that telephone. */
  hangUp: (extension?: string) => void
}

/** `id`: of the channel, where another part of the system opened it. */
type CallOptions = { queue?: string; id?: string }

export type Pbx = {
  port: number
  /** Where the file of channel events and recordings are served. */
  url: string
  /** Somebody outside calls. */
  call: (from: string, to: string, options?: CallOptions) => PbxCall
  /** A running call by its id. */
  find: (id: string) => PbxCall | undefined
  /** Extensions paused in the queue. */
  paused: () => string[]
  /** Actions that were taken, in their order, without pings and logins. */
  actions: () => Record<string, string>[]
  /** Cuts every connection. */
  drop: () => void
  connections: () => number
  close: () => Promise<void>
}

/** Starts it. Agents' telephones are `PJSIP/<extension>`; outside lines are `PJSIP/trunk`. */
export async function startAsterisk(options: PbxOptions = {}): Promise<Pbx> {
  const system = new System(options)
  const ami = createServer((socket) => system.accept(socket))
  await new Promise<void>((resolve) => ami.listen(options.port ?? 0, '127.0.0.1', resolve))
  const http = serveFiles(system)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    port: (ami.address() as AddressInfo).port,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    call: (from, to, more) => system.call(from, to, more),
    find: (id) => system.find(id),
    paused: () => [...system.paused],
    actions: () => system.actions,
    drop: () => {
      for (const socket of system.sockets) socket.destroy()
    },
    connections: () => system.sockets.size,
    async close() {
      system.stop()
      http.closeAllConnections()
      await Promise.all([ami, http].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

class System {
  readonly sockets = new Set<Socket>()
  readonly paused = new Set<string>()
  readonly actions: Record<string, string>[] = []
  readonly recordings = new Map<string, Buffer>()
  readonly #options: PbxOptions
  readonly #channels = new Map<string, Channel>()
  readonly #authorised = new Set<Socket>()
  #file: Buffer[] = []
  #numbers = 0
  readonly #timers = new Set<NodeJS.Timeout>()
  #held: string | undefined
  #moment: number | undefined

  constructor(options: PbxOptions) {
    this.#options = options
  }

  get file(): Buffer {
    this.#file = [Buffer.concat(this.#file)]
    return this.#file[0] ?? Buffer.alloc(0)
  }

  /** What happens at once happens at one moment, however long telling it takes. */
  #now(): number {
    if (this.#moment === undefined) {
      this.#moment = (this.#options.now ?? Date.now)()
      queueMicrotask(() => (this.#moment = undefined))
    }
    return this.#moment
  }

  #id(): string {
    return `${Math.floor(this.#now() / 1000)}.${++this.#numbers}`
  }

  #stamp(): string {
    return `${(this.#now() / 1000).toFixed(3)}000`
  }

  // What happens

  call(from: string, to: string, { queue, id }: CallOptions = {}): PbxCall {
    const uniqueId = id ?? this.#id()
    this.#open({ name: `PJSIP/trunk-${this.#hex()}`, uniqueId, linkedId: uniqueId, exten: to, number: from })
    if (queue !== undefined)
      this.#emit({ Event: 'QueueCallerJoin', ...this.#of(uniqueId), Queue: queue, Position: '1', Count: '1' })
    return this.#handle(uniqueId)
  }

  find(id: string): PbxCall | undefined {
    return this.#ofCall(id).length > 0 ? this.#handle(id) : undefined
  }

  #handle(id: string): PbxCall {
    return {
      id,
      ring: (...extensions) => {
        for (const extension of extensions) this.#dial(id, `PJSIP/${extension}`, extension)
        const [first] = extensions
        if (first !== undefined) this.#byItself(() => this.#pickUp(id, first))
      },
      answer: (extension) => this.#pickUp(id, extension),
      hold: (held) => {
        const agent = this.#ofCall(id).find((one) => one.bridge !== null)
        if (agent) this.#emit({ Event: held ? 'Hold' : 'Unhold', ...this.#of(agent.uniqueId) })
      },
      transfer: (extension) => this.#transfer(id, extension),
      record: (name) => {
        this.recordings.set(name, silence(1))
        const first = this.#ofCall(id)[0]
        if (first) this.#emit({ Event: 'MixMonitorStop', ...this.#of(first.uniqueId), RecordingFile: name })
      },
      hangUp: (extension) => {
        for (const one of this.#ofCall(id))
          if (extension === undefined || one.name.startsWith(`PJSIP/${extension}-`))
            this.#close(one, '16', 'Normal Clearing')
      },
    }
  }

  #ofCall(id: string): Channel[] {
    return [...this.#channels.values()].filter((one) => one.linkedId === id)
  }

  #hex(): string {
    return (++this.#numbers).toString(16).padStart(8, '0')
  }

  #open(channel: Omit<Channel, 'bridge'>): void {
    this.#channels.set(channel.uniqueId, { ...channel, bridge: null })
    this.#emit({
      Event: 'Newchannel',
      ...this.#of(channel.uniqueId),
      ChannelState: '0',
      ChannelStateDesc: 'Down',
    })
    this.#log('CHAN_START', channel.uniqueId)
  }

  #dial(id: string, endpoint: string, exten: string): Channel {
    const caller = this.#ofCall(id)[0]
    const uniqueId = this.#id()
    this.#open({
      name: `${endpoint}-${this.#hex()}`,
      uniqueId,
      linkedId: id,
      exten,
      number: caller?.number ?? '',
    })
    const destination = this.#of(uniqueId)
    this.#emit({
      Event: 'DialBegin',
      ...(caller && this.#of(caller.uniqueId)),
      DestChannel: destination.Channel,
      DestUniqueid: destination.Uniqueid,
      DestLinkedid: destination.Linkedid,
      DialString: exten,
    })
    this.#emit({ Event: 'Newstate', ...this.#of(uniqueId), ChannelState: '5', ChannelStateDesc: 'Ringing' })
    return this.#channels.get(uniqueId) as Channel
  }

  #pickUp(id: string, extension: string): void {
    const channels = this.#ofCall(id)
    const agent = channels.find((one) => one.name.startsWith(`PJSIP/${extension}-`) && one.bridge === null)
    const other = channels.find((one) => !isAgent(one) || one.bridge !== null)
    if (!agent || !other) return
    const bridge = other.bridge ?? this.#id()
    this.#emit({ Event: 'Newstate', ...this.#of(agent.uniqueId), ChannelState: '6', ChannelStateDesc: 'Up' })
    this.#log('ANSWER', agent.uniqueId)
    for (const one of [other, agent]) this.#bridge(one, bridge)
    for (const one of channels)
      if (isAgent(one) && one !== agent && one.bridge === null) this.#close(one, '26', 'Answered elsewhere')
  }

  #bridge(channel: Channel, bridge: string): void {
    if (channel.bridge === bridge) return
    channel.bridge = bridge
    const inside = [...this.#channels.values()].filter((one) => one.bridge === bridge).length
    this.#emit({
      Event: 'BridgeEnter',
      ...this.#of(channel.uniqueId),
      BridgeUniqueid: bridge,
      BridgeType: 'basic',
      BridgeNumChannels: String(inside),
    })
    this.#log('BRIDGE_ENTER', channel.uniqueId)
  }

  #transfer(id: string, extension: string): void {
    const agent = this.#ofCall(id).find((one) => isAgent(one) && one.bridge !== null)
    if (!agent) return
    this.#emit({
      Event: 'BlindTransfer',
      Result: 'Success',
      ...this.#of(agent.uniqueId),
      Extension: extension,
    })
    const other = this.#ofCall(id).find((one) => one !== agent)
    if (other) other.bridge = null
    this.#dial(id, `PJSIP/${extension}`, extension)
    this.#close(agent, '16', 'Normal Clearing')
    this.#byItself(() => this.#pickUp(id, extension))
  }

  #byItself(what: () => void): void {
    const { autoAnswerMs } = this.#options
    if (autoAnswerMs === undefined) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      what()
    }, autoAnswerMs)
    this.#timers.add(timer)
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    for (const socket of this.sockets) socket.destroy()
  }

  #close(channel: Channel, cause: string, words: string): void {
    if (!this.#channels.has(channel.uniqueId)) return
    this.#emit({ Event: 'Hangup', ...this.#of(channel.uniqueId), Cause: cause, 'Cause-txt': words })
    this.#log('HANGUP', channel.uniqueId)
    const last = this.#ofCall(channel.linkedId).length === 1
    if (last) this.#log('LINKEDID_END', channel.uniqueId)
    this.#channels.delete(channel.uniqueId)
    // Who is left alone hangs up, too, as telephones do.
    const left = this.#ofCall(channel.linkedId)
    if (left.length === 1 && left[0] && left[0].bridge !== null && left[0].bridge === channel.bridge)
      this.#close(left[0], '16', 'Normal Clearing')
  }

  #of(uniqueId: string) {
    const one = this.#channels.get(uniqueId)
    return {
      Channel: one?.name ?? '',
      CallerIDNum: one?.number ?? '',
      Context: 'from-internal',
      Exten: one?.exten ?? '',
      Uniqueid: uniqueId,
      Linkedid: one?.linkedId ?? uniqueId,
    }
  }

  #log(type: string, uniqueId: string): void {
    const one = this.#channels.get(uniqueId)
    if (!one) return
    const values = [
      type,
      this.#stamp(),
      '',
      one.number,
      one.number,
      '',
      '',
      one.exten,
      'from-internal',
      one.name,
      '',
      '',
      '3',
      '',
    ]
    const line = Buffer.from(
      `${[...values, one.uniqueId, one.linkedId, '', '', '', ''].map((value) => `"${value}"`).join(',')}\n`,
    )
    this.#file.push(line)
  }

  #emit(event: Record<string, string>): void {
    const text = write({ ...event, Timestamp: this.#stamp() })
    const disturbed = this.#options.disturb?.()
    if (disturbed === 'swap' && this.#held === undefined) {
      this.#held = text
      return
    }
    const later = this.#held ?? ''
    this.#held = undefined
    for (const socket of this.#authorised) socket.write(`${text}${disturbed === 'twice' ? text : ''}${later}`)
  }

  // The manager interface

  accept(socket: Socket): void {
    this.sockets.add(socket)
    const challenge = randomBytes(6).toString('hex')
    let rest = ''
    socket.setEncoding('utf8').setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.sockets.delete(socket)
      this.#authorised.delete(socket)
    })
    socket.write('Asterisk Call Manager/9.0.0\r\n')
    socket.on('data', (piece: string) => {
      rest += piece
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        const action = Object.fromEntries(
          rest
            .slice(0, end)
            .split('\r\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
        ) as Record<string, string>
        rest = rest.slice(end + 4)
        this.#act(socket, action, challenge)
      }
    })
  }

  #act(socket: Socket, action: Record<string, string>, challenge: string): void {
    const id: Record<string, string> =
      action['ActionID'] === undefined ? {} : { ActionID: action['ActionID'] }
    const answer = (fields: Record<string, string>) => socket.write(write({ ...fields, ...id }))
    const { user = 'careloop', password = 'secret' } = this.#options
    if (action['Action'] === 'Challenge') return void answer({ Response: 'Success', Challenge: challenge })
    if (action['Action'] === 'Login') {
      const key = createHash('md5').update(`${challenge}${password}`).digest('hex')
      if (action['Username'] !== user || action['Key'] !== key) {
        answer({ Response: 'Error', Message: 'Authentication failed' })
        return void socket.end()
      }
      answer({ Response: 'Success', Message: 'Authentication accepted' })
      this.#authorised.add(socket)
      return void socket.write(write({ Event: 'FullyBooted', Status: 'Fully Booted' }))
    }
    if (!this.#authorised.has(socket)) return void answer({ Response: 'Error', Message: 'Permission denied' })
    if (action['Action'] === 'Ping') return void answer({ Response: 'Success', Ping: 'Pong' })
    if (action['Action'] === 'CoreShowChannels') {
      answer({ Response: 'Success', EventList: 'start', Message: 'Channels will follow' })
      for (const { uniqueId } of this.#channels.values())
        answer({ Event: 'CoreShowChannel', ...this.#of(uniqueId) })
      return void answer({
        Event: 'CoreShowChannelsComplete',
        EventList: 'Complete',
        ListItems: String(this.#channels.size),
      })
    }
    this.actions.push(action)
    const error = this.#perform(action)
    answer(
      error === undefined ? { Response: 'Success', Message: 'Done' } : { Response: 'Error', Message: error },
    )
  }

  /** @returns why it is refused */
  #perform(action: Record<string, string>): string | undefined {
    const named = [...this.#channels.values()].find((one) => one.name === action['Channel'])
    switch (action['Action']) {
      case 'Originate': {
        const { Channel: endpoint = '', ChannelId: uniqueId = this.#id(), Exten: exten = '' } = action
        if (this.#channels.has(uniqueId)) return 'Originate failed: the channel exists'
        this.#open({
          name: `${endpoint}-${this.#hex()}`,
          uniqueId,
          linkedId: uniqueId,
          exten: 's',
          number: '',
        })
        this.#emit({
          Event: 'Newstate',
          ...this.#of(uniqueId),
          ChannelState: '5',
          ChannelStateDesc: 'Ringing',
        })
        if (exten !== '') this.#byItself(() => this.#connect(uniqueId, exten))
        return undefined
      }
      case 'BlindTransfer':
        if (!named) return 'No such channel'
        this.#transfer(named.linkedId, action['Exten'] ?? '')
        return undefined
      case 'Hangup':
        if (!named) return 'No such channel'
        this.#close(named, '16', 'Normal Clearing')
        return undefined
      case 'PJSIPNotify': {
        if (!named) return 'No such channel'
        const held = action['Variable'] === 'Event=hold'
        this.#emit({ Event: held ? 'Hold' : 'Unhold', ...this.#of(named.uniqueId) })
        return undefined
      }
      case 'QueuePause': {
        const extension = (action['Interface'] ?? '').replace('PJSIP/', '')
        if (action['Paused'] === 'true') this.paused.add(extension)
        else this.paused.delete(extension)
        return undefined
      }
      default:
        return 'Invalid/unknown command'
    }
  }

  /** The agent picked up: the outside number is dialled and answers. */
  #connect(uniqueId: string, exten: string): void {
    const agent = this.#channels.get(uniqueId)
    if (!agent) return
    this.#emit({ Event: 'Newstate', ...this.#of(uniqueId), ChannelState: '6', ChannelStateDesc: 'Up' })
    const callee = this.#dial(agent.linkedId, 'PJSIP/trunk', exten)
    const bridge = this.#id()
    for (const one of [agent, callee]) this.#bridge(one, bridge)
  }
}

const isAgent = (one: Channel) => !one.name.startsWith('PJSIP/trunk-')
const write = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n`
