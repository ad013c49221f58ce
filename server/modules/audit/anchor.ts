import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import type { Db } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { readSettings } from '../setting/setting.ts'
import { sendToSyslog } from './syslog.ts'

/** The end of one chain as it was once seen, kept outside the database. */
export type Anchor = {
  chain: number
  link: number
  hash: string
  /** Where the chain began then, and how many years entries were to be kept; lines of older versions do not say. */
  first?: number
  keep?: number
  at: string
}

/** Anchors of each chain in order of their links, and how far purges had come when each was seen for the first time. */
export type Anchors = { chains: Map<number, Anchor[]>; begun: Map<number, number> }
export const noAnchors: Anchors = { chains: new Map(), begun: new Map() }

type AnchorConfig = Pick<Config, 'dataDir' | 'anchors'>

/** Before there were several chains, a line said `seq`, which is the link of chain 0. */
type Line = Partial<Anchor> & { seq?: number; restored?: string }

/** The files that anchors are written to: the one of the data directory, and one elsewhere if the configuration names it. */
export function anchorFiles({ dataDir, anchors }: AnchorConfig): string[] {
  const own = path.join(dataDir, 'audit-anchor.jsonl')
  return anchors.file === undefined ? [own] : [own, anchors.file]
}

/** Per data directory the last state of each chain. */
const written = new Map<string, Map<number, string>>()

/** The present heads of all chains, in one snapshot. */
export async function currentHeads(db: Db): Promise<Anchor[]> {
  const { 'security.audit-keep-years': keep } = await readSettings(db, ['security.audit-keep-years'])
  const heads = await db
    .selectFrom('audit_head')
    .select(['chain', 'link', 'hash', 'first_link as first'])
    .where('link', '>', 0)
    .orderBy('chain')
    .execute()
  const at = new Date().toISOString()
  return heads.map((head) => ({ ...head, keep: Math.max(1, keep), at }))
}

/**
 * Writes the heads of the chains that went on to all places outside the database, so that even somebody who rewrites a table and its
 * head is found. A place that does not take them is logged and keeps the others from nothing.
 * @throws the error of the file in the data directory
 */
export async function writeAnchor(db: Db, config: AnchorConfig): Promise<void> {
  const heads = await currentHeads(db)
  const last = written.get(config.dataDir)
  const stateOf = (head: Anchor) => `${head.hash} ${head.first ?? 1} ${head.keep ?? 0}`
  const moved = heads.filter((head) => last?.get(head.chain) !== stateOf(head))
  if (moved.length === 0) return
  await writeLines(
    config,
    moved.map((head) => JSON.stringify(head)),
    last === undefined,
  )
  written.set(config.dataDir, new Map(heads.map((head) => [head.chain, stateOf(head)])))
}

/** Says to all places that the database was put back from a backup: what was seen before tells nothing of this one. */
export async function anchorRestore(config: AnchorConfig): Promise<void> {
  await writeLines(config, [JSON.stringify({ restored: new Date().toISOString() })], true)
  written.delete(config.dataDir)
}

async function writeLines(config: AnchorConfig, lines: string[], afresh: boolean): Promise<void> {
  const { dataDir, anchors } = config
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // The last line may have been cut by a crash of the process before this one.
  const text = `${afresh ? '\n' : ''}${lines.join('\n')}\n`
  const [own, ...others] = anchorFiles(config).map((file) => appendFile(file, text, { mode: 0o600 }))
  const syslog = anchors.syslog === undefined ? [] : [sendToSyslog(anchors.syslog, lines)]
  for (const done of await Promise.allSettled([...others, ...syslog]))
    if (done.status === 'rejected')
      log.error({ err: done.reason as Error }, 'an anchor of the audit could not be sent out')
  await own
}

/**
 * Reads anchors from files of lines: those that were appended to, or the text of mails or a syslog, where something stands before the
 * brackets. A line that was cut by a crash is left out, and a file that is not there has none.
 */
export async function readAnchors(files: string[]): Promise<Anchors> {
  const found: Anchors = { chains: new Map(), begun: new Map() }
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '')
    const lines = text.split('\n').map(parse)
    const since = lines.findLastIndex((line) => line?.restored !== undefined)
    const seen = new Set<number>()
    for (const line of lines.slice(since + 1)) {
      const { chain = 0, seq, link = seq, hash = '', at = '', first, keep } = line ?? {}
      if (link === undefined) continue
      const anchor = {
        chain,
        link,
        hash,
        at,
        ...(first !== undefined && { first }),
        ...(keep !== undefined && { keep }),
      }
      const ofChain = found.chains.get(chain)
      if (ofChain) ofChain.push(anchor)
      else found.chains.set(chain, [anchor])
      if (!seen.has(chain)) found.begun.set(chain, Math.min(first ?? 1, found.begun.get(chain) ?? Infinity))
      seen.add(chain)
    }
  }
  for (const ofChain of found.chains.values()) ofChain.sort((one, other) => one.link - other.link)
  return found
}

function parse(line: string): Line | undefined {
  const [json] = /\{.*\}/.exec(line) ?? []
  try {
    return json === undefined ? undefined : (JSON.parse(json) as Line)
  } catch {
    // Only a crash in the middle of a write makes such a line.
    return undefined
  }
}
