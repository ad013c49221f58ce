import { sql } from 'kysely'
import type { CampaignGoal } from '../../../contract/campaign.ts'
import type { CampaignEffect } from '../../../contract/campaign-effect.ts'
import { heldOut } from '../../../contract/pathway.ts'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { plannedRow } from './campaign.ts'
import { differenceOf } from './holdout.ts'

type Side = {
  variant: string
  stage: string
  /** Whole days from entering to the goal. */
  day: number | null
  persons: number
  answered: number
  booked: number
  visited: number
  visits: number
  revenue: number
  open: number
}
type Sent = {
  step_key: string
  channel: string
  status: string
  delivery: string | null
  reason: string | null
  n: number
  cost: number
}

const goalColumn = {
  visited: sql.ref('visited_at'),
  booked: sql.ref('booked_at'),
  answered: sql.ref('answered_at'),
} as const satisfies Record<CampaignGoal, unknown>

/** What a campaign brought; each number counts rows of `message` and `campaign_member`. @throws {AppError} forbidden, not-found */
export async function campaignEffect(db: Db, actor: Actor, id: number): Promise<CampaignEffect> {
  const row = await plannedRow(db, actor, id)
  const [sides, sent] = await Promise.all([
    onOneCore(db, (trx) => sidesOf(trx, id, row.goal)),
    onOneCore(db, (trx) => sentOf(trx, row.pathway_id)),
  ])
  await audit(db, actor, { action: 'campaign.effect', subject: `campaign:${id}` })
  const summaries = [...Map.groupBy(sides, (one) => one.variant)].map(([variant, parts]) => ({
    variant,
    ...totalsOf(parts),
  }))
  const messages = accountOf(sent)
  return {
    followedAt: row.followed_at?.toISOString() ?? null,
    goal: row.goal,
    windowDays: row.window_days,
    sides: summaries,
    messages,
    byWave: [...Map.groupBy(sent, (one) => `${waveOf(one.step_key)} ${one.channel}`).values()].map(
      (parts) => ({
        wave: waveName(row.plan.waves, parts[0]?.step_key ?? ''),
        channel: (parts[0]?.channel ?? 'email') as 'email',
        ...accountOf(parts),
      }),
    ),
    suppressed: [
      ...Map.groupBy(
        sent.filter((one) => one.status === 'suppressed'),
        (one) => one.reason ?? '',
      ),
    ]
      .map(([reason, parts]) => ({ reason, messages: sum(parts, 'n') }))
      .sort((a, b) => b.messages - a.messages),
    effect: effectOf(summaries, row.goal, messages.cost, row.value_per_visit),
    stages: [
      ...Map.groupBy(
        sides.filter((one) => one.variant !== heldOut),
        (one) => one.stage,
      ),
    ].map(([stage, parts]) => ({ stage, persons: sum(parts, 'persons'), visited: sum(parts, 'visited') })),
    days: daysOf(sides),
  }
}

/** Two queries at once fill two cores; with workers besides they took half as long again. */
const onOneCore = <T>(db: Db, read: (trx: Trx) => Promise<T>) =>
  transaction(db, async (trx) => {
    await sql`set local max_parallel_workers_per_gather = 0`.execute(trx)
    return read(trx)
  })

async function sidesOf(db: Db, id: number, goal: CampaignGoal): Promise<Side[]> {
  const { rows } = await sql<Side>`
    select variant, stage, floor(extract(epoch from ${goalColumn[goal]} - entered_at) / 86400)::int as day, count(*) as persons, count(answered_at) as answered, count(booked_at) as booked, count(visited_at) as visited,
      sum(visits)::int as visits, sum(revenue) as revenue, count(*) filter (where until > now()) as open
    from campaign_member where campaign_id = ${id} group by 1, 2, 3 order by 1, 2`.execute(db)
  return rows
}

async function sentOf(db: Db, pathwayId: number | null): Promise<Sent[]> {
  if (pathwayId === null) return []
  const { rows } = await sql<Sent>`
    select step_key, channel, status, delivery, case when status = 'suppressed' then reason end as reason, count(*) as n,
      coalesce(sum(cost), 0) as cost
    from message where pathway_id = ${pathwayId} group by 1, 2, 3, 4, 5 order by 1, 2`.execute(db)
  return rows
}

/** On which day after entering the goal was reached. */
function daysOf(sides: Side[]): CampaignEffect['days'] {
  return [...Map.groupBy(sides, (one) => one.day)]
    .flatMap(([day, parts]) => {
      if (day === null) return []
      const control = parts.filter((one) => one.variant === heldOut)
      return [
        { day, treated: sum(parts, 'persons') - sum(control, 'persons'), control: sum(control, 'persons') },
      ]
    })
    .sort((a, b) => a.day - b.day)
}

const sum = <K extends string>(rows: readonly Record<K, number>[], key: K) =>
  rows.reduce((total, row) => total + row[key], 0)

function totalsOf(parts: Side[]) {
  return {
    persons: sum(parts, 'persons'),
    answered: sum(parts, 'answered'),
    booked: sum(parts, 'booked'),
    visited: sum(parts, 'visited'),
    visits: sum(parts, 'visits'),
    revenue: Math.round(sum(parts, 'revenue') * 100) / 100,
    open: sum(parts, 'open'),
  }
}

function accountOf(rows: Sent[]) {
  const of = (status: string) =>
    sum(
      rows.filter((one) => one.status === status),
      'n',
    )
  return {
    targeted: sum(rows, 'n'),
    queued: of('queued'),
    sending: of('sending'),
    sent: of('sent'),
    failed: of('failed'),
    suppressed: of('suppressed'),
    unknown: of('unknown'),
    // Who has read it has got it.
    delivered: sum(
      rows.filter((one) => one.delivery === 'delivered' || one.delivery === 'read'),
      'n',
    ),
    undelivered: sum(
      rows.filter((one) => one.delivery === 'undelivered'),
      'n',
    ),
    read: sum(
      rows.filter((one) => one.delivery === 'read'),
      'n',
    ),
    cost: Math.round(sum(rows, 'cost') * 100) / 100,
  }
}

/** `w2-1` is of the second wave. */
const waveOf = (stepKey: string) => Number(/^w(\d+)/.exec(stepKey)?.[1] ?? 0)

const waveName = (waves: readonly { name: string }[], stepKey: string) =>
  waves[waveOf(stepKey) - 1]?.name ?? stepKey

type Summary = { variant: string } & ReturnType<typeof totalsOf>

/** Everybody who was treated against everybody who was only observed: also those whom no message reached, or the groups would differ. */
function effectOf(
  summaries: Summary[],
  goal: CampaignGoal,
  cost: number,
  value: number | null,
): CampaignEffect['effect'] {
  const control = summaries.find((one) => one.variant === heldOut)
  const treated = summaries.filter((one) => one.variant !== heldOut)
  const n = sum(treated, 'persons')
  if (!control || control.persons === 0 || n === 0 || goal === 'answered') return null
  const x = sum(treated, goal)
  const { difference, low, high, method } = differenceOf({ n, x }, { n: control.persons, x: control[goal] })
  const extra = { value: difference * n, low: low * n, high: high * n }
  return {
    treatedRate: x / n,
    controlRate: control[goal] / control.persons,
    difference: { value: difference, low, high },
    method,
    extra,
    costPerExtra: extra.value > 0 && cost > 0 ? cost / extra.value : null,
    benefit: value === null ? null : extra.value * value - cost,
  }
}
