import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Pbx, startAsterisk } from '../sim/asterisk-ami.ts'
import { sharedChromium } from '../test/browser/chromium.ts'
import { type Figure, quantile, whenMain } from './figure.ts'
import { httpClient } from './load.ts'
import { populated, type Populated } from './populated.ts'

const agents = 50
const callsPerSecond = 20
const popSeconds = 40
/** Of the first ones, which a server that has just started and a browser that has just opened are slow with; they are not counted. */
const warmUp = 5
/** Of one call in `stream`: two channels, the queue, ringing, answer, two in a bridge, two hang up. */
const eventsPerCall = 10
/** Sent; the aim is 2,000, and what the last one takes to be recorded counts. */
const eventsPerSecond = 2100
const streamSeconds = 20
const streams = 500

/** The call centre over 1,000,000 persons: the pop in a real browser, a flood of events, and many open screens. */
export async function calls(given?: Populated): Promise<Figure[]> {
  const installation = given ?? (await populated())
  const pbx = await startAsterisk({ password: '' })
  const pool = new pg.Pool({ connectionString: await installation.databaseUrl(), max: 2 })
  try {
    const rows = async <T>(text: string, values: unknown[] = []) =>
      (await pool.query(text, values)).rows as T[]
    await rows('update telephony_account set active = false')
    await rows(connect, [`Bench ${Date.now()}`, pbx.port, `${pbx.url}/cel.csv`])
    while (pbx.connections() === 0) await sleep(50)
    return [
      ...(await screens(installation)),
      ...(await pops(installation, pbx, rows)),
      ...(await flood(pbx, rows)),
    ]
  } finally {
    await pool.end()
    await pbx.close()
    if (!given) await installation.remove()
  }
}

type Rows = <T>(text: string, values?: unknown[]) => Promise<T[]>

const connect = `
  insert into telephony_account (site_id, kind, name, updated_by, config)
  select min(id), 'asterisk', $1, 'bench', jsonb_build_object('host', '127.0.0.1', 'port', $2::int, 'tls', false, 'user', 'careloop',
    'agentEndpoint', 'PJSIP/{extension}', 'extensions', '^8[0-9]{3}$', 'context', 'from-internal', 'prefix', '', 'recordsUrl', $3::text,
    'ariUrl', '', 'ariUser', '') from site`

