import { type Kysely, sql } from 'kysely'

// Views of lists that somebody keeps: filters, order and columns under a name, for oneself or for colleagues of the same sites.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table saved_view (
  id bigint generated always as identity primary key,
  user_id text not null references app_user on delete cascade,
  route text not null check (length(route) <= 100),
  name text not null check (length(name) between 1 and 60),
  search text not null check (length(search) <= 1000),
  shared boolean not null default false,
  created_at timestamptz not null default now(),
  unique (user_id, route, name)
);
create index saved_view_shared on saved_view (route) where shared;
`,
    )
    .execute(db)
}
