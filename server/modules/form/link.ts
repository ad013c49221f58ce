import { sql } from 'kysely'
import type { z } from 'zod'
import type { createTaskLink, linkState } from '../../../contract/questionnaire-link.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { maskEmail } from '../person/mask.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { queueMessage } from '../message/write.ts'
import { assertWithin } from '../person/scope.ts'
import { readSettings } from '../setting/setting.ts'
import type { PersonTask } from '../task/list.ts'
import { loadPersonTask } from '../task/task.ts'
import { mostWrongYears } from './form.ts'
import { languageOf } from '../person/language.ts'
import { invitation } from './invitation.ts'
import { hashToken, linkDays, makeToken, revokeLinksOf, urlOf } from './link-token.ts'

type NewLink = z.output<(typeof createTaskLink)['body']>

/**
 * Creates a one-time link to a task's questionnaire. An e-mail passes the contact gate, and its token is created only then; a displayed
 * address is returned once. Unfinished answers of an earlier link carry over.
 * @param baseUrl public address of this installation; undefined if not configured
 * @throws {AppError} not-found, already-closed, held-by-other, no-questionnaire, invalid (no e-mail address, no public address)
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
    input.channel === 'email' ? await queueMail(trx, task, input.language, addresses.publicUrl) : null
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

async function queueMail(
  trx: Trx,
  task: PersonTask,
  language: NewLink['language'],
  publicUrl: string | undefined,
): Promise<number> {
  const wrong = (message: string) => new AppError('invalid', undefined, [{ path: 'channel', message }])
  if (publicUrl === undefined)
    throw wrong('cannot be e-mail: the public address of this installation (CARELOOP_URL) is not set')
  const facts = await contactOf(trx, task)
  if (facts.address === null) throw wrong('cannot be e-mail: the person has no e-mail address')
  const text = invitation(language ?? languageOf(facts.language, task.time_zone) ?? 'zh-CN', {
    hospital: task.site_name,
    department: task.department_name,
    days: await linkDays(trx, task.site_id),
  })
  return queueMessage(trx, { personId: task.record_id, channel: 'email', purpose: 'clinical', ...text })
}

async function contactOf(db: Db, task: PersonTask) {
  const { rows } = await sql<{ address: string | null; language: string | null }>`
    select p.language, (select t.value from person_telecom t where t.person_id = any(${recordsOf(sql`p.id`)}) and t.system = 'email' and t.valid
      order by t.updated_at desc, t.id limit 1) as address
    from person p where p.id = ${task.person_id}`.execute(db)
  return found(rows[0])
}

type State = z.infer<typeof linkState>

type LinkRow = {
  id: number
  channel: 'email' | 'shown'
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
  const { address } = await contactOf(db, task)
  const mail = await readSettings(db, ['channel.smtp.host', 'channel.smtp.from'])
  await audit(db, actor, {
    action: 'task.read',
    personId: task.person_id,
    subject: `task:${taskId}`,
    fields: ['address-masked'],
  })
  const now = new Date()
  return {
    address: address && maskEmail(address),
    mailReady:
      publicUrl !== undefined && mail['channel.smtp.host'] !== '' && mail['channel.smtp.from'] !== '',
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
