import { type Kysely, sql } from 'kysely'

// What staff answer to questions: articles with versions, an owner and a day on which somebody looks at them again.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table knowledge_article (
  id int generated always as identity primary key,
  -- Null: for every site.
  site_id int references site,
  kind text not null check (kind in ('answer', 'script')),
  category text not null,
  owner_id text references app_user on delete set null,
  review_on date not null,
  version int not null default 1,
  -- In force; null: never published.
  published_version int,
  useful int not null default 0,
  useless int not null default 0,
  used int not null default 0,
  retired_at timestamptz,
  retired_by_name text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Of what is published.
  words tsvector
);
create index knowledge_article_words on knowledge_article using gin (words);
create index knowledge_article_review on knowledge_article (review_on) where retired_at is null;

create table knowledge_version (
  article_id int not null references knowledge_article on delete cascade,
  version int not null,
  title text not null,
  body text not null,
  synonyms text[] not null default '{}',
  at timestamptz not null default now(),
  by_name text not null,
  published_at timestamptz,
  published_by_name text,
  primary key (article_id, version)
);

create table knowledge_vote (
  article_id int not null references knowledge_article on delete cascade,
  user_id text not null references app_user on delete cascade,
  useful boolean not null,
  reason text,
  at timestamptz not null default now(),
  primary key (article_id, user_id)
);
`,
    )
    .execute(db)
}
