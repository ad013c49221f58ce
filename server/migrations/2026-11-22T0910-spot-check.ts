import { type Kysely, sql } from 'kysely'

// Spot checks of level-1 results: the draw of a month with everything needed to draw it again, and what became of what was drawn.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table task drop constraint task_kind_check;
alter table task add constraint task_kind_check
  check (kind in ('follow-up-call', 'home-visit', 'red-flag', 'spot-check', 'spot-check-review', 'other'));
-- Results of a month, and of the year before it.
create index task_result on task (site_id, completed_at) where level = 1 and status = 'completed' and outcome = 'done';

create table spot_check_draw (
  id int generated always as identity primary key,
  site_id int not null references site,
  -- First day of the month whose results are drawn from.
  month date not null,
  seed text not null,
  -- How many of each doctor, by the doctor's staff id.
  sizes jsonb not null,
  -- Settings as they were, for whoever asks why.
  settings jsonb not null,
  not_callable int not null,
  drawn_at timestamptz not null default now(),
  drawn_by text not null,
  drawn_by_name text not null,
  -- Drawn once: nobody draws until the sample suits.
  unique (site_id, month)
);

-- Everything the draw was made from.
create table spot_check_candidate (
  draw_id int not null references spot_check_draw on delete cascade,
  task_id bigint not null references task,
  staff_id int not null references staff,
  weight double precision not null check (weight > 0),
  reasons text[] not null,
  probability double precision not null check (probability > 0 and probability <= 1),
  selected boolean not null,
  primary key (draw_id, task_id)
);
create index spot_check_candidate_task on spot_check_candidate (task_id);

create table spot_check (
  id bigint generated always as identity primary key,
  draw_id int not null references spot_check_draw on delete cascade,
  -- The result that is checked.
  checked_task_id bigint not null unique references task,
  -- The second call.
  task_id bigint unique references task,
  site_id int not null references site,
  department_id int references department,
  -- The doctor whose result it is.
  staff_id int not null references staff,
  probability double precision not null check (probability > 0 and probability <= 1),
  status text not null default 'open' check (status in ('open', 'agree', 'disagree', 'unclear', 'unreached')),
  -- Field by field: recorded, said, result.
  fields jsonb not null default '[]',
  satisfaction smallint,
  checked_at timestamptz,
  checked_by_name text,
  accepted_at timestamptz,
  appeal_reason text,
  appealed_at timestamptz,
  appealed_by_name text,
  decision text check (decision in ('upheld', 'rejected')),
  decision_reason text,
  decided_at timestamptz,
  decided_by_name text,
  check ((appeal_reason is null) = (appealed_at is null)),
  check ((decision is null) = (decided_at is null)),
  check (decision is null or appealed_at is not null)
);
create index spot_check_draw_staff on spot_check (draw_id, staff_id);
create index spot_check_staff on spot_check (staff_id, id desc);
create index spot_check_department on spot_check (department_id, id desc);
`,
    )
    .execute(db)
}
