import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import type { Services } from '../../platform/services.ts'
import { realTimers, type Timers } from '../../platform/timers.ts'
import { machineCallOf } from '../call/machine.ts'
import { readSettings } from '../setting/setting.ts'
import { dialString, type VoiceAccount, voiceAccounts } from './account.ts'
import { AudioPort } from './audio-socket.ts'
import { AriFailed, AriRest, listenToAri, type Originate } from './ari.ts'
import { type CallRow, channelOf, saveCall, settleCall, takeCalls, tellScreens } from './call.ts'
import { Conversation, type Line } from './conversation.ts'
import { isCallingTime, planCalls, type Site, voiceSettingsAt, type VoiceSettings } from './dial.ts'
import type { Script, Segment } from './dialogue.ts'
import { allSegments } from './segments.ts'
import { callOfEar, CallerEar, type EarTally, type Listening } from './hearing.ts'
import { paceOf } from './agents.ts'
import { callsAllowed } from './pace.ts'
import { audioUrl, findPrompts, preparePrompts } from './prompt.ts'
import { type Recogniser, recogniserAt } from './recogniser.ts'
import { engineInForce, type SpeechEngine } from './speech.ts'

export type VoiceOptions = {
  timers?: Timers
  /** How long an account stays with a process that is not heard of. */
  leaseMs?: number
  engine?: SpeechEngine
  /** For tests: counts what is heard. */
  tally?: EarTally
}

/** Calls begun in one look, so that other work has its turn. */
const mostAtOnce = 40
const longestCallMs = 20 * 60_000

/** The machine that calls: a line for each telephone system that this process holds. */
export class Voice {
  readonly #services: Services
  readonly #options: Required<Pick<VoiceOptions, 'timers' | 'leaseMs'>> &
    Pick<VoiceOptions, 'engine' | 'tally'>
  readonly #holder = randomUUID()
  readonly #lines = new Map<number, AccountLine>()

  constructor(
    services: Services,
    { timers = realTimers, leaseMs = 15_000, engine, tally }: VoiceOptions = {},
  ) {
    this.#services = services
    this.#options = { timers, leaseMs, ...(engine && { engine }), ...(tally && { tally }) }
  }

