import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Person } from '../../platform/db-types.ts'
import type { ListReason } from '../../../contract/list-reason.ts'
import type { ProofClass, LadderStep, TaskSummary } from '../../../contract/task.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { agesOf, localDate } from '../../platform/clock.ts'
import { countedTo } from '../../../contract/route.ts'
import { decodeCursor } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { assertSortable, listOrder, type Sorted, totalOf, type UsualOrder } from '../../platform/listing.ts'
import { maskPhone } from '../person/mask.ts'
import { leftJoinPerson, personOfRecord } from '../event/record.ts'
import { onlyTasks } from '../person/scope.ts'
import { homeSite } from '../organisation/home-site.ts'
import { readSettingsEverywhere, settingSql } from '../setting/setting.ts'
import { zoneAt } from '../setting/time-zone.ts'
import { callingHoursAt } from './calling-hours.ts'
import { branches, conditions, type TaskFilter, turn } from './list-filter.ts'
import { attemptsOf, ladderKeys } from './next-attempt.ts'
import { isOfOthers, queuesOf } from './scope.ts'
import { type RiskRow, riskColumn, listReasonsOf } from './list-reason.ts'

export type TaskRow = Sorted & {
  kind: TaskSummary['kind']
  level: number | null
  title: string
  description: string | null
  status: TaskSummary['status']
  priority: number
  /** Null, like record and name, for a task about an organisation or about nobody. */
  person_id: number | null
  /** The task's original record; differs from `person_id` after a merge. */
  record_id: number | null
  person_name: string | null
  sex: Selectable<Person>['sex'] | null
  birth_date: string | null
  phone: string | null
  group_id: number | null
  group_name: string | null
  subject_kind: string | null
  subject_id: number | null
  encounter_id: number | null
  enrollment_id: number | null
  step_key: string | null
  site_id: number
  site_name: string
  time_zone: string
  department_id: number | null
  department_name: string | null
  condition_text: string | null
  discharged_at: Date | null
  attending_staff_id: number | null
  assignee_role: string
  assignee_staff_id: number | null
  assignee_name: string | null
  start_at: Date
  due_at: Date
  next_attempt_at: Date | null
  attempts: number
  reached: boolean
  /** `first`: a machine calls before people do; else why it left the task to them. */
  machine: Extract<ListReason, { kind: 'machine' }>['why'] | null
  ladder_step: LadderStep
  /** Attempts that were made before this step. */
  ladder_step_from: number
  outcome: TaskSummary['outcome']
  /** The outcome of a task without a contact. */
  result_note: string | null
  completed_at: Date | null
  completed_by: string | null
  proof: ProofClass | null
  held_by: string | null
  held_by_name: string | null
  held_until: Date | null
  questionnaire_version_id: number | null
  answered_by_person: boolean
  red_flags: TaskSummary['redFlags'] | null
  version: number
  queue: string
  risk: RiskRow | null
  /** Times as the database has them, for cursors: a Date has no microseconds. */
  due_key: string
  turn_key: string
  completed_key: string | null
}

/** A task about a person. */
export type PersonTask = TaskRow & { person_id: number; record_id: number; person_name: string }

/** Columns and joins that every view of a task needs; `t` is the task, `p` its person. */
export const taskColumns = sql`
  t.id, t.kind, t.level, t.title, t.description, t.status, t.priority, p.id as person_id, t.person_id as record_id, p.name as person_name, p.sex, p.birth_date,
  (select x.value from person_telecom x where x.person_id in (p.id, t.person_id) and x.system = 'phone' and x.valid
    order by x.updated_at desc, x.id limit 1) as phone,
  t.group_id, o.name as group_name, t.subject_kind, t.subject_id, t.encounter_id, t.enrollment_id, t.step_key, t.site_id, s.name as site_name, s.time_zone, t.department_id, d.name as department_name,
  n.condition_text, n.ends_at as discharged_at, n.attending_staff_id, t.assignee_role, t.assignee_staff_id, h.name as assignee_name,
  t.start_at, t.due_at, t.next_attempt_at, t.machine, coalesce(contact.attempts, 0) as attempts, t.reached,
  coalesce(contact.ladder_step, 'phone') as ladder_step, coalesce(contact.ladder_step_from, 0) as ladder_step_from, t.outcome, t.result_note, t.completed_at, t.completed_by, t.proof, t.held_by, t.held_by_name,
  t.held_until, t.questionnaire_version_id,
  exists (select 1 from questionnaire_response x where x.task_id = t.id and x.source = 'person') as answered_by_person,
  case when t.kind = 'red-flag' then (select jsonb_agg(f.text order by f.raised_at, f.link_id) from red_flag f where f.task_id = t.id) end as red_flags,
  t.version, t.queue, case when t.status in ('requested', 'in-progress') then ${riskColumn} end as risk, t.due_at::text as due_key, greatest(t.start_at, t.next_attempt_at)::text as turn_key,
  t.completed_at::text as completed_key`