/** Memory of a process, MB. */
const memory = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Opens the live stream; `heard` gets the name of every event. */
function listen(port: number, cookie: string, heard: (name: string) => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/api/v1/live', headers: { cookie } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`live: ${answer.statusCode}`))
      answer.setEncoding('utf8')
      answer.on('data', (text: string) => {
        for (const [, name] of text.matchAll(/^event: (.+)$/gm)) if (name) heard(name)
      })
      answer.on('error', () => undefined)
      resolve(() => sent.destroy())
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function screens(installation: Populated): Promise<Figure[]> {
  const cookie = await installation.signIn('bench-manager', 'manager')
  const pid = installation.program().child.pid ?? 0
  const before = memory(pid)
  const closers = await Promise.all(
    Array.from({ length: streams }, () => listen(installation.port, cookie, () => undefined)),
  )
  await sleep(10_000)
  const after = memory(pid)
  for (const close of closers) close()
  return [
    {
      name: `Calls, ${streams} live screens: growth of the server`,
      value: after - before,
      unit: 'MB',
      aim: { most: 200 },
    },
    { name: `Calls, ${streams} live screens: the whole server`, value: after, unit: 'MB' },
  ]
}

/** In the browser: resolves with the time at which the pop with this name is drawn. */
const whenShown = `(name) => new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector('.call-dock-body')?.textContent.includes(name)) return
    watching.disconnect()
    requestAnimationFrame(() => resolve(Date.now()))
  }
  const watching = new MutationObserver(look)
  watching.observe(document.body, { subtree: true, childList: true, characterData: true })
})`

/** Calls ring at fifty agents, one of whom sits at a real browser; from the telephone system's event until the person's name is drawn. */
async function pops(installation: Populated, pbx: Pbx, rows: Rows): Promise<Figure[]> {
  const cookies: string[] = []
  for (let agent = 0; agent < agents; agent++)
    cookies.push(await installation.signIn(`bench-agent-${agent}`, 'service-centre'))
  await rows(
    `insert into agent_line (user_id, account_id, extension)
     select u.id, (select max(id) from telephony_account), (8000 + replace(u.username, 'bench-agent-', '')::int)::text
     from app_user u where u.username like 'bench-agent-%'
     on conflict (user_id) do update set account_id = excluded.account_id, extension = excluded.extension`,
  )
  const numbers = await rows<{ value: string; name: string }>(
    `select t.value, p.name from person_telecom t join person p on p.id = t.person_id
     where t.system = 'phone' order by t.person_id desc limit 5000`,
  )
  // Other agents' screens do what a browser does: told of a call, they ask for it.
  const others = cookies
    .slice(1)
    .map((cookie) => ({ cookie, client: httpClient(installation.port, { cookie }) }))
  const closers = await Promise.all(
    others.map(({ cookie, client }) =>
      listen(installation.port, cookie, (name) => {
        if (name === 'call')
          void client
            .get('/api/v1/me/line')
            .then(async (text) => {
              const [id] = (JSON.parse(text) as { calls: number[] }).calls
              if (id !== undefined) await client.get(`/api/v1/calls/${id}`)
            })
            .catch(() => undefined)
      }),
    ),
  )
  const browser = await sharedChromium()
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 800 } })
  const drawn: number[] = []
  try {
    await context.addCookies(
      (cookies[0] ?? '').split('; ').map((pair) => {
        const at = pair.indexOf('=')
        return {
          name: pair.slice(0, at),
          value: pair.slice(at + 1),
          url: `http://127.0.0.1:${installation.port}`,
        }
      }),
    )
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${installation.port}/calls`)
    await page.locator('.list-page').waitFor()
    let caller = 0
    const next = () => numbers[caller++ % numbers.length]
    const background = setInterval(
      () => {
        const from = next()
        if (!from) return
        const call = pbx.call(from.value, '96120', { queue: 'service' })
        const extension = String(8001 + (caller % (agents - 1)))
        call.ring(extension)
        setTimeout(() => call.answer(extension), 500)
        setTimeout(() => call.hangUp(), 2500)
      },
      1000 / (callsPerSecond - 1),
    )
    for (let turn = -warmUp; turn < popSeconds; turn++) {
      const from = next()
      if (!from) break
      const shown = page.evaluate<number>(`(${whenShown})(${JSON.stringify(from.name)})`)
      const began = Date.now()
      const call = pbx.call(from.value, '96120', { queue: 'service' })
      call.ring('8000')
      const took = (await shown) - began
      if (turn >= 0) drawn.push(took)
      call.hangUp()
      await page.locator('.call-dock').waitFor({ state: 'detached' })
      await sleep(Math.max(0, 1000 - (Date.now() - began)))
    }
    clearInterval(background)
  } finally {
    for (const close of closers) close()
    for (const { client } of others) client.close()
    await context.close()
    await browser.close()
  }
  drawn.sort((a, b) => a - b)
  const name = `Calls, pop drawn in the browser, ${agents} agents, ${callsPerSecond} calls a second, 1,000,000 persons`
  return [
    { name: `${name}: p50`, value: quantile(drawn, 0.5), unit: 'ms' },
    { name: `${name}: p95`, value: quantile(drawn, 0.95), unit: 'ms', aim: { most: 300 } },
  ]
}

/** So many events a second, while the connection is cut twice: until when all calls are recorded, and whether any is missing. */
async function flood(pbx: Pbx, rows: Rows): Promise<Figure[]> {
  await sleep(4000)
  const count = async (where = 'true') =>
    Number(
      (
        await rows<{ n: string }>(
          `select count(*) as n from call where account_id = (select max(id) from telephony_account) and ${where}`,
        )
      )[0]?.n,
    )
  const before = await count()
  const total = (eventsPerSecond / eventsPerCall) * streamSeconds
  const began = performance.now()
  for (let made = 0; made < total;) {
    const due = Math.min(
      total,
      Math.ceil(((performance.now() - began) / 1000) * (eventsPerSecond / eventsPerCall)),
    )
    for (; made < due; made++) {
      const extension = String(8100 + (made % 800))
      const call = pbx.call(`138${String(made).padStart(8, '0')}`, '96120', { queue: 'service' })
      call.ring(extension)
      call.answer(extension)
      call.hangUp()
      if (made === Math.floor(total / 3) || made === Math.floor((2 * total) / 3)) pbx.drop()
    }
    await sleep(5)
  }
  const sent = (performance.now() - began) / 1000
  while ((await count('ended_at is not null')) < before + total && performance.now() - began < 120_000)
    await sleep(50)
  const seconds = (performance.now() - began) / 1000
  const events = total * eventsPerCall
  return [
    {
      name: 'Calls, telephony events taken in and recorded, the connection cut twice',
      value: events / seconds,
      unit: 'events/s',
      aim: { least: 2000 },
    },
    { name: 'Calls, delay of the last event', value: (seconds - sent) * 1000, unit: 'ms' },
    {
      name: 'Calls, lost',
      value: before + total - (await count('ended_at is not null')),
      unit: `of ${total}`,
    },
  ]
}

await whenMain(import.meta.url, () => calls())
