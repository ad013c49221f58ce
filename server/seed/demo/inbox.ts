import { sql } from 'kysely'
import { createCannedReply } from '../../modules/conversation/canned.ts'
import { arrive } from '../../modules/conversation/arrive.ts'
import { createArticle, publishArticle } from '../../modules/knowledge/knowledge.ts'
import { systemActor } from '../../platform/actor.ts'
import { shiftDate } from '../../platform/clock.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { demoArticles } from './knowledge.ts'

const actor = systemActor('system:demo', '演示数据')

const ready = [
  ['hi', '问候', '{{name}}您好，我是{{hospital}}客服{{agent}}，请问有什么可以帮您？'],
  ['bg', '取报告', '门诊楼一层、二层自助机刷身份证打印，或在公众号“我的报告”里查看。'],
  ['sf', '核对身份', '为了保护您的隐私，请告诉我您的姓名和出生日期。'],
  ['hd', '稍后回电', '这件事我需要和{{department}}核实，今天下班前给您回复。'],
  ['jj', '紧急情况', '您说的情况比较急，请马上拨打 120，或由家人陪同到最近医院的急诊科。'],
  ['bye', '结束语', '还有其他问题随时联系我们，祝您早日康复。'],
] as const

const asked: {
  channel: 'web-chat' | 'sms' | 'wechat' | 'email'
  text: string
  minutes: number
  subject?: string
}[] = [
  { channel: 'wechat', text: '出院带的降压药吃完了，可以在网上开吗？', minutes: 25 },
  { channel: 'sms', text: '我明天复查，早上能吃早饭吗', minutes: 12 },
  {
    channel: 'email',
    text: '您好，我需要上次住院的病历复印件寄到公司报销，请问怎么办理？',
    subject: '病历复印',
    minutes: 95,
  },
  { channel: 'wechat', text: '伤口有点红，不疼，要不要来医院看一下', minutes: 4 },
]
const strangers = [
  { name: '周女士', text: '请问周六下午有门诊吗？孩子有点咳嗽。', minutes: 3 },
  { name: '', text: '停车场满了可以停哪里', minutes: 8 },
]

/** The knowledge base of a general hospital, ready texts, and some people who wait for an answer, so that the inbox shows what it is for. */
export async function seedDemoInbox(db: Db): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows: known } = await sql`select 1 from knowledge_article limit 1`.execute(trx)
    if (known.length > 0) return
    const { rows } = await sql<{ today: string }>`select now()::date::text as today`.execute(trx)
    const today = rows[0]?.today ?? ''
    const { rows: owners } = await sql<{ id: string; site_id: number }>`
      select u.id, g.site_id from app_user u join role_grant g on g.user_id = u.id where g.role = 'service-centre' and g.site_id is not null
      order by u.username limit 1`.execute(trx)
    const [owner] = owners
    for (const [at, article] of demoArticles.entries()) {
      const { id } = await createArticle(trx, actor, {
        ...article,
        siteId: null,
        ownerId: owner?.id ?? null,
        // Some have not been looked at for too long.
        reviewOn: shiftDate(today, at % 9 === 4 ? -14 : 30 + at * 5),
      })
      await publishArticle(trx, actor, id, 1)
    }
    if (!owner) return
    for (const [shortcut, title, body] of ready)
      await createCannedReply(trx, actor, { own: false, siteId: owner.site_id, shortcut, title, body })
    await askAll(trx, owner.site_id)
  })
}

async function askAll(trx: Trx, siteId: number): Promise<void> {
  const { rows: people } = await sql<{ id: number }>`
    select distinct on (p.id) p.id from person p join encounter e on e.person_id = p.id
    where e.site_id = ${siteId} and e.class = 'inpatient' and e.status = 'finished' and p.survivor_id is null and not p.deceased
    order by p.id limit ${asked.length}`.execute(trx)
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  for (const [at, { minutes, ...said }] of asked.entries()) {
    const person = people[at]
    if (!person) continue
    await arrive(trx, null, { siteId, personId: person.id, key: `demo ${at}`, at: ago(minutes), ...said })
  }
  for (const [at, { name, text, minutes }] of strangers.entries())
    await arrive(trx, null, {
      siteId,
      personId: null,
      channel: 'web-chat',
      statedName: name,
      text,
      key: `demo visitor ${at}`,
      at: ago(minutes),
    })
}
