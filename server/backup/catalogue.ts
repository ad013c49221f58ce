import type pg from 'pg'

export type TableEntry = { name: string; columns: string[]; partitions: { name: string; bound: string }[] }
export type SequenceEntry = { name: string; value: string; called: boolean }

/** What a backup says about itself; the frame after the last table has the counts. */
export type Manifest = {
  application: string
  takenAt: string
  server: string
  migrations: string[]
  tables: TableEntry[]
}
export type TableEnd = { name: string; rows: number; sha256: string }
export type End = { tables: TableEnd[]; sequences: SequenceEntry[] }

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** All tables of ours: not the children of partitioned ones, not the migrator's own, nothing of pg-boss. */
export async function readTables(client: pg.ClientBase): Promise<TableEntry[]> {
  const { rows } = await client.query<TableEntry>(`
    select c.relname as name,
      (select json_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      coalesce((select json_agg(json_build_object('name', p.relname, 'bound', pg_get_expr(p.relpartbound, p.oid)) order by p.relname)
        from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid), '[]') as partitions
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'kysely\\_%'
    order by c.relname`)
  return rows
}

export async function readMigrations(client: pg.ClientBase): Promise<string[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    `select to_regclass('public.kysely_migration') is not null as there`,
  )
  if (!found[0]?.there) return []
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map((row) => row.name)
}

/** Read after the tables: a number too high leaves a gap, one too low would be given twice. */
export async function readSequences(client: pg.ClientBase): Promise<SequenceEntry[]> {
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'S' order by c.relname`)
  const sequences: SequenceEntry[] = []
  for (const { name } of rows) {
    const state = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quote(name)}`,
    )
    if (state.rows[0]) sequences.push({ name, ...state.rows[0] })
  }
  return sequences
}
