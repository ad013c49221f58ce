import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
-- Keeps this month and the next two ready; the default partition catches what a stopped clock or a late job would lose.
create function ensure_month_partitions(parent text) returns void language plpgsql as $$
declare
  month date;
begin
  execute format('create table if not exists %I partition of %I default', parent || '_default', parent);
  for month in select generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '2 months', interval '1 month')::date loop
    begin
      execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
        parent || to_char(month, '_YYYYMM'), parent, month, (month + interval '1 month')::date);
    exception when check_violation then
      raise warning 'rows of % already lie in the default partition of %', month, parent;
    end;
  end loop;
end $$;
select ensure_month_partitions('audit_event');
select ensure_month_partitions('inbound_message');
`,
    )
    .execute(db)
}
