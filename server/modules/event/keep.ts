import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/*
 * Writes to the table `event` other than `recordEvents`: parts of larger statements in other modules, and the undo of an import. No
 * reactor runs.
 */

/**
 * Writes events that were recorded at another time.
 * @param rows a query for person_id, at, recorded_at, kind, source, encounter_id, department_id, attending_staff_id and data, in this
 * order
 */
export const insertEventsFrom = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into event (person_id, at, recorded_at, kind, source, encounter_id, department_id, attending_staff_id, data) ${rows}`

/** Marks these events as superseded; they stay on the timeline. */
export const supersedeEvents = (ids: number[]): RawBuilder<unknown> => sql`
  update event set data = data || '{"superseded": true}' where id = any(${ids}::bigint[])`

/** Undoes that mark. */
export const reinstateEvents = (ids: number[]): RawBuilder<unknown> => sql`
  update event set data = data - 'superseded' where id = any(${ids}::bigint[])`

/** Deletes events, for the undo of an import. `which` is a condition over `event`. */
export async function deleteEvents(trx: Trx, which: RawBuilder<SqlBool>): Promise<void> {
  await sql`delete from event where ${which}`.execute(trx)
}
