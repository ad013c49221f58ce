import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { inject } from 'vitest'
import { drainLoops } from '../../server/loops.ts'
import { updateSetting } from '../../server/modules/setting/setting.ts'
import { systemActor } from '../../server/platform/actor.ts'
import { transaction } from '../../server/platform/db.ts'
import { type Running, serve } from '../../server/main.ts'
import { type Config, readConfig } from '../../server/platform/config.ts'
import {
  configureDemoChannels,
  demoMail,
  demoApiKey,
  seedDemoHospital,
  seedDemoUsers,
} from '../../server/seed/demo/seed.ts'
import { seedDemoClinics } from '../../server/seed/demo/clinics.ts'
import { seedDemoVisits } from '../../server/seed/demo/visits.ts'
import { resendingSender } from '../../server/modules/hl7/mllp-client.ts'
import { createWorld, lifeEvents } from '../../sim/life.ts'
import { play } from '../../sim/play.ts'
import { startSmtpSink } from '../../sim/smtp-sink.ts'
import { SimulatedStaff } from '../../sim/staff.ts'
import { createDatabase, databaseUrl, run } from '../support/database-server.ts'
import { scratchDir } from '../support/scratch.ts'

const day = 86_400_000
const seed = 1
/** Of a middling hospital one ward in full and a tenth of the other people: some eight hundred messages, with lists worth looking at. */
const people = 24_000
const days = 32
const fullWard = 'CARD'
const leftDays = 4

/** Sessions and stored secrets of a clone must be readable by the server that opens it. */
const secret = 'a secret that only the browser tests know'

export type Site = Running & { url: string; mllpPort: number; stop: () => Promise<void> }

/** A real server with all roles on a copy of the hospital. */
export async function startSite(): Promise<Site> {
  const adminUrl = inject('adminUrl')
  const template = await prepareHospital(adminUrl)
  const name = `careloop_site_${process.pid}_${Date.now()}`
  await createDatabase(adminUrl, name, template)
  const site = await openSite(databaseUrl(adminUrl, name))
  return {
    ...site,
    async stop() {
      await site.stop()
      await run(adminUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

async function openSite(url: string): Promise<Site> {
  const dataDir = await scratchDir('site')
  const config: Config = {
    ...readConfig({}),
    port: 0,
    mllpPort: 0,
    host: '127.0.0.1',
    dataDir,
    databaseUrl: url,
    databasePool: 8,
    secret,
    logLevel: 'error',
  }
  const running = await serve(config)
  return {
    ...running,
    url: `http://127.0.0.1:${new URL(running.url ?? '').port}`,
    mllpPort: running.mllpPort ?? 0,
    async stop() {
      await running.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * The database that all browser tests copy: a month of the simulated hospital sent over real MLLP, worked by simulated staff over HTTP, with
 * a log-in per role. Made by whichever test file comes first; the others wait.
 */
async function prepareHospital(adminUrl: string): Promise<string> {
  const name = `${inject('template')}_hospital`
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query(`select pg_advisory_lock(hashtext($1))`, [name])
    const known = await client.query('select 1 from pg_database where datname = $1', [name])
    if (known.rowCount === 0) {
      await buildWeb()
      await createDatabase(adminUrl, `${name}_new`, inject('template'))
      await fillHospital(databaseUrl(adminUrl, `${name}_new`))
      await client.query(`alter database ${name}_new rename to ${name}`)
    }
    return name
  } finally {
    await client.end()
  }
}

/** Once for the whole run: a later build would take the files from under the servers of the other test files. */
async function buildWeb(): Promise<void> {
  const root = path.resolve(import.meta.dirname, '../..')
  // What people get is tested: the test runner's own NODE_ENV would build React's development version.
  const env = { ...process.env, NODE_ENV: 'production' }
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts/build-web.ts')], { cwd: root, env })
}

async function fillHospital(url: string): Promise<void> {
  const sink = await startSmtpSink()
  const site = await openSite(url)
  try {
    const { db } = site.services
    await seedDemoHospital(db)
    await seedDemoClinics(db)
    await configureDemoChannels(db, secret, [demoMail(sink.port)])
    await setRules(site)
    const now = new Date(Math.floor((Date.now() - 600_000) / 3_600_000) * 3_600_000)
    const world = createWorld({ now, seed, people })
    const events = [...lifeEvents(world, { from: new Date(now.getTime() - days * day) })]
    const ofTheWard = new Set(
      events
        .filter(({ encounter }) => encounter.department.code === fullWard)
        .map(({ person }) => person.index),
    )
    const told = events.filter(({ person }) => person.index % 10 === 0 || ofTheWard.has(person.index))
    await play({ events: told, host: '127.0.0.1', port: site.mllpPort, connections: 4 })
    await sendBad(site.mllpPort, now)
    await drainLoops(site.services)
    await seedDemoUsers(db)
    await seedDemoVisits(db)
    const staff = new SimulatedStaff({ baseUrl: site.url, apiKey: await demoApiKey(db), seed })
    // The last days are left to those who sit at the screens.
    await staff.workPast(new Date(now.getTime() - leftDays * day))
    await drainLoops(site.services)
  } finally {
    await site.stop()
    await sink.close()
  }
}

/** The tests run at any hour, when quiet hours might keep all mail back; and a tenth of few stays may be no home visit at all. */
async function setRules(site: Site): Promise<void> {
  const actor = systemActor('system:test', '浏览器测试')
  const rules = { 'contact.quiet-from': 0, 'contact.quiet-to': 0, 'follow-up.level-3.sample-rate': 0.5 }
  await transaction(site.services.db, async (trx) => {
    for (const [key, value] of Object.entries(rules))
      await updateSetting(trx, actor, secret, key, { value, version: 0 })
  })
}

/** What a real HIS also sends: a patient without a number, an impossible time, an unknown character set, a discharge of no known visit. */
async function sendBad(port: number, now: Date): Promise<void> {
  const at = now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  const header = (type: string, id: string, charset = 'UNICODE UTF-8') =>
    `MSH|^~\\&|HIS|GH01|CareLoop|GH01|${at}||${type}|${id}|P|2.4||||||${charset}`
  const pid = 'PID|1||M900001^^^GH01^MR||赵^小梅||19800101|F'
  const messages = [
    [
      header('ADT^A01', 'BAD-1'),
      'PID|1||||赵^小梅||19800101|F',
      'PV1|1|I|CARD^101^1^GH01||||||||||||||||V9001',
    ],
    [
      header('ADT^A01', 'BAD-2'),
      pid,
      `PV1|1|I|CARD^101^1^GH01||||||||||||||||V9002${'|'.repeat(25)}20261399`,
    ],
    [header('ADT^A08', 'BAD-3', 'EBCDIC'), pid, 'PV1|1|I|CARD^101^1^GH01||||||||||||||||V9003'],
    [header('ADT^A03', 'BAD-4'), pid, 'PV1|1|I|CARD^101^1^GH01'],
  ]
  const sender = resendingSender({ host: '127.0.0.1', port, timeoutMs: 10_000 })
  try {
    for (const segments of messages) await sender.send(Buffer.from(`${segments.join('\r')}\r`))
  } finally {
    sender.close()
  }
}
