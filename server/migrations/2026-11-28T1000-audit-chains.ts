import { type Kysely, sql } from 'kysely'

// One chain had one lock, held until commit, for all writers of all processes. Now there are sixteen: a transaction takes the first that nobody
// holds and waits only when all are held. Every chain is what the one was: each entry's hash covers the one before it, and the head lies in
// another table. `seq` counts all entries and may have gaps (a transaction that was undone); `link` counts those of a chain and has none.
// The chain of before is chain 0: its entries keep their hashes, their link is their seq and is not stored (null).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table audit_event add column chain smallint not null default 0, add column link bigint;

alter table audit_head drop column only_row;
alter table audit_head rename column first_seq to first_link;
alter table audit_head add column chain smallint primary key default 0, add column link bigint;
update audit_head set link = seq;
alter table audit_head alter column chain drop default, alter column link set not null;
insert into audit_head (chain, seq, link, hash, first_link) select c, 0, 0, repeat('0', 64), 1 from generate_series(1, 15) c;
-- The rows change with every commit: room on their page keeps the changes there.
alter table audit_head set (fillfactor = 25);

create sequence audit_event_seq owned by audit_event.seq;
select setval('audit_event_seq', greatest(seq, 1), seq > 0) from audit_head where chain = 0;

create or replace function audit_text(e audit_event) returns text language sql stable
set timezone = 'UTC' set datestyle = 'ISO' as $$
  select case when e.link is null
    then jsonb_build_array(e.seq, e.at, e.actor_id, e.actor_name, e.action, e.outcome, e.person_id, e.subject, e.fields, e.reason, e.address)
    else jsonb_build_array(e.chain, e.link, e.seq, e.at, e.actor_id, e.actor_name, e.action, e.outcome, e.person_id, e.subject, e.fields,
      e.reason, e.address)
  end::text
$$;

-- Appends entries to a chain that nobody holds. The row lock on its head is the lock of the chain and is held until commit, so call it last
-- in a transaction. What one transaction appends in several calls may lie in several chains. Returns the last seq.
drop function audit_append(jsonb);
create function audit_append(entries jsonb) returns bigint language plpgsql
set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  head audit_head;
  entry record;
  one audit_event;
  added audit_event[] := '{}';
begin
  select * into head from audit_head order by chain limit 1 for update skip locked;
  if not found then
    select * into head from audit_head where chain = pg_backend_pid() % 16 for update;
  end if;
  if not found then
    raise exception 'A head of the audit chains is missing: run careloop doctor --audit';
  end if;
  for entry in
    select * from jsonb_to_recordset(entries) as x("actorId" text, "actorName" text, action text, outcome text, "personId" bigint,
      subject text, fields text[], reason text, address text)
  loop
    one.chain := head.chain;
    one.link := head.link + 1;
    one.seq := nextval('audit_event_seq');
    one.at := clock_timestamp();
    one.actor_id := entry."actorId";
    one.actor_name := entry."actorName";
    one.action := entry.action;
    one.outcome := entry.outcome;
    one.person_id := entry."personId";
    one.subject := entry.subject;
    one.fields := coalesce(entry.fields, '{}');
    one.reason := entry.reason;
    one.address := entry.address;
    one.prev_hash := head.hash;
    one.hash := encode(sha256(convert_to(head.hash || e'\\x1e' || jsonb_build_array(one.chain, one.link, one.seq, one.at, one.actor_id,
      one.actor_name, one.action, one.outcome, one.person_id, one.subject, one.fields, one.reason, one.address)::text, 'UTF8')), 'hex');
    added := added || one;
    head.seq := one.seq;
    head.link := one.link;
    head.hash := one.hash;
  end loop;
  insert into audit_event select * from unnest(added);
  update audit_head set seq = head.seq, link = head.link, hash = head.hash where chain = head.chain;
  return head.seq;
end $$;
`,
    )
    .execute(db)
}
