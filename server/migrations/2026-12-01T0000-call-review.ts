import { type Kysely, sql } from 'kysely'

// Scored calls. Each week some calls of every agent are drawn at random; the seed and the probabilities are kept, so that anybody can draw
// the same again.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table call_review_draw (
  site_id int not null references site,
  -- Its Monday.
  week date not null check (extract(isodow from week) = 1),
  seed text not null,
  drawn_at timestamptz not null default now(),
  primary key (site_id, week)
);

create table call_review (
  id bigint generated always as identity primary key,
  call_id bigint not null unique references call on delete cascade,
  site_id int not null references site,
  user_id text references app_user on delete set null,
  user_name text not null,
  -- Null, like the probability: chosen by hand.
  week date,
  probability double precision check (probability > 0 and probability <= 1),
  questionnaire_version_id int not null references questionnaire_version,
  created_at timestamptz not null default now(),
  created_by_name text not null,
  answers jsonb not null default '{}',
  score numeric check (score between 0 and 100),
  critical text[] not null default '{}',
  assessed text[] not null default '{}',
  comment text check (length(comment) <= 2000),
  reviewed_at timestamptz,
  reviewed_by text,
  reviewed_by_name text,
  acknowledged_at timestamptz,
  agent_comment text check (length(agent_comment) <= 2000),
  constraint call_review_drawn check ((week is null) = (probability is null)),
  constraint call_review_seen check (acknowledged_at is null or reviewed_at is not null)
);
create index call_review_site on call_review (site_id, id desc);
create index call_review_user on call_review (user_id, id desc) where user_id is not null;
`,
    )
    .execute(db)
}
