import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { prepareDatabase } from '../server/main.ts'
import { Voice } from '../server/modules/voice/line.ts'
import { audioOf } from '../server/modules/voice/prompt.ts'
import { readConfig } from '../server/platform/config.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { seal } from '../server/platform/sealed.ts'
import { openServices } from '../server/services.ts'
import { startAsteriskAri } from '../sim/asterisk-ari.ts'
import { type Figure, quantile, whenMain } from './figure.ts'

const calls = 200
const secret = 'a secret of the benchmark, 32 signs and more'
const yesNo = [
  { value: 'yes', text: { 'zh-CN': '有' } },
  { value: 'no', text: { 'zh-CN': '没有' } },
]
const definition = {
  items: Array.from({ length: 10 }, (_, n) => ({
    linkId: `q${n}`,
    type: 'choice',
    required: true,
    text: { 'zh-CN': `第${n + 1}题，有没有不舒服？` },
    options: yesNo,
  })),
  scoring: 'none',
}

/** 200 people answer ten questions each by keys at the same time: how long from a key to the next prompt, and whether every call ends well. */
export async function voice(): Promise<Figure[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-bench-voice-'))
  const server = await startEmbedded(path.join(dir, 'postgres'))
  await prepareDatabase({ url: server.url, ownerUrl: server.url })
  const services = await openServices(
    { ...readConfig({}), dataDir: dir, secret, databasePool: 10 },
    server.url,
  )
  const prompts = createServer((request, response) => {
    audioOf(services.db, (request.url ?? '').split('/').at(-1) ?? '').then(
      (wav) => response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav),
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  const waited: number[] = []
  const pressed = new Map<string, number>()
  // People who answer each question three to five seconds after it began, and measure how long the next one takes to begin.
  const sim = await startAsteriskAri({
    callee: (number) => ({
      fate: 'answer',
      after: 1,
      hear: (said) => {
        const since = pressed.get(number)
        if (since !== undefined) waited.push(performance.now() - since)
        pressed.delete(number)
        const keys = said.join('').includes('出生年份') ? '1950' : '2'
        if (said.join('').includes('再见')) return []
        const after = 3 + Math.random() * 2
        const last = after + (keys.length - 1) * 0.2
        setTimeout(() => pressed.set(number, performance.now()), last * 1000)
        return Array.from(keys, (press, at) => ({ press, after: after + at * 0.2 }))
      },
    }),
  })
  const caller = new Voice(services, {
    engine: { name: 'bench', speak: (texts) => Promise.resolve(texts.map(() => new Int16Array(8 * 8000))) },
  })
  try {
    await populate(services.db, sim.url, `http://127.0.0.1:${(prompts.address() as AddressInfo).port}`)
    const began = performance.now()
    const cpu = process.cpuUsage()
    for (let open = calls; open > 0 && performance.now() - began < 300_000;) {
      await caller.look()
      await sleep(500)
      const { rows } = await sql<{
        n: number
      }>`select count(*)::int as n from task where status <> 'completed'`.execute(services.db)
      open = rows[0]?.n ?? 0
    }
    const seconds = (performance.now() - began) / 1000
    const used = process.cpuUsage(cpu)
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from voice_call where outcome = 'completed'`.execute(services.db)
    waited.sort((a, b) => a - b)
    const busy = ((used.user + used.system) / 1e6 / seconds) * 100
    return [
      figure(
        `Voice, ${calls} questionnaires at once: from a key to the next prompt, p50`,
        quantile(waited, 0.5),
        'ms',
      ),
      figure(
        `Voice, ${calls} questionnaires at once: from a key to the next prompt, p95`,
        quantile(waited, 0.95),
        'ms',
      ),
      figure('Voice, finished and proven', rows[0]?.n ?? 0, `of ${calls}`),
      figure('Voice, most calls at once', sim.mostAtOnce(), 'calls'),
      figure('Voice, time of the process with the telephone system simulated in it', busy, '% of a core'),
    ]
  } finally {
    await caller.stop()
    await sim.close()
    prompts.close()
    await services.close()
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

const figure = (name: string, value: number, unit: string): Figure => ({ name, value, unit })

async function populate(db: Parameters<typeof audioOf>[0], ariUrl: string, mediaUrl: string): Promise<void> {
  const config = {
    host: '127.0.0.1',
    user: 'x',
    ariUrl,
    ariUser: 'careloop',
    ariEndpoint: 'PJSIP/{number}@trunk',
    mediaUrl,
  }
  await sql`insert into site (code, name, time_zone) values ('B', 'Bench', 'Etc/UTC')`.execute(db)
  await sql`insert into department (site_id, code, name) values (1, 'D', 'D')`.execute(db)
  for (const [key, value] of [
    ['voice.enabled', true],
    ['voice.lines', calls],
    ['voice.hours.from', 0],
    ['voice.hours.to', 24],
    ['follow-up.hours.from', 0],
    ['follow-up.hours.to', 24],
    ['follow-up.hours.working-days-only', false],
    ['contact.quiet-from', 0],
    ['contact.quiet-to', 0],
  ] as const)
    await sql`insert into setting (key, value, version, changed_by) values (${key}, ${JSON.stringify(value)}::jsonb, 1, 'bench')`.execute(
      db,
    )
  await sql`
    insert into telephony_account (site_id, kind, name, config, secrets, updated_by)
    values (1, 'asterisk', 'Bench', ${JSON.stringify(config)}::jsonb, ${JSON.stringify({ ariPassword: seal(secret, 'ari-secret') })}::jsonb, 'bench')`.execute(
    db,
  )
  await sql`insert into questionnaire (code, title) values ('bench', '{"zh-CN": "Bench"}')`.execute(db)
  await sql`
    insert into questionnaire_version (questionnaire_id, version, definition, published_at)
    select id, 1, ${JSON.stringify(definition)}::jsonb, now() from questionnaire where code = 'bench'`.execute(
    db,
  )
  await sql`
    with people as (
      insert into person (name, pinyin, initials, search_name, birth_date, source, source_time)
      select '患者' || n, '', '', '', '1950-01-01', 'bench', now() from generate_series(1, ${calls}) n returning id
    ), numbers as (
      insert into person_telecom (person_id, system, value, source) select id, 'phone', '+86139' || (10000000 + id), 'bench' from people
    )
    insert into task (kind, title, person_id, site_id, department_id, assignee_role, queue, priority, start_at, due_at, questionnaire_version_id, machine)
    select 'follow-up-call', 'Bench', id, 1, 1, 'nurse', 'department:1:nurse', 0, now(), now() + interval '1 day', (select max(id) from questionnaire_version), 'first'
    from people`.execute(db)
}

await whenMain(import.meta.url, voice)
