import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/*
 * Statements on the table `event` for modules that keep it true besides `recordEvents`: they run as parts of larger statements of theirs, or
 * take back what an import brought. Nothing follows from them.
 */

/**
 * Writes events as they were recorded at another time.
 * @param rows a query for person_id, at, recorded_at, kind, source, encounter_id, department_id, attending_staff_id and data, in this order
 */
export const insertEventsFrom = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into event (person_id, at, recorded_at, kind, source, encounter_id, department_id, attending_staff_id, data) ${rows}`

/** What these events say stays, that it still holds does not. */
export const supersedeEvents = (ids: number[]): RawBuilder<unknown> => sql`
  update event set data = data || '{"superseded": true}' where id = any(${ids}::bigint[])`

/** What these events say holds again. */
export const reinstateEvents = (ids: number[]): RawBuilder<unknown> => sql`
  update event set data = data - 'superseded' where id = any(${ids}::bigint[])`

/** For an import that is taken back; everything else that happened stays. `which` is a condition over `event`. */
export async function deleteEvents(trx: Trx, which: RawBuilder<SqlBool>): Promise<void> {
  await sql`delete from event where ${which}`.execute(trx)
}
