import { sql } from 'kysely'
import { beingCounted, type CampaignBody } from '../../../contract/campaign.ts'
import { smsSize } from '../../../contract/sms.ts'
import { renderText } from '../../../contract/template.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { pricesOf } from '../message/routing.ts'
import { runnable } from '../pathway/pathway.ts'
import { templatesNamed, textFor } from '../template/text.ts'
import { audienceGroups } from './audience.ts'
import { definitionOf, planProblems, scriptOfStep, segmentsOf } from './definition.ts'
import { type DetailRow, viewSummary } from './view.ts'

export const bodyOf = (row: DetailRow): CampaignBody => ({ ...viewSummary(row), plan: row.plan })

export type Problem = { path: string; message: string }

/** What stands in the way of starting: in the plan, in the pathway that it becomes, and in whom it would reach. Paths are those of the body. */
export async function problemsOf(db: Db, body: CampaignBody): Promise<Problem[]> {
  const problems = await planProblemsOf(db, body)
  if (problems.length > 0) return problems
  const counted = await audienceGroups(db, body)
  return audienceProblems(body, counted, await costOf(db, body, counted))
}

/** Those of the plan and its pathway alone. */
export async function planProblemsOf(db: Db, body: CampaignBody): Promise<Problem[]> {
  const own = planProblems(body)
  if (own.length > 0) return own
  const { rows } = await sql<{ code: string; known: boolean }>`
    select w.code, s.id is not null as known from unnest(${segmentsOf(body)}::text[]) as w(code)
    left join segment s on s.code = w.code and (s.site_id is null or s.site_id = ${body.siteId}::int)
    where s.refreshed_at is null`.execute(db)
  if (rows.length > 0)
    return rows.map(({ code, known }) => ({
      path: 'plan.audience',
      message: known ? beingCounted : `The segment "${code}" does not exist here.`,
    }))
  try {
    await runnable(db, definitionOf(body), null, body.emergency)
    return []
  } catch (error) {
    if (error instanceof AppError && error.fields)
      return error.fields.map(({ path, message }) => ({
        path: scriptOfStep(path) ?? path,
        message,
      }))
    throw error
  }
}

/**
 * What begins on a day has its audience then: of nobody it is a mistake, and a budget that is too small cuts some off by chance.
 * @param cost as of {@link costOf}
 */
export function audienceProblems(
  { plan, budget }: CampaignBody,
  counted: Counted,
  cost: number | null,
): Problem[] {
  if (plan.entry.kind !== 'once') return []
  if (counted.every(({ persons }) => persons === 0))
    return [{ path: 'plan.audience', message: 'Nobody is meant.' }]
  return cost !== null && budget !== null && cost > budget
    ? [{ path: 'budget', message: 'may cost more than the budget' }]
    : []
}

export type Counted = { group: number | null; persons: number }[]

/** The scripts of a wave that fit a group, whatever the variant. */
export function scriptsFor({ plan }: CampaignBody, wave: number, group: number | null) {
  const key = group === null ? null : (plan.groups[group]?.key ?? null)
  return (plan.waves[wave]?.scripts ?? []).filter((one) => one.group === null || one.group === key)
}

/** Stands for a person where a text is measured. */
const somebody = { name: '欧阳某某', hospital: '示例市第一人民医院', department: '心血管内科' }

/** The most that the messages cost if everybody treated got every wave; null without a price. */
export async function costOf(db: Db, body: CampaignBody, counted: Counted): Promise<number | null> {
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
