import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create sequence inbound_message_id;

-- Plain, because a unique key over a partitioned table would need the partition column in it.
create table inbound_key (
  sender text not null,
  facility text not null,
  control_id text not null,
  message_id bigint not null,
  received_at timestamptz not null,
  body_hash text not null,
  duplicates int not null default 0,
  primary key (sender, facility, control_id)
);

create table inbound_message (
  id bigint not null,
  received_at timestamptz not null default now(),
  lane smallint not null,
  sender text not null,
  facility text not null,
  control_id text not null,
  message_type text not null,
  charset text not null,
  raw bytea not null,
  status text not null default 'received' check (status in ('received', 'applied', 'dead', 'ignored', 'rejected')),
  attempts smallint not null default 0,
  reason text,
  location text,
  person_id bigint,
  applied_at timestamptz,
  primary key (id, received_at)
) partition by range (received_at);
create index inbound_message_waiting on inbound_message (lane, id) where status = 'received';
create index inbound_message_dead on inbound_message (id desc) where status in ('dead', 'rejected');
create index inbound_message_sender on inbound_message (sender, facility, received_at);
`,
    )
    .execute(db)
}
