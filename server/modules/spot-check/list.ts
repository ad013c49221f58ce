import { sql, type SqlBool } from 'kysely'
import type {
  CheckField,
  RiskReason,
  SpotCheck,
  SpotCheckDoctor,
  SpotCheckStatus,
} from '../../../contract/spot-check.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { localDate } from '../../platform/clock.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { nameSeenBy } from '../person/scope.ts'
import { readSettings, settingSql } from '../setting/setting.ts'
import { checksWithin, openVisible } from './scope.ts'
import { scoreOf } from './score.ts'
import { joinPerson } from '../event/record.ts'

/** Finished checks `k` that count in the score: judged, without a granted appeal. */
export const counts = sql<SqlBool>`k.status in ('agree', 'disagree') and k.decision is distinct from 'upheld'`

type DoctorRow = {
  staff_id: number
  staff_name: string
  department_name: string | null
  candidates: number
  drawn: number
  open: number
  agree: number
  disagree: number
  unclear: number
  unreached: number
  appealed: number
  undecided: number
  upheld: number
  checked: number
  weight: number
  weight_squared: number
  agreed: number
}

/** The draw of a month, and the score of every doctor within reach. */
export async function getSpotChecks(
  db: Db,
  actor: Actor,
  { siteId, month }: { siteId: number; month: string },
) {
  const reach = authorize(actor, 'spot-check.read')
  const site = found(
    await db.selectFrom('site').select('time_zone').where('id', '=', siteId).executeTakeFirst(),
  )
  const settings = await readSettings(db, ['spot-check.score-minimum', 'spot-check.appeal-days'], siteId)
  const draw = await db
    .selectFrom('spot_check_draw')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('month', '=', `${month}-01`)
    .executeTakeFirst()
  const drawer = actor.access['spot-check.draw']
  const mayDraw =
    draw === undefined &&
    drawer !== undefined &&
    (drawer.all || drawer.siteIds.includes(siteId)) &&
    month < localDate(new Date(), site.time_zone).slice(0, 7)
  const doctors = draw ? await doctorRows(db, draw.id, checksWithin(reach)) : []
  await audit(db, actor, { action: 'spot-check.read', subject: `site:${siteId} ${month}` })
  const seesDraw = reach.all || reach.siteIds.includes(siteId)
  return {
    draw:
      draw && (seesDraw || doctors.length > 0)
        ? {
            id: draw.id,
            seed: draw.seed,
            drawnAt: draw.drawn_at.toISOString(),
            drawnByName: draw.drawn_by_name,
            notCallable: draw.not_callable,
          }
        : null,
    scoreMinimum: settings['spot-check.score-minimum'],
    appealDays: settings['spot-check.appeal-days'],
    doctors: doctors.map((row) => viewDoctor(row, settings['spot-check.score-minimum'])),
    mayDraw,
  }
}

async function doctorRows(
  db: Db,
  drawId: number,
  within: ReturnType<typeof checksWithin>,
): Promise<DoctorRow[]> {
  const { rows } = await sql<DoctorRow>`
    select k.staff_id, s.name as staff_name, min(d.name) as department_name,
      (select count(*) from spot_check_candidate c where c.draw_id = ${drawId} and c.staff_id = k.staff_id) as candidates,
      count(*) as drawn, count(*) filter (where k.status = 'open') as open, count(*) filter (where k.status = 'agree') as agree,
      count(*) filter (where k.status = 'disagree') as disagree, count(*) filter (where k.status = 'unclear') as unclear,
      count(*) filter (where k.status = 'unreached') as unreached, count(*) filter (where k.appealed_at is not null) as appealed,
      count(*) filter (where k.appealed_at is not null and k.decision is null) as undecided,
      count(*) filter (where k.decision = 'upheld') as upheld,
      count(*) filter (where ${counts}) as checked, coalesce(sum(1 / k.probability) filter (where ${counts}), 0) as weight,
      coalesce(sum(1 / (k.probability * k.probability)) filter (where ${counts}), 0) as weight_squared,
      coalesce(sum(1 / k.probability) filter (where ${counts} and k.status = 'agree'), 0) as agreed
    from spot_check k join staff s on s.id = k.staff_id left join department d on d.id = k.department_id
    where k.draw_id = ${drawId} and ${within}
    group by k.staff_id, s.name order by min(d.name) nulls last, s.name, k.staff_id`.execute(db)
  return rows
}

function viewDoctor(row: DoctorRow, minimum: number): SpotCheckDoctor {
  return {
    staffId: row.staff_id,
    staffName: row.staff_name,
    departmentName: row.department_name,
    candidates: row.candidates,
    drawn: row.drawn,
    open: row.open,
    agree: row.agree,
    disagree: row.disagree,
    unclear: row.unclear,
    unreached: row.unreached,
    appealed: row.appealed,
    undecided: row.undecided,
    upheld: row.upheld,
    score: scoreOf({ ...row, weightSquared: row.weight_squared }, minimum),
  }
}

type Query = {
  siteId?: number | undefined
  month?: string | undefined
  staffId?: number | undefined
  departmentId?: number | undefined
  status?: SpotCheckStatus | undefined
  appeal?: 'open' | 'any' | undefined
  mine?: boolean | undefined
  sort?: string | undefined
  total?: boolean | undefined
  limit: number
  cursor?: string | undefined
}

