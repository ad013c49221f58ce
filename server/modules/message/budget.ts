import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import { wakeLoop } from '../../platform/loop.ts'

/*
 * A budget is exact: what a message will cost is taken out of it in the transaction that claims the message, and what it did not cost is put
 * back with its result. A message that does not fit waits, and its pathway sends nothing more until money comes back or the budget is raised.
 */

/** `cost` in the currency of the account. */
export type Priced = { pathwayId: number | null; cost: number }

/** @param budget for all messages of the pathway together; null: no limit */
export async function setBudget(trx: Trx, pathwayId: number, budget: number | null): Promise<void> {
  if (budget === null) await sql`delete from message_budget where pathway_id = ${pathwayId}`.execute(trx)
  else
    await sql`
      insert into message_budget (pathway_id, budget, spent)
      values (${pathwayId}, ${budget}, (select coalesce(sum(cost), 0) from message where pathway_id = ${pathwayId}))
      on conflict (pathway_id) do update set budget = excluded.budget, exhausted_at = null`.execute(trx)
}

/** Less than any price; sums of prices are not exact in binary. */
const rounding = 1e-6

/** Takes what these cost out of their budgets, in order. @returns those for which nothing is left */
export async function takeFromBudget<T extends Priced>(trx: Trx, priced: T[]): Promise<Set<T>> {
  const left = await leftOf(trx, priced)
  const tooMuch = new Set<T>()
  if (left.size === 0) return tooMuch
  const spent: Priced[] = []
  const exhausted = new Set<number>()
  for (const one of priced) {
    const has = one.pathwayId === null ? undefined : left.get(one.pathwayId)
    if (has === undefined || one.pathwayId === null) continue
    // The first that does not fit ends it: shorter texts after it would jump the queue.
    if (one.cost > has + rounding || exhausted.has(one.pathwayId)) {
      exhausted.add(one.pathwayId)
      tooMuch.add(one)
    } else {
      left.set(one.pathwayId, has - one.cost)
      spent.push(one)
    }
  }
  await addToBudget(trx, spent)
  if (exhausted.size > 0) {
    await sql`update message_budget set exhausted_at = now() where pathway_id = any(${[...exhausted]}::int[])`.execute(
      trx,
    )
    wakeLoop('campaign')
  }
  return tooMuch
}

/** Corrects what was taken: negative amounts are put back, and what did not fit is tried again. */
export async function addToBudget(trx: Trx, changes: Priced[]): Promise<void> {
  const sums = [
    ...Map.groupBy(
      changes.filter(({ cost }) => cost !== 0),
      (one) => one.pathwayId,
    ),
  ].flatMap(([pathwayId, parts]) =>
    pathwayId === null ? [] : [{ pathwayId, cost: parts.reduce((sum, one) => sum + one.cost, 0) }],
  )
  if (sums.length === 0) return
  await sql`
    with b as materialized (
      select pathway_id from message_budget where pathway_id = any(${sums.map((one) => one.pathwayId)}::int[]) order by 1 for update)
    update message_budget m set spent = m.spent + n.cost, exhausted_at = case when n.cost < 0 then null else m.exhausted_at end
    from b join unnest(${sums.map((one) => one.pathwayId)}::int[], ${sums.map((one) => one.cost)}::numeric[]) as n(id, cost) on n.id = b.pathway_id
    where m.pathway_id = b.pathway_id`.execute(trx)
}

/** What is left by pathway, locked; those without a budget are not in it. */
async function leftOf(trx: Trx, priced: Priced[]): Promise<Map<number, number>> {
  const ids = [...new Set(priced.flatMap(({ pathwayId }) => pathwayId ?? []))]
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: number; left: number }>`
    select pathway_id as id, budget - spent as left from message_budget where pathway_id = any(${ids}::int[]) order by 1 for update`.execute(
    trx,
  )
  return new Map(rows.map((row) => [row.id, row.left]))
}
