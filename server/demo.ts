import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createWorld, lifeEventsGently, type SimEvent, type World } from '../sim/life.ts'
import { liveEvents } from '../sim/live.ts'
import { play } from '../sim/play.ts'
import { startAsterisk } from '../sim/asterisk-ami.ts'
import { startProvider, wechatDialect } from '../sim/http-providers.ts'
import { startSmsc } from '../sim/smpp-smsc.ts'
import { startSmtpSink } from '../sim/smtp-sink.ts'
import { showTelephones } from '../sim/telephone-page.ts'
import { SimulatedStaff } from '../sim/staff.ts'
import { drainLoops } from './loops.ts'
import { type Running, serve } from './main.ts'
import { receiptsPathOf } from './modules/message/receipt-key.ts'
import { resendingSender } from './modules/hl7/mllp-client.ts'
import type { Config } from './platform/config.ts'
import { log } from './platform/log.ts'
import {
  configureDemoChannels,
  demoMail,
  demoSms,
  demoWechat,
  demoApiKey,
  type DemoLogin,
  demoPassword,
  seedDemoHospital,
  seedDemoUsers,
} from './seed/demo/seed.ts'
import { secondRecords, seedDemoExamples } from './seed/demo/examples.ts'
import { rememberMonths, workDemoPast } from './seed/demo/past.ts'
import { seedDemoCases } from './seed/demo/cases.ts'
import { seedDemoAppointments, seedDemoClinics, seedDemoPastClinics } from './seed/demo/clinics.ts'
import { seedDemoInbox } from './seed/demo/inbox.ts'
import { seedDemoCampaigns } from './seed/demo/campaigns.ts'
import { rememberCalls } from './seed/demo/call-history.ts'
import { connectDemoExchange, demoCalls } from './seed/demo/telephony.ts'
import { seedDemoVisits } from './seed/demo/visits.ts'
import { letMachineBegin, seedDemoVoice, startDemoVoice } from './seed/demo/voice.ts'

const day = 86_400_000
/** The feed tells the last three days in about an hour, then goes on in real time: something to watch, and no message from the future. */
const liveDays = 3
const liveSpeed = 72
/** History that is loaded before the demo counts as usable; what is older follows in the background. */
const recentDays = 32
/** And for the department of the log-ins, so that its figures have a month to compare with; the rest of that follows at once. */
const comparedDays = 62
const people = 20_000
const years = 3

/** What a later start needs to go on with the same hospital. */
type Anchor = { now: string; seed: number }

/**
 * The demonstration: a real installation on the embedded database, fed over real MLLP by the simulated hospital, worked by simulated staff
 * over HTTP, sending mail to a sink on this machine.
 */
export async function runDemo(options: Config): Promise<void> {
  const started = performance.now()
  const config: Config = {
    ...options,
    dataDir: path.join(options.dataDir, 'demo'),
    // One-time links in mail lead somewhere in the demo, too.
    publicUrl: options.publicUrl ?? `http://localhost:${options.port}`,
    host: options.host ?? '127.0.0.1',
  }
  const anchor = await readAnchor(config.dataDir)
  const world = createWorld({ now: new Date(anchor.now), seed: anchor.seed, people, years })
  const stop = new AbortController()
  const partners = await startPartners(anchor.seed)
  const running = await serve({
    ...config,
    adminPassword: demoPassword,
    // Lines of the log between the words of the demo would only alarm.
    logLevel: ['info', 'warn'].includes(config.logLevel) ? 'error' : config.logLevel,
  }).catch(async (error: unknown) => {
    await partners.close()
    throw error
  })
  const { db } = running.services
  await seedDemoHospital(db)
  await seedDemoClinics(db)
  await letMachineBegin(db)
  await connectPartners(running, partners)
  const fresh = (await db.selectFrom('person').select('id').limit(1).executeTakeFirst()) === undefined
  if (fresh) {
    await rememberMonths(db, comparedDays + 3)
    await feed(running, { events: between(world, comparedDays, recentDays, (event) => isOfWard(event)) })
    await feed(running, { events: between(world, recentDays, 0) })
  }
  if (fresh) {
    await sendAll(running, await secondRecords(db))
    await drainLoops(running.services)
  }
  const logins = await seedDemoUsers(db)
  await seedDemoVisits(db)
  await seedDemoCampaigns(db)
  await seedDemoCases(db)
  await seedDemoInbox(db)
  if (fresh) {
    await seedDemoAppointments(db)
    await seedDemoPastClinics(db)
  }
  const ward = logins.find((login) => login.role === 'nurse')?.departmentId ?? 0
  if (fresh) {
    await workDemoPast(db, anchor.seed, ward)
    await seedDemoExamples(db, running.services.secret, ward)
  }
  // Not before: it would call those of weeks ago first.
  await seedDemoVoice(db, running.services.secret)
  const background = startBackground({
    running,
    world,
    fresh,
    stop,
    key: await demoApiKey(db),
    seed: anchor.seed,
    pbx: partners.pbx,
    ward: logins.find((login) => login.departmentId !== null)?.where ?? '',
  })
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  announce(running, logins, { seconds: (performance.now() - started) / 1000, partners, fresh })

  await stopped
  stop.abort()
  await Promise.allSettled(background)
  await running.close()
  await partners.close()
}

