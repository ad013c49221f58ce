import { type RawBuilder, sql } from 'kysely'

/*
 * A person may consist of several records that turned out to be one human. Every row keeps the record that it was said of, for ever: its
 * `person_id`. A merge writes one row in `person` (`survivor_id`: the record that stands for the person) and moves nothing, so whoever reads a
 * person reads its records. See docs/decisions/0028-merges-move-nothing.md.
 */

/** Ids of all records of a person, as an array; `person` is the record that stands for it. */
export function recordsOf(person: RawBuilder<unknown>): RawBuilder<number[]> {
  return sql<
    number[]
  >`array(select ${person}::bigint union all select member.id from person member where member.survivor_id = ${person})`
}

/** The person that a record belongs to: the record that stands for it. */
export function personOfRecord(record: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(select coalesce(record.survivor_id, record.id) from person record where record.id = ${record})`
}

/** Joins the person `p` that a row's record belongs to. */
export function joinPerson(record: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`join person record on record.id = ${record} join person p on p.id = coalesce(record.survivor_id, record.id)`
}

/** The same for rows that may be about no person: `p` is null then. */
export function leftJoinPerson(record: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`left join person record on record.id = ${record} left join person p on p.id = coalesce(record.survivor_id, record.id)`
}

/** Whether a death is recorded on any of the person's records; `deceased` is the surviving record's own column. */
export function deceasedOf(person: RawBuilder<unknown>, deceased: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${deceased} or exists (select 1 from person member where member.survivor_id = ${person} and member.deceased))`
}