  /** Keeps connections, makes the calls that are due, looks after those that go on. @returns how many were begun */
  async look(): Promise<number> {
    const { db, secret } = this.#services
    const accounts = await voiceAccounts(db, secret)
    for (const [id, line] of this.#lines)
      if (!accounts.some((one) => one.id === id && one.version === line.account.version)) {
        await line.close()
        this.#lines.delete(id)
      }
    let begun = 0
    for (const account of accounts) {
      const line =
        this.#lines.get(account.id) ?? new AccountLine(this.#services, account, this.#holder, this.#options)
      this.#lines.set(account.id, line)
      begun += await line.look()
    }
    return begun
  }

  /** For tests: nothing is being done just now. */
  get idle(): boolean {
    return [...this.#lines.values()].every((line) => line.idle)
  }

  /** For tests: events that arrived, and whether all lines are connected. */
  get received(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.received, 0)
  }

  async stop(): Promise<void> {
    for (const line of this.#lines.values()) await line.close()
    this.#lines.clear()
  }

  /** For tests: what is left after `kill -9`. */
  abandon(): void {
    for (const line of this.#lines.values()) line.abandon()
    this.#lines.clear()
  }
}

class AccountLine {
  readonly account: VoiceAccount
  received = 0
  readonly #services: Services
  readonly #holder: string
  readonly #options: Required<Pick<VoiceOptions, 'timers' | 'leaseMs'>> &
    Pick<VoiceOptions, 'engine' | 'tally'>
  readonly #rest: AriRest
  readonly #calls = new Map<number, Conversation>()
  /** Asked for just now: the answer is still to come. */
  readonly #asking = new Set<number>()
  readonly #prepared = new Map<string, Promise<void>>()
  #fence = 0
  #socket: { close: () => void } | undefined
  #audio: AudioPort | undefined
  #recogniser: Recogniser | undefined
  #retryAt = 0
  #failures = 0
  #looking = false

  constructor(
    services: Services,
    account: VoiceAccount,
    holder: string,
    options: Required<Pick<VoiceOptions, 'timers' | 'leaseMs'>> & Pick<VoiceOptions, 'engine' | 'tally'>,
  ) {
    this.#services = services
    this.account = account
    this.#holder = holder
    this.#options = options
    this.#rest = new AriRest(account.target, this.#allowed)
  }

  get idle(): boolean {
    return !this.#looking && this.#asking.size === 0 && [...this.#calls.values()].every((call) => !call.busy)
  }

  #allowed = async () =>
    (await readSettings(this.#services.db, ['security.outbound-hosts'], null))['security.outbound-hosts']

  async look(): Promise<number> {
    this.#looking = true
    try {
      if (!(await this.#hold())) return 0
      if (!this.#socket && !(await this.#connect())) return 0
      const site = await siteOf(this.#services.db, this.account.siteId)
      const settings = await voiceSettingsAt(this.#services.db, site.id)
      await this.#obeyStop(site.id)
      await this.#endLong()
      await this.#openAudio(settings)
      return await this.#dial(site, settings)
    } finally {
      this.#looking = false
    }
  }

  /** Keeps or takes the account. A process that lost it must not go on with its calls. */
  async #hold(): Promise<boolean> {
    const { rows } = await sql<{ fence: number }>`
      insert into voice_line as l (account_id, holder, held_until)
      values (${this.account.id}, ${this.#holder}, now() + ${this.#options.leaseMs} * interval '1 millisecond')
      on conflict (account_id) do update set fence = l.fence + (l.holder <> excluded.holder)::int, holder = excluded.holder,
        held_until = excluded.held_until, connected = l.connected and l.holder = excluded.holder
      where l.holder = excluded.holder or l.held_until < now() returning fence`.execute(this.#services.db)
    const fence = rows[0]?.fence
    if (fence === undefined || (this.#fence !== 0 && fence !== this.#fence)) this.#dropAll()
    this.#fence = fence ?? 0
    return fence !== undefined
  }

  async #connect(): Promise<boolean> {
    const { timers } = this.#options
    if (timers.now() < this.#retryAt) return false
    try {
      const socket = await listenToAri(this.account.target, this.#allowed, {
        onEvent: (event) => {
          this.received += 1
          const ear = event.type === 'StasisStart' ? callOfEar(event.channel?.id ?? '') : undefined
          if (ear !== undefined) this.#calls.get(ear)?.enterEar(event.channel?.id ?? '')
          const id = machineCallOf(event.channel?.id ?? channelIn(event.playback?.target_uri) ?? '')
          if (id !== undefined) this.#calls.get(id)?.take(event)
        },
        onClose: () => {
          if (this.#socket === socket) this.#socket = undefined
          void this.#say(false, 'the connection was lost')
        },
      })
      this.#socket = socket
      this.#failures = 0
      await this.#say(true, null)
      await this.#reconcile()
      return true
    } catch (error) {
      this.#failures += 1
      this.#retryAt = timers.now() + Math.min(30_000, 500 * 2 ** this.#failures)
      const why = (error as Error).message
      log.warn({ account: this.account.id, err: error }, 'the telephone system cannot be reached')
      this.#socket?.close()
      this.#socket = undefined
      await this.#say(false, why)
      return false
    }
  }

  async #say(connected: boolean, problem: string | null): Promise<void> {
    await sql`update voice_line set connected = ${connected}, problem = ${problem} where account_id = ${this.account.id} and fence = ${this.#fence}`
      .execute(this.#services.db)
      .catch(() => undefined)
  }

  /**
   * Finds out what has become of each call that this process does not know, or whose events it missed: nobody is called again before that
   * is known.
   */
  async #reconcile(): Promise<void> {
    const { db } = this.#services
    for (const row of await takeCalls(db, this.account.id, this.#fence)) {
      if (this.#asking.has(row.id)) continue
      const known = this.#calls.get(row.id)
      // Nobody was asked to call yet: this call never was.
      const channel = row.state === 'planned' ? undefined : await this.#rest.channel(channelOf(row.id))
      if (!channel) {
        if (known) known.gone(null)
        else
          await settleCall(
            db,
            { id: row.id, fence: this.#fence },
            { cause: null, failed: false },
            this.#now(),
          )
        continue
      }
      const call = known ?? this.#add(row)
      call.resume(channel.state)
    }
  }

  #now = () => new Date(this.#options.timers.now())

  #add(row: CallRow): Conversation {
    const call = new Conversation(this.#shared(), row)
    this.#calls.set(row.id, call)
    return call
  }

  #waitSeconds = 8

  /** Listens where Asterisk brings what callers say, once the site has a recogniser; else calls are made by keys alone. */
  async #openAudio(settings: VoiceSettings): Promise<void> {
    const { audioAddress } = this.account
    this.#recogniser = audioAddress === undefined ? undefined : recogniserAt(settings, this.#allowed)
    if (!this.#recogniser || this.#audio) return
    try {
      this.#audio = await AudioPort.open(Number(audioAddress?.split(':')[1]))
    } catch (error) {
      log.warn({ account: this.account.id, err: error }, 'the port for what callers say cannot be opened')
    }
  }

  #listening(): Omit<Listening, 'fence' | 'rest'> | undefined {
    const { audioAddress } = this.account
    if (!this.#audio || !this.#recogniser || audioAddress === undefined) return undefined
    const tally = this.#options.tally ?? { sound: 0, fed: 0, words: 0 }
    return { port: this.#audio, address: audioAddress, recogniser: this.#recogniser, tally }
  }

  #shared(): Line {
    const listening = this.#listening()
    const held = { rest: this.#rest, fence: this.#fence }
    return {
      db: this.#services.db,
      timers: this.#options.timers,
      account: this.account,
      rest: this.#rest,
      fence: this.#fence,
      media: (segments) => this.#media(segments),
      waitSeconds: this.#waitSeconds,
      listen:
        listening && ((id, language, ear) => new CallerEar({ ...listening, ...held }, id, language, ear)),
      onOver: (id) => this.#calls.delete(id),
    }
  }

  #engine = async () =>
    this.#options.engine ?? (await engineInForce(this.#services.db, this.#services.config.speechCommand))

  async #media(segments: Segment[]): Promise<string[] | undefined> {
    const { db, config } = this.#services
    const base = this.account.mediaUrl ?? config.publicUrl
    if (base === undefined) return undefined
    const prompts = await findPrompts(db, (await this.#engine()).name, segments)
    const ids = segments.map(prompts.idOf)
    if (!ids.every((id) => id !== undefined)) return undefined
    return ids.map((id) => `sound:${audioUrl(db, base, id)}`)
  }

  /** Has everything spoken that a call may say, before the first call says it. */
  async #prepare(script: Script): Promise<void> {
    const segments = allSegments(script).map((one) => one.segment)
    const key = JSON.stringify(segments)
    const before = this.#prepared.get(key)
    if (before) return before
    const preparing = this.#engine().then(async (engine) => {
      await preparePrompts(this.#services.db, engine, segments)
    })
    this.#prepared.set(key, preparing)
    preparing.catch(() => this.#prepared.delete(key))
    return preparing
  }

  async #obeyStop(siteId: number): Promise<void> {
    const { rows } = await sql<{ id: number }>`
      select c.id from voice_call c join voice_pause p on p.site_id = c.site_id and p.stopped_at > c.planned_at
      where c.account_id = ${this.account.id} and c.state in ('planned', 'dialling', 'talking') and c.site_id = ${siteId}`.execute(
      this.#services.db,
    )
    for (const { id } of rows) this.#calls.get(id)?.stop()
  }

  /** A call that nobody heard end does not last for ever. */
  async #endLong(): Promise<void> {
    const { rows } = await sql<{ id: number }>`
      select id from voice_call where account_id = ${this.account.id} and state <> 'ended'
        and planned_at < ${new Date(this.#options.timers.now() - longestCallMs)}`.execute(this.#services.db)
    for (const { id } of rows) this.#calls.get(id)?.stop()
  }

  async #dial(site: Site, settings: VoiceSettings): Promise<number> {
    const { db } = this.#services
    const now = this.#now()
    this.#waitSeconds = settings['voice.wait-seconds']
    if (!settings['voice.enabled'] || (await isPaused(db, site.id))) return 0
    if (!(await isCallingTime(db, site, settings, now))) return 0
    const handsOver = settings['voice.hand-over'] && this.account.agentsContext !== undefined
    const pace = await paceOf(db, site.id, this.account.id, settings, handsOver)
    const allowed = Math.min(mostAtOnce, callsAllowed({ ...pace, live: this.#calls.size }))
    if (allowed === 0) return 0
    const hears = this.#listening() !== undefined
    const line = { accountId: this.account.id, fence: this.#fence, handsOver, hears }
    const calls = await planCalls(db, line, site, settings, now, allowed)
    for (const row of calls) {
      const call = this.#add(row)
      this.#asking.add(row.id)
      void this.#begin(row, call, settings).finally(() => this.#asking.delete(row.id))
    }
    return calls.length
  }

  async #begin(row: CallRow, call: Conversation, settings: VoiceSettings): Promise<void> {
    const { db } = this.#services
    const held = { id: row.id, fence: this.#fence }
    try {
      await this.#prepare(row.script)
    } catch (error) {
      log.error({ err: error }, 'the prompts of a call could not be spoken')
      call.gone(null)
      return
    }
    // From here on somebody may hear it ring, whatever becomes of us.
    if (
      !(await saveCall(
        db,
        held,
        { state: 'dialling', dialled: true, steps: [{ kind: 'dialled' }] },
        this.#now(),
      ))
    ) {
      call.drop()
      return
    }
    const id = channelOf(row.id)
    const { amdContext, callerId, endpoint, target } = this.account
    const shared = {
      endpoint: dialString(endpoint, row.phone ?? ''),
      timeout: settings['voice.ring-seconds'],
      variables: { CARELOOP_CALL: String(row.id), CARELOOP_APP: target.app },
      ...(callerId !== undefined && { callerId }),
    }
    const how: Originate =
      amdContext === undefined
        ? { ...shared, app: target.app, appArgs: String(row.id) }
        : { ...shared, context: amdContext, extension: 's', priority: 1 }
    try {
      await this.#rest.originate(id, how)
      if (amdContext !== undefined) await this.#rest.follow(id)
    } catch (error) {
      // Refused: nothing rang. Unclear: it is asked about, and never called again on a guess.
      if (error instanceof AriFailed && !error.sent) call.gone(0)
      else if (!(await this.#rest.channel(id))) call.gone(null)
      log.warn({ call: row.id, err: error }, 'a call could not be begun')
    }
  }

  #dropAll(): void {
    for (const call of [...this.#calls.values()]) call.drop()
    this.#socket?.close()
    this.#socket = undefined
  }

  async close(): Promise<void> {
    this.#dropAll()
    await this.#audio?.close()
    this.#rest.close()
    if (this.#fence === 0) return
    await sql`update voice_line set held_until = now(), connected = false where account_id = ${this.account.id} and fence = ${this.#fence}`
      .execute(this.#services.db)
      .catch(() => undefined)
    await tellScreens(this.#services.db, this.account.siteId).catch(() => undefined)
  }

  abandon(): void {
    this.#dropAll()
    void this.#audio?.close()
    this.#rest.close()
  }
}

const channelIn = (target: string | undefined) =>
  target?.startsWith('channel:') ? target.slice(8) : undefined

async function siteOf(db: Db, id: number): Promise<Site> {
  const site = await db
    .selectFrom('site')
    .select(['id', 'name', 'time_zone'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { id: site.id, name: site.name, timeZone: site.time_zone }
}

async function isPaused(db: Db, siteId: number): Promise<boolean> {
  const row = await db
    .selectFrom('voice_pause')
    .select('paused')
    .where('site_id', '=', siteId)
    .executeTakeFirst()
  return row?.paused ?? false
}
