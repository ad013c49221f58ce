import { serve } from '@hono/node-server'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { sql } from 'kysely'
import { createTelephonyAccount } from '../../contract/telephony.ts'
import { Voice, type VoiceOptions } from '../../server/modules/voice/line.ts'
import type { EarTally } from '../../server/modules/voice/hearing.ts'
import type { SpeechEngine } from '../../server/modules/voice/speech.ts'
import { type AsteriskAri, startAsteriskAri } from '../../sim/asterisk-ari.ts'
import type { AriOptions } from '../../sim/asterisk-exchange.ts'
import type { SpeechRecogniser } from '../../sim/speech-recogniser.ts'
import { type Behaviour, behaviours, type Patient, telephoneOf } from '../../sim/voice-patients.ts'
import { VirtualClock } from '../../sim/virtual-clock.ts'
import type { TestApp } from './app.ts'
import { receive } from './hl7.ts'
import { changeSetting } from './setting.ts'

/** Speaks at once, a second for eight signs. */
export const quickEngine: SpeechEngine = {
  name: 'quick',
  speak: (texts) =>
    Promise.resolve(texts.map(({ text }) => new Int16Array(Math.max(1, Math.round(text.length / 8)) * 8000))),
}

/** Keys for the questionnaire of the first level: nothing is wrong. */
export const goodKeys: Patient['keys'] = [
  ['总体感觉', '1'],
  ['有没有下面这些情况', '1#'],
  ['疼痛几分', '2'],
  ['按医嘱', '1'],
  ['知道什么时候', '1'],
]
const danger: Patient['danger'] = ['总体感觉', '3']
const words: Patient['words'] = [
  ['总体感觉', '好转了'],
  ['有没有下面这些情况', '没有不舒服'],
  ['疼痛几分', '大概两分'],
  ['按医嘱', '选一'],
  ['知道什么时候', '第一个'],
]

export type VoiceHouse = {
  clock: VirtualClock
  sim: AsteriskAri
  voice: Voice
  /** Where the telephone system fetches prompts. */
  address: string
  /** Plays until nothing is left to do, or until then. */
  run: (until?: number) => Promise<void>
  /** Another process takes over after this one was killed. */
  restart: () => void
  close: () => Promise<void>
}

