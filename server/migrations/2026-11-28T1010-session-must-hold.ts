import { type Kysely, sql } from 'kysely'

// The first statement of a reading request asks along whether its session still is what it was (server/platform/session-guard.ts).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create function session_must_hold(holds boolean) returns boolean language plpgsql as $$
begin
  if holds then
    return true;
  end if;
  raise exception 'The session changed meanwhile.' using errcode = 'CL001';
end $$;
`,
    )
    .execute(db)
}
