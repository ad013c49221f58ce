import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { startWorkerLoops } from '../server/loops.ts'
import { queueMessages } from '../server/modules/message/write.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { type Figure, whenMain } from './figure.ts'
import { onEmptyInstallation } from './stays.ts'

const marketing = Number(process.env.MAILS ?? 100_000)

/** A hundred thousand people with mail and telephone, who agreed to be written to, and an account for each channel. */
async function prepare(db: Db, mailPort: number, smsPort: number): Promise<void> {
  const settings = {
    'contact.quiet-from': 0,
    'contact.quiet-to': 0,
    'contact.on-holidays': true,
  }
  await sql`insert into setting (key, value) select key, value from jsonb_each(${JSON.stringify(settings)}::jsonb)
    on conflict (key, site_id) do update set value = excluded.value`.execute(db)
  await sql`insert into message_account (name, kind, channel, config, updated_by) values ('mail', 'smtp', 'email',
    ${JSON.stringify({ host: '127.0.0.1', port: mailPort, tls: 'none', user: '', from: 'care@hospital.test', bounceAddress: '' })}::jsonb, 'bench')`.execute(
    db,
  )
  await sql`insert into message_account (name, kind, channel, config, updated_by) values ('sms', 'smpp', 'sms',
    ${JSON.stringify({ host: '127.0.0.1', port: smsPort, tls: false, systemId: 'bench', systemType: '', source: '10690000', countryCode: '86', national: false, window: 50, longMessages: 'parts' })}::jsonb, 'bench')`.execute(
    db,
  )
  await sql`insert into site (code, name) values ('GH01', '演示医院')`.execute(db)
  await sql`insert into person (id, name, search_name, pinyin, initials, sex, source, source_time)
    select g, '王伟', '王伟', 'wangwei', 'ww', 'male', 'bench', now() from generate_series(1, ${marketing + 1}::int) g`.execute(
    db,
  )
  await sql`insert into person_telecom (person_id, system, value, source)
    select g, system, case system when 'email' then 'p' || g || '@example.test' else '+8613' || (100000000 + g) end, 'bench'
    from generate_series(1, ${marketing + 1}::int) g cross join (values ('email'), ('phone')) s(system)`.execute(
    db,
  )
  await sql`insert into consent (person_id, purpose, channel, given_at, proof, recorded_by, recorded_by_name)
    select g, 'marketing', 'all', now(), 'paper', 'bench', 'bench' from generate_series(1, ${marketing}::int) g`.execute(
    db,
  )
  await sql`analyze`.execute(db)
}

/** A message for each person, every other one by SMS, written as a campaign does: set by set. */
async function queueAll(db: Db): Promise<void> {
  const portion = 1000
  for (let from = 1; from <= marketing; from += portion)
    await transaction(db, (trx) =>
      queueMessages(
        trx,
        Array.from({ length: Math.min(portion, marketing - from + 1) }, (_, at) => ({
          personId: from + at,
          channel: (from + at) % 2 === 0 ? ('email' as const) : ('sms' as const),
          purpose: 'marketing' as const,
          subject: '健康讲座',
          body: '本周六上午有健康讲座，欢迎参加。',
        })),
      ),
    )
}

type Seen = { mails: number; clinicalAt: number | null }

async function ask(sink: ChildProcess): Promise<Seen> {
  sink.send('how many')
  const [seen] = (await once(sink, 'message')) as [Seen]
  return seen
}

/** Marketing for 100,000 people by mail and SMS on the lanes as served, and one clinical mail written when half of them are through. */
export async function mail(): Promise<Figure[]> {
  const sink = fork(new URL('mail-sink.ts', import.meta.url))
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
  const smsc = fork(new URL('sms-sink.ts', import.meta.url))
  const [sms] = (await once(smsc, 'message')) as [{ port: number }]
  try {
    return await onEmptyInstallation(async (services) => {
      const { db } = services
      await prepare(db, port, sms.port)
      const memory: number[] = []
      let writtenAt: number | undefined
      const began = performance.now()
      const loops = startWorkerLoops(services)
      const queueing = queueAll(db)
      for (let seen = 0; seen <= marketing;) {
        await sleep(100)
        seen = (await ask(sink)).mails + (await ask(smsc)).mails
        memory.push(process.memoryUsage().rss / 2 ** 20)
        if (writtenAt === undefined && seen > marketing / 2) {
          writtenAt = Date.now()
          await sql`insert into message (person_id, channel, purpose, subject, body)
            values (${marketing + 1}, 'email', 'clinical', 'clinical', '请于明日复诊。')`.execute(db)
        }
      }
      await queueing
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
          name: 'messages: 100,000 queued, gated and handed to a local SMPP and SMTP sink',
          value: marketing / seconds,
          unit: 'messages/s',
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
    smsc.disconnect()
  }
}

await whenMain(import.meta.url, mail)
