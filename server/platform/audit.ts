import { sql } from 'kysely'
import type { Actor } from './actor.ts'
import type { Db, Trx } from './db.ts'
import { confirmSession } from './session-guard.ts'

/** One line of the audit: who did or looked at what. Values never go in, only names of fields. */
export type AuditEntry = {
  action: string
  outcome?: 'allowed' | 'refused' | 'failed'
  personId?: number | null
  subject?: string | null
  fields?: string[]
  reason?: string | null
}

type StoredEntry = Required<AuditEntry> & { actorId: string; actorName: string; address: string | null }

const open = new WeakMap<Db, StoredEntry[]>()

export function openAudit(trx: Trx): void {
  open.set(trx, [])
}

export function dropAudit(trx: Trx): void {
  open.delete(trx)
}

export async function flushAudit(trx: Trx): Promise<void> {
  const entries = open.get(trx)
  if (entries?.length) await append(trx, entries)
}

/**
 * Records an act. Inside a transaction it is written at its end; outside (a read, a refusal) the promise resolves once it is committed, so
 * that nothing is shown without being logged.
 */
export async function audit(db: Db, actor: Actor, ...entries: AuditEntry[]): Promise<void> {
  const stored = entries.map((entry) => ({
    action: entry.action,
    outcome: entry.outcome ?? 'allowed',
    personId: entry.personId ?? null,
    subject: entry.subject ?? null,
    fields: entry.fields ?? [],
    reason: entry.reason ?? null,
    actorId: actor.id,
    actorName: actor.name,
    address: actor.address,
  }))
  const collected = open.get(db)
  if (collected) collected.push(...stored)
  else {
    await confirmSession(db)
    await writerFor(db).write(stored)
  }
}

async function append(db: Db, entries: StoredEntry[]): Promise<void> {
  await sql`select audit_append(${JSON.stringify(entries)}::jsonb)`.execute(db)
}

type Waiting = { entries: StoredEntry[]; resolve: () => void; reject: (error: unknown) => void }

/** Reads that happen at the same time share one append and one commit. */
class GroupWriter {
  #db: Db
  #waiting: Waiting[] = []
  #writing = false

  constructor(db: Db) {
    this.#db = db
  }

  write(entries: StoredEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject })
      if (!this.#writing) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, 200)
      try {
        await append(
          this.#db,
          group.flatMap((one) => one.entries),
        )
        for (const one of group) one.resolve()
      } catch (error) {
        for (const one of group) one.reject(error)
      }
    }
    this.#writing = false
  }
}

const writers = new WeakMap<Db, GroupWriter>()

function writerFor(db: Db): GroupWriter {
  let writer = writers.get(db)
  if (!writer) writers.set(db, (writer = new GroupWriter(db)))
  return writer
}
