import { type Kysely, sql } from 'kysely'

// What heads of departments found about their doctors' follow-up of a month.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table head_check (
  id int generated always as identity primary key,
  site_id int not null references site,
  department_id int not null references department,
  staff_id int not null references staff,
  -- First day of the month whose discharges are looked at.
  month date not null,
  verdict text not null check (verdict in ('satisfactory', 'needs-work')),
  remark text,
  -- The figures as the head saw them.
  counts jsonb not null,
  checked_at timestamptz not null default now(),
  checked_by_name text not null,
  acknowledged_at timestamptz,
  unique (month, department_id, staff_id),
  check (verdict = 'satisfactory' or remark is not null)
);
create index head_check_staff on head_check (staff_id, month desc);
`,
    )
    .execute(db)
}
