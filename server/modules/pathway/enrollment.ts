import { sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type {
  createEnrollment as createRoute,
  EnrollmentSummary,
  PathwayDefinition,
} from '../../../contract/pathway.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { loadPerson } from '../person/person.ts'
import { personWithin } from '../person/scope.ts'
import { stopEnrollments } from './end.ts'
import { contactsPersons } from './step.ts'
import { enroll } from './enter.ts'
import { subjectColumn } from './columns.ts'
import { resumeAfterDispute } from './restart.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { joinSubject, type Subject, subjectKind } from '../event/subject.ts'
import { assertGroup, groupWithin } from '../group/scope.ts'

type Row = Sorted & {
  pathway_id: number
  pathway_name: string
  version: number
  person_id: number | null
  group_id: number | null
  name: string
  encounter_id: number | null
  subject: Subject | null
  subject_words: string | null
  status: EnrollmentSummary['status']
  step_key: string | null
  step_title: string | null
  due_at: Date | null
  started_at: Date
  ended_at: Date | null
  stop_reason: string | null
}

type Filter = {
  id?: number
  pathwayId?: number | undefined
  personId?: number | undefined
  groupId?: number | undefined
  status?: string | undefined
  sort?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

const sortColumns = {
  person: { by: sql`coalesce(p.pinyin, g.pinyin)`, type: 'text' },
  pathway: { by: sql`w.name`, type: 'text' },
  due: { by: sql`e.due_at`, type: 'time' },
  started: { by: sql`e.started_at`, type: 'time' },
} as const

type Reading = 'enrollment.read' | 'enrollment.write'

async function enrollmentRows(db: Db, actor: Actor, filter: Filter, permission: Reading = 'enrollment.read') {
  const reach = authorize(actor, permission)
  const groups = actor.access['group.read']
  const where = [
    sql<SqlBool>`case when e.person_id is null then ${groups ? groupWithin(groups) : sql`false`}
      else ${personWithin(reach, personOfRecord(sql`e.person_id`))} end`,
    ...(filter.id === undefined ? [] : [sql<SqlBool>`e.id = ${filter.id}`]),
    ...(filter.pathwayId === undefined ? [] : [sql<SqlBool>`e.pathway_id = ${filter.pathwayId}`]),
    ...(filter.personId === undefined
      ? []
      : [sql<SqlBool>`e.person_id = any(${recordsOf(sql`${filter.personId}`)})`]),
    ...(filter.groupId === undefined ? [] : [sql<SqlBool>`e.group_id = ${filter.groupId}`]),
    ...(filter.status === undefined ? [] : [sql<SqlBool>`e.status = ${filter.status}`]),
  ]
  const order = listOrder<Row>(sortColumns, sql`e.id`, newestFirst(sql`e.id`), filter)
  const from = sql`
    from enrollment e join pathway w on w.id = e.pathway_id join pathway_version v on v.id = e.pathway_version_id
    left join person p on p.id = ${personOfRecord(sql`e.person_id`)} left join group_customer g on g.id = e.group_id
    where ${sql.join(where, sql` and `)}`
  const { rows } = await sql<Row>`
    select ${order.key} as sort_key, e.id, e.pathway_id, w.name as pathway_name, v.version, p.id as person_id, e.group_id, coalesce(p.name, g.name) as name, e.encounter_id,
      ${subjectColumn}, s.words as subject_words, e.status,
      coalesce(e.waiting_for, e.step_key) as step_key, e.due_at, e.started_at, e.ended_at, e.stop_reason,
      (select s ->> 'title' from jsonb_array_elements(v.definition -> 'steps') s
        where s ->> 'key' = coalesce(e.waiting_for, e.step_key)) as step_title
    from enrollment e join pathway w on w.id = e.pathway_id join pathway_version v on v.id = e.pathway_version_id
    left join person p on p.id = ${personOfRecord(sql`e.person_id`)} left join group_customer g on g.id = e.group_id
    ${joinSubject(sql`e.subject_kind`, sql`e.subject_id`)}
    where ${sql.join([...where, ...order.beyond], sql` and `)} order by ${order.by} limit ${filter.limit + 1}`.execute(
    db,
  )
  return { rows, order, total: await totalOf(db, filter, from) }
}

/** @throws {AppError} not-found */
/** For somebody who changes it. */
async function enrollmentRow(trx: Trx, actor: Actor, id: number): Promise<Row> {
  return found((await enrollmentRows(trx, actor, { id, limit: 1 }, 'enrollment.write')).rows[0])
}

function viewEnrollment(row: Row): EnrollmentSummary {
  return {
    id: row.id,
    pathwayId: row.pathway_id,
    pathwayName: row.pathway_name,
    version: row.version,
    personId: row.person_id,
    groupId: row.group_id,
    name: row.name,
    encounterId: row.encounter_id,
    subject: row.subject && { ...row.subject, words: row.subject_words },
    status: row.status,
    stepKey: row.step_key,
    stepTitle: row.step_title,
    dueAt: row.due_at?.toISOString() ?? null,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    stopReason: row.stop_reason,
  }
}

export async function listEnrollments(db: Db, actor: Actor, filter: Filter) {
  const { rows, order, total } = await enrollmentRows(db, actor, filter)
  await audit(db, actor, {
    action: 'enrollment.list',
    subject: `persons:${rows.flatMap((row) => row.person_id ?? []).join(',')}`,
    fields: ['name'],
  })
  return { ...order.page(rows, filter.limit, viewEnrollment), total }
}

type Start = z.output<(typeof createRoute)['body']>

/** Enrols a person or an organisation by hand. @throws {AppError} not-found, already-enrolled, open-dispute, invalid */
export async function createEnrollment(trx: Trx, actor: Actor, input: Start): Promise<EnrollmentSummary> {
  const reach = authorize(actor, 'enrollment.write')
  if (input.siteId !== null) await assertSiteWithin(trx, reach, input.siteId)
  const person = input.personId === null ? null : await personToEnroll(trx, actor, input.personId)
  if (input.groupId !== null) await assertGroup(trx, actor, 'group.read', input.groupId)
  const subject =
    input.subject ?? (input.encounterId === null ? null : { kind: 'encounter', id: input.encounterId })
  const about = subject && (await subjectToEnroll(trx, subject, person?.id ?? null, input.groupId))
  const pathway = found(
    await trx
      .selectFrom('pathway')
      .innerJoin('pathway_version as v', 'v.id', 'pathway.current_version_id')
      .select(['pathway.id', 'pathway.active', 'v.id as version_id', 'v.definition'])
      .where('pathway.id', '=', input.pathwayId)
      .executeTakeFirst(),
  )
  const definition = pathway.definition as unknown as PathwayDefinition
  if (person === null && definition.steps.some(contactsPersons))
    throw new AppError('invalid', 'This pathway contacts persons; an organisation cannot be on it.')
  if (!pathway.active) throw new AppError('invalid', 'Entry into this pathway is switched off.')
  const entering = {
    pathway: { ...pathway, definition },
    personId: person?.id ?? null,
    groupId: input.groupId,
    subject,
    enteredAt: about?.end ?? new Date(),
    siteId: input.siteId ?? about?.siteId ?? null,
  }
  const [id] = await enroll(trx, [entering], actor.id)
  if (id === undefined) throw new AppError('already-enrolled')
  await audit(trx, actor, {
    action: 'enrollment.start',
    personId: person?.id ?? null,
    subject: `enrollment:${id}`,
  })
  return viewEnrollment(await enrollmentRow(trx, actor, id))
}

/** @throws {AppError} not-found also for a site outside the reach */
async function assertSiteWithin(trx: Trx, reach: Reach, siteId: number): Promise<void> {
  const { rows } = await sql`
    select 1 from site where id = ${siteId} and (${reach.all} or id = any(${reach.siteIds}::int[]))`.execute(
    trx,
  )
  found(rows[0])
}

async function personToEnroll(trx: Trx, actor: Actor, id: number): Promise<{ id: number }> {
  const { person, deceased, disputed } = await loadPerson(trx, actor, id)
  if (deceased) throw new AppError('invalid', 'The person has died.')
  if (disputed) throw new AppError('open-dispute')
  return person
}

/** Where it is, and the end of the visit that a follow-up counts from. @throws {AppError} not-found when the subject is not of this person or organisation */
async function subjectToEnroll(
  trx: Trx,
  subject: Subject,
  personId: number | null,
  groupId: number | null,
): Promise<{ end: Date | null; siteId: number | null }> {
  if (!subjectKind(subject.kind))
    throw new AppError('invalid', undefined, [{ path: 'subject.kind', message: 'is not known here' }])
  const { rows } = await sql<{ end: string | null; site_id: number | null }>`
    select s.times ->> 'end' as end, s.site_id from (select ${subject.kind}::text as kind, ${subject.id}::bigint as id) w
    ${joinSubject(sql`w.kind`, sql`w.id`)}
    where s.times is not null and (s.person_id is null or s.person_id = any(${recordsOf(sql`${personId}::bigint`)}))
      and s.group_id is not distinct from ${groupId}::int`.execute(trx)
  const { end, site_id: siteId } = found(rows[0])
  return { end: subject.kind === 'encounter' && end !== null ? new Date(end) : null, siteId }
}

/** Stops an enrolment by hand. @throws {AppError} not-found, already-closed */
export async function stopEnrollment(
  trx: Trx,
  actor: Actor,
  id: number,
  reason: string,
): Promise<EnrollmentSummary> {
  const row = await enrollmentRow(trx, actor, id)
  if (!['active', 'waiting', 'blocked'].includes(row.status)) throw new AppError('already-closed')
  await sql`select 1 from enrollment where id = ${id} for update`.execute(trx)
  const stopped = await stopEnrollments(trx, [{ id, reason, undoable: false }], actor.id)
  if (stopped.length === 0) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'enrollment.stop',
    personId: row.person_id,
    subject: `enrollment:${id}`,
    reason,
  })
  return viewEnrollment(await enrollmentRow(trx, actor, id))
}

/**
 * Resumes an enrolment that a dispute stopped, where it was.
 * @throws {AppError} not-found, open-dispute, already-closed when something else ended it or would stop it
 */
export async function resumeEnrollment(trx: Trx, actor: Actor, id: number): Promise<EnrollmentSummary> {
  const row = await enrollmentRow(trx, actor, id)
  if (row.person_id === null) throw new AppError('already-closed')
  const { disputed } = await loadPerson(trx, actor, row.person_id)
  if (disputed) throw new AppError('open-dispute')
  if (!(await resumeAfterDispute(trx, row.person_id, id, actor.id))) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'enrollment.resume',
    personId: row.person_id,
    subject: `enrollment:${id}`,
  })
  return viewEnrollment(await enrollmentRow(trx, actor, id))
}

/** Retries blocked enrolments after the cause was fixed (such as a missing calendar). */
export async function unblockEnrollments(trx: Trx): Promise<void> {
  await sql`
    update enrollment set status = 'active', due_at = now(), stop_reason = null, fence = fence + 1 where status = 'blocked'`.execute(
    trx,
  )
  wakeLoop('pathway')
}
