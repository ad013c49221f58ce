import { sql } from 'kysely'
import type { z } from 'zod'
import type { createTaskLink, linkState } from '../../../contract/questionnaire-link.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { maskTelecom } from '../person/mask.ts'
import { personOfRecord } from '../event/record.ts'
import { type Way, waysTo } from '../message/routing.ts'
import { queueMessage } from '../message/write.ts'
import { assertWithin } from '../person/scope.ts'
import type { PersonTask } from '../task/list.ts'
import { loadPersonTask } from '../task/task.ts'
import { mostWrongYears } from './form.ts'
import { languageOf } from '../person/language.ts'
import { invitation } from './invitation.ts'
import { hashToken, linkDays, makeToken, revokeLinksOf, urlOf } from './link-token.ts'

type NewLink = z.output<(typeof createTaskLink)['body']>

/**
 * Creates a one-time link to a task's questionnaire. A message passes the contact gate, and its token is created only then; a displayed
 * address is returned once. Unfinished answers of an earlier link carry over.
 * @param baseUrl public address of this installation; undefined if not configured
 * @throws {AppError} not-found, already-closed, held-by-other, no-questionnaire, invalid (no such address, no public address)
 */
export async function createLink(
  trx: Trx,
  actor: Actor,
  taskId: number,
  input: NewLink,
  addresses: { publicUrl: string | undefined; origin: string },
): Promise<{ id: number; url: string | null; expiresAt: string | null }> {
  await sql`select 1 from task where id = ${taskId} for update`.execute(trx)
  const task = await loadPersonTask(trx, actor, 'task.work', taskId)
  if (!['requested', 'in-progress'].includes(task.status)) throw new AppError('already-closed')
  if (task.held_by !== null && task.held_by !== actor.id && task.held_until && task.held_until > new Date())
    throw new AppError('held-by-other', `${task.held_by_name ?? 'A colleague'} is working on this task.`)
  if (task.questionnaire_version_id === null) throw new AppError('no-questionnaire')
  const messageId =
    input.channel === 'shown'
      ? null
      : await queueLink(trx, task, { ...input, channel: input.channel }, addresses.publicUrl)
  const begun = (await revokeLinksOf(trx, [taskId], actor.id)).get(taskId)
  const token = messageId === null ? makeToken() : null
  const days = await linkDays(trx, task.site_id)
  const link = await trx
    .insertInto('questionnaire_link')
    .values({
      task_id: taskId,
      questionnaire_version_id: task.questionnaire_version_id,
      person_id: task.record_id,
      channel: input.channel,
      message_id: messageId,
      token_hash: token && hashToken(token),
      expires_at: token === null ? null : sql<Date>`now() + ${days} * interval '1 day'`,
      created_by: actor.id,
      created_by_name: actor.name,
      ...(begun && { answers: begun.answers, saved_at: begun.savedAt }),
    })
    .returning(['id', 'expires_at'])
    .executeTakeFirstOrThrow()
  await audit(trx, actor, {
    action: 'questionnaire-link.create',
    personId: task.person_id,
    subject: `questionnaire-link:${link.id} task:${taskId} ${input.channel}`,
  })
  return {
    id: link.id,
    url: token && urlOf(addresses.publicUrl ?? addresses.origin, token),
    expiresAt: link.expires_at?.toISOString() ?? null,
  }
}

async function queueLink(
  trx: Trx,
  task: PersonTask,
  { channel, language }: { channel: Exclude<NewLink['channel'], 'shown'>; language?: NewLink['language'] },
  publicUrl: string | undefined,
): Promise<number> {
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'channel', message }])
  if (publicUrl === undefined)
    throw wrong('cannot be a message: the public address of this installation (CARELOOP_URL) is not set')
  const ways = await waysTo(trx, task.person_id, task.site_id)
  if (!ways.some((way) => channel === 'preferred' || way.channel === channel))
    throw wrong('does not reach the person: no address is known, or no account is set up')
  const spoken = await trx
    .selectFrom('person')
    .select('language')
    .where('id', '=', task.person_id)
    .executeTakeFirst()
  const text = invitation(
    language ?? languageOf(spoken?.language ?? null, task.time_zone) ?? 'zh-CN',
    channel === 'email' ? 'letter' : 'short',
    {
      hospital: task.site_name,
      department: task.department_name,
      days: await linkDays(trx, task.site_id),
    },
  )
  return queueMessage(trx, { personId: task.record_id, channel, purpose: 'clinical', ...text })
}

