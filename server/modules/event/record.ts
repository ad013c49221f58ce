import { type RawBuilder, sql } from 'kysely'

/*
 * A person may consist of several merged records. Every row keeps its original record in `person_id`. A merge only sets `survivor_id` in
 * `person` (the surviving record) and moves no rows, so reading a person means reading all of its records. See
 * docs/decisions/0028-merges-move-nothing.md.
 */

/** Ids of all records of a person, as an array; `person` is the surviving record. */
export function recordsOf(person: RawBuilder<unknown>): RawBuilder<number[]> {
  return sql<
    number[]
  >`array(select ${person}::bigint union all select member.id from person member where member.survivor_id = ${person})`
}

/** The person a record belongs to: its surviving record. */
export function personOfRecord(record: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(select coalesce(record.survivor_id, record.id) from person record where record.id = ${record})`
}

/** Joins the person `p` of a row's record. */
export function joinPerson(record: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`join person record on record.id = ${record} join person p on p.id = coalesce(record.survivor_id, record.id)`
}

/** The same for rows without a person, where `p` is null. */
export function leftJoinPerson(record: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`left join person record on record.id = ${record} left join person p on p.id = coalesce(record.survivor_id, record.id)`
}

/** Whether a death is recorded on any of the person's records; `deceased` is the surviving record's own column. */
export function deceasedOf(person: RawBuilder<unknown>, deceased: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${deceased} or exists (select 1 from person member where member.survivor_id = ${person} and member.deceased))`
}
