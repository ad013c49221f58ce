import { type Kysely, sql } from 'kysely'

// What the messages of a pathway may cost together; sending takes each price out of it before the message leaves.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table message_budget (
      pathway_id int primary key references pathway,
      budget numeric(12, 2) not null,
      -- With what is being sent now.
      spent numeric(14, 4) not null default 0,
      -- A message did not fit any more.
      exhausted_at timestamptz
    )`.execute(db)
  await sql`
    insert into message_budget (pathway_id, budget, spent)
    select c.pathway_id, c.budget, coalesce((select sum(m.cost) from message m where m.pathway_id = c.pathway_id), 0)
    from campaign c where c.pathway_id is not null and c.budget is not null`.execute(db)
}
