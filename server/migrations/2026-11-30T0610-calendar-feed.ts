import { type Kysely, sql } from 'kysely'

// Addresses under which a calendar reads the sessions of a doctor. Whoever has the address reads it, so it is kept as a hash and ends at will.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table calendar_feed (
  id int generated always as identity primary key,
  token_hash text not null unique,
  user_id text not null references app_user on delete cascade,
  staff_id int not null references staff,
  language text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create unique index calendar_feed_user on calendar_feed (user_id) where revoked_at is null;
`,
    )
    .execute(db)
}
