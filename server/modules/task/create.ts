import { sql } from 'kysely'
import type { TaskSummary } from '../../../contract/task.ts'
import type { Trx } from '../../platform/db.ts'
import type { Subject } from '../event/subject.ts'
import { liveChannel } from '../../platform/live.ts'

/** A role at the place of the task, or a list of the site by its name, which the service centre sees. */
export type Assignee =
  | 'attending-doctor'
  | 'doctor'
  | 'head-nurse'
  | 'nurse'
  | 'department-head'
  | 'service-centre'
  | 'outreach'
  /** The member of staff of the place, whatever their role. */
  | 'staff'
  | `queue:${string}`

export type Place = { siteId: number; departmentId: number | null; attendingStaffId: number | null }

export type NewTask = {
  kind: TaskSummary['kind']
  level: number | null
  title: string
  description: string | null
  /** Null: about no person. Kinds that are a contact need one. */
  personId: number | null
  /** The organisation it is about. */
  groupId?: number | null
  /** Its subject, such as `{ kind: 'agreement', id: 17 }`; visits are given by `encounterId`. */
  subject?: Subject | null
  encounterId: number | null
  enrollmentId: number | null
  stepKey: string | null
  /** Unique key of a task that no pathway step makes. */
  cause: string | null
  place: Place
  assignee: Assignee
  priority: 0 | 1 | 2
  startAt: Date
  dueAt: Date
  questionnaireVersionId: number | null
  /** The machine calls before people do. */
  machineFirst?: boolean
}

const isQueue = (assignee: Assignee): assignee is `queue:${string}` => assignee.startsWith('queue:')

/** On whose list a task stands; see `queuesOf` for who sees which. */
export function queueFor(
  assignee: Assignee,
  place: Place,
): { queue: string; role: string; staffId: number | null } {
  const { siteId, departmentId, attendingStaffId } = place
  if (assignee === 'attending-doctor' && attendingStaffId !== null)
    return { queue: `staff:${attendingStaffId}`, role: 'doctor', staffId: attendingStaffId }
  if (assignee === 'staff')
    return attendingStaffId === null
      ? queueFor('service-centre', place)
      : { queue: `staff:${attendingStaffId}`, role: 'service-centre', staffId: attendingStaffId }
  if (isQueue(assignee))
    return {
      queue: `site:${siteId}:${assignee.slice('queue:'.length)}`,
      role: 'service-centre',
      staffId: null,
    }
  const role = assignee === 'attending-doctor' ? 'doctor' : assignee === 'head-nurse' ? 'nurse' : assignee
  if (role === 'service-centre' || role === 'outreach')
    return { queue: `site:${siteId}:${role}`, role, staffId: null }
  // Without a department no list would show it, so it goes to the site's service centre.
  if (departmentId === null)
    return { queue: `site:${siteId}:service-centre`, role: 'service-centre', staffId: null }
  return { queue: `department:${departmentId}:${role}`, role, staffId: null }
}

/**
 * Creates tasks in one statement; an existing task of the same step or cause is left alone. Notifies open lists.
 * @returns how many were made
 */
export async function createTasks(trx: Trx, tasks: NewTask[]): Promise<number> {
  if (tasks.length === 0) return 0
  const queues = tasks.map((task) => queueFor(task.assignee, task.place))
  // Insert and notification in one round trip: pathways create tasks by the hundred.
  const { rows } = await sql<{ made: number }>`
    with duty as materialized (
      select s.id, on_duty(s.id) as duty from (select distinct unnest(${queues.map((one) => one.staffId)}::int[]) as id) s where s.id is not null
    ), made as (
      insert into task (kind, level, title, description, person_id, encounter_id, enrollment_id, step_key, cause, site_id, department_id,
        assignee_role, assignee_staff_id, covered_for_staff_id, queue, priority, start_at, due_at, questionnaire_version_id,
        group_id, subject_kind, subject_id, machine)
      select n.kind, n.level, n.title, n.description, coalesce(v.person_id, e.person_id, n.person_id), n.encounter_id, n.enrollment_id, n.step_key, n.cause, n.site_id,
        n.department_id, n.role, w.duty, nullif(n.staff_id, w.duty),
        case when w.duty = n.staff_id then n.queue else coalesce('staff:' || w.duty, n.queue) end, n.priority, n.start_at, n.due_at,
        n.questionnaire_version_id, n.group_id, n.subject_kind, n.subject_id, n.machine
      from unnest(
      ${tasks.map((task) => task.kind)}::text[], ${tasks.map((task) => task.level)}::smallint[], ${tasks.map((task) => task.title)}::text[],
      ${tasks.map((task) => task.description)}::text[], ${tasks.map((task) => task.personId)}::bigint[],
      ${tasks.map((task) => task.encounterId)}::bigint[], ${tasks.map((task) => task.enrollmentId)}::bigint[],
      ${tasks.map((task) => task.stepKey)}::text[], ${tasks.map((task) => task.cause)}::text[],
      ${tasks.map((task) => task.place.siteId)}::int[], ${tasks.map((task) => task.place.departmentId)}::int[],
      ${queues.map((one) => one.role)}::text[], ${queues.map((one) => one.staffId)}::int[], ${queues.map((one) => one.queue)}::text[],
      ${tasks.map((task) => task.priority)}::smallint[], ${tasks.map((task) => task.startAt)}::timestamptz[],
      ${tasks.map((task) => task.dueAt)}::timestamptz[], ${tasks.map((task) => task.questionnaireVersionId)}::int[],
      ${tasks.map((task) => task.groupId)}::int[], ${tasks.map((task) => task.subject?.kind)}::text[],
      ${tasks.map((task) => task.subject?.id)}::bigint[], ${tasks.map((task) => (task.machineFirst ? 'first' : null))}::text[])
      with ordinality as n(kind, level, title, description, person_id, encounter_id, enrollment_id, step_key, cause, site_id, department_id, role, staff_id, queue,
        priority, start_at, due_at, questionnaire_version_id, group_id, subject_kind, subject_id, machine, nr)
    -- A task about a visit or an enrolment belongs to its record.
    left join encounter v on v.id = n.encounter_id left join enrollment e on e.id = n.enrollment_id
    -- Tasks of absent staff go to the cover.
    left join duty w on w.id = n.staff_id
    order by n.nr
    on conflict do nothing
      returning site_id, department_id, assignee_staff_id
    ), notified as (
      select jsonb_build_object('name', 'tasks', 'siteId', site_id, 'departmentId', department_id, 'staffId', assignee_staff_id,
        'created', count(*)) as event
      from made group by site_id, department_id, assignee_staff_id
    )
    select (select count(*) from made) as made, pg_notify(${liveChannel}, event::text) from notified`.execute(
    trx,
  )
  return rows[0]?.made ?? 0
}
