import { sql } from 'kysely'
import type { CallDetail, Caller } from '../../../contract/call.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { agesOf, localDate } from '../../platform/clock.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { recordsOf } from '../event/record.ts'
import { inDispute } from '../person/dispute.ts'
import { personWithin, taskWithin } from '../person/scope.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { queuesOf } from '../task/scope.ts'
import { ownersOf } from './caller.ts'
import { callWithin } from './scope.ts'
import { callColumns, callJoins, type CallRow, viewCall } from './view.ts'

/** Persons shown for one number; a hospital's own switchboard may be the number of hundreds. */
const callersShown = 10
const tasksShown = 5

/** @throws {AppError} not-found, also when outside the actor's reach */
export async function loadCall(
  db: Db,
  actor: Actor,
  id: number,
  permission: 'call.read' | 'call.work' | 'call.listen' | 'call.supervise' = 'call.read',
): Promise<CallRow> {
  const reach = authorize(actor, permission)
  const { rows } = await sql<CallRow>`
    select ${callColumns(actor)} from call c ${callJoins} where c.id = ${id} and ${callWithin(actor, reach)}`.execute(
    db,
  )
  return found(rows[0])
}

/** A call and who it may be with. */
export async function getCall(db: Db, actor: Actor, id: number): Promise<CallDetail> {
  const row = await loadCall(db, actor, id)
  const { callers, more } = await callersOf(db, actor, row)
  await audit(db, actor, {
    action: 'call.read',
    personId: row.person_id,
    subject: `call:${id} persons:${callers.map((one) => one.id).join(',')}`,
    fields: ['number-masked', 'note', 'name'],
  })
  const { rows: legs } = await sql<{
    extension: string | null
    user_id: string | null
    user_name: string | null
    ringing_at: Date | null
    answered_at: Date | null
    ended_at: Date | null
  }>`select extension, user_id, user_name, ringing_at, answered_at, ended_at from call_leg where call_id = ${id}
    order by coalesce(ringing_at, answered_at, ended_at), external_id`.execute(db)
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    ...viewCall(row),
    accountId: row.account_id,
    siteId: row.site_id,
    legs: legs.map((leg) => ({
      extension: leg.extension,
      userId: leg.user_id,
      userName: leg.user_name,
      ringingAt: time(leg.ringing_at),
      answeredAt: time(leg.answered_at),
      endedAt: time(leg.ended_at),
    })),
    callers,
    moreCallers: more,
    abilities: {
      work: may(actor, 'call.work'),
      reveal: may(actor, 'person.reveal') && row.number !== null,
      listen: may(actor, 'call.listen') && row.recording !== null,
    },
  }
}

type CallerRow = {
  id: number
  name: string
  sex: Caller['sex']
  birth_date: string | null
  zone: string
  deceased: boolean
  disputed: boolean
  opted_out: boolean
  red_flag: boolean
  relation: string | null
  relative: string | null
  own: boolean
  last_visit_at: Date | null
  last_department_name: string | null
  last_condition_text: string | null
  last_contact: { at: string; kind: string; outcome: string | null } | null
  next_appointment: { id: number; startsAt: string; departmentName: string } | null
  tasks: (Caller['tasks'][number] & { dueAt: string })[] | null
  open_cases: number
  every: number
}

