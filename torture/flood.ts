import { readFile } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { adtBytes } from '../test/support/hl7.ts'
import { forgedWorkbooks, largeWorkbook } from '../test/support/forged-zip.ts'
import { idleCrowd, slowCrowd, steadySender } from '../test/support/mllp-crowd.ts'
import { careloop } from '../test/support/process.ts'
import { sendBody } from '../test/support/send-body.ts'
import { createInstallation } from './installation.ts'

export type FloodRun = {
  messages: number
  /** Milliseconds that the HIS waited longest for an answer, before the flood (what the machine takes anyway) and in it. */
  calm: number
  slowest: number
  /** The longest of /healthz meanwhile. */
  slowestHealth: number
  /** The longest that this process, which sends all of it, was late itself: the machine's share. */
  ownLag: number
  /** Most resident memory of the serving process, in megabytes. */
  memory: number
  /** What was sent of bodies without credentials, in megabytes. */
  bodies: number
  frames: number
  problems: string[]
}

const calmMessages = 30

export type Flood = {
  idle: number
  slow: number
  bodies: number
  bodyMegabytes: number
  workbookRows: number
  forged: number
  seconds: number
}

/** 1,000 idle and 40 slow connections, five bodies of 480 MB at a time, a workbook of 17 MB and every forged one. */
export const fullFlood: Flood = {
  idle: 1000,
  slow: 40,
  bodies: 5,
  bodyMegabytes: 480,
  workbookRows: 330_000,
  forged: Object.keys(forgedWorkbooks).length,
  seconds: 30,
}

/**
 * A serving process under idle and slow MLLP connections, huge bodies of strangers, a large workbook and forged ones, all at once, while a
 * HIS sends on: it is answered, memory stays bounded, and exactly what was acknowledged is stored.
 */
export async function floodTest(options: Flood): Promise<FloodRun> {
  const installation = await createInstallation({ env: { LOG_LEVEL: 'silent' } })
  const { port, mllpPort } = installation
  const problems: string[] = []
  try {
    const workbook = largeWorkbook(options.workbookRows)
    const forged = Object.entries(forgedWorkbooks)
      .slice(0, options.forged)
      .map(([name, make]) => ({ name, file: make() }))
    await installation.start()
    let left = calmMessages
    const first = await steadySender(
      mllpPort,
      (id) => adtBytes({ controlId: `first-${id}` }),
      () => left-- > 0,
      20,
    )
    const key = await makeKey(installation.env)
    const database = new pg.Client({ connectionString: await installation.databaseUrl() })
    await database.connect()
    const siteId = await siteOf(database)
    const upload = async (file: Buffer) =>
      fetch(`http://127.0.0.1:${port}/api/v1/imports?kind=persons&siteId=${siteId}&fileName=x.xlsx`, {
        method: 'POST',
        body: new Uint8Array(file),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' },
      })

    const delay = monitorEventLoopDelay({ resolution: 10 })
    delay.enable()
    let memory = 0
    let slowestHealth = 0
    const flood = new AbortController()
    const pid = installation.program().child.pid ?? 0
    const watch = (async () => {
      while (!flood.signal.aborted) {
        memory = Math.max(memory, await residentMegabytes(pid))
        const asked = performance.now()
        await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.text())
        slowestHealth = Math.max(slowestHealth, performance.now() - asked)
        await sleep(50)
      }
    })()
    const sending = steadySender(
      mllpPort,
      (controlId) => adtBytes({ controlId }),
      () => !flood.signal.aborted,
      20,
    )
    const idle = await idleCrowd(mllpPort, options.idle)
    const slow = slowCrowd(mllpPort, options.slow, 31 * 1024 * 1024)
    const until = performance.now() + options.seconds * 1000
    const paths = [
      '/api/v1/imports',
      '/fhir/R4',
      '/api/v1/intake/messages',
      '/api/auth/sign-in/username',
      '/q/x',
    ]
    let bodies = 0
    const strangers = Array.from({ length: options.bodies }, async (_, at) => {
      const target = { method: 'POST', path: paths[at % paths.length] ?? '/' }
      while (performance.now() < until) {
        const { sent, status } = await sendBody(port, target, options.bodyMegabytes * 1024 * 1024)
        bodies += sent
        if (!(status >= 400 && status < 500)) problems.push(`a body to ${target.path} was answered ${status}`)
        await sleep(20)
      }
    })
    const taken = upload(workbook).then(({ status }) => {
      if (status !== 201) problems.push(`the workbook was answered ${status}`)
    })
    for (const { name, file } of forged) {
      const { status } = await upload(file)
      if (status !== 413 && status !== 422) problems.push(`${name} was answered ${status}`)
    }
    await Promise.all([...strangers, taken])
    flood.abort()
    const sent = await sending
    await watch
    idle.leave()
    slow.leave()
    if (slow.answered().includes('MSA|AA')) problems.push('a frame that never ended was acknowledged')
    const { rows } = await database.query<{ n: number }>(
      `select count(*)::int as n from inbound_message where control_id like 'steady-%'`,
    )
    const messages = sent.acknowledged.length
    if (rows[0]?.n !== messages) problems.push(`${messages} were acknowledged and ${rows[0]?.n} are stored`)
    if (first.acknowledged.length !== calmMessages) problems.push('not all first messages were acknowledged')
    await database.end()
    return {
      messages,
      calm: Math.round(first.slowestMs),
      slowest: Math.round(sent.slowestMs),
      slowestHealth: Math.round(slowestHealth),
      ownLag: Math.round(delay.max / 1e6),
      memory: Math.round(memory),
      bodies: Math.round(bodies / 1024 / 1024),
      frames: Math.round(slow.sent() / 1024 / 1024),
      problems,
    }
  } finally {
    await installation.remove()
  }
}

async function makeKey(env: Record<string, string>): Promise<string> {
  const words = ['api-key', 'create', '--name', 'flood', '--role', 'administrator']
  return (await careloop(words, env).ended).output.trim()
}

/** The site that the first message made, once it is applied. */
async function siteOf(database: pg.Client): Promise<number> {
  for (;;) {
    const { rows } = await database.query<{ id: number }>('select id from site limit 1')
    if (rows[0]) return rows[0].id
    await sleep(50)
  }
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
