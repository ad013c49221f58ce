import { createHash } from 'node:crypto'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { unfold } from '../../../contract/answer.ts'
import { mostPhotoBytes, type Photo, type photoUpload } from '../../../contract/photo.ts'
import type { Answers, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import type { z } from 'zod'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { readPicture } from '../../platform/picture.ts'
import { sealBytes, unsealBytes } from '../../platform/sealed.ts'

export type NewPhoto = Pick<z.output<typeof photoUpload>, 'key' | 'linkId' | 'data'>

type OfTask = { id: number; person_id: number; questionnaire_version_id: number | null }
type Items = Pick<QuestionnaireDefinition, 'items'>

const labelOf = (key: string) => `questionnaire-photo/${key}`

/** Keys of pictures among answers, with their questions. */
function photosIn({ items }: Items, answers: Answers): { linkId: string; key: string }[] {
  return unfold(items)
    .filter((item) => item.type === 'photo')
    .flatMap(({ linkId }) => {
      const keys = answers[linkId]
      return Array.isArray(keys) ? keys.map((key) => ({ linkId, key })) : []
    })
}

/**
 * SQL over `questionnaire_photo f`: the picture is named by a response, by a person's unfinished or submitted answers (even if staff
 * changed them later), or by a home visit's report.
 */
const named = sql<SqlBool>`(
  exists (select 1 from questionnaire_response r where r.task_id = f.task_id and r.answers -> f.link_id ? f.key)
  or exists (select 1 from questionnaire_link l join task t on t.id = l.task_id where l.task_id = f.task_id
    and (l.used_at is not null or (l.revoked_at is null and t.status in ('requested', 'in-progress'))) and l.answers -> f.link_id ? f.key)
  or exists (select 1 from visit_record v where v.task_id = f.task_id and v.answers -> f.link_id ? f.key))`

/**
 * Stores a picture for a question, cleaned and encrypted; answers refer to it later. Repeating the same picture under the same key changes
 * nothing.
 * @param definition the task's questionnaire as shown to the respondent
 * @throws {AppError} invalid (no such question), too-large, picture-type, picture-damaged, already-exists
 */
export async function storePhoto(
  trx: Trx,
  actor: Actor,
  secret: string,
  task: OfTask,
  definition: Items,
  input: NewPhoto,
  source: 'staff' | 'person',
): Promise<Photo> {
  const question = definition.items.find((item) => item.type === 'photo' && item.linkId === input.linkId)
  if (!question)
    throw new AppError('invalid', undefined, [{ path: 'linkId', message: 'is not a question for a picture' }])
  // Base64 takes four characters for three bytes.
  if (input.data.length > Math.ceil(mostPhotoBytes / 3) * 4) throw new AppError('too-large')
  const picture = readPicture(Buffer.from(input.data, 'base64'))
  const { contentType, bytes, width, height } = picture
  const hash = createHash('sha256').update(bytes).digest()
  const { key, linkId } = input
  const made = await trx
    .insertInto('questionnaire_photo')
    .values({
      key,
      task_id: task.id,
      link_id: linkId,
      person_id: task.person_id,
      content_type: contentType,
      size: bytes.length,
      width,
      height,
      hash,
      sealed: sealBytes(secret, bytes, labelOf(key)),
      source,
      created_by: actor.id,
      created_by_name: actor.name,
    })
    .onConflict((c) => c.column('key').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) {
    // Pictures chosen and removed again before saving: keep only as many as could still be used.
    await removePhotos(
      trx,
      actor,
      sql<SqlBool>`f.id in (select f.id from questionnaire_photo f where f.task_id = ${task.id} and f.link_id = ${linkId}
        and f.source = ${source} and not ${named} order by f.id desc offset ${question.maxPhotos ?? 1})`,
    )
    await audit(trx, actor, {
      action: 'photo.add',
      personId: task.person_id,
      subject: `task:${task.id} photo:${made.id}`,
      fields: ['photo'],
    })
  } else {
    const known = await trx
      .selectFrom('questionnaire_photo')
      .select(['task_id', 'link_id', 'hash'])
      .where('key', '=', key)
      .executeTakeFirst()
    const same = known?.task_id === task.id && known.link_id === linkId && hash.equals(known.hash)
    if (!same) throw new AppError('already-exists')
  }
  return { key, contentType, size: bytes.length }
}

/**
 * Checks that every picture in the answers was uploaded for this task and question.
 * @param by a person who answers alone may use only their own pictures
 * @throws {AppError} invalid, naming each question
 */
export async function assertPhotos(
  trx: Trx,
  taskId: number | null,
  definition: Items,
  answers: Answers,
  by: 'staff' | 'person',
): Promise<void> {
  const wanted = photosIn(definition, answers)
  if (wanted.length === 0) return
  const rows = await trx
    .selectFrom('questionnaire_photo')
    .select(['key', 'link_id', 'source'])
    // Pictures are kept with a task: without one there are none.
    .where('task_id', '=', taskId ?? 0)
    .where(
      'key',
      'in',
      wanted.map((one) => one.key),
    )
    .execute()
  const missing = wanted.filter(
    ({ key, linkId }) =>
      !rows.some(
        (row) => row.key === key && row.link_id === linkId && (by === 'staff' || row.source === 'person'),
      ),
  )
  if (missing.length > 0)
    throw new AppError(
      'invalid',
      undefined,
      missing.map(({ linkId }) => ({
        path: `answers.${linkId}`,
        message: 'names a picture that was not sent',
      })),
    )
}

/** The answers are complete: deletes uploaded pictures that they do not use. */
export async function dropUnnamed(trx: Trx, actor: Actor, taskId: number): Promise<void> {
  await removePhotos(trx, actor, sql<SqlBool>`f.task_id = ${taskId} and not ${named}`)
}

/** Deletes pictures that no answer has used for a day. @returns how many */
export async function sweepPhotos(trx: Trx, actor: Actor): Promise<number> {
  return removePhotos(trx, actor, sql<SqlBool>`f.created_at < now() - interval '1 day' and not ${named}`)
}

async function removePhotos(trx: Trx, actor: Actor, where: RawBuilder<SqlBool>): Promise<number> {
  const { rows } = await sql<{ id: number; task_id: number; person_id: number }>`
    delete from questionnaire_photo f where ${where} returning f.id, f.task_id, f.person_id`.execute(trx)
  await audit(
    trx,
    actor,
    ...rows.map((row) => ({
      action: 'photo.remove',
      personId: row.person_id,
      subject: `task:${row.task_id} photo:${row.id}`,
    })),
  )
  return rows.length
}

/** Decrypted bytes of a picture. */
export type OpenPhoto = { id: number; contentType: string; bytes: Buffer }

/**
 * Reads a picture; the caller has checked access to its task.
 * @param by staff see pictures in answers and those added by staff; a person behind a link sees their own
 * @throws {AppError} not-found
 */
export async function openPhoto(
  db: Db,
  actor: Actor,
  secret: string,
  which: { taskId: number; key: string },
  by: 'staff' | 'person',
): Promise<OpenPhoto> {
  const visible =
    by === 'person'
      ? sql<SqlBool>`f.source = 'person'`
      : sql<SqlBool>`(f.source = 'staff' or exists (
          select 1 from questionnaire_response r where r.task_id = f.task_id and r.answers -> f.link_id ? f.key))`
  return unseal(
    db,
    actor,
    secret,
    sql<SqlBool>`f.task_id = ${which.taskId} and f.key = ${which.key} and ${visible}`,
  )
}

type Sealed = {
  id: number
  key: string
  task_id: number
  person_id: number
  content_type: string
  sealed: Buffer
}

/** @throws {AppError} not-found */
export async function unseal(
  db: Db,
  actor: Actor,
  secret: string,
  where: RawBuilder<SqlBool>,
): Promise<OpenPhoto> {
  const { rows } = await sql<Sealed>`
    select f.id, f.key, f.task_id, f.person_id, f.content_type, f.sealed from questionnaire_photo f where ${where}`.execute(
    db,
  )
  const row = found(rows[0])
  await audit(db, actor, {
    action: 'photo.read',
    personId: row.person_id,
    subject: `task:${row.task_id} photo:${row.id}`,
    fields: ['photo'],
  })
  return {
    id: row.id,
    contentType: row.content_type,
    bytes: unsealBytes(secret, row.sealed, labelOf(row.key)),
  }
}