type Partners = Awaited<ReturnType<typeof startPartners>>

/** Providers of messages as the demo plays them: a mail server, a short message centre, a WeChat account. */
async function startPartners(seed: number) {
  const behaviour = { seed, undelivered: 0.02, reply: 0.05, receiptMs: [500, 4000] as [number, number] }
  const sink = await startSmtpSink()
  const sms = await startSmsc(behaviour)
  const wechat = await startProvider(wechatDialect(demoPassword, demoPassword), behaviour)
  const page = await showTelephones([sms.telephones, wechat.telephones])
  const pbx = await startAsterisk({ autoAnswerMs: 5000 })
  const voice = await startDemoVoice(pbx)
  return {
    pbx,
    voice,
    sink,
    sms,
    wechat,
    page,
    close: async () => {
      await Promise.all([sink.close(), sms.close(), wechat.close(), page.close(), voice.close(), pbx.close()])
    },
  }
}

async function connectPartners(
  { services, url }: Running,
  { sink, sms, wechat, pbx, voice }: Partners,
): Promise<void> {
  const { db, secret } = services
  voice.attend(db)
  await connectDemoExchange(db, secret, { pbx, ariUrl: voice.ari.url, mediaUrl: url ?? '' })
  const accounts = [demoMail(sink.port), demoSms(sms.port), demoWechat(wechat.url)]
  await configureDemoChannels(db, secret, accounts)
  const { id } = await db
    .selectFrom('message_account')
    .select('id')
    .where('kind', '=', 'wechat')
    .executeTakeFirstOrThrow()
  wechat.reportTo(`${url ?? ''}${receiptsPathOf(id, 'wechat', secret) ?? ''}`)
}

async function readAnchor(dataDir: string): Promise<Anchor> {
  const file = path.join(dataDir, 'demo.json')
  const known = await readFile(file, 'utf8').catch(() => undefined)
  if (known !== undefined) return JSON.parse(known) as Anchor
  const anchor: Anchor = { now: new Date(Date.now() - liveDays * day).toISOString(), seed: 1 }
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeFile(file, JSON.stringify(anchor))
  return anchor
}

/** Everything between some days before the anchor, or the part of it that fits. */
async function* between(world: World, from: number, to: number, fits = (_: SimEvent) => true) {
  const at = (days: number) => new Date(world.now.getTime() - days * day)
  for await (const event of lifeEventsGently(world, { from: at(from), to: at(to) }))
    if (fits(event)) yield event
}

/** The log-ins of the demo belong to this ward. */
const isOfWard = ({ encounter }: SimEvent) => encounter.department.code === 'CARD' && encounter.class === 'I'

type PlayInput = Pick<Parameters<typeof play>[0], 'events' | 'pace' | 'signal'> & { connections?: number }

async function feed(running: Running, input: PlayInput): Promise<void> {
  await play({ connections: 4, ...input, host: '127.0.0.1', port: running.mllpPort ?? 0 })
}