export const taskJoins = sql`
  ${leftJoinPerson(sql`t.person_id`)} join site s on s.id = t.site_id left join group_customer o on o.id = t.group_id
  left join department d on d.id = t.department_id left join encounter n on n.id = t.encounter_id
  left join staff h on h.id = t.assignee_staff_id left join task_contact contact on contact.task_id = t.id`

const byCompletion: UsualOrder<TaskRow> = {
  by: sql`t.completed_at desc, t.id desc`,
  key: (row) => [row.completed_key ?? '', row.id],
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['time', 'number'])
    return after ? [sql`(t.completed_at, t.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []
  },
}

const byTurn: UsualOrder<TaskRow> = {
  by: sql`${turn}, t.id`,
  key: (row) => [row.turn_key, row.id],
  beyond(cursor) {
    const after = decodeCursor<[string, number]>(cursor, ['time', 'number'])
    return after ? [sql`(${turn}, t.id) > (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []
  },
}

const byUrgency: UsualOrder<TaskRow> = {
  by: sql`t.priority desc, t.due_at, t.id`,
  key: (row) => [row.priority, row.due_key, row.id],
  beyond(cursor) {
    const after = decodeCursor<[number, string, number]>(cursor, ['number', 'time', 'number'])
    if (!after) return []
    const [priority, dueAt, id] = after
    return [
      sql`(t.priority < ${priority} or (t.priority = ${priority} and (t.due_at, t.id) > (${dueAt}::timestamptz, ${id}::bigint)))`,
    ]
  },
}

/** Every view has an index in its usual order. */
function orderOf(view: TaskFilter['view']): UsualOrder<TaskRow> {
  if (view === 'done') return byCompletion
  return view === 'waiting' ? byTurn : byUrgency
}

const sortColumns = {
  person: {
    by: sql`(select x.pinyin from person x where x.id = ${personOfRecord(sql`t.person_id`)})`,
    type: 'text',
  },
  title: { by: sql`t.title`, type: 'text' },
  department: { by: sql`(select x.name from department x where x.id = t.department_id)`, type: 'text' },
  assignee: { by: sql`(select x.name from staff x where x.id = t.assignee_staff_id)`, type: 'text' },
  discharged: { by: sql`(select x.ends_at from encounter x where x.id = t.encounter_id)`, type: 'time' },
  due: { by: sql`t.due_at`, type: 'time' },
} as const

type ListQuery = TaskFilter & {
  limit: number
  cursor?: string | undefined
  sort?: string | undefined
  total?: boolean | undefined
}

/** Rows of a work list in list order, at most `limit + 1`. @throws {AppError} too-many-to-sort */
export async function taskRows(db: Db, actor: Actor, query: ListQuery) {
  const reach = authorize(actor, 'task.read')
  const queues = await queuesOf(db, actor)
  const usual = orderOf(query.view)
  const order = listOrder<TaskRow>(sortColumns, sql`t.id`, usual, query)
  const only = reach.only ? [onlyTasks(reach.only, 't')] : []
  const filters = [...conditions(query, queues), ...only]
  const partsOf = (where: RawBuilder<SqlBool>[], rest: (column: string) => RawBuilder<unknown>) =>
    sql.join(
      branches(reach, queues, query.whose).map(
        ({ column, values, only }) => sql`
          select b.* from ${values} as v(value) cross join lateral (
            select t.id, t.priority, t.due_at, t.completed_at, t.start_at, t.next_attempt_at from task t
            where ${sql.ref(`t.${column}`)} = v.value and ${only} and ${sql.join(where, sql` and `)}
            ${rest(column)}) b`,
      ),
      sql` union `,
    )
  const all = sql`from (${partsOf(filters, () => sql`limit ${sql.lit(countedTo + 1)}`)}) as every`
  await assertSortable(db, query.sort, all)
  const where = [...filters, ...order.beyond]
  // A literal: for a parameter PostgreSQL would assume a tenth of the rows and replan each page.
  const most = sql.lit(query.limit + 1)
  // Queues differ greatly in length; assuming an average one, PostgreSQL would sort all of it. A tenth makes it read in index order.
  const inOrder = (column: string) =>
    sql`order by ${usual.by} limit ${column === 'queue' ? sql`${query.limit + 1}` : most}`
  const listed =
    query.sort === undefined
      ? sql`select t.id from (${partsOf(where, inOrder)}) as t order by ${usual.by} limit ${most}`
      : sql`select t.id from task t where t.id in (select id ${all}) and ${sql.join([sql`true`, ...order.beyond], sql` and `)}
          order by ${order.by} limit ${most}`
  const { rows } = await sql<TaskRow>`
    with listed as (${listed})
    select ${order.key} as sort_key, ${taskColumns} from listed join task t on t.id = listed.id ${taskJoins}
    order by ${order.by}`.execute(db)
  return { rows, order, total: await totalOf(db, query, all) }
}

