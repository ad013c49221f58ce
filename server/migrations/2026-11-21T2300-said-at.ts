import { type Kysely, sql } from 'kysely'

// When each field was last said, where that differs from the row's own source_time: messages arrive out of order, and the newest
// statement about each field must win whatever came first. Nearly every row holds {}.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table person add column said_at jsonb not null default '{}';
alter table encounter add column said_at jsonb not null default '{}';
create index person_name_pinyin on person_name (pinyin text_pattern_ops);
create index person_name_initials on person_name (initials text_pattern_ops);
`,
    )
    .execute(db)
}
