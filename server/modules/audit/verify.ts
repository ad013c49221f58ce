import { sql } from 'kysely'
import { hash } from 'node:crypto'
import type { z } from 'zod'
import type { verifyAudit } from '../../../contract/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { readSettings } from '../setting/setting.ts'
import type { Anchor, Anchors } from './anchor.ts'
import { type Entry, entryColumns, hashOf } from './entry.ts'
import { purgedBeginnings } from './purge.ts'

export type ChainReport = z.input<(typeof verifyAudit)['response']>
type Report = (seq: number | null, message: string) => void

/** A batch is hashed between two requests of a person. */
const batch = 1000
/** A transaction may hold its entry for a while before others see it, and two clocks differ. */
const clockTolerance = 3_600_000
/** SHA-256 of the bodies of the functions that write the audit (migration 2026-11-29T2000-audit-owner). */
const ownFunctions = {
  audit_append: 'c3aa403d94d33be08050d920ea49cf199100442d792bcfecca026b3b4f7cf073',
  audit_purge: 'c4a9e68b6fc6b43ddaba08251c402fb2cd89d7c57a60a972971acbcdf13ca042',
}
const genesis = '0'.repeat(64)
/** After so many a chain is broken beyond doubt; the list is for people. */
const enoughProblems = 50
/** As many as the migration made: a head that is gone with all entries of its chain is missed. */
const chainCount = 16

type Link = Entry & { link: number; sound: boolean }

/**
 * Walks all chains in one snapshot and with constant memory. Each hash is computed here from the columns as they lie in the table; no
 * function of the database has a say in it. The order, the links, the heads, the beginnings and the anchors are checked as well.
 */
export async function verifyChain(db: Db, anchors: Anchors): Promise<ChainReport> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      // Nothing that lies in the database stands for something of PostgreSQL's own.
      await sql`set local search_path = pg_catalog, public`.execute(trx)
      await sql`set local timezone = 'UTC'`.execute(trx)
      await sql`set local datestyle = 'ISO, YMD'`.execute(trx)
      return walk(trx, anchors)
    })
}

async function walk(trx: Trx, anchors: Anchors): Promise<ChainReport> {
  const problems: ChainReport['problems'] = []
  const report: Report = (seq, message) => {
    if (problems.length < enoughProblems) problems.push({ seq, message })
  }
  for (const message of await changedParts(trx)) report(null, message)
  const { rows: heads } =
    await sql<Head>`select chain, seq, link, hash, first_link from public.audit_head`.execute(trx)
  const { 'security.audit-keep-years': keep } = await readSettings(trx, ['security.audit-keep-years'])
  const chains = new Map<number, ChainWalk>()
  for (const head of heads) chains.set(head.chain, new ChainWalk(head, anchors, keep, report))
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
      for (const [of, first] of link.action === 'audit.purge' ? purgedBeginnings(link.subject) : [])
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

/**
 * What would let the database write or show other entries than those that it is given: other functions than this version's, a trigger,
 * a rule, a policy, a view in the place of the table.
 */
async function changedParts(trx: Trx): Promise<string[]> {
  const { rows: relations } = await sql<{ name: string; sound: boolean }>`
    select c.relname as name, c.relkind in ('r', 'p') and not c.relrowsecurity and not exists (select from pg_rewrite r where r.ev_class = c.oid)
      and not exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as sound
    from pg_class c where c.relnamespace = 'public'::regnamespace and (c.relname in ('audit_event', 'audit_head')
      or c.oid in (select inhrelid from pg_inherits where inhparent = to_regclass('public.audit_event')))`.execute(
    trx,
  )
  const { rows: functions } = await sql<{ name: string; body: string }>`
    select proname as name, prosrc as body from pg_proc where pronamespace = 'public'::regnamespace
      and proname in ('audit_append', 'audit_purge')`.execute(trx)
  return [
    ...relations
      .filter((one) => !one.sound)
      .map(
        (one) => `The table ${one.name} was changed: it has a trigger, a rule or a policy, or is no table.`,
      ),
    ...Object.entries(ownFunctions)
      .filter(([name, digest]) => {
        const found = functions.filter((one) => one.name === name)
        return found.length !== 1 || hash('sha256', found[0]?.body ?? '') !== digest
      })
      .map(
        ([name]) =>
          `The function ${name} is not this version's: it may have written something else than it was told.`,
      ),
  ]
}

type Head = { chain: number; seq: number; link: number; hash: string; first_link: number }

/** One chain while the entries of all go by in order of their seq, which within a chain is the order of its links. */
class ChainWalk {
  #head: Head
  #anchors: Anchor[]
  /** Where the chain began when it was first seen. */
  #begun: number
  #keep: number
  #report: Report
  #expected: number
  #firstSeq: number | null = null
  #previous: Link | undefined
  #anchor = 0

  constructor(head: Head, anchors: Anchors, keep: number, report: Report) {
    this.#head = head
    this.#anchors = anchors.chains.get(head.chain) ?? []
    this.#begun = anchors.begun.get(head.chain) ?? 1
    this.#keep = keep
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
    const before = this.#anchors[this.#anchor - 1]
    for (; (this.#anchors[this.#anchor]?.link ?? Infinity) <= link.link; this.#anchor++)
      this.#meet(this.#anchors[this.#anchor], link)
    if (before && Date.parse(before.at) - Date.parse(link.at) > clockTolerance)
      this.#report(link.seq, `The entry was backdated: at ${before.at} it was not there yet.`)
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
    else if (first > this.#begun && this.#anchors.length > 0) this.#judgePurge(first)
  }

  /**
   * What was removed must have been old: an anchor had seen the last of it, and from then on it was kept as long as the rule of the time
   * of the purge says. Both times are those of the anchors, since the database could name any.
   */
  #judgePurge(first: number): void {
    const seen = this.#anchors.filter((anchor) => anchor.link >= first - 1).map((anchor) => anchor.at)
    const after = this.#anchors.find((anchor) => (anchor.first ?? 0) >= first)
    const until = new Date(after?.at ?? Date.now())
    until.setUTCFullYear(until.getUTCFullYear() - Math.max(1, after?.keep ?? this.#keep))
    const [oldest] = seen.sort()
    if (oldest === undefined || new Date(oldest) > until)
      this.#report(
        this.#firstSeq,
        `The beginning was cut: entries of chain ${this.#head.chain} before ${first} were removed that were not old enough${oldest === undefined ? '' : `, seen first at ${oldest}`}.`,
      )
  }
}

async function readLinks(trx: Trx, after: [number, string] | undefined): Promise<Link[]> {
  const beyond = after ? sql`where (e.seq, e.at) > (${after[0]}::bigint, ${after[1]}::timestamptz)` : sql``
  const { rows } = await sql<Entry>`
    select ${entryColumns} from public.audit_event e ${beyond} order by e.seq, e.at limit ${batch}`.execute(
    trx,
  )
  return rows.map((row) => ({ ...row, sound: hashOf(row) === row.hash, link: row.link ?? row.seq }))
}