async function sendAll(running: Running, messages: Buffer[]): Promise<void> {
  const sender = resendingSender({ host: '127.0.0.1', port: running.mllpPort ?? 0, timeoutMs: 10_000 })
  for (const message of messages) await sender.send(message)
  sender.close()
}

type Background = {
  running: Running
  world: World
  fresh: boolean
  stop: AbortController
  key: string
  seed: number
  pbx: Partners['pbx']
  /** Name of the department of the log-ins. */
  ward: string
}

function startBackground({
  running,
  world,
  fresh,
  stop,
  key,
  seed,
  pbx,
  ward,
}: Background): Promise<unknown>[] {
  const { signal } = stop
  const staff = new SimulatedStaff({
    baseUrl: running.url ?? '',
    apiKey: key,
    seed,
    signal,
    // The lists of those who try the demo are theirs: nothing is done away under their hands.
    leave: (task) => task.departmentName === ward || !/^follow-up/.test(task.kind),
  })
  const guarded = async (name: string, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, `the demo's ${name} stopped`)
    }
  }
  return [
    guarded('feed', () =>
      feed(running, {
        events: liveEvents(
          world,
          fresh ? world.now : new Date(Math.max(world.now.getTime(), Date.now() - liveDays * day)),
        ),
        pace: {
          speed: liveSpeed,
          startAt: fresh ? world.now : new Date(Date.now() - liveDays * day),
          neverAhead: true,
        },
        connections: 1,
        signal,
      }),
    ),
    guarded('calls', async () => {
      await rememberCalls(running.services, seed)
      await demoCalls(running.services.db, pbx, signal)
    }),
    guarded('staff', async () => {
      if (fresh) await staff.workPast(new Date())
      await staff.workLive(12_000)
    }),
    guarded('history', async () => {
      if (!fresh) return
      const rest = between(world, comparedDays, recentDays, (event) => !isOfWard(event))
      await feed(running, { events: rest, connections: 2, signal })
      await staff.workPast(new Date())
      const to = new Date(world.now.getTime() - comparedDays * day)
      // About 250 messages a second: slow enough that the screens stay quick.
      const pace = { speed: (3 * 365 * 86_400) / 360, startAt: new Date(to.getTime() - years * 365 * day) }
      await feed(running, { events: lifeEventsGently(world, { to }), pace, connections: 2, signal })
    }),
  ]
}

function announce(
  running: Running,
  logins: DemoLogin[],
  { seconds, partners, fresh }: { seconds: number; partners: Partners; fresh: boolean },
): void {
  const width = Math.max(...logins.map((login) => login.username.length))
  const lines = [
    '',
    `CareLoop demo is ready after ${seconds.toFixed(1)} s`,
    ...(fresh
      ? ['History of the other wards follows for some minutes: figures of the whole hospital still move.']
      : []),
    '',
    `  Web      ${running.url ?? ''}`,
    `  Booking  ${running.url ?? ''}/book  (patients book by themselves; the code comes to the phones below)`,
    `  Portal   ${running.url ?? ''}/portal  (patients of the hospital, by number, code and year of birth)`,
    `  API      ${running.url ?? ''}/api/v1/docs`,
    `  HL7      mllp://127.0.0.1:${running.mllpPort ?? 0}  (the simulated hospital is sending)`,
    `  Mail     smtp://127.0.0.1:${partners.sink.port}  (a sink: nothing leaves this machine)`,
    `  Calls    ring at whoever sits at a telephone (top bar, extension 8001 to 8999); they are picked up by themselves`,
    `  Voice    the machine calls the patients of most wards first, at any hour; whoever presses 0 rings at the same telephones`,
    `  Phones   ${partners.page.url}  (what the simulated patients got by SMS and WeChat)`,
    '',
    `  Password of every log-in: ${demoPassword}`,
    ...logins.map(
      (login) => `    ${login.username.padEnd(width)}  ${login.role}, ${login.name} (${login.where})`,
    ),
    '',
    'Ctrl+C stops it; the data stays for the next start.',
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
