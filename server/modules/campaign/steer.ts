import { sql } from 'kysely'
import type { CampaignDetail } from '../../../contract/campaign.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { setBudget } from '../message/budget.ts'
import { insertPathway } from '../pathway/pathway.ts'
import { closePathway, pausePathway, resumePathway } from '../pathway/pause.ts'
import { audienceCount } from './audience.ts'
import { campaignRow, lockCampaign } from './campaign.ts'
import { definitionOf } from './definition.ts'
import { bodyOf, problemsOf } from './problems.ts'
import { approvalsNeeded, type DetailRow, viewDetail } from './view.ts'

const after = async (trx: Trx, actor: Actor, id: number): Promise<CampaignDetail> =>
  viewDetail(await campaignRow(trx, actor, 'campaign.read', id), actor)

/** @throws {AppError} forbidden, not-found, changed-meanwhile, already-closed, invalid with what stands in the way */
export async function submitCampaign(
  trx: Trx,
  actor: Actor,
  id: number,
  version: number,
): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.write', id, version)
  if (row.status !== 'draft') throw new AppError('already-closed')
  const problems = await problemsOf(trx, bodyOf(row))
  if (problems.length > 0) throw new AppError('invalid', 'The campaign cannot start like this.', problems)
  await sql`
    update campaign set status = 'submitted', submitted_at = now(), submitted_by_name = ${actor.name}, returned_reason = null, returned_by_name = null
    where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'campaign.submit', subject: `campaign:${id}` })
  return after(trx, actor, id)
}

/** @throws {AppError} forbidden, not-found, changed-meanwhile */
export async function returnCampaign(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, reason }: { version: number; reason: string },
): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.approve', id, version)
  if (row.status !== 'submitted') throw new AppError('changed-meanwhile')
  await sql`
    update campaign set status = 'draft', submitted_at = null, submitted_by_name = null, returned_reason = ${reason}, returned_by_name = ${actor.name},
      version = version + 1
    where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'campaign.return', subject: `campaign:${id}`, reason })
  return after(trx, actor, id)
}

/** An audience may have grown by so much since the approver looked. */
const tolerance = 1.1

/**
 * The last approval starts it: its pathway is published and opened.
 * @throws {AppError} forbidden, not-found, changed-meanwhile (also when many more persons are meant now), second-person, invalid
 */
export async function approveCampaign(
  trx: Trx,
  actor: Actor,
  id: number,
  { version, audience }: { version: number; audience: number },
): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.approve', id, version)
  if (row.status !== 'submitted') throw new AppError('changed-meanwhile')
  if (row.authors.includes(actor.id)) throw new AppError('second-person')
  if (row.approvals.some(({ by }) => by === actor.id))
    throw new AppError('second-person', undefined, [
      { path: 'version', message: 'You have approved it; somebody else has to, too.' },
    ])
  if ((await audienceCount(trx, bodyOf(row))) > Math.max(audience * tolerance, audience + 10))
    throw new AppError(
      'changed-meanwhile',
      'Many more persons are meant now than you were shown; look again.',
    )
  await sql`
    insert into campaign_approval (campaign_id, version, approved_by, approved_by_name) values (${id}, ${version}, ${actor.id}, ${actor.name})`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'campaign.approve', subject: `campaign:${id} persons:${audience}` })
  if (row.approvals.length + 1 >= approvalsNeeded(row)) await start(trx, actor, row)
  return after(trx, actor, id)
}

async function start(trx: Trx, actor: Actor, row: DetailRow): Promise<void> {
  const problems = await problemsOf(trx, bodyOf(row))
  if (problems.length > 0) throw new AppError('invalid', 'The campaign cannot start like this.', problems)
  const pathwayId = await insertPathway(trx, actor, {
    code: `campaign-${row.id}`,
    name: row.name,
    definition: definitionOf(bodyOf(row)),
    active: true,
    category: 'campaign',
  })
  await setBudget(trx, pathwayId, row.budget)
  await sql`update campaign set status = 'running', started_at = now(), pathway_id = ${pathwayId} where id = ${row.id}`.execute(
    trx,
  )
}

/** @throws {AppError} forbidden, not-found, already-closed */
export async function pauseCampaign(
  trx: Trx,
  actor: Actor,
  id: number,
  reason: string,
): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.write', id)
  if (row.status !== 'running' || row.pathway_id === null) throw new AppError('already-closed')
  await pausePathway(trx, row.pathway_id)
  await sql`update campaign set status = 'paused', paused_reason = ${reason} where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'campaign.pause', subject: `campaign:${id}`, reason })
  return after(trx, actor, id)
}

/** @throws {AppError} forbidden, not-found, already-closed, invalid while the budget is spent */
export async function resumeCampaign(trx: Trx, actor: Actor, id: number): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.write', id)
  if (row.status !== 'paused' || row.pathway_id === null) throw new AppError('already-closed')
  if (row.exhausted)
    throw new AppError('invalid', undefined, [
      { path: 'budget', message: 'The budget is spent; raise it first.' },
    ])
  await resumePathway(trx, row.pathway_id)
  await sql`update campaign set status = 'running', paused_reason = null where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'campaign.resume', subject: `campaign:${id}` })
  return after(trx, actor, id)
}

/**
 * What approvers agreed to is changed by an approver, not by an author.
 * @param budget null: no limit
 * @throws {AppError} forbidden, not-found, already-closed, second-person
 */
export async function changeBudget(
  trx: Trx,
  actor: Actor,
  id: number,
  budget: number | null,
): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.approve', id)
  if ((row.status !== 'running' && row.status !== 'paused') || row.pathway_id === null)
    throw new AppError('already-closed')
  if (row.authors.includes(actor.id)) throw new AppError('second-person')
  await setBudget(trx, row.pathway_id, budget)
  await sql`update campaign set budget = ${budget} where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'campaign.budget', subject: `campaign:${id} budget:${budget ?? 'none'}` })
  return after(trx, actor, id)
}

/** From now on nothing goes out; the loop then ends what is under way. @throws {AppError} forbidden, not-found, already-closed */
export async function cancelCampaign(
  trx: Trx,
  actor: Actor,
  id: number,
  reason: string,
): Promise<CampaignDetail> {
  const row = await lockCampaign(trx, actor, 'campaign.write', id)
  if ((row.status !== 'running' && row.status !== 'paused') || row.pathway_id === null)
    throw new AppError('already-closed')
  await pausePathway(trx, row.pathway_id)
  await closePathway(trx, row.pathway_id)
  await sql`
    update campaign set status = 'cancelled', finished_at = now(), paused_reason = ${reason}, followed_at = null where id = ${id}`.execute(
    trx,
  )
  wakeLoop('campaign')
  await audit(trx, actor, { action: 'campaign.cancel', subject: `campaign:${id}`, reason })
  return after(trx, actor, id)
}
