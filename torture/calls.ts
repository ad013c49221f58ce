import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Pbx, startAsterisk } from '../sim/asterisk-ami.ts'
import { int, type Prng, prng } from '../sim/prng.ts'
import { createInstallation } from './installation.ts'

export type CallsOptions = {
  calls: number
  /** At a time. */
  lines: number
  kills: number
  /** Connections cut by the telephone system, besides. */
  drops: number
  seed: number
  dir?: string
}

export type CallsResult = {
  calls: number
  answered: number
  kills: number
  seconds: number
  deviations: string[]
}

/** Calls ring, are answered, handed over and end, while the process is killed and connections are cut again and again. */
export async function callsTest(options: CallsOptions): Promise<CallsResult> {
  const began = performance.now()
  const random = prng(options.seed)
  const installation = await createInstallation({ dir: options.dir })
  const disturbing = prng(options.seed + 1)
  const pbx = await startAsterisk({
    password: '',
    disturb: () => {
      const chance = disturbing()
      return chance < 0.03 ? 'twice' : chance < 0.06 ? 'swap' : undefined
    },
  })
  try {
    await installation.start()
    const pool = new pg.Pool({ connectionString: await installation.databaseUrl(), max: 2 })
    const rows = async <T>(text: string, values: unknown[] = []) =>
      (await pool.query(text, values)).rows as T[]
    try {
      await rows(connect, [pbx.port, `${pbx.url}/cel.csv`])
      const truth = new Set<string>()
      let done = 0
      const line = async (mine: Prng, n: number) => {
        for (let call = 0; call < n; call++) {
          truth.add(await play(pbx, mine))
          done += 1
        }
      }
      const trouble = async (times: number, what: () => Promise<void>) => {
        for (let time = 0; time < times; time++) {
          const until = done + options.calls / (times + 1)
          while (done < until && done < options.calls) await sleep(int(random, 5, 50))
          await what()
        }
      }
      await Promise.all([
        ...Array.from({ length: options.lines }, (_, index) =>
          line(prng(options.seed * 1000 + index), Math.ceil(options.calls / options.lines)),
        ),
        trouble(options.kills, async () => {
          await installation.kill()
          await installation.start({ ready: false })
          await installation.ready()
        }),
        trouble(options.drops, async () => {
          pbx.drop()
          await sleep(0)
        }),
      ])
      // A last connection tells what the last trouble hid.
      pbx.drop()
      await settled(rows)
      const deviations = await compare(rows, await told(pbx), truth)
      const answered = Number((await rows<{ n: string }>('select count(answered_at) as n from call'))[0]?.n)
      return {
        calls: truth.size,
        answered,
        kills: options.kills,
        seconds: (performance.now() - began) / 1000,
        deviations,
      }
    } finally {
      await pool.end()
    }
  } finally {
    await pbx.close()
    await installation.remove()
  }
}

const connect = `
  with place as (insert into site (code, name, time_zone) values ('TEL', '电话', 'Asia/Shanghai') returning id)
  insert into telephony_account (site_id, kind, name, updated_by, config)
  select id, 'asterisk', 'torture', 'torture', jsonb_build_object('host', '127.0.0.1', 'port', $1::int, 'tls', false, 'user', 'careloop',
    'agentEndpoint', 'PJSIP/{extension}', 'extensions', '^8[0-9]{3}$', 'context', 'from-internal', 'prefix', '', 'recordsUrl', $2::text,
    'ariUrl', '', 'ariUser', '') from place`

/** One call, in a few hundred milliseconds. */
async function play(pbx: Pbx, random: Prng): Promise<string> {
  const pause = () => sleep(int(random, 2, 60))
  const call = pbx.call(`138${String(int(random, 0, 99_999_999)).padStart(8, '0')}`, '96120', {
    queue: 'service',
  })
  await pause()
  const [first, second] = [String(int(random, 8000, 8400)), String(int(random, 8500, 8999))]
  call.ring(first, second)
  await pause()
  if (random() < 0.8) {
    call.answer(first)
    await pause()
    if (random() < 0.3) {
      const third = String(int(random, 8401, 8499))
      call.transfer(third)
      await pause()
      call.answer(third)
      await pause()
    }
  }
  call.hangUp()
  return call.id
}

/** Between two statements of the telephone system about the same event, ms. */
const momentMs = 5

type Times = { started: number; answered: number | null; ended: number | null }

/** What really happened, by the telephone system's own file, in milliseconds. */
async function told(pbx: Pbx): Promise<Map<string, Times>> {
  const text = await (await fetch(`${pbx.url}/cel.csv`)).text()
  const calls = new Map<string, Times>()
  for (const line of text.split('\n').filter(Boolean)) {
    const cells = line.slice(1, -1).split('","')
    const [type = '', time = '', channel = '', unique = '', id = ''] = [0, 1, 9, 14, 15].map(
      (at) => cells[at] ?? '',
    )
    const at = Math.round(Number(time) * 1000)
    const one = calls.get(id) ?? { started: at, answered: null, ended: null }
    calls.set(id, one)
    if (type === 'CHAN_START' && unique === id) one.started = at
    if (type === 'BRIDGE_ENTER' && /^PJSIP\/8/.test(channel)) one.answered ??= at
    if (type === 'LINKEDID_END') one.ended = at
  }
  return calls
}

type Rows = <T>(text: string, values?: unknown[]) => Promise<T[]>

async function settled(rows: Rows): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const [row] = await rows<{ open: string }>(
      'select count(*) as open from call where ended_at is null or settled_at is null',
    )
    const [account] = await rows<{ connected: boolean }>(
      'select connected_at is not null as connected from telephony_account',
    )
    if (Number(row?.open) === 0 && account?.connected) return
    await sleep(100)
  }
}

async function compare(rows: Rows, told: Map<string, Times>, played: Set<string>): Promise<string[]> {
  const found = await rows<{
    external_id: string
    started_at: Date
    answered_at: Date | null
    ended_at: Date | null
    cause: string | null
  }>('select external_id, started_at, answered_at, ended_at, cause from call')
  const wrong: string[] = []
  const known = new Map(found.map((row) => [row.external_id, row]))
  for (const id of played) {
    const [row, truth] = [known.get(id), told.get(id)]
    if (!row) wrong.push(`${id} has no record`)
    else if (!truth) wrong.push(`${id} is in no file`)
    else
      for (const [what, is, was] of [
        ['started', row.started_at.getTime(), truth.started],
        ['answered', row.answered_at?.getTime() ?? null, truth.answered],
        ['ended', row.ended_at?.getTime() ?? null, truth.ended],
      ] as const)
        // The manager interface and the file tell of one moment a moment apart.
        if (is === null || was === null ? is !== was : Math.abs(is - was) > momentMs)
          wrong.push(`${id} ${what} ${is} instead of ${was}`)
  }
  if (found.length !== played.size) wrong.push(`${found.length} records of ${played.size} calls`)
  const [tasks] = await rows<{ n: string; twice: string }>(
    `select count(*) as n, count(*) - count(distinct subject_id) as twice from task where subject_kind = 'call'`,
  )
  if (Number(tasks?.twice) !== 0) wrong.push(`${tasks?.twice ?? '?'} calls are called back twice`)
  return wrong
}
