import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db, Trx } from '../../platform/db.ts'
import type { Placeholder } from '../message/placeholder.ts'
import { readSettings, settingSql } from '../setting/setting.ts'

/** The address that a person opens. */
export function urlOf(base: string, token: string): string {
  return `${base.replace(/\/$/, '')}/q/${token}`
}

/** 256 random bits. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Stored hash of a token; a plain hash suffices for 256 random bits. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Lifetime in days of links to tasks of this site. */
export async function linkDays(db: Db, siteId: number): Promise<number> {
  return (await readSettings(db, ['follow-up.link-days'], siteId))['follow-up.link-days']
}

/** `{{link}}` in a message. The token is created at sending, so that no table holds it. */
export const linkInMessage: Placeholder = {
  name: 'link',
  async prepare(trx, messageIds, publicUrl) {
    await linkPathwayMessages(trx, messageIds)
    if (publicUrl === undefined) return new Map(messageIds.map((id) => [id, 'no-public-address']))
    // The answers are no longer needed, or the link was revoked.
    const { rows } = await sql<{ id: number }>`
      select id from unnest(${messageIds}::bigint[]) as m(id) where not exists (
        select 1 from questionnaire_link l join task t on t.id = l.task_id where l.message_id = m.id and l.used_at is null
          and l.revoked_at is null and t.status in ('requested', 'in-progress'))`.execute(trx)
    return new Map(rows.map((row) => [row.id, 'form-closed']))
  },
  async fill(trx, messageIds, publicUrl) {
    const tokens = await mintTokens(trx, messageIds)
    return new Map([...tokens].map(([id, token]) => [id, urlOf(publicUrl ?? '', token)]))
  },
}

/** New tokens for messages being sent: an earlier token of the same message becomes invalid. @returns by message id */
async function mintTokens(trx: Trx, messageIds: number[]): Promise<Map<number, string>> {
  const tokens = new Map(messageIds.map((id) => [id, makeToken()]))
  const { rows } = await sql<{ message_id: number }>`
    update questionnaire_link l set token_hash = n.hash, expires_at = now() + (${settingSql('follow-up.link-days', sql`(select site_id from task where id = l.task_id)`)})::int * interval '1 day'
    from unnest(${[...tokens.keys()]}::bigint[], ${[...tokens.values()].map(hashToken)}::text[]) as n(message_id, hash)
    where l.message_id = n.message_id and l.used_at is null and l.revoked_at is null returning l.message_id`.execute(
    trx,
  )
  const made = new Set(rows.map((row) => row.message_id))
  return new Map([...tokens].filter(([id]) => made.has(id)))
}

/** Revokes the open links of tasks. @returns unfinished answers by task */
export async function revokeLinksOf(
  trx: Trx,
  taskIds: number[],
  by: string,
): Promise<Map<number, { answers: string; savedAt: Date | null }>> {
  const { rows } = await sql<{ task_id: number; answers: string; saved_at: Date | null }>`
    update questionnaire_link set revoked_at = now(), revoked_by = ${by}
    where task_id = any(${taskIds}::bigint[]) and used_at is null and revoked_at is null
    returning task_id, answers::text as answers, saved_at`.execute(trx)
  return new Map(rows.map((row) => [row.task_id, { answers: row.answers, savedAt: row.saved_at }]))
}

/**
 * A pathway's message with `{{link}}` leads to the latest open task of the same enrolment that has a questionnaire. Without such a task
 * there is no link, and the message is withheld. The links are locked, so that none is revoked between gate and sending.
 */
async function linkPathwayMessages(trx: Trx, messageIds: number[]): Promise<void> {
  await insertPathwayLinks(trx, messageIds)
  await sql`select 1 from questionnaire_link where message_id = any(${messageIds}::bigint[]) for update`.execute(
    trx,
  )
}

async function insertPathwayLinks(trx: Trx, messageIds: number[]): Promise<void> {
  const { rows } = await sql<{
    message_id: number
    task_id: number
    person_id: number
    questionnaire_version_id: number
  }>`
    select distinct on (t.id) m.id as message_id, t.id as task_id, t.person_id, t.questionnaire_version_id
    from message m
    cross join lateral (
      select t.id, t.person_id, t.questionnaire_version_id from task t
      where t.enrollment_id = m.enrollment_id and t.questionnaire_version_id is not null and t.status in ('requested', 'in-progress')
      order by t.id desc limit 1) t
    where m.id = any(${messageIds}::bigint[]) and not exists (select 1 from questionnaire_link l where l.message_id = m.id)
    order by t.id, m.id desc`.execute(trx)
  if (rows.length === 0) return
  const taskIds = rows.map((row) => row.task_id)
  // Lock order as everywhere: the task before its links.
  await sql`select 1 from task where id = any(${taskIds}::bigint[]) order by id for update`.execute(trx)
  const begun = await revokeLinksOf(trx, taskIds, 'system:message')
  await sql`
    insert into questionnaire_link (task_id, questionnaire_version_id, person_id, channel, message_id, created_by, created_by_name, answers, saved_at)
    select n.task_id, n.version_id, n.person_id, 'email', n.message_id, 'system:pathway', '随访路径', n.answers::jsonb, n.saved_at
    from unnest(${taskIds}::bigint[], ${rows.map((row) => row.questionnaire_version_id)}::int[], ${rows.map((row) => row.person_id)}::bigint[],
      ${rows.map((row) => row.message_id)}::bigint[], ${rows.map((row) => begun.get(row.task_id)?.answers ?? '{}')}::text[],
      ${rows.map((row) => begun.get(row.task_id)?.savedAt ?? null)}::timestamptz[])
      as n(task_id, version_id, person_id, message_id, answers, saved_at)`.execute(trx)
}
