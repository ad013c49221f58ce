import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DAY } from './clock.ts'
import { encodeEvent, type Charset } from './hl7.ts'
import { createWorld, lifeEvents, type SimEvent, type Window, type World } from './life.ts'
import { liveEvents } from './live.ts'
import { play, type PlayProgress } from './play.ts'

const usage = `A simulated hospital.

  node sim/sim.ts play --to HOST:PORT [options]   play messages over MLLP
  node sim/sim.ts write --out DIR [options]       write each message to a file

  --people N       people known by now (20000)
  --years N        length of their history (3)
  --seed N         another seed is another hospital (1)
  --now TIME       ISO time at which history ends (this hour)
  --days N         only the last N days of history
  --charset NAME   utf-8 or gb18030 (utf-8)

play only:
  --connections N  MLLP connections (1)
  --live           then go on with the future, until Ctrl+C
  --speed N        simulated seconds per second when live (360)
  --timeout MS     wait so long for an answer before sending again (10000)

Exit code: 0 all accepted, 1 some rejected, 2 wrong usage, 3 failed.`

class UsageError extends Error {}

interface Settings {
  command: string
  world: World
  window: Window
  charset: Charset
  out: string | undefined
  to: string | undefined
  connections: number
  live: boolean
  speed: number
  timeoutMs: number
}

function readSettings(args: string[]): Settings | 'help' {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      people: { type: 'string', default: '20000' },
      years: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      now: { type: 'string' },
      days: { type: 'string' },
      charset: { type: 'string', default: 'utf-8' },
      out: { type: 'string' },
      to: { type: 'string' },
      connections: { type: 'string', default: '1' },
      live: { type: 'boolean', default: false },
      speed: { type: 'string', default: '360' },
      timeout: { type: 'string', default: '10000' },
    },
  })
  if (values.help) return 'help'
  const now = values.now === undefined ? thisHour() : new Date(values.now)
  if (Number.isNaN(now.getTime())) throw new UsageError(`--now: "${values.now ?? ''}" is not an ISO time`)
  if (values.charset !== 'utf-8' && values.charset !== 'gb18030') {
    throw new UsageError(`--charset: expected utf-8 or gb18030, got "${values.charset}"`)
  }
  const days = values.days === undefined ? undefined : positive('days', values.days)
  return {
    command: positionals[0] ?? '',
    world: createWorld({
      now,
      seed: Math.floor(positive('seed', values.seed)),
      people: Math.ceil(positive('people', values.people)),
      years: positive('years', values.years),
    }),
    window: days === undefined ? {} : { from: new Date(now.getTime() - days * DAY) },
    charset: values.charset,
    out: values.out,
    to: values.to,
    connections: Math.ceil(positive('connections', values.connections)),
    live: values.live,
    speed: positive('speed', values.speed),
    timeoutMs: positive('timeout', values.timeout),
  }
}

// On the hour, so that a run repeated soon after is the same run: its messages are known, not new.
function thisHour(): Date {
  const now = new Date()
  now.setMinutes(0, 0, 0)
  return now
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`--${name}: expected a number above 0, got "${text}"`)
  return value
}

function address(text: string | undefined): { host: string; port: number } {
  const match = /^(.+):(\d+)$/.exec(text ?? '')
  if (!match?.[1]) throw new UsageError(`--to: expected HOST:PORT, got "${text ?? ''}"`)
  return { host: match[1], port: Number(match[2]) }
}

async function write(settings: Settings): Promise<number> {
  if (settings.out === undefined) throw new UsageError('write: --out DIR is missing')
  await mkdir(settings.out, { recursive: true })
  let count = 0
  for (const event of lifeEvents(settings.world, settings.window)) {
    // Sorting the folder by name gives the order of time.
    const name = `${String(count).padStart(7, '0')}-${event.type}-${event.messageControlId}.hl7`
    await writeFile(join(settings.out, name), encodeEvent(event, settings.charset))
    count++
  }
  console.log(`${count} messages in ${settings.out}`)
  return 0
}

async function playAll(settings: Settings): Promise<number> {
  const interrupted = new AbortController()
  process.once('SIGINT', () => {
    interrupted.abort()
  })
  process.once('SIGTERM', () => {
    interrupted.abort()
  })
  const common = {
    ...address(settings.to),
    connections: settings.connections,
    charset: settings.charset,
    timeoutMs: settings.timeoutMs,
    signal: interrupted.signal,
    onProgress: everySecond(),
  }
  const stretches: {
    events: Iterable<SimEvent> | AsyncIterable<SimEvent>
    pace?: { speed: number; startAt: Date }
  }[] = [{ events: lifeEvents(settings.world, settings.window) }]
  if (settings.live) {
    const pace = { speed: settings.speed, startAt: settings.world.now }
    stretches.push({ events: liveEvents(settings.world), pace })
  }
  let rejected = 0
  for (const stretch of stretches) {
    const totals = await play({ ...common, ...stretch })
    rejected += totals.rejected
    console.log(line(totals))
  }
  return rejected === 0 ? 0 : 1
}

function everySecond(): (progress: PlayProgress) => void {
  let last = Date.now()
  return (progress) => {
    if (Date.now() - last < 1000) return
    last = Date.now()
    console.log(line(progress))
  }
}

function line({ sent, accepted, rejected, resent, at }: PlayProgress): string {
  return `${at?.toISOString() ?? '-'}  ${sent} answered: ${accepted} accepted, ${rejected} rejected, ${resent} resent`
}

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2))
  if (settings === 'help') {
    console.log(usage)
    return 0
  }
  if (settings.command === 'write') return await write(settings)
  if (settings.command === 'play') return await playAll(settings)
  throw new UsageError(settings.command ? `No such command: ${settings.command}` : 'Which command?')
}

try {
  process.exitCode = await main()
} catch (error) {
  const known = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
  console.error(known ? `${error.message}\n\n${usage}` : error)
  process.exitCode = known ? 2 : 3
}
