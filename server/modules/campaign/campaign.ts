import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { CampaignBody, CampaignDetail, CampaignStatus } from '../../../contract/campaign.ts'
import type { Permission } from '../../../contract/access.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { wakeSegments } from '../segment/segment.ts'
import { settingSql } from '../setting/setting.ts'
import { segmentsOf } from './definition.ts'
import { exhausted } from './follow.ts'
import { type DetailRow, type SummaryRow, viewDetail, viewSummary } from './view.ts'

type Query = {
  status?: CampaignStatus[] | undefined
  level?: number | undefined
  sort?: string | undefined
  total?: boolean | undefined
  cursor?: string | undefined
  limit: number
}

/** Campaigns `c` of the actor's sites; one for all sites is of those who reach all, because its figures are of all. */
function campaignWithin(reach: Reach): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${reach.all} or c.site_id = any(${reach.siteIds}::int[]))`
}

/** The weighted score; the setting is the weight of the economic one. */
const priority = sql<number>`round(c.economic_score * w.economic + c.strategic_score * (1 - w.economic), 1)`
const joins = sql`left join site s on s.id = c.site_id
  cross join lateral (select (${settingSql('contact.campaign-economic-weight', sql`c.site_id`)})::numeric as economic) w`

const columns = sql`c.id, c.name, c.level, c.purpose, c.site_id, s.name as site_name, c.status, c.emergency, c.hold_out, c.goal, c.window_days, c.budget,
  c.value_per_visit, c.expected_rate, c.economic_score, c.strategic_score, ${priority} as priority, c.ends_on, c.created_at, c.created_by_name,
  c.started_at, c.finished_at, c.version,
  (select count(*) from campaign_member m where m.campaign_id = c.id) as entered,
  (select count(*) from campaign_member m where m.campaign_id = c.id and m.variant = 'hold-out') as held_out`

const sortColumns = {
  name: { by: sql`c.name`, type: 'text' },
  priority: { by: priority, type: 'number' },
  started: { by: sql`c.started_at`, type: 'time' },
} as const

export async function listCampaigns(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'campaign.read')
  const where = [
    campaignWithin(reach),
    ...(query.status?.length ? [sql<SqlBool>`c.status = any(${query.status}::text[])`] : []),
    ...(query.level === undefined ? [] : [sql<SqlBool>`c.level = ${query.level}`]),
  ]
  const order = listOrder<SummaryRow & Sorted>(sortColumns, sql`c.id`, newestFirst(sql`c.id`), query)
  const from = sql`from campaign c ${joins} where ${sql.join(where, sql` and `)}`
  const { rows } = await sql<SummaryRow & Sorted>`
    select ${order.key} as sort_key, ${columns} from campaign c ${joins}
    where ${sql.join([...where, ...order.beyond], sql` and `)} order by ${order.by} limit ${query.limit + 1}`.execute(
    db,
  )
  return { ...order.page(rows, query.limit, viewSummary), total: await totalOf(db, query, from) }
}

/** A campaign within the reach of a permission. @throws {AppError} forbidden, not-found */
export async function campaignRow(
  db: Db,
  actor: Actor,
  permission: Extract<Permission, `campaign.${string}`>,
  id: number,
): Promise<DetailRow> {
  const reach = authorize(actor, permission)
  const { rows } = await sql<DetailRow>`
    select ${columns}, c.plan, c.pathway_id, c.authors, c.submitted_at, c.submitted_by_name, c.returned_reason, c.returned_by_name, c.paused_reason,
      c.followed_at,
      (select coalesce(jsonb_agg(jsonb_build_object('by', a.approved_by, 'byName', a.approved_by_name, 'at', a.approved_at) order by a.approved_at), '[]')
        from campaign_approval a where a.campaign_id = c.id and a.version = c.version) as approvals,
      (select count(*) from enrollment e where e.pathway_id = c.pathway_id and e.status in ('active', 'waiting', 'blocked')) as under_way,
      (select count(*) from message m where m.pathway_id = c.pathway_id and m.status in ('queued', 'sending')) as unsent,
      (select b.spent from message_budget b where b.pathway_id = c.pathway_id) as spent, ${exhausted} as exhausted
    from campaign c ${joins} where c.id = ${id} and ${campaignWithin(reach)}`.execute(db)
  return found(rows[0])
}

/** What stands on the row alone: with a million members their count takes longer than the rest. @throws {AppError} forbidden, not-found */
export async function plannedRow(db: Db, actor: Actor, id: number) {
  const reach = authorize(actor, 'campaign.read')
  const { rows } = await sql<
    Pick<DetailRow, 'plan' | 'pathway_id' | 'goal' | 'window_days' | 'value_per_visit' | 'followed_at'>
  >`select c.plan, c.pathway_id, c.goal, c.window_days, c.value_per_visit, c.followed_at
    from campaign c where c.id = ${id} and ${campaignWithin(reach)}`.execute(db)
  return found(rows[0])
}

/** @throws {AppError} forbidden, not-found */
export async function getCampaign(db: Db, actor: Actor, id: number): Promise<CampaignDetail> {
  const row = await campaignRow(db, actor, 'campaign.read', id)
  await audit(db, actor, { action: 'campaign.read', subject: `campaign:${id}` })
  return viewDetail(row, actor)
}

const columnsOf = (body: CampaignBody) => ({
  name: body.name,
  level: body.level,
  purpose: body.purpose,
  site_id: body.siteId,
  emergency: body.emergency,
  plan: JSON.stringify(body.plan),
  hold_out: body.holdOut,
  goal: body.goal,
  window_days: body.windowDays,
  budget: body.budget,
  value_per_visit: body.valuePerVisit,
  expected_rate: body.expectedRate,
  economic_score: body.economicScore,
  strategic_score: body.strategicScore,
  ends_on: body.endsOn,
})

/** For all sites only by those who reach all. @throws {AppError} invalid */
function assertSite(reach: Reach, siteId: number | null): void {
  if (reach.all || (siteId !== null && reach.siteIds.includes(siteId))) return
  throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'is outside what you may change' }])
}

/** What the database holds of every draft. @throws {AppError} invalid */
function assertEmergency({ emergency, purpose, holdOut }: CampaignBody): void {
  if (!emergency) return
  const fields = [
    ...(purpose === 'clinical' ? [] : [{ path: 'purpose', message: 'An emergency notice is clinical.' }]),
    ...(holdOut === 0 ? [] : [{ path: 'holdOut', message: 'In an emergency nobody is only observed.' }]),
  ]
  if (fields.length > 0) throw new AppError('invalid', undefined, fields)
}

/** @throws {AppError} forbidden, invalid */
export async function createCampaign(trx: Trx, actor: Actor, body: CampaignBody): Promise<CampaignDetail> {
  assertSite(authorize(actor, 'campaign.write'), body.siteId)
  assertEmergency(body)
  const { id } = await trx
    .insertInto('campaign')
    .values({ ...columnsOf(body), authors: [actor.id], created_by_name: actor.name })
    .returning('id')
    .executeTakeFirstOrThrow()
  await wakeSegments(trx, segmentsOf(body))
  await audit(trx, actor, { action: 'campaign.create', subject: `campaign:${id}` })
  return viewDetail(await campaignRow(trx, actor, 'campaign.write', id), actor)
}

/** The campaign, locked, in the version that the caller saw. @throws {AppError} forbidden, not-found, changed-meanwhile */
export async function lockCampaign(
  trx: Trx,
  actor: Actor,
  permission: 'campaign.write' | 'campaign.approve',
  id: number,
  version?: number,
): Promise<DetailRow> {
  const reach = authorize(actor, permission)
  const { rows } = await sql`
    select 1 from campaign c where c.id = ${id} and ${campaignWithin(reach)} for update`.execute(trx)
  found(rows[0])
  const row = await campaignRow(trx, actor, permission, id)
  assertSite(reach, row.site_id)
  if (version !== undefined && row.version !== version) throw new AppError('changed-meanwhile')
  return row
}

/** @throws {AppError} forbidden, not-found, invalid, changed-meanwhile, already-closed once it has started */
export async function updateCampaign(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, ...body }: CampaignBody & { version: number },
): Promise<CampaignDetail> {
  const before = await lockCampaign(trx, actor, 'campaign.write', id, version)
  assertSite(authorize(actor, 'campaign.write'), body.siteId)
  assertEmergency(body)
  if (before.status !== 'draft' && before.status !== 'submitted') throw new AppError('already-closed')
  await trx
    .updateTable('campaign')
    .set({
      ...columnsOf(body),
      status: 'draft',
      submitted_at: null,
      submitted_by_name: null,
      version: sql`version + 1`,
      authors: sql`(select array_agg(distinct one) from unnest(authors || ${[actor.id]}::text[]) one)`,
    })
    .where('id', '=', id)
    .execute()
  await wakeSegments(trx, segmentsOf(body))
  await audit(trx, actor, { action: 'campaign.update', subject: `campaign:${id}` })
  return viewDetail(await campaignRow(trx, actor, 'campaign.write', id), actor)
}

/** @throws {AppError} forbidden, not-found, already-closed once it has started */
export async function deleteCampaign(trx: Trx, actor: Actor, id: number): Promise<void> {
  const { status } = await lockCampaign(trx, actor, 'campaign.write', id)
  if (status !== 'draft' && status !== 'submitted') throw new AppError('already-closed')
  await trx.deleteFrom('campaign').where('id', '=', id).execute()
  await audit(trx, actor, { action: 'campaign.delete', subject: `campaign:${id}` })
}
