import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- What waits is counted beside the menu of every screen: from the index alone, however many tasks are open.
create index task_waiting on task (site_id, kind, due_at) include (id, assignee_role, start_at, next_attempt_at)
  where status in ('requested', 'in-progress');
-- The newest calls of several sites.
create index call_newest on call (started_at desc, id desc);
-- An agent's calls of today, however many there were before.
create index call_leg_recent on call_leg (user_id, (coalesce(ringing_at, answered_at, ended_at)) desc) where user_id is not null;
create index call_leg_live on call_leg (user_id) where user_id is not null and ended_at is null;
`,
    )
    .execute(db)
}
