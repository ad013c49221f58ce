import type { CampaignDetail, CampaignPlan, CampaignSummary } from '../../../contract/campaign.ts'
import { type Actor, may } from '../../platform/actor.ts'

export type SummaryRow = {
  id: number
  name: string
  level: CampaignSummary['level']
  purpose: CampaignSummary['purpose']
  site_id: number | null
  site_name: string | null
  status: CampaignSummary['status']
  emergency: boolean
  hold_out: number
  goal: CampaignSummary['goal']
  window_days: number
  budget: number | null
  value_per_visit: number | null
  expected_rate: number | null
  economic_score: number
  strategic_score: number
  priority: number
  ends_on: string | null
  entered: number
  held_out: number
  created_at: Date
  created_by_name: string
  started_at: Date | null
  finished_at: Date | null
  version: number
}

export type DetailRow = SummaryRow & {
  plan: CampaignPlan
  pathway_id: number | null
  authors: string[]
  submitted_at: Date | null
  submitted_by_name: string | null
  returned_reason: string | null
  returned_by_name: string | null
  approvals: { byName: string; at: string; by: string }[]
  paused_reason: string | null
  under_way: number
  unsent: number
  spent: number | null
  /** A message did not fit into the budget. */
  exhausted: boolean
  followed_at: Date | null
}

export function viewSummary(row: SummaryRow): CampaignSummary {
  return {
    id: row.id,
    name: row.name,
    level: row.level,
    purpose: row.purpose,
    siteId: row.site_id,
    siteName: row.site_name,
    status: row.status,
    emergency: row.emergency,
    holdOut: row.hold_out,
    goal: row.goal,
    windowDays: row.window_days,
    budget: row.budget,
    valuePerVisit: row.value_per_visit,
    expectedRate: row.expected_rate,
    economicScore: row.economic_score,
    strategicScore: row.strategic_score,
    priority: row.priority,
    endsOn: row.ends_on,
    entered: row.entered,
    heldOut: row.held_out,
    createdAt: row.created_at.toISOString(),
    createdByName: row.created_by_name,
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    version: row.version,
  }
}

/** An emergency notice passes over what people asked for, so two have to answer for it. */
export const approvalsNeeded = ({ emergency }: { emergency: boolean }) => (emergency ? 2 : 1)

export function viewDetail(row: DetailRow, actor: Actor): CampaignDetail {
  const writes = may(actor, 'campaign.write')
  const mine = row.authors.includes(actor.id)
  const judges =
    may(actor, 'campaign.approve') &&
    row.status === 'submitted' &&
    !row.approvals.some(({ by }) => by === actor.id)
  const open = row.status === 'draft' || row.status === 'submitted'
  return {
    ...viewSummary(row),
    plan: row.plan,
    submittedAt: row.submitted_at?.toISOString() ?? null,
    submittedByName: row.submitted_by_name,
    returned:
      row.returned_reason === null
        ? null
        : { reason: row.returned_reason, byName: row.returned_by_name ?? '' },
    approvals: row.approvals.map(({ byName, at }) => ({ byName, at: new Date(at).toISOString() })),
    approvalsNeeded: approvalsNeeded(row),
    pausedReason: row.paused_reason,
    underWay: row.under_way,
    unsentMessages: row.unsent,
    spent: row.spent,
    followedAt: row.followed_at?.toISOString() ?? null,
    abilities: {
      change: writes && open,
      submit: writes && row.status === 'draft',
      approve: judges && !mine,
      return: judges,
      pause: writes && row.status === 'running',
      resume: writes && row.status === 'paused',
      cancel: writes && (row.status === 'running' || row.status === 'paused'),
      delete: writes && open,
      budget:
        may(actor, 'campaign.approve') && !mine && (row.status === 'running' || row.status === 'paused'),
    },
  }
}
