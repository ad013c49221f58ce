import { type Kysely, sql } from 'kysely'

// Who answers for an API key: it stops while its owner is suspended. Null: made on the command line, so of whoever runs the server.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table api_key add column owner_id text references app_user;
update api_key set owner_id = u.id from app_user u where api_key.created_by = 'user:' || u.id;
create index api_key_owner on api_key (owner_id);
`,
    )
    .execute(db)
}
