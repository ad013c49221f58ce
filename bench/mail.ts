import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { startWorkerLoops } from '../server/loops.ts'
import type { Db } from '../server/platform/db.ts'
import { type Figure, whenMain } from './figure.ts'
import { onEmptyInstallation } from './stays.ts'

const marketing = Number(process.env.MAILS ?? 100_000)

/** A hundred thousand people with an address each, who agreed to be written to, and a mail for each of them. */
export async function prepare(db: Db, port: number): Promise<void> {
  const settings = {
    'contact.quiet-from': 0,
    'contact.quiet-to': 0,
    'contact.on-holidays': true,
  }
  await sql`insert into setting (key, value) select key, value from jsonb_each(${JSON.stringify(settings)}::jsonb)
    on conflict (key, site_id) do update set value = excluded.value`.execute(db)
  await sql`insert into message_account (name, kind, channel, config, updated_by) values ('mail', 'smtp', 'email',
    ${JSON.stringify({ host: '127.0.0.1', port, tls: 'none', user: '', from: 'care@hospital.test', bounceAddress: '' })}::jsonb, 'bench')`.execute(
    db,
  )
  await sql`insert into site (code, name) values ('GH01', '演示医院')`.execute(db)
  await sql`insert into person (id, name, search_name, pinyin, initials, sex, source, source_time)
    select g, '王伟', '王伟', 'wangwei', 'ww', 'male', 'bench', now() from generate_series(1, ${marketing + 1}::int) g`.execute(
    db,
  )
  await sql`insert into person_telecom (person_id, system, value, source)
    select g, system, case system when 'email' then 'p' || g || '@example.test' else '13' || (100000000 + g) end, 'bench'
    from generate_series(1, ${marketing + 1}::int) g cross join (values ('email'), ('phone')) s(system)`.execute(
    db,
  )
  await sql`insert into consent (person_id, purpose, channel, given_at, proof, recorded_by, recorded_by_name)
    select g, 'marketing', 'all', now(), 'paper', 'bench', 'bench' from generate_series(1, ${marketing}::int) g`.execute(
    db,
  )
  await sql`insert into message (person_id, channel, purpose, subject, body)
    select g, 'email', 'marketing', '健康讲座', '本周六上午有健康讲座，欢迎参加。' from generate_series(1, ${marketing}::int) g`.execute(
    db,
  )
  await sql`analyze`.execute(db)
}

type Seen = { mails: number; clinicalAt: number | null }

async function ask(sink: ChildProcess): Promise<Seen> {
  sink.send('how many')
  const [seen] = (await once(sink, 'message')) as [Seen]
  return seen
}

/** Marketing for 100,000 people on the lanes as served, and one clinical mail written when half of them are through. */
export async function mail(): Promise<Figure[]> {
  const sink = fork(new URL('mail-sink.ts', import.meta.url))
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
  try {
    return await onEmptyInstallation(async (services) => {
      const { db } = services
      await prepare(db, port)
      const memory: number[] = []
      let writtenAt: number | undefined
      const began = performance.now()
      const loops = startWorkerLoops(services)
      for (let seen = 0; seen <= marketing;) {
        await sleep(100)
        seen = (await ask(sink)).mails
        memory.push(process.memoryUsage().rss / 2 ** 20)
        if (writtenAt === undefined && seen > marketing / 2) {
          writtenAt = Date.now()
          await sql`insert into message (person_id, channel, purpose, subject, body)
            values (${marketing + 1}, 'email', 'clinical', 'clinical', '请于明日复诊。')`.execute(db)
        }
      }
      const seconds = (performance.now() - began) / 1000
      const { clinicalAt } = await ask(sink)
      for (const loop of loops) await loop.stop()
      const { rows } = await sql<{ sent: number; events: number; audited: number }>`
        select (select count(*) from message where status = 'sent') as sent, (select count(*) from event where kind = 'message.sent') as events,
          (select count(*) from audit_event where action = 'message.send') as audited`.execute(db)
      const [counts] = rows
      for (const count of Object.values(counts ?? {}))
        if (count !== marketing + 1)
          throw new Error(`not every mail is accounted for: ${JSON.stringify(counts)}`)
      const half = memory.slice(Math.floor(memory.length / 2))
      const early = memory.slice(Math.floor(memory.length / 4), Math.floor(memory.length / 2))
      return [
        {
          name: 'mail: 100,000 to a local sink',
          value: marketing / seconds,
          unit: 'mails/s',
          aim: { least: 1500 },
        },
        {
          name: 'mail: a clinical one in the middle, until it is there',
          value: ((clinicalAt ?? Infinity) - (writtenAt ?? 0)) / 1000,
          unit: 's',
          aim: { most: 2 },
        },
        {
          name: 'mail: most memory in the second half against the second quarter',
          value: Math.max(...half) / Math.max(...early),
          unit: 'times',
          aim: { most: 1.25 },
        },
      ]
    })
  } finally {
    sink.disconnect()
  }
}

await whenMain(import.meta.url, mail)
