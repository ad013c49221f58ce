import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'
import type { ChangedRow } from './upsert.ts'

/** Members first, group customers last. */
export const groupTables = ['group_member', 'group_agreement', 'group_contact', 'group_customer'] as const

/** Deletes rows that an import created; a group customer that is still referred to stays. @returns how many were deleted */
export async function removeGroupRows(trx: Trx, table: ChangedRow['table'], ids: number[]): Promise<number> {
  const alone =
    table === 'group_customer'
      ? sql`and not exists (select 1 from group_member m where m.group_id = t.id) and not exists (select 1 from group_agreement a where a.group_id = t.id)
          and not exists (select 1 from group_contact c where c.group_id = t.id) and not exists (select 1 from group_customer c where c.parent_id = t.id)
          and not exists (select 1 from task k where k.group_id = t.id)`
      : sql``
  const { rows } = await sql`
    delete from ${sql.table(table)} t where t.id = any(${ids}::bigint[]) ${alone} returning t.id`.execute(trx)
  return rows.length
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

/** Restores rows to their earlier state. */
export async function restoreGroupRows(
  trx: Trx,
  table: ChangedRow['table'],
  states: Record<string, unknown>[],
): Promise<void> {
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
