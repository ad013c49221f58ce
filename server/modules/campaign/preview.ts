import type { CampaignBody, CampaignPreview } from '../../../contract/campaign.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { foresee } from '../contact/permit.ts'
import { channelsFor } from '../message/routing.ts'
import { audienceGroups, audienceSample } from './audience.ts'
import { campaignRow } from './campaign.ts'
import { audienceProblems, bodyOf, type Counted, costOf, planProblemsOf, scriptsFor } from './problems.ts'

/** Persons that the gate is asked about: enough for shares of a few percent, few enough for a screen. */
const sampleSize = 500

/** Whom it would reach now, what it would cost, and what stands in the way. @throws {AppError} forbidden, not-found */
export async function previewCampaign(db: Db, actor: Actor, id: number): Promise<CampaignPreview> {
  const row = await campaignRow(db, actor, 'campaign.read', id)
  const body = bodyOf(row)
  const problems = await planProblemsOf(db, body)
  const counted = await audienceGroups(db, body)
  const audience = counted.reduce((sum, one) => sum + one.persons, 0)
  const heldOut = Math.round(audience * body.holdOut)
  const cost = await costOf(db, body, counted)
  if (problems.length === 0) problems.push(...audienceProblems(body, counted, cost))
  const gate = await askGate(db, body)
  // Whom the gate would refuse now does not come because of the campaign.
  const reached = (audience - heldOut) * (gate.sampled === 0 ? 1 : gate.permitted / gate.sampled)
  await audit(db, actor, { action: 'campaign.preview', subject: `campaign:${id} persons:${audience}` })
  return {
    audience,
    heldOut,
    groups: counted.map(({ group, persons }) => {
      const known = group === null ? undefined : body.plan.groups[group]
      return { key: known?.key ?? null, name: known?.name ?? null, persons }
    }),
    gate,
    messages: actionsOf(body, counted, 'message') - share(body, counted, 'message', body.holdOut),
    calls: actionsOf(body, counted, 'call') - share(body, counted, 'call', body.holdOut),
    cost,
    expectedBenefit:
      body.expectedRate === null || body.valuePerVisit === null
        ? null
        : Math.round(reached * body.expectedRate * body.valuePerVisit * 100) / 100,
    problems,
  }
}

type Kind = 'message' | 'call'

/** If everybody got every wave. Variants share the persons, so the first script that fits counts. */
function actionsOf(body: CampaignBody, counted: Counted, kind: Kind): number {
  return counted.reduce(
    (sum, { group, persons }) =>
      sum +
      persons *
        body.plan.waves.filter((_, wave) => scriptsFor(body, wave, group)[0]?.action.kind === kind).length,
    0,
  )
}

const share = (body: CampaignBody, counted: Counted, kind: Kind, of: number) =>
  Math.round(actionsOf(body, counted, kind) * of)

/** What the gate says now about the first message of a sample of persons. */
async function askGate(db: Db, body: CampaignBody): Promise<CampaignPreview['gate']> {
  const sample = (await audienceSample(db, body, sampleSize)).flatMap(({ personId, group }) => {
    const action = scriptsFor(body, 0, group)
      .map((one) => one.action)
      .find((one) => one.kind === 'message')
    return action ? [{ personId, channel: action.channel }] : []
  })
  const channels = await channelsFor(db, sample, body.siteId)
  const verdicts = await foresee(
    db,
    sample.flatMap(({ personId }, at) => {
      const channel = channels[at]
      if (!channel) return []
      const { purpose, emergency, siteId } = body
      return [{ key: personId, personId, channel, purpose, emergency, automatic: true, siteId }]
    }),
  )
  const refused = new Map<string, number>()
  for (const verdict of verdicts.values())
    if (verdict.kind === 'refuse') refused.set(verdict.reason, (refused.get(verdict.reason) ?? 0) + 1)
  const total = [...refused.values()].reduce((sum, n) => sum + n, 0)
  return {
    sampled: sample.length,
    permitted: sample.length - total,
    refused: [...refused]
      .map(([reason, persons]) => ({ reason, persons }))
      .sort((a, b) => b.persons - a.persons),
  }
}
