import { type Kysely, sql } from 'kysely'

// What a dangerous answer said, to which question, by whom and when, as it was when the doctor was called: the answer itself may change
// afterwards. Several of one conversation are one task. And outcomes that fit such a task.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table red_flag (
  person_id bigint not null references person,
  -- The conversation or form in which it was answered: a task, a link or a response.
  alarm text not null,
  link_id text not null,
  task_id bigint not null references task on delete cascade,
  text jsonb not null,
  -- Question and answer; none for a total score, and none before this table.
  line jsonb,
  source text not null check (source in ('staff', 'person')),
  actor_name text,
  raised_at timestamptz not null default now(),
  primary key (person_id, alarm, link_id)
);
create index red_flag_task on red_flag (task_id);
insert into red_flag (person_id, alarm, link_id, task_id, text, source, raised_at)
  select person_id, split_part(cause, ':', 2), substr(cause, length(split_part(cause, ':', 2)) + 11), id,
    jsonb_build_object('zh-CN', title), 'staff', created_at
  from task where kind = 'red-flag' and cause like 'red-flag:%' and status <> 'cancelled' and person_id is not null
  on conflict do nothing;
alter table task drop constraint task_outcome_check, add constraint task_outcome_check check (outcome in ('done', 'refused', 'wrong-number',
  'call-back', 'unreached', 'deceased', 'readmitted', 'other', 'advised', 'sent-to-clinic', 'sent-to-emergency')) not valid;
alter table task validate constraint task_outcome_check;
`,
    )
    .execute(db)
}
