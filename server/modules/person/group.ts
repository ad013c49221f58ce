import { type RawBuilder, sql } from 'kysely'

/*
 * A person may consist of several records that were merged. `id` stands for a column or value holding the surviving record, the one that
 * encounters, tasks and events point to.
 */

/** Ids of all records of a person, as an array. */
export function membersOf(id: RawBuilder<unknown>): RawBuilder<number[]> {
  return sql<
    number[]
  >`array(select member.id from person member where member.id = ${id} or member.survivor_id = ${id})`
}

/** Whether a death is recorded on any of the person's records; `deceased` is the surviving record's own column. */
export function deceasedOf(id: RawBuilder<unknown>, deceased: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(${deceased} or exists (select 1 from person member where member.survivor_id = ${id} and member.deceased))`
}
