import { type Kysely, sql } from 'kysely'

// A merge moves nothing any more: every row goes back to the record that it was said of and stays there; see
// docs/decisions/0028-merges-move-nothing.md. The triggers that led rows to a survivor read whole tables per batch and are gone.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
drop index enrollment_once;
drop index group_member_once;
do $$
declare
  child name;
begin
  for child in select tables_that_follow() loop
    execute format('drop trigger if exists %I on %I', child || '_to_survivor', child);
    execute format('update %I set person_id = subject_id where subject_id is not null', child);
    execute format('alter table %I drop column subject_id', child);
    execute format('drop function if exists %I()', child || '_to_survivor');
  end loop;
end $$;
drop function tables_that_follow();
drop function follow_survivor(text, text[]);
drop function merge_rows(bigint, bigint);
drop function unmerge_rows(bigint, bigint, bigint[]);

-- A stay whose discharge was taken back is followed up again when it really ends.
create unique index enrollment_once on enrollment (pathway_id, person_id, encounter_id) nulls not distinct
  where status in ('active', 'waiting', 'blocked')
    or (encounter_id is not null and coalesce(stop_reason, '') not in ('discharge-cancelled', 'encounter-cancelled'));
-- A record is a member of a group once at a time; two records of one person may both be.
create unique index group_member_once on group_member (group_id, person_id) where until is null;

-- Persons are read through their records, and foreign keys are checked from both ends.
drop index enrollment_person;
create index enrollment_person on enrollment (person_id);
create index enrollment_encounter on enrollment (encounter_id) where encounter_id is not null;
create index person_merged_into on person (merged_into) where merged_into is not null;
create index questionnaire_response_encounter on questionnaire_response (encounter_id) where encounter_id is not null;
create index event_encounter on event (encounter_id) where encounter_id is not null;
create index condition_person on condition (person_id);
create index person_relationship_related on person_relationship (related_person_id) where related_person_id is not null;
`,
    )
    .execute(db)
}
