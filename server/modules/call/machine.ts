import { sql } from 'kysely'
import type { Trx } from '../../platform/db.ts'

/** What stands before the number of a call that the machine makes, in the name of its channel and so of the call. */
export const machinePrefix = 'careloop-voice-'

/** The number of the machine's call with this name; undefined: somebody else's. */
export function machineCallOf(name: string): number | undefined {
  const id = name.startsWith(machinePrefix) ? name.slice(machinePrefix.length) : ''
  return /^\d{1,15}$/.test(id) ? Number(id) : undefined
}

/** Calls by machine are known by name: whom they are for stands where they were planned. */
export async function linkMachineCalls(trx: Trx, externalIds: string[]): Promise<void> {
  const made = externalIds.flatMap((id) => machineCallOf(id) ?? [])
  if (made.length === 0) return
  await sql`
    update call c set person_id = v.person_id, linked_by = 'task', number = coalesce(c.number, v.phone)
    from voice_call v where v.id = any(${made}::bigint[]) and c.account_id = v.account_id and c.external_id = ${machinePrefix}::text || v.id
      and c.linked_by is null`.execute(trx)
}
