import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Instruction, InstructionDetail, InstructionView } from '../../../contract/instruction.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import { listOrder, type Sorted, totalOf, type UsualOrder } from '../../platform/listing.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { nameSeenBy } from '../person/scope.ts'
import { queuesOf } from '../task/scope.ts'
import { instructionWithin } from './scope.ts'
import { joinPerson, personOfRecord, recordsOf } from '../event/record.ts'
import { clockViewColumns, joinClock, viewClock } from '../clock/view.ts'
import { executionClock } from './clock.ts'

export type InstructionFilter = {
  view: InstructionView
  personId?: number | undefined
  siteId?: number | undefined
  departmentId?: number | undefined
  from?: string | undefined
  to?: string | undefined
}

export type InstructionRow = Sorted & {
  status: Instruction['status']
  round: number
  reason: Instruction['reason']
  text: string
  person_id: number
  person_name: string
  encounter_id: number | null
  site_id: number
  site_name: string
  department_id: number
  department_name: string
  assignee_role: string
  assignee_staff_id: number | null
  assignee_name: string | null
  queue: string
  completed_by: string | null
  task_id: number
  due_at: Date
  breached_at: Date | null
  escalation_level: number
  paused_at: Date | null
  pause_reason: string | null
  late: boolean
  issued_at: Date
  issued_by_name: string
  executed_at: Date | null
  executed_by_name: string | null
  outcome: Instruction['outcome']
  proof: Instruction['proof']
  report: string | null
  submitted_at: Date | null
  filed_at: Date | null
  /** Times as the database has them, for cursors. */
  due_key: string
  issued_key: string
}

/** Not executed when it was due; a pause stops the time. */
const late = sql<SqlBool>`coalesce(i.executed_at, c.paused_at, now()) > c.due_at`

const columns = (actor: Actor) => sql`
  i.id, i.status, i.round, i.reason, i.text, p.id as person_id, ${nameSeenBy(actor)} as person_name, i.encounter_id, i.site_id, s.name as site_name,
  i.department_id, d.name as department_name, t.assignee_role, t.assignee_staff_id, h.name as assignee_name, t.queue, t.completed_by, i.task_id, ${clockViewColumns},
  ${late} and i.status <> 'withdrawn' as late, i.issued_at, i.issued_by_name, i.executed_at, i.executed_by_name, i.outcome, t.proof,
  i.report, i.submitted_at, i.filed_at, c.due_at::text as due_key, i.issued_at::text as issued_key`
const joins = sql`
  join task t on t.id = i.task_id ${joinPerson(sql`i.person_id`)} join site s on s.id = i.site_id
  join department d on d.id = i.department_id left join staff h on h.id = t.assignee_staff_id
  ${joinClock(executionClock, sql`i.id`)}`

const inView: Record<InstructionView, RawBuilder<SqlBool>> = {
  open: sql`i.status in ('issued', 'executed')`,
  late: sql`i.status in ('issued', 'executed') and ${late}`,
  submitted: sql`i.status = 'submitted'`,
  filed: sql`i.status = 'filed'`,
  withdrawn: sql`i.status = 'withdrawn'`,
  all: sql`true`,
}

/** Conditions of a filter on instructions `i` at site `s`; days are the site's. */
function conditions({ siteId, departmentId, from, to }: Omit<InstructionFilter, 'view'>) {
  const where: RawBuilder<SqlBool>[] = []
  if (siteId) where.push(sql`i.site_id = ${siteId}`)
  if (departmentId) where.push(sql`i.department_id = ${departmentId}`)
  if (from) where.push(sql`i.issued_at >= ${from}::date::timestamp at time zone s.time_zone`)
  if (to) where.push(sql`i.issued_at < (${to}::date + 1)::timestamp at time zone s.time_zone`)
  return where
}

const byDueTime: UsualOrder<InstructionRow> = {
  by: sql`c.due_at, i.id`,
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['time', 'number'])
    return after ? [sql<SqlBool>`(c.due_at, i.id) > (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []
  },
  key: (row) => [row.due_key, row.id],
}
const byIssueTime: UsualOrder<InstructionRow> = {
  by: sql`i.issued_at desc, i.id desc`,
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['time', 'number'])
    return after ? [sql<SqlBool>`(i.issued_at, i.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []
  },
  key: (row) => [row.issued_key, row.id],
}
const sortColumns = {
  person: { by: sql`p.pinyin`, type: 'text' },
  status: { by: sql`i.status`, type: 'text' },
  due: { by: sql`c.due_at`, type: 'time' },
  issued: { by: sql`i.issued_at`, type: 'time' },
} as const

type ListQuery = InstructionFilter & {
  limit: number
  cursor?: string | undefined
  sort?: string | undefined
  total?: boolean | undefined
}

