import { sql, type SqlBool } from 'kysely'
import type { EnrollmentSummary, PathwayDefinition } from '../../../contract/pathway.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { loadPerson } from '../person/person.ts'
import { personWithin } from '../person/scope.ts'
import { endWork, enroll, type StoppedRow } from './react.ts'
import { resumeAfterDispute } from './standing.ts'
import { joinPerson, personOfRecord, recordsOf } from '../event/record.ts'

type Row = {
  id: number
  pathway_id: number
  pathway_name: string
  version: number
  person_id: number
  person_name: string
  encounter_id: number | null
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
  status?: string | undefined
  cursor?: string | undefined
  limit: number
}

async function enrollmentRows(db: Db, actor: Actor, filter: Filter): Promise<Row[]> {
  const reach = authorize(actor, 'enrollment.read')
  const [before] = decodeCursor<[number]>(filter.cursor, ['number']) ?? []
  const where = [
    personWithin(reach, personOfRecord(sql`e.person_id`)),
    ...(filter.id === undefined ? [] : [sql<SqlBool>`e.id = ${filter.id}`]),
    ...(before === undefined ? [] : [sql<SqlBool>`e.id < ${before}`]),
    ...(filter.pathwayId === undefined ? [] : [sql<SqlBool>`e.pathway_id = ${filter.pathwayId}`]),
    ...(filter.personId === undefined
      ? []
      : [sql<SqlBool>`e.person_id = any(${recordsOf(sql`${filter.personId}`)})`]),
    ...(filter.status === undefined ? [] : [sql<SqlBool>`e.status = ${filter.status}`]),
  ]
  const { rows } = await sql<Row>`
    select e.id, e.pathway_id, w.name as pathway_name, v.version, p.id as person_id, p.name as person_name, e.encounter_id, e.status,
      coalesce(e.waiting_for, e.step_key) as step_key, e.due_at, e.started_at, e.ended_at, e.stop_reason,
      (select s ->> 'title' from jsonb_array_elements(v.definition -> 'steps') s
        where s ->> 'key' = coalesce(e.waiting_for, e.step_key)) as step_title
    from enrollment e join pathway w on w.id = e.pathway_id join pathway_version v on v.id = e.pathway_version_id
    ${joinPerson(sql`e.person_id`)}
    where ${sql.join(where, sql` and `)} order by e.id desc limit ${filter.limit + 1}`.execute(db)
  return rows
}

function viewEnrollment(row: Row): EnrollmentSummary {
  return {
    id: row.id,
    pathwayId: row.pathway_id,
    pathwayName: row.pathway_name,
    version: row.version,
    personId: row.person_id,
    personName: row.person_name,
    encounterId: row.encounter_id,
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
  const rows = await enrollmentRows(db, actor, filter)
  await audit(db, actor, {
    action: 'enrollment.list',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name'],
  })
  return pageOf(rows, filter.limit, (row) => [row.id], viewEnrollment)
}

/** Puts a person on a pathway by hand. @throws {AppError} not-found, already-enrolled, open-dispute, invalid */
export async function createEnrollment(
  trx: Trx,
  actor: Actor,
  input: { pathwayId: number; personId: number; encounterId: number | null },
): Promise<EnrollmentSummary> {
  authorize(actor, 'enrollment.write')
  const { person, deceased, disputed } = await loadPerson(trx, actor, input.personId)
  if (deceased) throw new AppError('invalid', 'The person has died.')
  if (disputed) throw new AppError('open-dispute')
  const encounter =
    input.encounterId === null
      ? undefined
      : found(
          await trx
            .selectFrom('encounter')
            .select('ends_at')
            .where('id', '=', input.encounterId)
            .where('person_id', '=', sql<number>`any(${recordsOf(sql`${person.id}`)})`)
            .executeTakeFirst(),
        )
  const pathway = found(
    await trx
      .selectFrom('pathway')
      .innerJoin('pathway_version as v', 'v.id', 'pathway.current_version_id')
      .select(['pathway.id', 'pathway.active', 'v.id as version_id', 'v.definition'])
      .where('pathway.id', '=', input.pathwayId)
      .executeTakeFirst(),
  )
  if (!pathway.active) throw new AppError('invalid', 'Entry into this pathway is switched off.')
  const enteredAt = encounter?.ends_at ?? new Date()
  const definition = pathway.definition as unknown as PathwayDefinition
  const entering = {
    pathway: { ...pathway, definition },
    personId: person.id,
    encounterId: input.encounterId,
    enteredAt,
  }
  const [id] = await enroll(trx, [entering], actor.id)
  if (id === undefined) throw new AppError('already-enrolled')
  await audit(trx, actor, {
    action: 'enrollment.start',
    personId: person.id,
    subject: `enrollment:${id}`,
  })
  return viewEnrollment(found((await enrollmentRows(trx, actor, { id, limit: 1 }))[0]))
}

/** Takes a person off a pathway. @throws {AppError} not-found, already-closed */
export async function stopEnrollment(
  trx: Trx,
  actor: Actor,
  id: number,
  reason: string,
): Promise<EnrollmentSummary> {
  authorize(actor, 'enrollment.write')
  const row = found((await enrollmentRows(trx, actor, { id, limit: 1 }))[0])
  const { rows } = await sql<StoppedRow>`
    update enrollment set status = 'stopped', stop_reason = ${reason}, ended_at = now(), due_at = null, fence = fence + 1
    where id = ${id} and status in ('active', 'waiting', 'blocked')
    returning id, person_id, encounter_id, pathway_id, stop_reason`.execute(trx)
  if (rows.length === 0) throw new AppError('already-closed')
  await endWork(trx, rows, actor.id)
  await audit(trx, actor, {
    action: 'enrollment.stop',
    personId: row.person_id,
    subject: `enrollment:${id}`,
    reason,
  })
  return viewEnrollment(found((await enrollmentRows(trx, actor, { id, limit: 1 }))[0]))
}

/**
 * Lets an enrolment go on that a dispute stopped, where it was.
 * @throws {AppError} not-found, open-dispute, already-closed when something else ended it or stands against it
 */
export async function resumeEnrollment(trx: Trx, actor: Actor, id: number): Promise<EnrollmentSummary> {
  authorize(actor, 'enrollment.write')
  const row = found((await enrollmentRows(trx, actor, { id, limit: 1 }))[0])
  const { disputed } = await loadPerson(trx, actor, row.person_id)
  if (disputed) throw new AppError('open-dispute')
  if (!(await resumeAfterDispute(trx, row.person_id, id, actor.id))) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'enrollment.resume',
    personId: row.person_id,
    subject: `enrollment:${id}`,
  })
  return viewEnrollment(found((await enrollmentRows(trx, actor, { id, limit: 1 }))[0]))
}

/** Tries blocked enrolments again, after somebody mended the reason (such as a missing calendar). */
export async function unblockEnrollments(trx: Trx): Promise<void> {
  await sql`
    update enrollment set status = 'active', due_at = now(), stop_reason = null, fence = fence + 1 where status = 'blocked'`.execute(
    trx,
  )
  wakeLoop('pathway')
}
