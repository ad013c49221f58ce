import { type Kysely, sql } from 'kysely'

// What a person wishes and what was learned about their hours; texts of a message by channel; the log of refused contacts.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create table contact_hours (
  person_id bigint primary key references person on delete cascade,
  -- Hours of the day in which the person wants to be contacted; the gate keeps to them except for their care.
  wished_from smallint check (wished_from between 0 and 23),
  wished_to smallint check (wished_to between 1 and 24),
  wished_at timestamptz,
  wished_by text,
  -- Learned from calls: the hour in which the person answers most often, out of how many calls.
  best_hour smallint check (best_hour between 0 and 23),
  best_share real,
  calls int not null default 0,
  learned_at timestamptz,
  check ((wished_from is null) = (wished_to is null) and (wished_from is null or wished_from < wished_to))
);

alter table message
  -- Of a template: text by channel, chosen when the channel is known.
  add texts jsonb,
  -- By decision of two people: the gate lets it pass at any hour.
  add emergency boolean not null default false;
create index message_refused on message (finished_at desc, id desc) where status = 'suppressed';
create index event_refused on event (at desc, id desc) where kind = 'contact.refused';

create view contact_refusal as
  select m.id * 2 as id, m.person_id, m.finished_at as at, m.channel, m.purpose, m.reason, m.id as message_id, null::bigint as task_id, m.enrollment_id
  from message m where m.status = 'suppressed' and m.finished_at is not null
  union all
  select e.id * 2 + 1, e.person_id, e.at, e.data ->> 'channel', e.data ->> 'purpose', e.data ->> 'refusal', null, e.task_id, null
  from event e where e.kind = 'contact.refused' and e.person_id is not null;
`,
    )
    .execute(db)
}
