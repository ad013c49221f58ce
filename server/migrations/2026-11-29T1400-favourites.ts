import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table app_user add favourites text[] not null default '{}'`.execute(db)
}
