import { sql } from 'kysely'
import { changeImprovement, linkCase, startImprovement } from '../../modules/case/improve.ts'
import { openCase } from '../../modules/case/open.ts'
import { type PastCase, writePastCases } from '../../modules/case/past.ts'
import { consultDepartment } from '../../modules/case/work.ts'
import { makePromise } from '../../modules/promise/promise.ts'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'

const actor = systemActor('system:demo', '客服中心')
const day = 86_400_000

type Place = { site_id: number; department_id: number; other_id: number; persons: number[] }

/** The department of the demo's head, another of its site, and patients of it. */
async function placeOf(trx: Trx): Promise<Place | undefined> {
  const { rows } = await sql<Place>`
    select d.site_id, d.id as department_id, (select min(o.id) from department o where o.site_id = d.site_id and o.id <> d.id) as other_id,
      array(select p.id from person p where p.survivor_id is null and not p.deceased and exists (
        select 1 from encounter n where n.person_id = p.id and n.department_id = d.id) order by p.id desc limit 4) as persons
    from app_user u join role_grant g on g.user_id = u.id join department d on d.id = g.department_id where u.username = 'head' limit 1`.execute(
    trx,
  )
  return rows[0]
}

const kinds = [
  ['waiting-clinic', '候诊时间太长'],
  ['attitude-window', '窗口态度不好'],
  ['charge-wrong', '收费与清单不符'],
  ['environment-parking', '停车难'],
  ['information-report', '报告迟迟拿不到'],
] as const

/** Three quarters of a year of complaints; those about waiting grow rarer after the change of seven weeks ago. */
function pastOf({ site_id: siteId, department_id: own, other_id: other }: Place): PastCase[] {
  return Array.from({ length: 72 }, (_, at): PastCase => {
    const ago = 5 + at * 3.7
    const [category, description] = kinds[ago < 49 && at % 5 === 0 ? 1 : at % 5] ?? kinds[0]
    const openedAt = new Date(Date.now() - ago * day)
    return {
      siteId,
      departmentId: at % 3 === 1 ? other : own,
      category,
      description,
      openedAt,
      answeredAt: new Date(openedAt.getTime() + (at % 9 === 4 ? 12 : 2 + (at % 4)) * day),
      satisfaction: at % 4 === 3 ? null : 5 - (at % 3),
    }
  }).filter((one) => one.answeredAt.getTime() < Date.now())
}

const none = {
  name: null,
  phone: null,
  staffIds: [],
  encounterIds: [],
  externalNumber: null,
  sourceKind: null,
  sourceId: null,
  dispute: null,
}

/** Open cases with their clocks, promises of today, and a change that is measured, so that every screen of the supervision shows something. */
export async function seedDemoCases(db: Db): Promise<void> {
  await transaction(db, async (trx) => {
    const { rows: known } = await sql`select 1 from service_case limit 1`.execute(trx)
    const place = known.length > 0 ? undefined : await placeOf(trx)
    if (!place || place.persons.length < 3) return
    await writePastCases(trx, pastOf(place))
    const category = async (code: string) =>
      (
        await sql<{
          id: number
        }>`select id from case_category where site_id is null and code = ${code}`.execute(trx)
      ).rows[0]?.id ?? 0
    const at = { siteId: place.site_id, departmentIds: [place.department_id] }
    const [one = 0, two = 0, three = 0] = place.persons
    const waiting = await openCase(trx, actor, {
      ...none,
      ...at,
      kind: 'complaint',
      channel: 'phone',
      complainant: 'person',
      personId: one,
      categoryId: await category('waiting-clinic'),
      severity: 'ordinary',
      description: '上午八点取号，十点半才看上，中间没有人说明原因。',
    })
    await consultDepartment(trx, actor, waiting.id, {
      departmentId: place.department_id,
      question: '当天上午出诊几位医生？导诊是否告知候诊情况？',
      dueAt: null,
    })
    await openCase(trx, actor, {
      ...none,
      ...at,
      departmentIds: [place.department_id, place.other_id],
      kind: 'complaint',
      channel: '12345',
      externalNumber: '20261118-0731',
      complainant: 'person',
      personId: two,
      categoryId: await category('charge-wrong'),
      severity: 'ordinary',
      description: '住院清单里有一项检查没有做，要求核对退费。',
    })
    await openCase(trx, actor, {
      ...none,
      ...at,
      kind: 'praise',
      channel: 'letter',
      complainant: 'person',
      personId: three,
      categoryId: await category('attitude-nurse'),
      severity: 'minor',
      description: '感谢夜班护士耐心照顾，家属很放心。',
    })
    const owner = {
      ownerStaffId: await agentOf(trx, place.site_id),
      departmentId: null,
      siteId: place.site_id,
      toName: null,
    }
    await makePromise(trx, actor, {
      ...owner,
      personId: one,
      text: '今天下班前回电，告知候诊投诉的进展',
      dueAt: new Date(Date.now() + 3 * 3_600_000).toISOString(),
      sourceKind: 'case',
      sourceId: waiting.id,
    })
    await makePromise(trx, actor, {
      ...owner,
      personId: two,
      text: '把核对后的费用清单寄给患者',
      dueAt: new Date(Date.now() + 2 * day).toISOString(),
      sourceKind: 'none',
      sourceId: null,
    })
    await improve(trx, place)
  })
}

async function agentOf(trx: Trx, siteId: number): Promise<number | null> {
  const { rows } = await sql<{ staff_id: number }>`
    select u.staff_id from app_user u join staff h on h.id = u.staff_id where u.username = 'service' and h.site_id = ${siteId}`.execute(
    trx,
  )
  return rows[0]?.staff_id ?? null
}

async function improve(trx: Trx, { department_id: departmentId }: Place): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    select x.id from service_case x join case_category k on k.id = x.category_id join case_department w on w.case_id = x.id
    where k.code = 'waiting-clinic' and w.department_id = ${departmentId} and x.status = 'closed' order by x.opened_at desc limit 3`.execute(
    trx,
  )
  const [first, ...others] = rows
  if (!first) return
  const made = await startImprovement(trx, actor, {
    caseId: first.id,
    departmentId,
    title: '缩短上午候诊',
    cause: '号源不分时段，患者集中在八点到',
    whys: [
      '为什么等得久：八点到九点来了一半的人',
      '为什么集中来：号上只写上午',
      '为什么只写上午：排班没有分时段',
    ],
    change: '按半小时分时段挂号；候诊超过 30 分钟，导诊说明原因。',
    ownerStaffId: null,
    dueDate: null,
  })
  for (const one of others) await linkCase(trx, actor, made.id, one.id)
  await changeImprovement(trx, actor, made.id, {
    version: made.version,
    doneDate: new Date(Date.now() - 49 * day).toISOString().slice(0, 10),
  })
}
