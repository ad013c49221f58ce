import { sql } from 'kysely'
import type { Rung } from '../../../contract/task.ts'
import type { Trx } from '../../platform/db.ts'

/** Where the search for a person stands after a contact. */
export type ContactState = {
  /** How many attempts were made. */
  attempts: number
  reached: boolean
  rung: Rung
  /** How many of them before this rung. */
  rungFrom: number
}

export async function writeContact(trx: Trx, taskId: number, state: ContactState): Promise<void> {
  await sql`
    update task set attempts = ${state.attempts}, reached = ${state.reached}, rung = ${state.rung}, rung_from = ${state.rungFrom}
    where id = ${taskId}`.execute(trx)
}
