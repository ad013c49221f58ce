import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '../../platform/db.ts'

/** The end of one chain as it was once seen, kept outside the database. */
export type Anchor = { chain: number; link: number; hash: string; at: string }

/** Before there were several chains, a line said `seq`, which is the link of chain 0. */
type Line = Partial<Anchor> & { seq?: number }

function anchorFile(dataDir: string): string {
  return path.join(dataDir, 'audit-anchor.jsonl')
}

/** Per file the last hash of each chain. */
const written = new Map<string, Map<number, string>>()

/**
 * Writes the present heads of all chains, seen in one snapshot, beside the database, so that even somebody who rewrites a table and its
 * head is found. Unchanged chains are left out.
 */
export async function writeAnchor(db: Db, dataDir: string): Promise<void> {
  const heads = await db
    .selectFrom('audit_head')
    .select(['chain', 'link', 'hash'])
    .where('link', '>', 0)
    .orderBy('chain')
    .execute()
  const file = anchorFile(dataDir)
  const last = written.get(file)
  const moved = heads.filter((head) => last?.get(head.chain) !== head.hash)
  if (moved.length === 0) return
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const at = new Date().toISOString()
  const lines = moved.map((head): Anchor => ({ ...head, at })).map((line) => `${JSON.stringify(line)}\n`)
  // The last line may have been cut by a crash of the process before this one.
  await appendFile(file, `${last ? '' : '\n'}${lines.join('')}`, { mode: 0o600 })
  written.set(file, new Map(heads.map((head) => [head.chain, head.hash])))
}

/** Anchors of each chain in order of their links. A last line that was cut by a crash is left out. */
export async function readAnchors(dataDir: string): Promise<Map<number, Anchor[]>> {
  const text = await readFile(anchorFile(dataDir), 'utf8').catch(() => '')
  const anchors = new Map<number, Anchor[]>()
  for (const line of text.split('\n')) {
    const anchor = line === '' ? undefined : parse(line)
    if (!anchor) continue
    const ofChain = anchors.get(anchor.chain)
    if (ofChain) ofChain.push(anchor)
    else anchors.set(anchor.chain, [anchor])
  }
  for (const ofChain of anchors.values()) ofChain.sort((one, other) => one.link - other.link)
  return anchors
}

function parse(line: string): Anchor | undefined {
  try {
    const { chain = 0, seq, link = seq, hash = '', at = '' } = JSON.parse(line) as Line
    return link === undefined ? undefined : { chain, link, hash, at }
  } catch {
    // Only a crash in the middle of a write makes such a line.
    return undefined
  }
}
