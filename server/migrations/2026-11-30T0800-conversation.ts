import { type Kysely, sql } from 'kysely'

// One inbox: what people write or say to the hospital and what it answers, by any channel, one open conversation for each person and site.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table conversation (
  id bigint generated always as identity primary key,
  site_id int not null references site,
  -- The record that it is with; null while nobody knows who writes.
  person_id bigint,
  -- By which the person turned to us last.
  channel text not null check (channel in ('web-chat', 'email', 'sms', 'wechat', 'portal', 'phone', 'fax', 'visit')),
  -- Where somebody unknown is answered.
  address text,
  -- As somebody unknown gave them.
  stated_name text,
  stated_phone text,
  language text check (language in ('zh-CN', 'zh-TW', 'en')),
  subject text,
  status text not null default 'open' check (status in ('open', 'waiting', 'snoozed', 'closed')),
  snoozed_until timestamptz,
  department_id int references department,
  assignee_id text references app_user,
  assigned_at timestamptz,
  opened_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  last_in_at timestamptz,
  -- Of the earliest message that nobody answered; null: answered.
  waiting_since timestamptz,
  first_answer_at timestamptz,
  unread int not null default 0,
  auto_answered_at timestamptz,
  closed_at timestamptz,
  closed_by_name text,
  outcome text check (outcome in ('answered', 'passed-on', 'no-answer-needed', 'given-up', 'spam')),
  -- The question at the end, in web chat alone.
  asked_at timestamptz,
  score smallint check (score between 1 and 5),
  score_text text,
  -- Its messages went to this one, when it turned out to be with the same person.
  joined_id bigint references conversation,
  constraint conversation_closed check ((status = 'closed') = (closed_at is not null)),
  constraint conversation_snoozed check ((status = 'snoozed') = (snoozed_until is not null))
);
create unique index conversation_person on conversation (site_id, person_id) where status <> 'closed' and person_id is not null;
create unique index conversation_address on conversation (site_id, channel, address)
  where status <> 'closed' and person_id is null and address is not null;
create index conversation_open on conversation (site_id, last_at desc, id desc) where status <> 'closed';
create index conversation_last on conversation (last_at desc, id desc);
create index conversation_assignee on conversation (assignee_id) where status <> 'closed';
create index conversation_of_person on conversation (person_id) where person_id is not null;
create index conversation_snooze on conversation (snoozed_until) where status = 'snoozed';

create table conversation_message (
  id bigint generated always as identity primary key,
  conversation_id bigint not null references conversation,
  -- in, out: said; the rest is what staff did and wrote for each other.
  kind text not null check (kind in ('in', 'out', 'note', 'taken', 'handed', 'released', 'snoozed', 'woken', 'waiting', 'closed', 'reopened', 'linked', 'joined')),
  channel text check (channel in ('web-chat', 'email', 'sms', 'wechat', 'portal', 'phone', 'fax', 'visit')),
  subject text,
  body text not null default '',
  -- What it answered, folded on the screen.
  quoted text,
  author_id text,
  author_name text,
  -- Written by the system, such as an answer outside of business hours, or by a machine that answers for somebody.
  automatic boolean not null default false,
  at timestamptz not null default now(),
  -- The name by which a repetition is recognised.
  external_key text unique,
  -- In the queue of messages: ours, or the one that this answers.
  message_id bigint,
  -- Of an answer to somebody unknown, which is not in the queue.
  direct_state text check (direct_state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
  direct_reason text,
  direct_account_id int references message_account,
  sent_at timestamptz,
  -- Pairs of neighbouring characters and words, of what was said or noted; see platform/bigram.ts.
  words tsvector
);
create index conversation_message_thread on conversation_message (conversation_id, id);
create index conversation_message_words on conversation_message using gin (words);
create index conversation_message_queue on conversation_message (message_id) where message_id is not null;
create index conversation_message_direct on conversation_message (channel, id) where direct_state = 'queued';

create table conversation_attachment (
  id bigint generated always as identity primary key,
  conversation_message_id bigint references conversation_message on delete cascade,
  -- Chosen for an answer that is not sent yet.
  pending_id bigint references conversation,
  pending_by text,
  name text not null,
  content_type text not null,
  size int not null check (size > 0),
  label text not null unique,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  constraint conversation_attachment_place check ((conversation_message_id is null) <> (pending_id is null))
);
alter table conversation_attachment alter column sealed set storage external;
create index conversation_attachment_message on conversation_attachment (conversation_message_id);

-- Whoever has the token of a chat goes on with it.
create table conversation_visitor (
  token_hash text primary key,
  conversation_id bigint not null references conversation,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index conversation_visitor_conversation on conversation_visitor (conversation_id);
create index conversation_visitor_expires on conversation_visitor (expires_at);

create table canned_reply (
  id int generated always as identity primary key,
  site_id int references site,
  -- Null: of everybody at the site.
  owner_id text references app_user on delete cascade,
  shortcut text not null,
  title text not null,
  body text not null,
  version int not null default 1,
  retired_at timestamptz,
  updated_at timestamptz not null default now(),
  updated_by_name text not null
);
create unique index canned_reply_shortcut on canned_reply (coalesce(owner_id, ''), coalesce(site_id, 0), shortcut) where retired_at is null;

create table canned_reply_version (
  canned_reply_id int not null references canned_reply on delete cascade,
  version int not null,
  title text not null,
  body text not null,
  at timestamptz not null default now(),
  by_name text not null,
  primary key (canned_reply_id, version)
);

-- Where mail to the hospital comes in: fetched by IMAP, or handed over by the mail server.
create table mailbox (
  id int generated always as identity primary key,
  site_id int not null references site,
  kind text not null check (kind in ('imap', 'webhook')),
  name text not null,
  address text not null,
  -- Scanned paper of a fax machine or copier.
  fax boolean not null default false,
  active boolean not null default true,
  host text,
  port int,
  tls text check (tls in ('implicit', 'starttls', 'none')),
  login text,
  folder text not null default 'INBOX',
  secret text,
  uid_validity bigint,
  last_uid bigint not null default 0,
  read_at timestamptz,
  failed_at timestamptz,
  failures int not null default 0,
  error text,
  version int not null default 1,
  updated_at timestamptz not null default now(),
  updated_by_name text not null,
  constraint mailbox_imap check (kind <> 'imap' or (host is not null and port is not null and tls is not null and login is not null))
);

-- Mail that was looked at, so that nothing comes twice whatever becomes of it.
create table mailbox_seen (
  mailbox_id int not null references mailbox on delete cascade,
  uid_validity bigint not null,
  uid bigint not null,
  result text not null,
  at timestamptz not null default now(),
  primary key (mailbox_id, uid_validity, uid)
);
create index mailbox_seen_at on mailbox_seen (at);
`,
    )
    .execute(db)
}
