import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'

/** Calls of a telephone system that nobody told the end of, with when they were last heard of. */
export async function liveCalls(db: Db, accountId: number): Promise<Map<string, Date>> {
  const { rows } = await sql<{ external_id: string; seen_at: Date }>`
    select external_id, seen_at from call where account_id = ${accountId} and ended_at is null`.execute(db)
  return new Map(rows.map((row) => [row.external_id, row.seen_at]))
}
