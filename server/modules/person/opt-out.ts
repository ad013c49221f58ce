import type { Insertable } from 'kysely'
import type { OptOut } from '../../platform/db-types.ts'
import type { Trx } from '../../platform/db.ts'

type NewOptOut = {
  personId: number
  channel: Insertable<OptOut>['channel']
  purpose: Insertable<OptOut>['purpose']
  reason: string | null
  /** The actor's id. */
  recordedBy: string
}

/** Records that a person wants no contact; earlier opt-outs stay unchanged. */
export async function recordOptOut(trx: Trx, one: NewOptOut): Promise<void> {
  await trx
    .insertInto('opt_out')
    .values({
      person_id: one.personId,
      channel: one.channel,
      purpose: one.purpose,
      reason: one.reason,
      recorded_by: one.recordedBy,
    })
    .onConflict((c) => c.doNothing())
    .execute()
}
