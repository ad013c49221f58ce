import { sql } from 'kysely'
import type { ChangedRow } from '../../modules/group/upsert.ts'
import type { Trx } from '../../platform/db.ts'
import { sameState, type State } from './state.ts'

type GroupEffect = { target: ChangedRow['table']; target_id: number; before: State | null; after: State }

/** Members first, the group customers that they belong to last. */
const tables = ['group_member', 'group_agreement', 'group_contact', 'group_customer'] as const
export const isGroupTarget = (target: string): target is ChangedRow['table'] =>
  tables.some((table) => table === target)

/**
 * Removes the group customers, contacts, agreements and memberships that a batch made, and puts those back that it changed, unless somebody
 * has changed them since. A group customer that others hang on stays.
 * @returns how many stay
 */
export async function undoGroups(trx: Trx, effects: GroupEffect[]): Promise<number> {
  let kept = 0
  for (const table of tables) {
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
    const alone =
      table === 'group_customer'
        ? sql`and not exists (select 1 from group_member m where m.group_id = t.id) and not exists (select 1 from group_agreement a where a.group_id = t.id)
            and not exists (select 1 from group_contact c where c.group_id = t.id) and not exists (select 1 from group_customer c where c.parent_id = t.id)`
        : sql``
    const removed = await sql<{ id: number }>`
      delete from ${name} t where t.id = any(${made}::bigint[]) ${alone} returning t.id`.execute(trx)
    const changed = untouched.map((effect) => effect.before).filter((state) => state !== null)
    await restore(trx, table, changed)
    kept += ofTable.length - removed.rows.length - changed.length
  }
  return kept
}

/** Columns of each table that an import may change. */
const columns = {
  group_member: ['role', 'employee_number', 'department', 'title', 'since', 'until', 'note'],
  group_agreement: ['valid_from', 'valid_until', 'payment', 'discount_percent', 'services'],
  group_contact: ['title', 'phone', 'email'],
  group_customer: [
    'name',
    'search_name',
    'pinyin',
    'initials',
    'kind',
    'tax_id',
    'industry',
    'headcount',
    'phone',
    'address',
    'note',
  ],
} as const satisfies Record<ChangedRow['table'], readonly string[]>

async function restore(trx: Trx, table: ChangedRow['table'], states: State[]): Promise<void> {
  if (states.length === 0) return
  const set = [...columns[table], 'source'].map(
    (column) => sql`${sql.ref(column)} = ${sql.ref(`b.${column}`)}`,
  )
  await sql`
    update ${sql.table(table)} t set ${sql.join(set)}, version = t.version + 1, updated_at = now()
    from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(states)}::jsonb) b where t.id = b.id`.execute(
    trx,
  )
}
