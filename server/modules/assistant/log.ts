import { sql } from 'kysely'
import type { z } from 'zod'
import type {
  decideDraft as decideRoute,
  listAssistantRequests as listRoute,
} from '../../../contract/assistant.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'

type Item = z.output<typeof listRoute.response>['items'][number]
type Row = Omit<Item, 'at'> & { at: Date }

/** What was sent says what became of it; what was not sent, whoever asked. */
export async function listRequests(db: Db, actor: Actor, query: z.output<typeof listRoute.query>) {
  const reach = authorize(actor, 'audit.read')
  const site = query.siteId === undefined ? sql`true` : sql`r.site_id = ${query.siteId}`
  const from = sql`from assistant_request r join site s on s.id = r.site_id where (${reach.all} or r.site_id = any(${reach.siteIds}::int[])) and ${site}`
  const after = decodeCursor<[number]>(query.cursor, ['number'])
  const { rows } = await sql<Row>`
    select r.id, r.at, s.name as "siteName", r.user_name as "userName", r.conversation_id as "conversationId", r.kind, r.model, r.sent, r.answer, r.problem,
      r.dropped, r.prompt_tokens as "promptTokens", r.answer_tokens as "answerTokens", r.milliseconds,
      coalesce((select case when m.draft_edited then 'edited' else 'accepted' end from conversation_message m where m.draft_id = r.id order by m.id limit 1),
        r.outcome) as outcome
    ${from} ${after ? sql`and r.id < ${after[0]}` : sql``} order by r.id desc limit ${query.limit + 1}`.execute(
    db,
  )
  await audit(db, actor, { action: 'assistant.list', fields: ['messages'] })
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    ({ at, ...row }): Item => ({ ...row, at: at.toISOString() }),
  )
}

/** By whoever asked. @throws {AppError} not-found, already-closed */
export async function decide(
  trx: Trx,
  actor: Actor,
  id: number,
  { outcome }: z.output<typeof decideRoute.body>,
): Promise<void> {
  authorize(actor, 'assistant.use')
  const { rows } = await sql<{ outcome: string | null; conversation_id: number }>`
    select outcome, conversation_id from assistant_request where id = ${id} and user_id = ${actor.userId} for update`.execute(
    trx,
  )
  const row = found(rows[0])
  if (row.outcome !== null) throw new AppError('already-closed')
  await sql`update assistant_request set outcome = ${outcome}, outcome_at = now() where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, {
    action: 'assistant.decide',
    subject: `conversation:${row.conversation_id} assistant:${id} ${outcome}`,
  })
}
