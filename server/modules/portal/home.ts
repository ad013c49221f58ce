import { sql, type SqlBool } from 'kysely'
import type {
  PortalAppointment,
  PortalHome,
  PortalPromise,
  PortalQuestion,
} from '../../../contract/portal.ts'
import type { PersonActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { shownAppointments } from '../appointment/shown.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { recordsOf } from '../event/record.ts'
import { emergencyNumberOf } from '../person/language.ts'
import { newReports } from './report.ts'

export type About = PersonActor & { about: number }

const records = ({ about }: About) => recordsOf(sql`${about}::bigint`)

/** What is asked of a person now, what comes next, what is new, and what was promised. */
export async function portalHome(db: Db, actor: About): Promise<PortalHome> {
  const [person, offers, questions, appointments, reports, promises, messages] = await Promise.all([
    personOf(db, actor),
    offersOf(db, actor),
    questionsOf(db, actor),
    appointmentsOf(
      db,
      actor,
      sql<SqlBool>`a.status in ('booked', 'arrived') and a.starts_at > now() - interval '12 hours'`,
    ),
    newReports(db, actor),
    promisesOf(
      db,
      actor,
      sql<SqlBool>`(m.status = 'open' or m.status = 'broken' and m.fulfilled_at is null)`,
    ),
    messagesOf(db, actor),
  ])
  await audit(db, actor, {
    action: 'portal.home',
    personId: actor.about,
    fields: ['name', 'observations', 'messages'],
  })
  return {
    name: person.name,
    emergencyNumber: emergencyNumberOf(person.zone),
    timeZone: person.zone,
    offers,
    questions,
    appointments: appointments.slice(0, 3),
    reports,
    promises,
    messages,
    unread: person.unread,
  }
}

async function personOf(db: Db, actor: About): Promise<{ name: string; zone: string; unread: number }> {
  const { rows } = await sql<{ name: string; zone: string; unread: number }>`
    select p.name, coalesce(s.time_zone, ${organisationZone}) as zone, (
      select count(*)::int from conversation c join conversation_message m on m.conversation_id = c.id
      where c.person_id = any(${records(actor)}) and c.status <> 'closed' and m.kind = 'out' and m.channel = 'web-chat'
        and m.at > coalesce((select max(v.seen_at) from conversation_visitor v where v.conversation_id = c.id), c.opened_at)) as unread
    from person p left join person_facts f on f.person_id = p.id left join department d on d.id = f.last_department_id
    left join site s on s.id = coalesce(d.site_id, f.site_id) where p.id = ${actor.about}`.execute(db)
  return found(rows[0])
}

/** Questionnaires that the person may answer: their day has come, and no colleague has begun. */
export async function questionsOf(db: Db, actor: About): Promise<PortalQuestion[]> {
  const { rows } = await sql<{
    id: number
    kind: string
    title: string
    due_at: Date
    department: string | null
    begun: boolean
  }>`
    select t.id, t.kind, coalesce(v.definition -> 'title' ->> 'zh-CN', t.title) as title, t.due_at, d.name as department,
      exists (select 1 from questionnaire_link l where l.task_id = t.id and l.used_at is null and l.revoked_at is null and l.saved_at is not null) as begun
    from task t join questionnaire_version v on v.id = t.questionnaire_version_id left join department d on d.id = t.department_id
    where t.person_id = any(${records(actor)}) and t.status in ('requested', 'in-progress') and t.kind in ('follow-up-call', 'other')
      and t.start_at <= now() and not exists (select 1 from questionnaire_response r where r.task_id = t.id and r.status = 'completed')
      and (t.held_until is null or t.held_until < now() or t.held_by = ${actor.id})
    order by t.due_at, t.id limit 20`.execute(db)
  return rows.map((row) => ({
    taskId: row.id,
    title: row.kind === 'follow-up-call' ? null : row.title,
    dueAt: row.due_at.toISOString(),
    departmentName: row.department,
    begun: row.begun,
  }))
}

/** Promises of staff to the person, as the ledger has them. */
export async function promisesOf(db: Db, actor: About, where = sql<SqlBool>`true`): Promise<PortalPromise[]> {
  const { rows } = await sql<{
    id: number
    text: string
    owner_name: string
    department: string | null
    made_at: Date
    due_at: Date
    status: PortalPromise['status']
    fulfilled_at: Date | null
  }>`
    select m.id, m.text, m.owner_name, d.name as department, m.made_at, m.due_at, m.status,
      coalesce(m.fulfilled_at, case when m.status = 'kept' then m.ended_at end) as fulfilled_at
    from promise m left join department d on d.id = m.department_id
    where m.person_id = any(${records(actor)}) and ${where} order by m.status <> 'open', m.due_at, m.id limit 100`.execute(
    db,
  )
  return rows.map((row) => ({
    id: row.id,
    text: row.text,
    ownerName: row.owner_name,
    departmentName: row.department,
    madeAt: row.made_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    status: row.status,
    fulfilledAt: row.fulfilled_at?.toISOString() ?? null,
  }))
}

export async function appointmentsOf(
  db: Db,
  actor: About,
  where = sql<SqlBool>`true`,
): Promise<PortalAppointment[]> {
  const found = await shownAppointments(db, sql<SqlBool>`a.person_id = any(${records(actor)}) and ${where}`)
  return found.map(({ row, shown }) => ({
    id: row.id,
    version: row.version,
    siteId: row.site_id,
    siteName: row.site_name,
    timeZone: row.zone,
    departmentName: row.department_name,
    staffName: row.staff_name,
    title: row.title,
    fee: row.fee,
    startsAt: row.starts_at.toISOString(),
    ...shown,
  }))
}

/** Places that are kept for the person until they say yes or no. */
export async function offersOf(db: Db, actor: About): Promise<PortalHome['offers']> {
  const { rows } = await sql<{
    id: number
    title: string
    site_name: string
    zone: string
    department: string | null
    staff: string | null
    starts_at: Date
    expires_at: Date
    instead_of: Date | null
  }>`
    select o.id, coalesce(v.name, '') as title, s.name as site_name, s.time_zone as zone, d.name as department, h.name as staff, o.starts_at, o.expires_at,
      (select a.starts_at from appointment a where a.id = o.appointment_id) as instead_of
    from slot_offer o join site s on s.id = o.site_id left join slot l on l.id = o.slot_id left join department d on d.id = l.department_id
      left join staff h on h.id = l.staff_id left join visit_type v on v.id = l.visit_type_id
    where o.person_id = any(${records(actor)}) and o.status = 'open' and o.expires_at > now() order by o.expires_at, o.id limit 20`.execute(
    db,
  )
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    siteName: row.site_name,
    timeZone: row.zone,
    departmentName: row.department,
    staffName: row.staff,
    startsAt: row.starts_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    insteadOf: row.instead_of?.toISOString() ?? null,
  }))
}

/** What was sent to the portal itself, of the last three months. */
async function messagesOf(db: Db, actor: About): Promise<PortalHome['messages']> {
  const { rows } = await sql<{ id: number; finished_at: Date; subject: string | null; body: string }>`
    select m.id, m.finished_at, m.subject, m.body from message m
    where m.person_id = any(${records(actor)}) and m.channel = 'portal' and m.status = 'sent' and m.finished_at > now() - interval '90 days'
    order by m.id desc limit 10`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    at: row.finished_at.toISOString(),
    subject: row.subject,
    body: row.body,
  }))
}
