import { type Kysely, sql } from 'kysely'

// Texts of messages by language and channel, with versions; a site's own takes the place of the one for all sites with the same code.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table template (
  id int generated always as identity primary key,
  code text not null,
  name text not null,
  purpose text not null check (purpose in ('clinical', 'service', 'marketing')),
  -- Null: for all sites.
  site_id int references site,
  -- The published version; null: none yet.
  version int,
  retired_at timestamptz,
  -- Null: nothing but the published version.
  draft jsonb,
  revision int not null default 0,
  draft_at timestamptz,
  draft_by_name text,
  -- Who wrote at the draft, as ids: none of them is its second reader.
  draft_authors text[] not null default '{}',
  created_at timestamptz not null default now(),
  unique nulls not distinct (code, site_id)
);
create table template_version (
  template_id int not null references template on delete cascade,
  version int not null,
  texts jsonb not null,
  published_at timestamptz not null default now(),
  published_by text not null,
  published_by_name text not null,
  written_by_name text not null,
  primary key (template_id, version)
);
`,
    )
    .execute(db)
}