/** The linked person, else all within reach who have the number: whoever was here last comes first. */
async function callersOf(db: Db, actor: Actor, call: CallRow): Promise<{ callers: Caller[]; more: number }> {
  const reach = actor.access['person.read']
  if (!reach || (call.person_id === null && call.number === null)) return { callers: [], more: 0 }
  const owners = ownersOf([call.id], [call.number ?? ''])
  const works = actor.access['task.work']
  const queues = works ? await queuesOf(db, actor) : []
  const { rows } = await sql<CallerRow>`
    with owner as (select person_id, relation, name from (${owners}) o),
    hit as (
      select p.id, exists (select 1 from owner where person_id = p.id and relation is null) as own,
        (select relation from owner where person_id = p.id and relation is not null limit 1) as relation,
        (select name from owner where person_id = p.id and relation is not null limit 1) as relative
      from person p
      where ${call.person_id === null ? sql`p.id in (select person_id from owner)` : sql`p.id = ${call.person_id}`} and ${personWithin(reach, sql`p.id`)}
    )
    select p.id, p.name, p.sex, p.birth_date, ${organisationZone} as zone, h.own, h.relation, h.relative, f.last_visit_at, f.last_condition_text,
      d.name as last_department_name, count(*) over ()::int as every,
      exists (select 1 from person m where m.id = any(g.members) and m.deceased) as deceased,
      ${inDispute(sql`p.id`)} as disputed,
      exists (select 1 from opt_out o where o.person_id = any(g.members) and o.channel in ('all', 'phone')) as opted_out,
      exists (select 1 from task t where t.person_id = any(g.members) and t.kind = 'red-flag' and t.status in ('requested', 'in-progress')) as red_flag,
      (select jsonb_build_object('at', e.at, 'kind', e.kind, 'outcome', e.data ->> 'outcome') from event e
        where e.person_id = any(g.members) and e.kind in ('contact.attempted', 'contact.received', 'call.ended') order by e.at desc, e.id desc limit 1) as last_contact,
      (select jsonb_build_object('id', a.id, 'startsAt', a.starts_at, 'departmentName', w.name) from appointment a join department w on w.id = a.department_id
        where a.person_id = any(g.members) and a.starts_at > now() and a.status = 'booked' order by a.starts_at limit 1) as next_appointment,
      ${actor.access['case.read'] ? sql`(select count(*)::int from service_case x where x.person_id = any(g.members) and x.status <> 'closed')` : sql`0`} as open_cases,
      (select jsonb_agg(x order by x.urgent desc, x."dueAt") from (
        select t.id, t.kind, t.level, t.title, t.due_at as "dueAt", t.priority as urgent,
          case when t.held_until > now() then t.held_by_name end as "heldByName",
          ${works ? taskWithin(works, queues, 't') : sql`false`} as "mayWork"
        from task t where t.person_id = any(g.members) and t.status in ('requested', 'in-progress') order by t.priority desc, t.due_at limit ${tasksShown}) x) as tasks
    from hit h join person p on p.id = h.id left join person_facts f on f.person_id = p.id left join department d on d.id = f.last_department_id
    cross join lateral (select ${recordsOf(sql`p.id`)} as members) g
    order by f.last_visit_at desc nulls last, p.id limit ${callersShown}`.execute(db)
  return {
    callers: rows.map((row) => viewCaller(row, actor.access['task.read'])),
    more: Math.max(0, (rows[0]?.every ?? 0) - rows.length),
  }
}

function viewCaller(row: CallerRow, seesTasks: Reach | undefined): Caller {
  const ages = agesOf(row.birth_date, localDate(new Date(), row.zone))
  const tags: Caller['tags'] = []
  if (row.deceased) tags.push('deceased')
  if (row.disputed) tags.push('open-dispute')
  if (row.opted_out) tags.push('do-not-contact')
  if (row.red_flag) tags.push('red-flag')
  if (ages.ageYears !== null && ages.ageYears < 18) tags.push('minor')
  const iso = (at: string) => new Date(at).toISOString()
  return {
    id: row.id,
    name: row.name,
    sex: row.sex,
    birthDate: row.birth_date,
    ...ages,
    tags,
    lastVisitAt: row.last_visit_at?.toISOString() ?? null,
    lastDepartmentName: row.last_department_name,
    lastConditionText: row.last_condition_text,
    as: row.own
      ? { kind: 'own', relation: null, name: null }
      : row.relation === null
        ? { kind: 'chosen', relation: null, name: null }
        : { kind: 'relative', relation: row.relation, name: row.relative },
    openCases: row.open_cases,
    lastContact: row.last_contact && { ...row.last_contact, at: iso(row.last_contact.at) },
    nextAppointment: row.next_appointment && {
      ...row.next_appointment,
      startsAt: iso(row.next_appointment.startsAt),
    },
    tasks: seesTasks
      ? (row.tasks ?? []).map(({ id, kind, level, title, dueAt, heldByName, mayWork }) => ({
          ...{ id, kind, level, title, heldByName, mayWork },
          dueAt: iso(dueAt),
        }))
      : [],
  }
}
