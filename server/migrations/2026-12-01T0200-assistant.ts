import { type Kysely, sql } from 'kysely'

// The assistant: a language model of the site's own, what was asked of it, and what people made of its answers.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table assistant_account (
  id int generated always as identity primary key,
  site_id int not null unique references site,
  -- Such as http://10.0.0.8:8000/v1; /chat/completions is below it.
  url text not null,
  model text not null,
  secret text,
  timeout_seconds int not null check (timeout_seconds between 5 and 120),
  active boolean not null default false,
  checked_at timestamptz,
  -- Why the last check failed; null: it did not.
  check_problem text,
  version int not null default 1,
  updated_at timestamptz not null default now(),
  updated_by_name text not null
);
-- Written before anything leaves the house, so that what left is known whatever becomes of the answer.
create table assistant_request (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  conversation_id bigint not null references conversation,
  kind text not null check (kind in ('reply', 'note', 'answers')),
  task_id bigint,
  user_id text not null references app_user,
  user_name text not null,
  at timestamptz not null default now(),
  url text not null,
  model text not null,
  -- As sent: names, numbers and addresses are placeholders.
  sent text not null,
  answer text,
  problem text check (problem in ('unreachable', 'slow', 'refused', 'no-json', 'wrong-form', 'no-source', 'invented', 'too-long', 'nothing')),
  dropped int not null default 0,
  prompt_tokens int,
  answer_tokens int,
  milliseconds int,
  -- SHA-256 of the draft as it was shown: whether somebody changed it is told by it.
  text_hash text,
  outcome text check (outcome in ('accepted', 'edited', 'rejected')),
  outcome_at timestamptz,
  check ((outcome is null) = (outcome_at is null))
);
create index assistant_request_user on assistant_request (user_id, at desc);
create index assistant_request_conversation on assistant_request (conversation_id);
create index assistant_request_site on assistant_request (site_id, id desc);

-- What somebody sent or noted began as a draft of the assistant.
alter table conversation_message add column draft_id bigint references assistant_request,
  add column draft_edited boolean,
  add constraint conversation_message_draft check ((draft_id is null) = (draft_edited is null));
create index conversation_message_draft on conversation_message (draft_id) where draft_id is not null;
`,
    )
    .execute(db)
}
