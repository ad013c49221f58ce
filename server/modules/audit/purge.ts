import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'

/**
 * Removes entries from before a day. The purge is itself an entry that names where each chain begins now, which distinguishes it from
 * tampering. Chains that no purge reached are left out; those of earlier purges are named again, because their own entry may go.
 * @returns how many entries were removed
 */
export async function purgeAudit(trx: Trx, actor: Actor, before: Date): Promise<number> {
  const kept = await trx
    .selectFrom('audit_event')
    .select(({ fn }) => fn.min('seq').as('seq'))
    .where('at', '>=', before)
    .executeTakeFirstOrThrow()
  if (!kept.seq) return 0
  // The start of each chain, regardless of concurrent appends: within a chain seq and link grow together.
  const { rows: cut } = await sql<{ chain: number; first: number; removed: number }>`
    with removed as (delete from audit_event where seq < ${kept.seq} returning chain, coalesce(link, seq) as link)
    select chain, max(link) + 1 as first, count(*) as removed from removed group by chain`.execute(trx)
  if (cut.length === 0) return 0
  await sql`
    update audit_head h set first_link = c.first from unnest(${cut.map((one) => one.chain)}::int[], ${cut.map((one) => one.first)}::bigint[])
      as c (chain, first) where h.chain = c.chain`.execute(trx)
  const heads = await trx
    .selectFrom('audit_head')
    .select(['chain', 'first_link'])
    .where('first_link', '>', 1)
    .orderBy('chain')
    .execute()
  const subject = heads.map((head) => `${head.chain}:${head.first_link}`).join(' ')
  await audit(trx, actor, { action: 'audit.purge', subject })
  return cut.reduce((sum, one) => sum + one.removed, 0)
}

/** Chains and their first links as the subject of a purge names them; a number alone is from when there was one chain. */
export function purgedBeginnings(subject: string | null): [chain: number, first: number][] {
  if (subject === null) return []
  return subject.split(' ').map((part) => {
    const [left = '', right] = part.split(':')
    return right === undefined ? [0, Number(left)] : [Number(left), Number(right)]
  })
}
