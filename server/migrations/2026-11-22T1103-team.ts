import { type Kysely, sql } from 'kysely'

// Work that goes from one person to another: hand-overs that can be taken back, absences with a cover, and everybody's own goal.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table staff_absence (
  id int generated always as identity primary key,
  staff_id int not null references staff,
  cover_staff_id int not null references staff,
  from_at timestamptz not null,
  to_at timestamptz not null,
  reason text,
  created_at timestamptz not null default now(),
  created_by text not null,
  created_by_name text not null,
  -- Ended before its time, or called off.
  ended_at timestamptz,
  ended_by_name text,
  -- Everything that was covered went back.
  returned_at timestamptz,
  check (to_at > from_at),
  check (cover_staff_id <> staff_id)
);
create index staff_absence_staff on staff_absence (staff_id, from_at);
create index staff_absence_open on staff_absence (from_at) where returned_at is null;

/* Who works for a member of staff now: the cover while absent, and the cover's cover; oneself otherwise. */
create function on_duty(staff int) returns int language plpgsql stable as $code$
declare
  present int := staff;
  cover int;
begin
  for step in 1..5 loop
    select a.cover_staff_id into cover from staff_absence a join staff s on s.id = a.cover_staff_id and s.active
      where a.staff_id = present and a.ended_at is null and a.from_at <= now() and a.to_at > now() limit 1;
    if cover is null then return present; end if;
    if cover = staff then return staff; end if;
    present := cover;
  end loop;
  return present;
end $code$;

-- Whose task it is while a cover works it.
alter table task add column covered_for_staff_id int references staff;
create index task_covered on task (covered_for_staff_id) where covered_for_staff_id is not null and status in ('requested', 'in-progress');

create table hand_over (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('assign', 'hand-over', 'absence', 'return')),
  reason text,
  from_staff_id int references staff,
  to_staff_id int references staff,
  changed int not null,
  at timestamptz not null default now(),
  by_id text not null,
  by_name text not null,
  undone_at timestamptz,
  undone_by_name text
);
create table hand_over_task (
  hand_over_id bigint not null references hand_over on delete cascade,
  task_id bigint not null references task on delete cascade,
  from_staff_id int,
  from_covered_for int,
  from_queue text not null,
  to_queue text not null,
  primary key (hand_over_id, task_id)
);
create index hand_over_task_task on hand_over_task (task_id);

create table daily_goal (
  staff_id int primary key references staff,
  goal int not null check (goal between 1 and 500),
  set_at timestamptz not null default now(),
  set_by_name text not null
);
`,
    )
    .execute(db)
}
