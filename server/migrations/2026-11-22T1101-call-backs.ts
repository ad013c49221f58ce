import { type Kysely, sql } from 'kysely'

// The calendar of calls to come reads only tasks with an agreed or planned time: of a million open tasks some thousands.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create index task_call_back_queue on task (queue, next_attempt_at) where status in ('requested', 'in-progress') and next_attempt_at is not null;
create index task_call_back_department on task (department_id, next_attempt_at) where status in ('requested', 'in-progress') and next_attempt_at is not null;
create index task_call_back_site on task (site_id, next_attempt_at) where status in ('requested', 'in-progress') and next_attempt_at is not null;
`,
    )
    .execute(db)
}
