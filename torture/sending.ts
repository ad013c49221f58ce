import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { accountBody } from '../contract/channel.ts'
import { createAccount } from '../server/modules/message/account.ts'
import { receiptsPathOf } from '../server/modules/message/receipt-key.ts'
import { queueMessages } from '../server/modules/message/write.ts'
import { systemActor } from '../server/platform/actor.ts'
import { readConfig } from '../server/platform/config.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { openServices } from '../server/services.ts'
import { prng } from '../sim/prng.ts'
import { freePort } from '../test/support/process.ts'
import { createInstallation, type Installation } from './installation.ts'

export type SendingOptions = {
  /** Half of them by a gateway that knows keys, half by SMPP. */
  messages: number
  /** Of the worker and of the providers in turn. */
  kills: number
  seed: number
  dir?: string
  say?: (line: string) => void
}

export type SendingResult = {
  messages: number
  kills: number
  /** Looks at the account from outside, while it went on. */
  looks: number
  /** By account: taken by the provider, and what we say of them. */
  taken: Record<string, number>
  states: Record<string, Record<string, number>>
  delivered: number
  seconds: number
  deviations: string[]
}

const actor = systemActor('system:torture', 'torture')
const kinds = ['gateway', 'smsc'] as const
type Kind = (typeof kinds)[number]

/** Worker and providers are killed again and again while messages go out; then what the providers took is compared with what we say. */
export async function sendingTest(options: SendingOptions): Promise<SendingResult> {
  const began = performance.now()
  const say = options.say ?? (() => undefined)
  const installation = await createInstallation({ dir: options.dir })
  const providers = new Providers(installation, options.seed)
  try {
    await installation.start()
    const services = await openServices(
      { ...readConfig({}), dataDir: installation.env['CARELOOP_DATA_DIR'] ?? '' },
      await installation.databaseUrl(),
    )
    try {
      const { db, secret } = services
      const accounts = await prepare(db, secret, options.messages, await providers.ports())
      providers.reports = `http://127.0.0.1:${installation.port}${receiptsPathOf(accounts.gateway, 'webhook', secret) ?? ''}`
      for (const kind of kinds) await providers.start(kind)
      const watch = watchAccount(db, options.messages)
      await killWhile(installation, providers, db, options, say)
      await untilDone(db)
      const { looks, wrong } = await watch.stop()
      return {
        ...(await compare(db, providers, accounts, options.messages)),
        looks,
        kills: options.kills,
        seconds: (performance.now() - began) / 1000,
        ...(wrong.length > 0 && { deviations: wrong }),
      }
    } finally {
      await services.close()
    }
  } finally {
    providers.end()
    await installation.remove()
  }
}

class Providers {
  reports = ''
  readonly #running = new Map<Kind, ChildProcess>()
  readonly #ports = new Map<Kind, number>()
  readonly #dir: string
  readonly #seed: number
  #starts = 0

  constructor({ dir }: Installation, seed: number) {
    this.#dir = dir
    this.#seed = seed
  }

