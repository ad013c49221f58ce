import { sql } from 'kysely'
import type { z } from 'zod'
import type { verifyAudit } from '../../../contract/audit.ts'
import { type Actor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { type Anchor, readAnchors } from './anchor.ts'

export type ChainReport = z.input<(typeof verifyAudit)['response']>

const batch = 5000
const genesis = '0'.repeat(64)
/** After so many the chain is broken beyond doubt; the list is for people. */
const enoughProblems = 50

type Link = {
  seq: number
  at: string
  prev_hash: string
  hash: string
  sound: boolean
  purged: string | null
}

/**
 * Walks the chain in one snapshot and with constant memory. PostgreSQL recomputes each hash from its own text forms; the order,
 * the links, the head row, the beginning and the anchors outside the database are checked here.
 */
export async function verifyChain(db: Db, dataDir: string): Promise<ChainReport> {
  const anchors = await readAnchors(dataDir)
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((trx) => walk(trx, anchors))
}

async function walk(trx: Trx, anchors: Anchor[]): Promise<ChainReport> {
  const problems: ChainReport['problems'] = []
  const report = (seq: number | null, message: string) => {
    if (problems.length < enoughProblems) problems.push({ seq, message })
  }
  const head = await trx.selectFrom('audit_head').select(['seq', 'hash', 'first_seq']).executeTakeFirst()
  if (!head) report(null, 'The head of the chain is missing.')
  const firstSeq = head?.first_seq ?? 1
  let expectedSeq = firstSeq
  let previous: Link | undefined
  let checked = 0
  let purgeConfirmed = firstSeq === 1
  let at = 0
  for (let after: [number, string] | undefined; ;) {
    const links = await readLinks(trx, after)
    for (const link of links) {
      checked++
      if (!link.sound) report(link.seq, 'The entry was edited: its hash does not fit its contents.')
      if (link.seq > expectedSeq)
        report(expectedSeq, `Entries ${expectedSeq} to ${link.seq - 1} are missing.`)
      if (link.seq < expectedSeq)
        report(link.seq, 'The entry is there twice or before the beginning: it was inserted.')
      const expectedPrevious = previous ? previous.hash : firstSeq === 1 ? genesis : undefined
      if (expectedPrevious !== undefined && link.prev_hash !== expectedPrevious)
        report(
          link.seq,
          'The entry does not follow the one before it: something was edited, inserted, removed or moved.',
        )
      if (link.purged === String(firstSeq)) purgeConfirmed = true
      for (; (anchors[at]?.seq ?? Infinity) <= link.seq; at++)
        checkAnchor(anchors[at], link, firstSeq, report)
      expectedSeq = Math.max(expectedSeq, link.seq) + 1
      previous = link
    }
    const last = links.at(-1)
    if (!last || links.length < batch || problems.length >= enoughProblems) break
    after = [last.seq, last.at]
  }
  if (problems.length < enoughProblems) {
    if (head && (previous?.seq ?? firstSeq - 1) !== head.seq)
      report(previous?.seq ?? null, `The end is missing or was added to: the head says entry ${head.seq}.`)
    else if (head && previous && previous.hash !== head.hash)
      report(previous.seq, 'The head of the chain was changed.')
    const newest = anchors.at(-1)
    if (newest && newest.seq > (previous?.seq ?? 0))
      report(newest.seq, `The end was cut: entry ${newest.seq} was seen at ${newest.at} and is gone.`)
    if (!purgeConfirmed && checked > 0)
      report(firstSeq, 'The beginning was cut: no purge in the chain says that it starts here.')
  }
  return {
    intact: problems.length === 0,
    checked,
    firstSeq: checked ? firstSeq : null,
    lastSeq: previous?.seq ?? null,
    problems,
  }
}

function checkAnchor(
  anchor: Anchor | undefined,
  link: Link,
  firstSeq: number,
  report: (seq: number | null, message: string) => void,
): void {
  if (!anchor || anchor.seq < firstSeq) return
  if (anchor.seq !== link.seq) report(anchor.seq, `Entry ${anchor.seq}, seen at ${anchor.at}, is gone.`)
  else if (anchor.hash !== link.hash)
    report(anchor.seq, `The chain was rewritten: entry ${anchor.seq} was another one at ${anchor.at}.`)
}

async function readLinks(trx: Trx, after: [number, string] | undefined): Promise<Link[]> {
  const beyond = after ? sql`where (e.seq, e.at) > (${after[0]}::bigint, ${after[1]}::timestamptz)` : sql``
  const { rows } = await sql<Link>`
    select e.seq, e.at::text as at, e.prev_hash, e.hash,
      e.hash = encode(sha256(convert_to(e.prev_hash || e'\\x1e' || audit_text(e), 'UTF8')), 'hex') as sound,
      case when e.action = 'audit.purge' then e.subject end as purged
    from audit_event e ${beyond} order by e.seq, e.at limit ${batch}`.execute(trx)
  return rows
}

/**
 * Removes entries from before a day. The purge is itself an entry that names the new beginning, so that a front cut by anybody else
 * is told from it.
 */
export async function purgeAudit(trx: Trx, actor: Actor, before: Date): Promise<number> {
  await trx.selectFrom('audit_head').select('seq').forUpdate().executeTakeFirstOrThrow()
  const kept = await trx
    .selectFrom('audit_event')
    .select(({ fn }) => fn.min('seq').as('seq'))
    .where('at', '>=', before)
    .executeTakeFirstOrThrow()
  const firstSeq = kept.seq
  if (!firstSeq) return 0
  const removed = await trx.deleteFrom('audit_event').where('seq', '<', firstSeq).executeTakeFirst()
  if (removed.numDeletedRows === 0n) return 0
  await trx.updateTable('audit_head').set({ first_seq: firstSeq }).execute()
  await audit(trx, actor, { action: 'audit.purge', subject: String(firstSeq) })
  return Number(removed.numDeletedRows)
}