/** Rows in list order: what is open by its due time, everything else newest first; at most `limit + 1`. */
export async function instructionRows(db: Db, actor: Actor, query: ListQuery) {
  const within = await instructionWithin(db, actor, 'instruction.read')
  const usual = query.view === 'open' || query.view === 'late' ? byDueTime : byIssueTime
  const order = listOrder(sortColumns, sql`i.id`, usual, query)
  const where = [within, inView[query.view], ...conditions(query)]
  if (query.personId)
    where.push(sql<SqlBool>`i.person_id = any(${recordsOf(personOfRecord(sql`${query.personId}`))})`)
  const from = sql`from return_visit_instruction i ${joins} where ${sql.join(where, sql` and `)}`
  const { rows } = await sql<InstructionRow>`
    select ${order.key} as sort_key, ${columns(actor)} from return_visit_instruction i ${joins}
    where ${sql.join([...where, ...order.beyond], sql` and `)} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  return { rows, order, total: await totalOf(db, query, from) }
}

export async function listInstructions(db: Db, actor: Actor, query: ListQuery) {
  const { rows, order, total } = await instructionRows(db, actor, query)
  await audit(db, actor, {
    action: 'instruction.list',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name'],
  })
  const queues = await queuesOf(db, actor)
  return { ...order.page(rows, query.limit, (row) => viewInstruction(row, actor, queues)), total }
}

export async function getInstruction(db: Db, actor: Actor, id: number): Promise<InstructionDetail> {
  const within = await instructionWithin(db, actor, 'instruction.read')
  const { rows } = await sql<InstructionRow>`
    select ${columns(actor)} from return_visit_instruction i ${joins} where i.id = ${id} and ${within}`.execute(
    db,
  )
  const row = found(rows[0])
  const history = await db
    .selectFrom('return_visit_instruction_history')
    .selectAll()
    .where('instruction_id', '=', id)
    .orderBy('id')
    .execute()
  await audit(db, actor, {
    action: 'instruction.read',
    personId: row.person_id,
    subject: `instruction:${id}`,
    fields: ['name', 'report'],
  })
  return {
    ...viewInstruction(row, actor, await queuesOf(db, actor)),
    history: history.map((one) => ({
      at: one.at.toISOString(),
      byName: one.by_name,
      action: one.action,
      note: one.note,
      outcome: one.outcome as Instruction['outcome'],
    })),
  }
}

function viewInstruction(row: InstructionRow, actor: Actor, queues: string[]): Instruction {
  const covers = (permission: 'instruction.issue' | 'instruction.submit' | 'task.work') => {
    const reach = actor.access[permission]
    return (
      reach !== undefined &&
      (reach.all ||
        reach.siteIds.includes(row.site_id) ||
        reach.departmentIds.includes(row.department_id) ||
        (row.assignee_staff_id !== null && row.assignee_staff_id === reach.staffId) ||
        queues.includes(row.queue) ||
        row.completed_by === actor.id)
    )
  }
  return {
    id: row.id,
    status: row.status,
    round: row.round,
    reason: row.reason,
    text: row.text,
    personId: row.person_id,
    personName: row.person_name,
    encounterId: row.encounter_id,
    siteName: row.site_name,
    departmentId: row.department_id,
    departmentName: row.department_name,
    assigneeRole: row.assignee_role,
    assigneeName: row.assignee_name,
    taskId: row.task_id,
    dueAt: row.due_at.toISOString(),
    late: row.late,
    clock: viewClock(row),
    issuedAt: row.issued_at.toISOString(),
    issuedByName: row.issued_by_name,
    executedAt: row.executed_at?.toISOString() ?? null,
    executedByName: row.executed_by_name,
    outcome: row.outcome,
    proof: row.proof,
    report: row.report,
    submittedAt: row.submitted_at?.toISOString() ?? null,
    filedAt: row.filed_at?.toISOString() ?? null,
    abilities: {
      work: row.status === 'issued' && covers('task.work'),
      submit: row.status === 'executed' && covers('instruction.submit'),
      settle: row.status === 'submitted' && covers('instruction.issue'),
      withdraw: row.status === 'issued' && covers('instruction.issue'),
    },
  }
}

type FigureRow = {
  department_id: number
  department_name: string
  issued: number
  open: number
  late: number
  on_time: number
  submitted: number
  filed: number
}

/** Instructions that somebody with this permission has to deal with: to be carried out, or to be filed. */
export async function countInstructions(
  db: Db,
  actor: Actor,
  permission: 'instruction.submit' | 'instruction.issue',
): Promise<{ open: number; late: number; submitted: number }> {
  const within = await instructionWithin(db, actor, permission)
  const { rows } = await sql<{ open: number; late: number; submitted: number }>`
    select count(*) filter (where ${inView.open}) as open, count(*) filter (where ${inView.late}) as late,
      count(*) filter (where ${inView.submitted}) as submitted
    from return_visit_instruction i join task t on t.id = i.task_id ${joinClock(executionClock, sql`i.id`)}
    where i.status in ('issued', 'executed', 'submitted') and ${within}`.execute(db)
  return rows[0] ?? { open: 0, late: 0, submitted: 0 }
}

/** Counts by department of what was issued in a period. */
export async function getInstructionFigures(
  db: Db,
  actor: Actor,
  filter: Omit<InstructionFilter, 'view' | 'personId'>,
) {
  const within = await instructionWithin(db, actor, 'instruction.read')
  const where = [within, sql<SqlBool>`i.status <> 'withdrawn'`, ...conditions(filter)]
  const { rows } = await sql<FigureRow>`
    select i.department_id, d.name as department_name, count(*) as issued, count(*) filter (where ${inView.open}) as open,
      count(*) filter (where ${inView.late}) as late, count(*) filter (where i.executed_at <= c.due_at) as on_time,
      count(*) filter (where ${inView.submitted}) as submitted, count(*) filter (where ${inView.filed}) as filed
    from return_visit_instruction i join task t on t.id = i.task_id join site s on s.id = i.site_id
      join department d on d.id = i.department_id ${joinClock(executionClock, sql`i.id`)}
    where ${sql.join(where, sql` and `)} group by i.department_id, d.name order by d.name, i.department_id`.execute(
    db,
  )
  await audit(db, actor, { action: 'instruction.figures' })
  return {
    departments: rows.map((row) => ({
      departmentId: row.department_id,
      departmentName: row.department_name,
      issued: row.issued,
      open: row.open,
      late: row.late,
      onTime: row.on_time,
      submitted: row.submitted,
      filed: row.filed,
    })),
  }
}
