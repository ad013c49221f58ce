import { sql } from 'kysely'
import type { IntakeNote } from '../../../contract/intake.ts'
import type { Trx } from '../../platform/db.ts'

/** Result of a stored message. */
export type Settled = {
  id: number
  status: 'applied' | 'dead' | 'ignored'
  reason: string | null
  /** The field at fault, such as PID-3. */
  location: string | null
  personId: number | null
  /** What of an applied message could not be used. */
  notes: IntakeNote[]
}

/** Writes the results of messages, in the transaction of their effects. */
export async function settleMessages(trx: Trx, settled: Settled[]): Promise<void> {
  await sql`
    update inbound_message m set status = n.status, reason = n.reason, location = n.location, person_id = n.person_id, notes = n.notes,
      attempts = m.attempts + 1, applied_at = case when n.status = 'applied' then clock_timestamp() end
    from unnest(
      ${settled.map((one) => one.id)}::bigint[], ${settled.map((one) => one.status)}::text[], ${settled.map((one) => one.reason)}::text[],
      ${settled.map((one) => one.location)}::text[], ${settled.map((one) => one.personId)}::bigint[],
      ${settled.map((one) => (one.notes.length > 0 ? JSON.stringify(one.notes) : null))}::jsonb[]
    ) as n(id, status, reason, location, person_id, notes)
    where m.id = n.id`.execute(trx)
}