type State = z.infer<typeof linkState>

type LinkRow = {
  id: number
  channel: NewLink['channel']
  created_at: Date
  created_by_name: string
  expires_at: Date | null
  opened_at: Date | null
  saved_at: Date | null
  used_at: Date | null
  revoked_at: Date | null
  wrong_years: number
  message_status: string | null
  reason: string | null
}

function stateOf(row: LinkRow, now: Date): State {
  if (row.used_at) return 'used'
  if (row.revoked_at) return 'revoked'
  if (row.wrong_years >= mostWrongYears) return 'locked'
  if (row.expires_at && row.expires_at < now) return 'expired'
  if (row.opened_at) return row.saved_at ? 'answering' : 'opened'
  if (row.message_status === null) return 'sent'
  if (['suppressed', 'failed'].includes(row.message_status)) return 'not-sent'
  return ['queued', 'sending'].includes(row.message_status) ? 'waiting' : 'sent'
}

/** Links of a task, newest first. @throws {AppError} not-found */
export async function listLinks(db: Db, actor: Actor, taskId: number, publicUrl: string | undefined) {
  const task = await loadPersonTask(db, actor, 'task.read', taskId)
  const { rows } = await sql<LinkRow>`
    select l.id, l.channel, l.created_at, l.created_by_name, l.expires_at, l.opened_at, l.saved_at, l.used_at, l.revoked_at, l.wrong_years,
      m.status as message_status, m.reason
    from questionnaire_link l left join message m on m.id = l.message_id where l.task_id = ${taskId} order by l.id desc limit 20`.execute(
    db,
  )
  const ways = await waysTo(db, task.person_id, task.site_id)
  await audit(db, actor, {
    action: 'task.read',
    personId: task.person_id,
    subject: `task:${taskId}`,
    fields: ['address-masked'],
  })
  const now = new Date()
  return {
    ways: ways.map((way) => ({ channel: way.channel, address: maskTelecom(telecomOf(way)) })),
    ready: publicUrl !== undefined,
    items: rows.map((row) => ({
      id: row.id,
      channel: row.channel,
      state: stateOf(row, now),
      reason: row.reason,
      createdAt: row.created_at.toISOString(),
      createdByName: row.created_by_name,
      expiresAt: row.expires_at?.toISOString() ?? null,
      openedAt: row.opened_at?.toISOString() ?? null,
      savedAt: row.saved_at?.toISOString() ?? null,
      usedAt: row.used_at?.toISOString() ?? null,
    })),
  }
}

/** @throws {AppError} not-found, already-closed when it was used or revoked */
export async function revokeLink(trx: Trx, actor: Actor, id: number): Promise<void> {
  const link = found(
    await trx
      .selectFrom('questionnaire_link')
      .select(['task_id', personOfRecord(sql`person_id`).as('person_id')])
      .where('id', '=', id)
      .executeTakeFirst(),
  )
  if (link.task_id === null) await assertWithin(trx, authorize(actor, 'task.work'), [link.person_id])
  else {
    await sql`select 1 from task where id = ${link.task_id} for update`.execute(trx)
    await loadPersonTask(trx, actor, 'task.work', link.task_id)
  }
  const { numUpdatedRows } = await trx
    .updateTable('questionnaire_link')
    .set({ revoked_at: sql<Date>`now()`, revoked_by: actor.id })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'questionnaire-link.revoke',
    personId: link.person_id,
    subject: `questionnaire-link:${id}${link.task_id === null ? '' : ` task:${link.task_id}`}`,
  })
}

const telecomOf = ({ channel, address }: Way) => ({
  system: channel === 'sms' ? 'phone' : channel,
  value: address,
})