type Row = Sorted & {
  month: string
  status: SpotCheckStatus
  staff_id: number
  staff_name: string
  site_id: number
  department_id: number | null
  department_name: string | null
  person_id: number
  person_name: string
  checked_task_id: number
  task_id: number | null
  completed_at: Date
  reasons: RiskReason[]
  probability: number
  fields: CheckField[]
  satisfaction: number | null
  checked_at: Date | null
  checked_by_name: string | null
  accepted_at: Date | null
  appeal_reason: string | null
  appealed_at: Date | null
  appealed_by_name: string | null
  decision: 'upheld' | 'rejected' | null
  decision_reason: string | null
  decided_at: Date | null
  decided_by_name: string | null
  see_task: boolean
  late: boolean
}

export async function listSpotChecks(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'spot-check.read')
  const where = [checksWithin(reach), sql<SqlBool>`(k.status <> 'open' or ${openVisible(reach)})`]
  if (query.siteId) where.push(sql<SqlBool>`k.site_id = ${query.siteId}`)
  if (query.month) where.push(sql<SqlBool>`w.month = ${`${query.month}-01`}::date`)
  if (query.staffId) where.push(sql<SqlBool>`k.staff_id = ${query.staffId}`)
  if (query.departmentId) where.push(sql<SqlBool>`k.department_id = ${query.departmentId}`)
  if (query.status) where.push(sql<SqlBool>`k.status = ${query.status}`)
  if (query.appeal) where.push(sql<SqlBool>`k.appealed_at is not null`)
  if (query.appeal === 'open') where.push(sql<SqlBool>`k.decision is null`)
  if (query.mine) where.push(sql<SqlBool>`k.staff_id = ${actor.staffId}`)
  const order = listOrder<Row>(
    {
      month: { by: sql`w.month`, type: 'text' },
      doctor: { by: sql`s.name`, type: 'text' },
      person: { by: sql`p.pinyin`, type: 'text' },
      completed: { by: sql`t.completed_at`, type: 'time' },
    },
    sql`k.id`,
    newestFirst(sql`k.id`),
    query,
  )
  const from = sql`
    from spot_check k join spot_check_draw w on w.id = k.draw_id join task t on t.id = k.checked_task_id ${joinPerson(sql`t.person_id`)}
      join staff s on s.id = k.staff_id left join department d on d.id = k.department_id
      join spot_check_candidate c on c.draw_id = k.draw_id and c.task_id = k.checked_task_id`
  const { rows } = await sql<Row>`
    select k.*, ${order.key} as sort_key, to_char(w.month, 'YYYY-MM') as month, s.name as staff_name, d.name as department_name, p.id as person_id, ${nameSeenBy(actor)} as person_name,
      t.completed_at, c.reasons, ${openVisible(reach)} as see_task,
      k.checked_at < now() - (${settingSql('spot-check.appeal-days', sql`k.site_id`)})::int * interval '1 day' as late
    ${from} where ${sql.join([...where, ...order.beyond], sql` and `)}
    order by ${order.by} limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'spot-check.rows',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name', 'answers'],
  })
  return {
    ...order.page(rows, query.limit, (row) => viewCheck(row, actor)),
    total: await totalOf(db, query, sql`${from} where ${sql.join(where, sql` and `)}`),
  }
}

function viewCheck(row: Row, actor: Actor): SpotCheck {
  const decider = actor.access['spot-check.decide']
  const decides =
    decider !== undefined &&
    row.staff_id !== actor.staffId &&
    (decider.all ||
      decider.siteIds.includes(row.site_id) ||
      (row.department_id !== null && decider.departmentIds.includes(row.department_id)))
  return {
    id: row.id,
    month: row.month,
    status: row.status,
    staffId: row.staff_id,
    staffName: row.staff_name,
    departmentName: row.department_name,
    personId: row.person_id,
    personName: row.person_name,
    checkedTaskId: row.checked_task_id,
    taskId: row.see_task ? row.task_id : null,
    completedAt: row.completed_at.toISOString(),
    reasons: row.reasons,
    probability: row.probability,
    fields: row.fields,
    satisfaction: row.satisfaction,
    checkedAt: row.checked_at?.toISOString() ?? null,
    checkedByName: row.checked_by_name,
    acceptedAt: row.accepted_at?.toISOString() ?? null,
    appeal:
      row.appealed_at === null
        ? null
        : {
            reason: row.appeal_reason ?? '',
            at: row.appealed_at.toISOString(),
            byName: row.appealed_by_name ?? '',
            decision: row.decision,
            decisionReason: row.decision_reason,
            decidedAt: row.decided_at?.toISOString() ?? null,
            decidedByName: row.decided_by_name,
          },
    abilities: {
      appeal:
        may(actor, 'spot-check.appeal') &&
        row.staff_id === actor.staffId &&
        row.status === 'disagree' &&
        row.appealed_at === null &&
        row.accepted_at === null &&
        !row.late,
      decide: decides && row.appealed_at !== null && row.decision === null,
    },
  }
}