/** A telephone system with people at its telephones, and the machine that calls them, in virtual time. */
export async function voiceHouse(
  app: TestApp,
  patients: Map<string, Patient>,
  options: {
    start: number
    lines: number
    amd?: boolean
    handOver?: boolean
    chaos?: AriOptions['chaos']
    dropEvery?: number
    /** Callers are listened to. */
    recogniser?: { kind: 'http' | 'websocket'; at: SpeechRecogniser }
  } & VoiceOptions,
): Promise<VoiceHouse> {
  const clock = new VirtualClock(options.start)
  const calls = new Map<string, number>()
  const sim = await startAsteriskAri({
    timers: clock,
    callee: (number) => {
      const nth = calls.get(number) ?? 0
      calls.set(number, nth + 1)
      const patient = patients.get(number)
      return patient ? telephoneOf(patient, nth) : { fate: 'unobtainable', after: 1 }
    },
    ...(options.chaos && { chaos: options.chaos }),
  })
  const server = serve({
    fetch: (request) => app.app.fetch(request, { incoming: { socket: { remoteAddress: '127.0.0.1' } } }),
    port: 0,
    hostname: '127.0.0.1',
  })
  if (!server.listening) await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const admin = await app.signInAs('administrator')
  const { rows } = await sql<{ id: number }>`select id from site order by id limit 1`.execute(app.db)
  const made = await app.request(admin, createTelephonyAccount, {
    body: {
      kind: 'asterisk',
      name: `Asterisk ${sim.url}`,
      siteId: rows[0]?.id,
      host: '127.0.0.1',
      port: 5038,
      user: 'careloop',
      password: 'x',
      ariUrl: sim.url,
      ariUser: 'careloop',
      ariPassword: 'ari-secret',
      ariEndpoint: 'PJSIP/{number}@trunk',
      amdContext: options.amd === false ? '' : 'careloop-amd',
      agentsContext: options.handOver === false ? '' : 'careloop-agents',
      mediaUrl: address,
      ...(options.recogniser && { audioAddress: `127.0.0.1:${await freePort()}` }),
    },
  })
  if (made.status !== 201) throw new Error(`${made.status} ${JSON.stringify(made.error)}`)
  await changeSetting(app, 'voice.enabled', true)
  await changeSetting(app, 'voice.lines', options.lines)
  await changeSetting(app, 'voice.hand-over', options.handOver !== false)
  await changeSetting(app, 'voice.agents', 500)
  const { recogniser } = options
  const before = { received: recogniser?.at.received() ?? 0, told: recogniser?.at.told() ?? 0 }
  const tally: EarTally = { sound: 0, fed: 0, words: 0 }
  if (recogniser) {
    await changeSetting(app, 'voice.recogniser', recogniser.kind)
    const url = recogniser.kind === 'http' ? recogniser.at.http : recogniser.at.ws
    await changeSetting(app, 'voice.recogniser-url', url)
  }
  const open = () => new Voice(app.services, { engine: quickEngine, timers: clock, tally, ...options })
  let voice = open()
  let lost = 0

  /** Sound and words that are on their way between telephone, machine and recogniser. */
  const heard = () =>
    tally.sound === sim.soundSent() &&
    (recogniser?.kind !== 'websocket' ||
      (tally.fed === recogniser.at.received() - before.received &&
        tally.words === recogniser.at.told() - before.told))
  const quiet = () => voice.idle && sim.quiet() && sim.sent() - lost <= voice.received && heard()
  const settled = async () => {
    for (let still = 0, rounds = 0; still < 3; rounds++) {
      await new Promise((resolve) => setImmediate(resolve))
      still = quiet() ? still + 1 : 0
      if (rounds > 200_000) throw new Error('the calls do not come to rest')
    }
  }
  return {
    clock,
    sim,
    get voice() {
      return voice
    },
    address,
    async run(until = Infinity) {
      let [looked, dropped] = [0, clock.now()]
      for (;;) {
        await settled()
        if (clock.now() - looked >= 5000) {
          looked = clock.now()
          const begun = await voice.look()
          await settled()
          if (begun === 0 && sim.live() === 0 && (await openCalls(app)) === 0) return
        }
        if (options.dropEvery && clock.now() - dropped > options.dropEvery) {
          dropped = clock.now()
          sim.drop()
          // What was on its way may be lost.
          for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
          lost = sim.sent() - voice.received
          await voice.look()
          lost = Math.max(lost, 0)
        }
        // Somebody looks every five seconds, whatever else happens.
        const next = Math.min(until, looked + 5000)
        if (!clock.step(next) && clock.now() >= until) return
      }
    },
    restart() {
      voice.abandon()
      lost = sim.sent()
      voice = open()
    },
    async close() {
      await voice.stop()
      await sim.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function openCalls(app: TestApp): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`select count(*)::int as n from voice_call where state <> 'ended'`.execute(app.db)
  return rows[0]?.n ?? 0
}

/** Discharged patients with a first follow-up that the machine is to make first. @returns by number */
export async function dischargedPatients(
  app: TestApp,
  count: number,
  behaviourOf: (at: number) => Behaviour = (at) => behaviours[at % behaviours.length] ?? 'answers',
): Promise<Map<string, Patient>> {
  const patients = new Map<string, Patient>()
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 86_400_000)
  for (let n = 0; n < count; n++) {
    const number = `139${String(10_000_000 + n)}`
    const birthYear = 1940 + (n % 50)
    patients.set(number, {
      behaviour: behaviourOf(n),
      birthYear,
      keys: goodKeys,
      danger,
      words,
      dangerWords: '加重了',
    })
    await receive(app, {
      event: 'A03',
      mrn: `V${n}`,
      visit: `V${n}`,
      at,
      phone: number,
      birth: `${birthYear}0301`,
    })
  }
  await app.processAll()
  await sql`update task set machine = 'first' where level = 1`.execute(app.db)
  return patients
}
