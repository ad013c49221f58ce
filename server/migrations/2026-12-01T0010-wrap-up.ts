import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Until when the agent is left alone after a call; null: they said so themselves, and say when it is over.
  await sql.raw('alter table agent_line add column wrap_until timestamptz').execute(db)
}
