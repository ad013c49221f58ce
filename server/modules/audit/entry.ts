import { sql } from 'kysely'
import { hash } from 'node:crypto'

/** An entry as it lies in the table; its time is in UTC, with all six digits of the second. */
export type Entry = {
  chain: number
  /** Null: from when there was one chain; its link is its seq then. */
  link: number | null
  seq: number
  at: string
  actor_id: string
  actor_name: string
  action: string
  outcome: string
  person_id: string | null
  subject: string | null
  fields: unknown[]
  reason: string | null
  address: string | null
  prev_hash: string
  hash: string
}

/** The columns of `audit_event e` as an {@link Entry} has them, whatever the time zone and style of dates of the session. */
export const entryColumns = sql`e.seq, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at, e.chain, e.link, e.actor_id,
  e.actor_name, e.action, e.outcome, e.person_id::text as person_id, e.subject, e.fields, e.reason, e.address, e.prev_hash, e.hash`

/** The hash that an entry with these contents has; what the database says of itself plays no part in it. */
export function hashOf(entry: Entry): string {
  const { link, fields, at } = entry
  const place = link === null ? `${entry.seq}` : `${entry.chain}, ${link}, ${entry.seq}`
  // As jsonb writes it: without zeros at the end.
  const instant = `${at.replace(/\.?0+$/, '')}+00:00`
  const text = `[${place}, "${instant}", ${json(entry.actor_id)}, ${json(entry.actor_name)}, ${json(entry.action)}, ${json(
    entry.outcome,
  )}, ${entry.person_id ?? 'null'}, ${json(entry.subject)}, ${list(fields)}, ${json(entry.reason)}, ${json(entry.address)}]`
  return hash('sha256', `${entry.prev_hash}\x1e${text}`)
}

/** As jsonb writes it: like JSON, with a space after each comma. */
function list(values: unknown[]): string {
  return `[${values.map((value) => (Array.isArray(value) ? list(value) : json(value))).join(', ')}]`
}

function json(value: unknown): string {
  return JSON.stringify(value)
}
