import { type Kysely, sql } from 'kysely'

// What waits is listed by when its turn comes; a whole site's list must not read every open task for that.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create index task_site_turn on task (site_id, (greatest(start_at, next_attempt_at)), id) where status in ('requested', 'in-progress');
`,
    )
    .execute(db)
}
