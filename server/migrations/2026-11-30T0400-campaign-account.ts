import { type Kysely, sql } from 'kysely'

// What became of the messages of a trial, read from the index alone; test messages of a campaign are few.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index message_trial on message (pathway_id, step_key, channel, status, delivery, reason) include (cost)
    where pathway_id is not null`.execute(db)
  await sql`alter table campaign add column tests smallint not null default 0 check (tests between 0 and 20)`.execute(
    db,
  )
}