export async function listTasks(db: Db, actor: Actor, query: ListQuery) {
  const [{ rows, order, total }, ladder, queues] = await Promise.all([
    taskRows(db, actor, query),
    readSettingsEverywhere(db, ladderKeys),
    queuesOf(db, actor),
  ])
  const now = new Date()
  await audit(db, actor, {
    action: 'task.list',
    subject: `tasks:${rows.map((row) => row.id).join(',')}`,
    fields: ['name', 'phone-masked'],
  })
  return {
    ...order.page(rows, query.limit, (row) =>
      viewTask(row, actor, queues, attemptsOf(row.ladder_step, ladder(row.site_id)), now),
    ),
    total,
  }
}

const priorityWords = ['routine', 'urgent', 'stat'] as const

export function viewTask(
  row: TaskRow,
  actor: Actor,
  queues: readonly string[],
  attemptsAllowed: number,
  now: Date,
): TaskSummary {
  const held = row.held_by !== null && row.held_until !== null && row.held_until > now
  return {
    id: row.id,
    kind: row.kind,
    level: row.level,
    title: row.title,
    status: row.status,
    priority: priorityWords[row.priority] ?? 'routine',
    reason: reasonOf(row, now),
    standing: listReasonsOf(row, attemptsAllowed, now),
    personId: row.person_id,
    personName: row.person_name,
    sex: row.sex ?? 'unknown',
    ...agesOf(row.birth_date, localDate(now, row.time_zone)),
    phone: row.phone && maskPhone(row.phone),
    groupId: row.group_id,
    groupName: row.group_name,
    subject:
      row.subject_kind !== null && row.subject_id !== null
        ? { kind: row.subject_kind, id: row.subject_id }
        : null,
    encounterId: row.encounter_id,
    siteName: row.site_name,
    departmentId: row.department_id,
    departmentName: row.department_name,
    conditionText: row.condition_text,
    dischargedAt: row.discharged_at?.toISOString() ?? null,
    assigneeRole: row.assignee_role,
    assigneeStaffId: row.assignee_staff_id,
    assigneeName: row.assignee_name,
    startAt: row.start_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
    attempts: row.attempts,
    ladderStep: row.ladder_step,
    outcome: row.outcome,
    completedAt: row.completed_at?.toISOString() ?? null,
    proof: row.proof,
    heldByName: held ? row.held_by_name : null,
    heldByMe: held && row.held_by === actor.id,
    answeredByPerson: row.answered_by_person,
    redFlags: row.red_flags ?? [],
    ofOthers: isOfOthers(row, actor, queues),
  }
}

/** The list is ordered by priority, then due time. */
function reasonOf(row: TaskRow, now: Date): TaskSummary['reason'] {
  if (row.kind === 'red-flag') return 'red-flag'
  if (row.due_at < now) return 'overdue'
  if (row.next_attempt_at !== null && row.next_attempt_at <= now) return 'call-back-due'
  if (localDate(row.due_at, row.time_zone) === localDate(now, row.time_zone)) return 'due-today'
  return row.due_at.getTime() - now.getTime() < 3 * 86_400_000 ? 'due-soon' : 'later'
}

/** How many tasks each view holds, and today's progress of the actor. */
export async function countTasks(db: Db, actor: Actor, whose: TaskFilter['whose']) {
  const reach = authorize(actor, 'task.read')
  const queues = await queuesOf(db, actor)
  const narrowed = reach.only ? onlyTasks(reach.only, 't') : sql<SqlBool>`true`
  const parts = branches(reach, queues, whose).map(
    ({ column, values, only }) => sql`
      select t.id, t.kind, t.due_at, t.start_at, t.next_attempt_at from task t
      where ${sql.ref(`t.${column}`)} in (select * from ${values} as v(value)) and ${only} and ${narrowed}
        and t.status in ('requested', 'in-progress')`,
  )
  const { rows } = await sql<{
    todo: number
    overdue: number
    waiting: number
    red_flags: number
    done_today: number
    goal: number
    home_site: number | null
    zone: string
  }>`
    with open as (${sql.join(parts, sql` union `)}), marked as (
      select *, start_at <= now() and (next_attempt_at is null or next_attempt_at <= now()) as ready from open
    )
    select count(*) filter (where ready) as todo, count(*) filter (where ready and due_at < now()) as overdue,
      count(*) filter (where not ready) as waiting, count(*) filter (where kind = 'red-flag') as red_flags,
      (select count(*) from task where status = 'completed' and completed_by = ${actor.id}
        and completed_at >= (select date_trunc('day', now() at time zone z) at time zone z
          from (select ${zoneAt(homeSite(actor))} as z) zone)) as done_today,
      coalesce((select goal from daily_goal where staff_id = ${actor.staffId}),
        (${settingSql('follow-up.daily-goal', homeSite(actor))})::int) as goal,
      ${homeSite(actor)} as home_site, ${zoneAt(homeSite(actor))} as zone
    from marked`.execute(db)
  const row = rows[0]
  return {
    todo: row?.todo ?? 0,
    overdue: row?.overdue ?? 0,
    waiting: row?.waiting ?? 0,
    redFlags: row?.red_flags ?? 0,
    doneToday: row?.done_today ?? 0,
    dailyGoal: row?.goal ?? 0,
    callingHours: await callingHoursAt(db, row?.home_site ?? null, row?.zone ?? 'UTC'),
  }
}
