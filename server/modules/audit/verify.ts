import { sql } from 'kysely'
import type { z } from 'zod'
import type { verifyAudit } from '../../../contract/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { type Anchor, readAnchors } from './anchor.ts'
import { purgedBeginnings } from './purge.ts'

export type ChainReport = z.input<(typeof verifyAudit)['response']>
type Report = (seq: number | null, message: string) => void

const batch = 5000
const genesis = '0'.repeat(64)
/** After so many a chain is broken beyond doubt; the list is for people. */
const enoughProblems = 50
/** As many as the migration made: a head that is gone with all entries of its chain is missed. */
const chainCount = 16

type Link = {
  seq: number
  at: string
  chain: number
  link: number
  prev_hash: string
  hash: string
  sound: boolean
  purged: string | null
}

/**
 * Walks all chains in one snapshot and with constant memory. PostgreSQL recomputes each hash from its own text forms; the order,
 * the links, the heads, the beginnings and the anchors outside the database are checked here.
 */
export async function verifyChain(db: Db, dataDir: string): Promise<ChainReport> {
  const anchors = await readAnchors(dataDir)
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((trx) => walk(trx, anchors))
}

async function walk(trx: Trx, anchors: Map<number, Anchor[]>): Promise<ChainReport> {
  const problems: ChainReport['problems'] = []
  const report: Report = (seq, message) => {
    if (problems.length < enoughProblems) problems.push({ seq, message })
  }
  const heads = await trx.selectFrom('audit_head').selectAll().execute()
  const chains = new Map<number, ChainWalk>()
  for (const head of heads) chains.set(head.chain, new ChainWalk(head, anchors.get(head.chain) ?? [], report))
  for (let chain = 0; chain < chainCount; chain++)
    if (!chains.has(chain)) report(null, `The head of chain ${chain} is missing.`)
  const beginnings = new Map<number, Set<number>>()
  let checked = 0
  let firstSeq: number | null = null
  let lastSeq: number | null = null
  for (let after: [number, string] | undefined; ;) {
    const links = await readLinks(trx, after)
    for (const link of links) {
      checked++
      firstSeq ??= link.seq
      if (link.seq === lastSeq) report(link.seq, 'The entry is there twice: it was inserted.')
      lastSeq = link.seq
      if (!link.sound) report(link.seq, 'The entry was edited: its hash does not fit its contents.')
      const chain = chains.get(link.chain)
      if (chain) chain.follow(link)
      else report(link.seq, `The entry was inserted: there is no chain ${link.chain}.`)
      for (const [of, first] of purgedBeginnings(link.purged))
        beginnings.set(of, (beginnings.get(of) ?? new Set()).add(first))
    }
    const last = links.at(-1)
    if (!last || links.length < batch || problems.length >= enoughProblems) break
    after = [last.seq, last.at]
  }
  if (problems.length < enoughProblems)
    for (const [number, chain] of chains) chain.end(beginnings.get(number) ?? new Set())
  return { intact: problems.length === 0, checked, firstSeq, lastSeq, problems }
}

type Head = { chain: number; seq: number; link: number; hash: string; first_link: number }

/** One chain while the entries of all go by in order of their seq, which within a chain is the order of its links. */
class ChainWalk {
  #head: Head
  #anchors: Anchor[]
  #report: Report
  #expected: number
  #firstSeq: number | null = null
  #previous: Link | undefined
  #anchor = 0

  constructor(head: Head, anchors: Anchor[], report: Report) {
    this.#head = head
    this.#anchors = anchors
    this.#report = report
    this.#expected = head.first_link
  }

  follow(link: Link): void {
    const { first_link: first } = this.#head
    this.#firstSeq ??= link.seq
    if (link.link > this.#expected)
      this.#report(
        link.seq,
        `Entries ${this.#expected} to ${link.link - 1} of chain ${link.chain} are missing, which came before this one.`,
      )
    if (link.link < this.#expected)
      this.#report(link.seq, 'The entry is there twice or before the beginning: it was inserted.')
    const expectedHash = this.#previous?.hash ?? (first === 1 ? genesis : undefined)
    if (expectedHash !== undefined && link.prev_hash !== expectedHash)
      this.#report(
        link.seq,
        'The entry does not follow the one before it: something was edited, inserted, removed or moved.',
      )
    for (; (this.#anchors[this.#anchor]?.link ?? Infinity) <= link.link; this.#anchor++)
      this.#meet(this.#anchors[this.#anchor], link)
    this.#expected = Math.max(this.#expected, link.link) + 1
    this.#previous = link
  }

  #meet(anchor: Anchor | undefined, link: Link): void {
    if (!anchor || anchor.link < this.#head.first_link) return
    if (anchor.link !== link.link)
      this.#report(
        link.seq,
        `Entry ${anchor.link} of chain ${anchor.chain}, which came before this one and was seen at ${anchor.at}, is gone.`,
      )
    else if (anchor.hash !== link.hash)
      this.#report(
        link.seq,
        `The chain was rewritten: entry ${anchor.link} of chain ${anchor.chain} was another one at ${anchor.at}.`,
      )
  }

  /** @param beginnings links that a purge in the chains names as the new first of this chain */
  end(beginnings: Set<number>): void {
    const { chain, link, hash, first_link: first } = this.#head
    const last = this.#previous?.seq ?? null
    if ((this.#previous?.link ?? first - 1) !== link)
      this.#report(last, `The end is missing or was added to: the head says entry ${link} of chain ${chain}.`)
    else if (this.#previous && this.#previous.hash !== hash)
      this.#report(last, `The head of chain ${chain} was changed.`)
    const newest = this.#anchors.at(-1)
    if (newest && newest.link >= first && newest.link > (this.#previous?.link ?? 0))
      this.#report(
        last,
        `The end was cut: entry ${newest.link} of chain ${chain} was seen at ${newest.at} and is gone.`,
      )
    if (first !== 1 && !beginnings.has(first))
      this.#report(
        this.#firstSeq,
        `The beginning was cut: no purge in the chains says that chain ${chain} starts at entry ${first}.`,
      )
  }
}

async function readLinks(trx: Trx, after: [number, string] | undefined): Promise<Link[]> {
  const beyond = after ? sql`where (e.seq, e.at) > (${after[0]}::bigint, ${after[1]}::timestamptz)` : sql``
  const { rows } = await sql<Link>`
    select e.seq, e.at::text as at, e.chain, coalesce(e.link, e.seq) as link, e.prev_hash, e.hash,
      e.hash = encode(sha256(convert_to(e.prev_hash || e'\\x1e' || audit_text(e), 'UTF8')), 'hex') as sound,
      case when e.action = 'audit.purge' then e.subject end as purged
    from audit_event e ${beyond} order by e.seq, e.at limit ${batch}`.execute(trx)
  return rows
}
