import { sql, type SqlBool } from 'kysely'
import type { Photo, PersonPhoto } from '../../../contract/photo.ts'
import type { Localized } from '../../../contract/questionnaire.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import type { ApiContext } from '../../platform/http.ts'
import { assertWithin, personWithin, taskWithin } from '../person/scope.ts'
import { assertHeld } from '../task/attempt.ts'
import type { TaskRow } from '../task/list.ts'
import { queuesOf } from '../task/scope.ts'
import { loadPersonTask } from '../task/task.ts'
import { type NewPhoto, openPhoto, type OpenPhoto, storePhoto, unseal } from '../questionnaire/photo-store.ts'
import { getQuestionnaire } from '../questionnaire/questionnaire.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'

/** @throws {AppError} not-found, already-closed, not-held, no-questionnaire, and what {@link storePhoto} refuses */
export async function addTaskPhoto(
  trx: Trx,
  actor: Actor,
  secret: string,
  taskId: number,
  input: NewPhoto,
): Promise<Photo> {
  await sql`select 1 from task where id = ${taskId} for update`.execute(trx)
  const task = await loadPersonTask(trx, actor, 'task.work', taskId)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  assertHeld(task, actor)
  return storePhoto(trx, actor, secret, task, await asked(trx, task), input, 'staff')
}

async function asked(trx: Trx, task: Pick<TaskRow, 'questionnaire_version_id'>) {
  if (task.questionnaire_version_id === null) throw new AppError('no-questionnaire')
  return getQuestionnaire(trx, { versionId: task.questionnaire_version_id })
}

/**
 * A picture from a home visit, before or after the task is closed: the visitor who took the task may upload it.
 * @throws {AppError} not-found unless this visitor took the task, and what {@link storePhoto} refuses
 */
export async function addVisitPhoto(
  trx: Trx,
  actor: Actor,
  secret: string,
  taskId: number,
  input: NewPhoto,
): Promise<Photo> {
  authorize(actor, 'visit.work')
  await sql`select 1 from task where id = ${taskId} for update`.execute(trx)
  const task = await trx
    .selectFrom('task as t')
    .innerJoin('visit_take as v', 'v.task_id', 't.id')
    .select(['t.id', 't.person_id', 't.questionnaire_version_id'])
    .where('t.id', '=', taskId)
    .where('v.actor_id', '=', actor.id)
    .$narrowType<{ person_id: number }>()
    .limit(1)
    .executeTakeFirst()
  const taken = found(task)
  return storePhoto(trx, actor, secret, taken, await asked(trx, taken), input, 'staff')
}

/** @throws {AppError} forbidden, not-found */
export async function readTaskPhoto(
  db: Db,
  actor: Actor,
  secret: string,
  taskId: number,
  key: string,
): Promise<OpenPhoto> {
  const reach = authorize(actor, 'person.reveal')
  const { person_id: personId } = await loadPersonTask(db, actor, 'task.read', taskId)
  await assertWithin(db, reach, [personId])
  return openPhoto(db, actor, secret, { taskId, key }, 'staff')
}

/**
 * By id, as in FHIR: for systems that exchange full persons, and for people who may see them unmasked. Not found for all others.
 * @throws {AppError} forbidden, not-found
 */
export async function readBinary(db: Db, actor: Actor, secret: string, id: number): Promise<OpenPhoto> {
  authorize(actor, 'person.read')
  const reach = found(actor.access['person.exchange'] ?? actor.access['person.reveal'])
  return unseal(
    db,
    actor,
    secret,
    sql<SqlBool>`f.id = ${id} and ${personWithin(reach, personOfRecord(sql`f.person_id`))} and exists (
      select 1 from questionnaire_response r where r.task_id = f.task_id and r.answers -> f.link_id ? f.key)`,
  )
}

/** @throws {AppError} forbidden, not-found */
export async function listPersonPhotos(db: Db, actor: Actor, personId: number): Promise<PersonPhoto[]> {
  const reach = authorize(actor, 'person.reveal')
  const { rows: known } = await sql<{ id: number }>`
    select p.id from person p where p.id = ${personOfRecord(sql`${personId}`)} and ${personWithin(reach, sql`p.id`)}`.execute(
    db,
  )
  const person = found(known[0])
  const queues = await queuesOf(db, actor)
  const { rows } = await sql<{
    key: string
    task_id: number
    title: string
    question: Localized | null
    created_at: Date
    source: PersonPhoto['source']
  }>`
    select f.key, f.task_id, t.title, q.question, f.created_at, f.source
    from questionnaire_photo f join task t on t.id = f.task_id
    join questionnaire_response r on r.task_id = f.task_id and r.answers -> f.link_id ? f.key
    left join lateral (
      select item -> 'text' as question from questionnaire_version v, jsonb_array_elements(v.definition -> 'items') item
      where v.id = r.questionnaire_version_id and item ->> 'linkId' = f.link_id limit 1) q on true
    where f.person_id = any(${recordsOf(sql`${person.id}`)}) and ${taskWithin(authorize(actor, 'task.read'), queues, 't')}
    order by f.created_at desc, f.id desc limit 60`.execute(db)
  await audit(db, actor, { action: 'photo.list', personId: person.id, fields: ['photo'] })
  return rows.map((row) => ({
    key: row.key,
    taskId: row.task_id,
    taskTitle: row.title,
    question: row.question ?? { 'zh-CN': '' },
    at: row.created_at.toISOString(),
    source: row.source,
  }))
}

/** Response headers that let a browser only display the picture. */
export function sendPhoto(c: ApiContext, { id, contentType, bytes }: OpenPhoto): Response {
  const ending = contentType === 'image/png' ? 'png' : 'jpg'
  return c.body(new Uint8Array(bytes), 200, {
    'Content-Type': contentType,
    'Content-Disposition': `inline; filename="photo-${id}.${ending}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  })
}
