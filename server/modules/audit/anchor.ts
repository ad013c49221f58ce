import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '../../platform/db.ts'

/** A head of the chain that was once seen, kept outside the database. */
export type Anchor = { seq: number; hash: string; at: string }

function anchorFile(dataDir: string): string {
  return path.join(dataDir, 'audit-anchor.jsonl')
}

const written = new Map<string, string>()

/**
 * Writes the present head beside the database, so that even somebody who rewrites the table and its head is found.
 * Nothing is written while the chain stands still.
 */
export async function writeAnchor(db: Db, dataDir: string): Promise<void> {
  const head = await db.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirstOrThrow()
  const file = anchorFile(dataDir)
  if (head.seq === 0 || written.get(file) === head.hash) return
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const line: Anchor = { seq: head.seq, hash: head.hash, at: new Date().toISOString() }
  // The last line may have been cut by a crash of the process before this one.
  const start = written.has(file) ? '' : '\n'
  await appendFile(file, `${start}${JSON.stringify(line)}\n`, { mode: 0o600 })
  written.set(file, head.hash)
}

/** Anchors in order of seq. A last line that was cut by a crash is left out. */
export async function readAnchors(dataDir: string): Promise<Anchor[]> {
  const text = await readFile(anchorFile(dataDir), 'utf8').catch(() => '')
  const anchors: Anchor[] = []
  for (const line of text.split('\n')) {
    try {
      if (line !== '') anchors.push(JSON.parse(line) as Anchor)
    } catch {
      // Only a crash in the middle of a write makes such a line.
    }
  }
  return anchors.sort((one, other) => one.seq - other.seq)
}
