import { sql } from 'kysely'
import type { Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import type { Anchors } from './anchor.ts'

/**
 * Removes entries from before a time, as far as an anchor from before that time had seen them: that they were old can be shown later, when
 * they are gone. The purge is itself an entry that names where each chain begins now. Chains that no purge reached are left out; those
 * of earlier purges are named again, because their own entry may go.
 * @returns how many entries were removed
 */
export async function purgeAudit(trx: Trx, actor: Actor, before: Date, anchors: Anchors): Promise<number> {
  const seen = [...anchors.chains].flatMap(([chain, ofChain]) => {
    const last = ofChain.findLast((anchor) => new Date(anchor.at) <= before)
    return last ? [{ chain, link: last.link }] : []
  })
  if (seen.length === 0) return 0
  const { rows: cut } = await sql<{ removed: number }>`
    select removed from audit_purge(${before}::timestamptz, ${seen.map((one) => one.chain)}::int[],
      ${seen.map((one) => one.link)}::bigint[])`.execute(trx)
  if (cut.length === 0) return 0
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
