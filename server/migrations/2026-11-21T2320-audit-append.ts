import { type Kysely, sql } from 'kysely'

// Same chain, same text as audit_text: only the way there is shorter (one insert, settings switched once, no function call per entry).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
create or replace function audit_append(entries jsonb) returns bigint language plpgsql
set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  head audit_head;
  entry record;
  one audit_event;
  added audit_event[] := '{}';
begin
  select * into head from audit_head for update;
  for entry in
    select * from jsonb_to_recordset(entries) as x("actorId" text, "actorName" text, action text, outcome text, "personId" bigint,
      subject text, fields text[], reason text, address text)
  loop
    one.seq := head.seq + 1;
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
    one.hash := encode(sha256(convert_to(head.hash || e'\\x1e' || jsonb_build_array(one.seq, one.at, one.actor_id, one.actor_name,
      one.action, one.outcome, one.person_id, one.subject, one.fields, one.reason, one.address)::text, 'UTF8')), 'hex');
    added := added || one;
    head.seq := one.seq;
    head.hash := one.hash;
  end loop;
  insert into audit_event select * from unnest(added);
  update audit_head set seq = head.seq, hash = head.hash;
  return head.seq;
end $$;
`,
    )
    .execute(db)
}
