import { type Kysely, sql } from 'kysely'

// A task is work in general: about a person, about an organisation, or about neither.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
alter table task alter person_id drop not null,
  add group_id int references group_customer,
  -- What the task is about when it is neither a person nor a stay, such as an agreement.
  add subject_kind text,
  add subject_id bigint,
  -- What came out, where no contact was made that would say so.
  add result_note text,
  add constraint task_subject check ((subject_kind is null) = (subject_id is null)),
  add constraint task_needs_person check (person_id is not null
    or kind not in ('follow-up-call', 'home-visit', 'red-flag', 'spot-check', 'spot-check-review', 'return-visit'));
create index task_group on task (group_id, created_at desc) where group_id is not null;
create index task_subject on task (subject_kind, subject_id) where subject_kind is not null;
`,
    )
    .execute(db)
}
