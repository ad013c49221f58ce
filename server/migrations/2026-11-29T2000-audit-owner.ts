import { type Kysely, sql } from 'kysely'

// The audit is written by functions that run as the owner of its tables, so that the role of the application needs no right to change an entry.
// They name every relation with its schema: a temporary table of the caller comes first on any path and would run the caller's triggers as the owner.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create or replace function audit_append(entries jsonb) returns bigint language plpgsql security definer
set timezone = 'UTC' set datestyle = 'ISO' set search_path from current as $$
declare
  head public.audit_head;
  entry record;
  one public.audit_event;
  added public.audit_event[] := '{}';
begin
  select * into head from public.audit_head order by chain limit 1 for update skip locked;
  if not found then
    select * into head from public.audit_head where chain = pg_backend_pid() % 16 for update;
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
    one.seq := nextval('public.audit_event_seq');
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
  insert into public.audit_event select * from unnest(added);
  update public.audit_head set seq = head.seq, link = head.link, hash = head.hash where chain = head.chain;
  return head.seq;
end $$;

-- Removes the entries from before a time that lie in a chain not above a link. Younger ones than the shortest time that a setting allows are
-- never removed. Returns where each chain that lost entries begins now.
create function audit_purge(before timestamptz, of_chains int[], up_to bigint[])
returns table (chain smallint, first_link bigint, removed bigint) language plpgsql security definer set search_path from current as $$
#variable_conflict use_column
begin
  if before > now() - interval '1 year' then
    raise exception 'Entries of the audit are kept for a year at least.';
  end if;
  return query
    with gone as (
      delete from public.audit_event e using unnest(of_chains, up_to) as p (chain, link)
      where e.chain = p.chain and coalesce(e.link, e.seq) <= p.link and e.at < before
      returning e.chain, coalesce(e.link, e.seq) as link),
    cut as (select g.chain, max(g.link) + 1 as first_link, count(*) as removed from gone g group by g.chain),
    begins as (update public.audit_head h set first_link = c.first_link from cut c where h.chain = c.chain)
    select c.chain, c.first_link, c.removed from cut c;
end $$;
revoke execute on function audit_purge(timestamptz, int[], bigint[]) from public;

-- Nobody needs it any more: hashes are computed outside of the database.
drop function audit_text(audit_event);

create or replace function ensure_month_partitions(parent text) returns void language plpgsql security definer
set search_path from current as $$
declare
  month date;
begin
  if parent not in ('audit_event', 'inbound_message') then
    raise exception '% has no months', parent;
  end if;
  execute format('create table if not exists public.%I partition of public.%I default', parent || '_default', parent);
  for month in select generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '2 months', interval '1 month')::date loop
    begin
      execute format('create table if not exists public.%I partition of public.%I for values from (%L) to (%L)',
        parent || to_char(month, '_YYYYMM'), parent, month, (month + interval '1 month')::date);
    exception when check_violation then
      raise warning 'rows of % already lie in the default partition of %', month, parent;
    end;
  end loop;
end $$;
`,
    )
    .execute(db)
}
