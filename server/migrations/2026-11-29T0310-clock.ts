import { type Kysely, sql } from 'kysely'

// Clocks: how long something may take, with pauses, at a site. The deadlines of return-visit instructions and disputes move here.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table clock (
  id bigint generated always as identity primary key,
  kind text not null,
  subject_kind text not null,
  subject_id bigint not null,
  site_id int not null references site,
  -- Whose timeline says that time ran out; no foreign key, because clocks lie on one machine and persons may not.
  person_id bigint,
  started_at timestamptz not null,
  -- What was allowed at the start: a setting that changes later moves no running clock. Or the time that somebody chose.
  allowed numeric,
  chosen_at timestamptz,
  -- How time is counted, also that of pauses.
  unit text not null check (unit in ('hours', 'days', 'working-days')),
  escalations jsonb not null default '[]',
  -- Pauses that are over: [{from, to, reason}].
  pauses jsonb not null default '[]',
  paused_at timestamptz,
  pause_reason text,
  -- Without the pause that is on; null where the calendar is unknown.
  due_at timestamptz,
  -- Why nobody knows when the next level comes.
  blocked text,
  breached_at timestamptz,
  escalation_level smallint not null default 0,
  -- When the loop has something to do: the next level that has not fired.
  next_at timestamptz,
  stopped_at timestamptz,
  outcome text,
  check ((allowed is null) <> (chosen_at is null)),
  check ((paused_at is null) = (pause_reason is null)),
  check (due_at is not null or blocked is not null),
  check (escalation_level = 0 or breached_at is not null),
  check (outcome is null or stopped_at is not null),
  check (stopped_at is null or next_at is null)
);
create unique index clock_running on clock (kind, subject_kind, subject_id) where stopped_at is null;
create index clock_of on clock (kind, subject_id, id);
create index clock_next on clock (next_at, id) where stopped_at is null and next_at is not null;

-- One clock for each instruction: its round that runs, or the last one. What is late already fires at the first look.
insert into clock (kind, subject_kind, subject_id, site_id, person_id, started_at, chosen_at, unit, escalations, due_at, next_at, stopped_at, outcome)
select 'instruction.execution', 'instruction', i.id, i.site_id, i.person_id, i.issued_at, i.due_at, 'days', '[{"value": 24, "unit": "hours"}]', i.due_at,
  case when i.status = 'issued' then i.due_at end,
  case when i.status <> 'issued' then coalesce(i.executed_at,
    (select max(h.at) from return_visit_instruction_history h where h.instruction_id = i.id), i.issued_at) end,
  case when i.status = 'withdrawn' then 'withdrawn' when i.status <> 'issued' then 'executed' end
from return_visit_instruction i;
drop index return_visit_instruction_open;
create index return_visit_instruction_open on return_visit_instruction (id) where status in ('issued', 'executed');
alter table return_visit_instruction drop column due_at;

-- A dispute is answered within five working days: the task that asks for it has the time.
insert into clock (kind, subject_kind, subject_id, site_id, person_id, started_at, chosen_at, unit, escalations, due_at, next_at, stopped_at, outcome)
select 'dispute.answer', 'task', t.id, t.site_id, t.person_id, x.opened_at, t.due_at, 'working-days', '[{"value": 1, "unit": "working-days"}]', t.due_at,
  case when x.closed_at is null then t.due_at end, x.closed_at, case when x.closed_at is not null then 'closed' end
from dispute x join task t on t.cause = 'dispute:' || x.id;
`,
    )
    .execute(db)
}
