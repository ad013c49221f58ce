import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { siteWord } from '../server/modules/conversation/message.ts'
import { searchMessages } from '../server/modules/conversation/search.ts'
import { prepareDatabase } from '../server/main.ts'
import { vectorOf, wordsOf } from '../server/platform/bigram.ts'
import { type Db, openDatabase } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { accessOf, systemActor } from '../server/platform/actor.ts'
import { prng } from '../sim/prng.ts'
import { type Figure, quantile, whenMain } from './figure.ts'
import { waited } from './load.ts'

/** `node bench/inbox.ts 200000`: the number of messages; a million unless told. */
const messages = Number(process.argv[2] ?? 1_000_000)
const sites = 3
/** A conversation has so many messages. */
const perConversation = 6

const openings = ['请问', '您好', '麻烦问一下', '医生您好', '想咨询', '我妈妈', '我爱人', '孩子']
const topics = [
  '体检报告什么时候能取',
  '出院带药吃完了怎么开',
  '复诊要提前预约吗',
  '医保卡忘带了能不能报销',
  '住院押金要交多少',
  '抽血需要空腹吗',
  '停车场怎么收费',
  '陪护床怎么租',
  '发票丢了能补开吗',
  '核磁共振要排多久',
  '伤口有点红肿需不需要来医院',
  '血压最近又高了要不要加药',
  '专家号约不上怎么办',
  '病历复印要带什么材料',
  '探视时间是几点到几点',
  '疫苗还有吗什么时候可以打',
]
const answers = [
  '您好，',
  '可以的，',
  '不需要，',
  '请您带好身份证，',
  '建议您先来门诊看一下，',
  '工作日八点到十七点，',
]
/** So rare that only some of a million have it. */
const rare = ['支气管扩张', '埃德海姆', '带状疱疹', '胰岛素泵', '甲状旁腺', '造口袋', '听骨链', '阔韧带']

/** Searches as agents make them: frequent and rare words, two characters and sentences, numbers, Latin. */
const searches = [
  ...['报告', '医院', '预约', '发票', '血压', '您好', '请问', '陪护床', '核磁共振', '出院带药'],
  ...['疱疹', '胰岛', '造口', '听骨', '甲状旁腺', '埃德海姆', '支气管扩张', '阔韧带'],
  ...['报告 发票', '住院押金', '1234', 'CT', '没有这个词', '伤口 红肿', '疫苗什么时候', '專家號'],
]

async function fill(db: Db): Promise<void> {
  const random = prng(16)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  await sql`insert into site (code, name) select 'B' || n, '院区 ' || n from generate_series(1, ${sites}) n`.execute(
    db,
  )
  const { rows } = await sql<{ id: number }>`select id from site order by id`.execute(db)
  const siteIds = rows.map((row) => row.id)
  await sql`
    insert into conversation (site_id, channel, status, closed_at, opened_at, last_at)
    select (${siteIds}::int[])[1 + n % ${sites}], 'web-chat', 'closed', now(), now() - interval '1 year', now() - interval '1 year'
    from generate_series(1, ${Math.ceil(messages / perConversation)}) n`.execute(db)
  const { rows: first } = await sql<{ id: number }>`select min(id)::int as id from conversation`.execute(db)
  const from = first[0]?.id ?? 1
  const batch = 5000
  for (let done = 0; done < messages; done += batch) {
    const bodies: string[] = []
    const ids: number[] = []
    const words: string[] = []
    for (let at = done; at < Math.min(messages, done + batch); at++) {
      const conversation = Math.floor(at / perConversation)
      const site = siteIds[(conversation + 1) % sites] ?? 0
      const extra =
        random() < 0.0002 ? pick(rare) : random() < 0.05 ? `CT 单号 ${Math.floor(random() * 1e6)}` : ''
      const body = `${pick(at % 2 === 0 ? openings : answers)}${pick(topics)}，${pick(topics)}${extra}`
      bodies.push(body)
      ids.push(from + conversation)
      words.push(vectorOf([siteWord(site), ...wordsOf(body)]))
    }
    await sql`
      insert into conversation_message (conversation_id, kind, channel, body, words)
      select u.id, 'in', 'web-chat', u.body, u.words::tsvector from unnest(${ids}::bigint[], ${bodies}::text[], ${words}::text[]) as u(id, body, words)`.execute(
      db,
    )
  }
  await sql`analyze conversation`.execute(db)
  await sql`analyze conversation_message`.execute(db)
  // What waits in the list of a GIN index is read by every search; a running database merges it at each vacuum.
  await sql`select gin_clean_pending_list('conversation_message_words'::regclass)`.execute(db)
}

/** Search in everything that was written, as the inbox asks it, row scope and audit included. */
async function inboxFigures(): Promise<Figure[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-bench-inbox-'))
  const server = await startEmbedded(dir)
  try {
    await prepareDatabase({ url: server.url, ownerUrl: server.url })
    const database = openDatabase(server.url, { max: 1 })
    const { db } = database
    await fill(db)
    const { rows } = await sql<{ id: number }>`select min(id)::int as id from site`.execute(db)
    const agent = {
      ...systemActor('system:bench', 'bench'),
      access: accessOf([{ role: 'service-centre', siteId: rows[0]?.id ?? 0, departmentId: null }], null),
    }
    const { rows: backend } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    const pids = [process.pid, ...backend.map((row) => row.pid)]
    const times: number[] = []
    const undisturbed: number[] = []
    const slowest = new Map<string, number>()
    for (let round = 0; round < 12; round++)
      for (const search of searches) {
        const [began, waitedBefore] = [performance.now(), waited(pids)]
        await searchMessages(db, agent, { search, limit: 20 })
        const ms = performance.now() - began
        // The first round reads everything from the disk.
        if (round > 0) {
          times.push(ms)
          undisturbed.push(ms - waited(pids) + waitedBefore)
        }
        slowest.set(search, Math.max(slowest.get(search) ?? 0, ms))
      }
    times.sort((a, b) => a - b)
    undisturbed.sort((a, b) => a - b)
    for (const [search, ms] of [...slowest].sort((a, b) => b[1] - a[1]).slice(0, 5))
      console.log(`  ${search}: at most ${Math.round(ms)} ms`)
    await database.close()
    const of = `inbox search over ${messages.toLocaleString('en')} messages`
    const without = `${of}, without waiting for a processor`
    return [
      { name: `${of}: p50`, value: quantile(times, 0.5), unit: 'ms' },
      { name: `${of}: p99`, value: quantile(times, 0.99), unit: 'ms', aim: { most: 200 } },
      { name: `${without}: p50`, value: quantile(undisturbed, 0.5), unit: 'ms' },
      { name: `${without}: p99`, value: quantile(undisturbed, 0.99), unit: 'ms', aim: { most: 200 } },
    ]
  } finally {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

await whenMain(import.meta.url, inboxFigures)
