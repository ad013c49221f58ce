import { type Kysely, sql } from 'kysely'

// Where sending fills something in: places in the text as our templates had them. Looked for in the finished text, a patient's name could be one.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table message add column placeholder_at int[] not null default '{}'`.execute(db)
  const { rows } = await sql<{ id: number; body: string }>`
    select id, body from message where status in ('queued', 'suppressed', 'sending') and body like '%{{link}}%'`.execute(
    db,
  )
  // Code units, as the program counts them; PostgreSQL counts characters.
  const places = rows.map(({ body }) => [...body.matchAll(/\{\{link\}\}/g)].map((found) => found.index))
  await sql`
    update message m set placeholder_at = n.places::int[]
    from unnest(${rows.map(({ id }) => id)}::bigint[], ${places.map((one) => `{${one.join(',')}}`)}::text[]) as n(id, places)
    where m.id = n.id`.execute(db)
}
