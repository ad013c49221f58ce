import { type Kysely, sql } from 'kysely'

// Telephones in the browser: which line is one, and as whom it registers with the telephone system.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table agent_line add browser boolean not null default false;

create table browser_line (
  user_id text not null references app_user on delete cascade,
  account_id int not null references telephony_account on delete cascade,
  sip_user text not null check (sip_user ~ '^[0-9A-Za-z_.-]{1,60}$'),
  -- Sealed.
  secret text not null,
  updated_at timestamptz not null default now(),
  primary key (user_id, account_id)
);
create index browser_line_account on browser_line (account_id);
`,
    )
    .execute(db)
}
