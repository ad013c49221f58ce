import { sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type {
  CallReview,
  CallReviewDetail,
  CriticalKind,
  finishCallReview as finishRoute,
  listCallReviews as listRoute,
} from '../../../contract/call-quality.ts'
import { scoreCall } from '../../../contract/call-score.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import { type Actor, authorize, may } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { assertSortable, listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { loadCall } from '../call/detail.ts'
import { leftJoinPerson } from '../event/record.ts'
import { nameSeenBy } from '../person/scope.ts'
import { checkAnswers, getQuestionnaire } from '../questionnaire/questionnaire.ts'
import { agentOfCall, currentForm } from './draw-reviews.ts'
import { reviewsWithin } from './scope.ts'

type Row = Sorted & {
  call_id: number
  user_id: string | null
  user_name: string
  week: string | null
  direction: CallReview['direction']
  person_id: number | null
  person_name: string | null
  call_at: Date
  talked: number | null
  score: number | null
  critical: CriticalKind[]
  reviewed_at: Date | null
  reviewed_by: string | null
  reviewed_by_name: string | null
  acknowledged_at: Date | null
}
type DetailRow = Row & {
  questionnaire_version_id: number
  answers: Answers
  comment: string | null
  agent_comment: string | null
  note: string | null
  disposition: CallReviewDetail['disposition']
  recording: string | null
}

const columns = (actor: Actor) => sql`
  r.id, r.call_id, r.user_id, r.user_name, to_char(r.week, 'YYYY-MM-DD') as week, c.direction, p.id as person_id, ${nameSeenBy(actor)} as person_name,
  c.started_at as call_at, extract(epoch from c.ended_at - c.answered_at)::int as talked, r.score::float8 as score, r.critical, r.reviewed_at,
  r.reviewed_by, r.reviewed_by_name, r.acknowledged_at`
const joins = sql`from call_review r join call c on c.id = r.call_id ${leftJoinPerson(sql`c.person_id`)}`

const stateOf: Record<CallReview['state'], ReturnType<typeof sql<SqlBool>>> = {
  open: sql`r.reviewed_at is null`,
  done: sql`(r.reviewed_at is not null and r.acknowledged_at is null)`,
  acknowledged: sql`r.acknowledged_at is not null`,
}

function view(row: Row): CallReview {
  return {
    id: row.id,
    callId: row.call_id,
    userName: row.user_name,
    week: row.week,
    state: row.reviewed_at === null ? 'open' : row.acknowledged_at === null ? 'done' : 'acknowledged',
    direction: row.direction,
    personId: row.person_id,
    personName: row.person_name,
    callAt: row.call_at.toISOString(),
    talkedSeconds: row.talked,
    score: row.score,
    critical: row.critical,
    reviewedAt: row.reviewed_at?.toISOString() ?? null,
    reviewedByName: row.reviewed_by_name,
  }
}

/** Newest first. */
export async function listReviews(db: Db, actor: Actor, query: z.output<(typeof listRoute)['query']>) {
  const where = [reviewsWithin(actor, authorize(actor, 'call-review.read'))]
  if (query.state) where.push(stateOf[query.state])
  if (query.week) where.push(sql<SqlBool>`r.week = ${query.week}::date`)
  if (query.userId) where.push(sql<SqlBool>`r.user_id = ${query.userId}`)
  if (query.critical !== undefined)
    where.push(
      query.critical ? sql`r.critical <> '{}'` : sql`(r.reviewed_at is not null and r.critical = '{}')`,
    )
  const order = listOrder<Row>(
    {
      at: { by: sql`c.started_at`, type: 'time' },
      agent: { by: sql`r.user_name`, type: 'text' },
      score: { by: sql`r.score`, type: 'number' },
    },
    sql`r.id`,
    newestFirst(sql`r.id`),
    query,
  )
  const from = sql`${joins} where ${sql.join(where, sql` and `)}`
  await assertSortable(db, query.sort, from)
  const { rows } = await sql<Row>`
    select ${order.key} as sort_key, ${columns(actor)} ${joins} where ${sql.join([...where, ...order.beyond], sql` and `)}
    order by ${order.by} limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'call-review.list',
    subject: `persons:${rows.flatMap((row) => row.person_id ?? []).join(',')}`,
    fields: ['name'],
  })
  return { ...order.page(rows, query.limit, view), total: await totalOf(db, query, from) }
}

async function load(
  db: Db,
  actor: Actor,
  id: number,
  permission: 'call-review.read' | 'call-review.write',
): Promise<DetailRow> {
  const { rows } = await sql<DetailRow>`
    select ${columns(actor)}, r.questionnaire_version_id, r.answers, r.comment, r.agent_comment, c.note, c.disposition, c.recording
    ${joins} where r.id = ${id} and ${reviewsWithin(actor, authorize(actor, permission))}`.execute(db)
  return found(rows[0])
}

/** One's own call is scored by somebody else. */
const mayScore = (actor: Actor, row: Row) =>
  may(actor, 'call-review.write') && row.user_id !== actor.userId && row.acknowledged_at === null

const maySee = (actor: Actor, row: Row) =>
  row.user_id === actor.userId && row.reviewed_at !== null && row.acknowledged_at === null

/** @throws {AppError} not-found */
export async function getReview(db: Db, actor: Actor, id: number): Promise<CallReviewDetail> {
  const row = await load(db, actor, id, 'call-review.read')
  await audit(db, actor, {
    action: 'call-review.read',
    personId: row.person_id,
    subject: `call-review:${id} call:${row.call_id}`,
    fields: ['name', 'note'],
  })
  return {
    ...view(row),
    questionnaire: await getQuestionnaire(db, { versionId: row.questionnaire_version_id }),
    answers: row.answers,
    comment: row.comment,
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
    agentComment: row.agent_comment,
    note: row.note,
    disposition: row.disposition,
    abilities: {
      score: mayScore(actor, row),
      acknowledge: maySee(actor, row),
      listen: may(actor, 'call.listen') && row.recording !== null,
    },
  }
}

/** @throws {AppError} not-found, invalid (nobody of ours spoke), already-exists */
export async function chooseCall(trx: Trx, actor: Actor, callId: number): Promise<{ id: number }> {
  const reach = authorize(actor, 'call-review.write')
  const call = await loadCall(trx, actor, callId)
  if (!reach.all && !reach.siteIds.includes(call.site_id)) throw new AppError('not-found')
  const { rows: agents } = await sql<{ user_id: string; user_name: string }>`
    select a.user_id, a.user_name from call c cross join ${agentOfCall} a where c.id = ${callId} and c.ended_at is not null`.execute(
    trx,
  )
  const [agent] = agents
  if (!agent)
    throw new AppError('invalid', 'Only a call that one of us answered and that has ended can be scored.')
  const { rows } = await sql<{ id: number }>`
    insert into call_review (call_id, site_id, user_id, user_name, questionnaire_version_id, created_by_name)
    values (${callId}, ${call.site_id}, ${agent.user_id}, ${agent.user_name}, ${currentForm}, ${actor.name})
    on conflict (call_id) do nothing returning id`.execute(trx)
  const [made] = rows
  if (!made) throw new AppError('already-exists')
  await audit(trx, actor, {
    action: 'call-review.choose',
    personId: call.person_id,
    subject: `call-review:${made.id} call:${callId}`,
  })
  return made
}

/** Scores, and again until the agent has seen them. @throws {AppError} not-found, invalid, forbidden (own call), already-closed */
export async function finishReview(
  trx: Trx,
  actor: Actor,
  id: number,
  { answers, comment }: z.output<(typeof finishRoute)['body']>,
): Promise<CallReviewDetail> {
  const row = await load(trx, actor, id, 'call-review.write')
  if (row.user_id === actor.userId) throw new AppError('forbidden')
  const form = await getQuestionnaire(trx, { versionId: row.questionnaire_version_id })
  const kept = checkAnswers(form, answers, true)
  const { score, critical, assessed } = scoreCall(form, kept)
  const { rows } = await sql`
    update call_review set answers = ${JSON.stringify(kept)}::jsonb, score = ${score}, critical = ${critical}::text[],
      assessed = ${assessed}::text[], comment = ${comment || null}, reviewed_at = now(), reviewed_by = ${actor.userId},
      reviewed_by_name = ${actor.name}
    where id = ${id} and acknowledged_at is null returning 1`.execute(trx)
  if (rows.length === 0) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'call-review.score',
    personId: row.person_id,
    subject: `call-review:${id} call:${row.call_id}`,
  })
  return getReview(trx, actor, id)
}

/** @throws {AppError} not-found, unless it is a finished review of the actor's own call; already-closed */
export async function acknowledgeReview(
  trx: Trx,
  actor: Actor,
  id: number,
  comment: string,
): Promise<CallReviewDetail> {
  const row = await load(trx, actor, id, 'call-review.read')
  if (row.user_id !== actor.userId || row.reviewed_at === null) throw new AppError('not-found')
  const { rows } = await sql`
    update call_review set acknowledged_at = now(), agent_comment = ${comment || null}
    where id = ${id} and acknowledged_at is null returning 1`.execute(trx)
  if (rows.length === 0) throw new AppError('already-closed')
  await audit(trx, actor, {
    action: 'call-review.acknowledge',
    personId: row.person_id,
    subject: `call-review:${id} call:${row.call_id}`,
  })
  return getReview(trx, actor, id)
}
