import type pg from 'pg'

import { z } from 'zod'
import { madeByMigrations } from '../platform/migrate.ts'

const name = z.string().min(1).max(63)
const tableEntry = z.object({
  name,
  columns: z.array(name).min(1).max(1600),
  /** Format 1 named their bounds as well, as SQL; nobody reads them. */
  partitions: z.array(z.object({ name })),
})
const sequenceEntry = z.object({ name, value: z.string().regex(/^\d{1,19}$/), called: z.boolean() })

/** What a backup says about itself; the frame after the last table has the counts. */
export const manifest = z.object({
  application: z.string().max(100),
  takenAt: z.iso.datetime(),
  server: z.string().max(200),
  migrations: z.array(z.string().max(200)),
  tables: z.array(tableEntry),
})
export const tableEnd = z.object({
  name,
  rows: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export const end = z.object({ tables: z.array(tableEnd), sequences: z.array(sequenceEntry) })

export type TableEntry = z.output<typeof tableEntry>
export type SequenceEntry = z.output<typeof sequenceEntry>
export type Manifest = z.output<typeof manifest>
export type End = z.output<typeof end>

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The tables of the schema: ours, and the names of those that somebody else put there. */
export type Tables = { ours: TableEntry[]; foreign: string[] }

/** Not the children of partitioned tables, not the migrator's own, nothing of pg-boss. */
export async function readTables(client: pg.ClientBase): Promise<Tables> {
  const { rows } = await client.query<TableEntry>(`
    select c.relname as name,
      coalesce((select json_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '[]') as columns,
      coalesce((select json_agg(json_build_object('name', p.relname) order by p.relname)
        from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid), '[]') as partitions
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p', 'f') and not c.relispartition and c.relname not like 'kysely\\_%'
    order by c.relname`)
  const made = madeByMigrations()
  return {
    ours: rows.filter((row) => made.has(row.name)),
    foreign: rows.filter((row) => !made.has(row.name)).map((row) => row.name),
  }
}

export async function readMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    `select to_regclass('public.kysely_migration') is not null as there`,
  )
  if (!found[0]?.there) return []
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map((row) => row.name)
}

/** Ours. Read after the tables: a number too high leaves a gap, one too low would be given twice. */
export async function readSequences(client: pg.ClientBase): Promise<SequenceEntry[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
        and d.refclassid = 'pg_class'::regclass
      left join pg_class t on t.oid = d.refobjid
    where n.nspname = 'public' and c.relkind = 'S' and coalesce(t.relname, c.relname) = any($1) order by c.relname`,
    [[...madeByMigrations()]],
  )
  const sequences: SequenceEntry[] = []
  for (const { name } of rows) {
    const state = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quote(name)}`,
    )
    if (state.rows[0]) sequences.push({ name, ...state.rows[0] })
  }
  return sequences
}