  async ports(): Promise<Record<Kind, number>> {
    for (const kind of kinds) {
      this.#ports.set(kind, await freePort())
      await writeFile(this.file(kind), '')
    }
    return Object.fromEntries(this.#ports) as Record<Kind, number>
  }

  file(kind: Kind): string {
    return path.join(this.#dir, `${kind}.log`)
  }

  async start(kind: Kind): Promise<void> {
    const script = path.resolve(import.meta.dirname, 'provider.ts')
    const seed = this.#seed + ++this.#starts
    const args = [script, kind, String(this.#ports.get(kind)), this.file(kind), String(seed), this.reports]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#running.set(kind, child)
    await once(child.stdout, 'data')
  }

  async kill(kind: Kind): Promise<void> {
    const child = this.#running.get(kind)
    if (!child || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  end(): void {
    for (const child of this.#running.values()) child.kill('SIGKILL')
  }
}

async function prepare(db: Db, secret: string, messages: number, ports: Record<Kind, number>) {
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')
    on conflict (key, site_id) do update set value = excluded.value`.execute(db)
  await sql`insert into person (id, name, search_name, pinyin, initials, sex, source, source_time)
    select g, 'P' || g, 'P' || g, 'p', 'p', 'male', 'torture', now() from generate_series(1, ${messages}::int) g`.execute(
    db,
  )
  await sql`insert into person_telecom (person_id, system, use, value, source)
    select g, s.system, s.use, s.prefix || (10000000 + g), 'torture' from generate_series(1, ${messages}::int) g
    cross join (values ('phone', 'mobile', '+86139'), ('wechat', 'home', 'o')) s(system, use, prefix)`.execute(
    db,
  )
  await sql`analyze person, person_telecom`.execute(db)
  const add = (input: object) =>
    transaction(db, async (trx) => (await createAccount(trx, actor, secret, accountBody.parse(input))).id)
  const gateway = await add({
    kind: 'webhook',
    name: 'gateway',
    channel: 'wechat',
    endpoint: `http://127.0.0.1:${ports.gateway}/`,
    signingSecret: 'torture',
  })
  const smsc = await add({
    kind: 'smpp',
    name: 'smsc',
    host: '127.0.0.1',
    port: ports.smsc,
    systemId: 'torture',
    password: 'x',
    source: '10690000',
  })
  for (let from = 1; from <= messages; from += 1000)
    await transaction(db, (trx) =>
      queueMessages(
        trx,
        Array.from({ length: Math.min(1000, messages - from + 1) }, (_, at) => ({
          personId: from + at,
          channel: (from + at) % 2 === 0 ? ('wechat' as const) : ('sms' as const),
          purpose: 'service' as const,
          subject: null,
          body: `m${from + at}`,
        })),
      ),
    )
  return { gateway, smsc }
}

/** targeted = sent + failed + suppressed + unknown + under way, looked at again and again from outside. */
function watchAccount(db: Db, messages: number) {
  const stopped = new AbortController()
  const wrong: string[] = []
  let looks = 0
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const { rows } = await sql<{ targeted: number; parts: number; odd: number }>`
        select count(*)::int as targeted, count(*) filter (where status in ('queued', 'sending', 'sent', 'failed', 'suppressed', 'unknown'))::int as parts,
          count(*) filter (where status in ('sent', 'failed', 'suppressed', 'unknown') and finished_at is null
            or status in ('queued', 'sending') and finished_at is not null or delivery is not null and status not in ('sent', 'sending'))::int as odd
        from message`.execute(db)
      looks += 1
      const [row] = rows
      if (!row || row.targeted !== messages || row.parts !== messages || row.odd > 0)
        wrong.push(`the account does not hold: ${JSON.stringify(row)}`)
      await sleep(100)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await watching
      return { looks, wrong: wrong.slice(0, 5) }
    },
  }
}

const finished = async (db: Db) =>
  (
    await sql<{
      n: number
    }>`select count(*)::int as n from message where status not in ('queued', 'sending')`.execute(db)
  ).rows[0]?.n ?? 0

async function killWhile(
  installation: Installation,
  providers: Providers,
  db: Db,
  { messages, kills, seed }: SendingOptions,
  say: (line: string) => void,
): Promise<void> {
  const random = prng(seed, 7)
  for (let kill = 0; kill < kills; kill++) {
    const threshold = Math.floor(((kill + 0.3 + 0.6 * random()) / (kills + 1)) * messages)
    const began = performance.now()
    while ((await finished(db)) < threshold && performance.now() - began < 120_000) await sleep(10)
    const what = (['worker', 'smsc', 'gateway', 'worker'] as const)[kill % 4] ?? 'worker'
    if (what === 'worker') {
      await installation.kill()
      // A minute passes: what it was sending has lapsed.
      await sql`update message set lease_until = now() - interval '1 second' where status = 'sending'`.execute(
        db,
      )
      await installation.start({ ready: false })
    } else {
      await providers.kill(what)
      await sleep(50 + random() * 200)
      await providers.start(what)
    }
    say(`kill ${kill + 1} of ${kills} (${what}) after ${threshold} messages`)
    await hurry(db)
  }
}

/** Waiting times of tries and of accounts that were down go by. */
async function hurry(db: Db): Promise<void> {
  await sql`update message set due_at = now() where status = 'queued' and due_at > now()`.execute(db)
  await sql`update message_account set version = version + 1 where failures > 0`.execute(db)
}

async function untilDone(db: Db): Promise<void> {
  const began = performance.now()
  for (;;) {
    await hurry(db)
    const { rows } = await sql<{ left: number }>`
      select count(*)::int as left from message where status in ('queued', 'sending')`.execute(db)
    if (rows[0]?.left === 0) return
    if (performance.now() - began > 300_000)
      throw new Error(`after five minutes ${rows[0]?.left} messages wait`)
    await sleep(200)
  }
}

async function compare(db: Db, providers: Providers, accounts: Record<Kind, number>, messages: number) {
  const deviations: string[] = []
  const taken: Record<string, number> = {}
  const states: Record<string, Record<string, number>> = {}
  for (const kind of kinds) {
    const lines = (await readFile(providers.file(kind), 'utf8')).split('\n').filter(Boolean)
    const texts = lines.map((line) => line.split('\t')[1] ?? '')
    const known = new Set(texts)
    taken[kind] = lines.length
    if (known.size !== lines.length) deviations.push(`${kind}: ${lines.length - known.size} taken twice`)
    const { rows } = await sql<{ body: string; status: string }>`
      select body, status from message where account_id = ${accounts[kind]}`.execute(db)
    const counted = (states[kind] = {} as Record<string, number>)
    for (const row of rows) counted[row.status] = (counted[row.status] ?? 0) + 1
    const wrong = rows.filter((row) =>
      // Who knows keys leaves nothing open; without them what is unclear is said to be.
      kind === 'gateway'
        ? row.status !== 'sent' || !known.has(row.body)
        : known.has(row.body)
          ? !['sent', 'unknown'].includes(row.status)
          : row.status !== 'unknown',
    )
    for (const row of wrong.slice(0, 5))
      deviations.push(
        `${kind}: ${row.body} is ${row.status}, ${known.has(row.body) ? 'and was taken' : 'and was not taken'}`,
      )
    if (wrong.length > 5) deviations.push(`${kind}: ${wrong.length} in all`)
  }
  const { rows } = await sql<{ delivered: number; events: number; sent: number }>`
    select count(*) filter (where delivery is not null)::int as delivered, count(*) filter (where status = 'sent')::int as sent,
      (select count(*)::int from event where kind = 'message.sent') as events from message`.execute(db)
  const [row] = rows
  if (row && row.sent !== row.events) deviations.push(`${row.sent} sent, but ${row.events} events say so`)
  return { messages, taken, states, delivered: row?.delivered ?? 0, deviations }
}
