import { sql } from 'kysely'
import { groupTables, removeGroupRows, restoreGroupRows } from '../../modules/group/undo.ts'
import type { ChangedRow } from '../../modules/group/upsert.ts'
import type { Trx } from '../../platform/db.ts'
import { sameState, type State } from './state.ts'

type GroupEffect = { target: ChangedRow['table']; target_id: number; before: State | null; after: State }

export const isGroupTarget = (target: string): target is ChangedRow['table'] =>
  groupTables.some((table) => table === target)

/**
 * Removes the group customers, contacts, agreements and memberships that a batch created, and restores those it changed, unless they were
 * changed since. A group customer that is still referred to stays.
 * @returns how many stay
 */
export async function undoGroups(trx: Trx, effects: GroupEffect[]): Promise<number> {
  let kept = 0
  for (const table of groupTables) {
    const ofTable = effects.filter((effect) => effect.target === table)
    if (ofTable.length === 0) continue
    const name = sql.table(table)
    const { rows } = await sql<{ id: number; state: State }>`
      select t.id, to_jsonb(t) as state from ${name} t where t.id = any(${ofTable.map((one) => one.target_id)}::bigint[]) for update`.execute(
      trx,
    )
    const now = new Map(rows.map((row) => [row.id, row.state]))
    const untouched = ofTable.filter((effect) => sameState(effect.after, now.get(effect.target_id)))
    const made = untouched.filter((effect) => effect.before === null).map((effect) => effect.target_id)
    const removed = await removeGroupRows(trx, table, made)
    const changed = untouched.map((effect) => effect.before).filter((state) => state !== null)
    await restoreGroupRows(trx, table, changed)
    kept += ofTable.length - removed - changed.length
  }
  return kept
}
