import type { CampaignBody, CampaignPreview } from '../../../contract/campaign.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { smsSize } from '../../../contract/sms.ts'
import { renderText } from '../../../contract/template.ts'
import { foresee } from '../contact/permit.ts'
import { channelsFor, pricesOf } from '../message/routing.ts'
import { templatesNamed, textFor } from '../template/text.ts'
import { audienceGroups, audienceSample } from './audience.ts'
import { campaignRow } from './campaign.ts'
import { bodyOf, problemsOf } from './steer.ts'

/** Persons that the gate is asked about: enough for shares of a few percent, few enough for a screen. */
const sampleSize = 500

/** Whom it would reach now, what it would cost, and what stands in the way. @throws {AppError} forbidden, not-found */
export async function previewCampaign(db: Db, actor: Actor, id: number): Promise<CampaignPreview> {
  const row = await campaignRow(db, actor, 'campaign.read', id)
  const body = bodyOf(row)
  const problems = await problemsOf(db, row)
  const counted = await audienceGroups(db, body)
  const audience = counted.reduce((sum, one) => sum + one.persons, 0)
  const heldOut = Math.round(audience * body.holdOut)
  const cost = await costOf(db, body, counted)
  if (cost !== null && body.budget !== null && cost > body.budget)
    problems.push({ path: 'budget', message: 'may cost more than the budget' })
  await audit(db, actor, { action: 'campaign.preview', subject: `campaign:${id} persons:${audience}` })
  return {
    audience,
    heldOut,
    groups: counted.map(({ group, persons }) => {
      const known = group === null ? undefined : body.plan.groups[group]
      return { key: known?.key ?? null, name: known?.name ?? null, persons }
    }),
    gate: await askGate(db, body),
    messages: actionsOf(body, counted, 'message') - share(body, counted, 'message', body.holdOut),
    calls: actionsOf(body, counted, 'call') - share(body, counted, 'call', body.holdOut),
    cost,
    expectedBenefit:
      body.expectedRate === null || body.valuePerVisit === null
        ? null
        : Math.round((audience - heldOut) * body.expectedRate * body.valuePerVisit * 100) / 100,
    problems,
  }
}

type Counted = { group: number | null; persons: number }[]
type Kind = 'message' | 'call'

/** The scripts of a wave that fit a group, whatever the variant. */
function scriptsFor({ plan }: CampaignBody, wave: number, group: number | null) {
  const key = group === null ? null : (plan.groups[group]?.key ?? null)
  return (plan.waves[wave]?.scripts ?? []).filter((one) => one.group === null || one.group === key)
}

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

/** Stands for a person where a text is measured. */
const somebody = { name: '欧阳某某', hospital: '示例市第一人民医院', department: '心血管内科' }

/** The most that the messages cost if everybody treated got every wave; null without a price. */
async function costOf(db: Db, body: CampaignBody, counted: Counted): Promise<number | null> {
  const prices = await pricesOf(db, body.siteId)
  const scripts = body.plan.waves.flatMap((wave) => wave.scripts)
  const templates = await templatesNamed(
    db,
    scripts.flatMap(({ action }) => (action.kind === 'message' ? (action.template ?? []) : [])),
  )
  const costs = counted.flatMap(({ group, persons }) =>
    body.plan.waves.flatMap((_, wave) => {
      const action = scriptsFor(body, wave, group)[0]?.action
      const price = action?.kind === 'message' ? prices.get(action.channel) : undefined
      if (action?.kind !== 'message' || !price) return []
      const texts = action.template === null ? undefined : templates(action.template, body.siteId)
      const text = texts ? (textFor(texts, 'zh-CN', 'sms')?.body ?? '') : action.body
      return [persons * (1 - body.holdOut) * price * smsSize(renderText(text, somebody)).parts]
    }),
  )
  return costs.length === 0 ? null : Math.round(costs.reduce((sum, one) => sum + one, 0) * 100) / 100
}
