import { sql } from 'kysely'
import { ownRow } from '../../modules/questionnaire/fhir/terms.ts'
import type { Trx } from '../../platform/db.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { FhirError } from './outcome.ts'
import { findResource } from './read.ts'

/** Whether `W/"3"`, `"3"`, a list of them, or `*` (any) holds the version. */
export function holdsVersion(ifMatch: string, version: string): boolean {
  return ifMatch
    .split(',')
    .map((one) => one.trim().replace(/^W\//i, '').replaceAll('"', ''))
    .some((one) => one === '*' || one === version)
}

/**
 * Refuses updates based on a version other than the current one (If-Match). Patients, visits and appointments are locked, so that of two updates from
 * the same version one is refused.
 * @throws {FhirError} 412
 */
export async function checkVersions(trx: Trx, sender: Sender, items: Item[]): Promise<void> {
  const asked = items.filter((item) => item.ifMatch !== null)
  if (asked.length === 0) return
  const ids = (type: string) =>
    asked.flatMap((item) => (item.type === type && /^\d{1,15}$/.test(item.id ?? '') ? [Number(item.id)] : []))
  await sql`select 1 from person where id = any(${ids('Patient')}::bigint[]) order by id for no key update`.execute(
    trx,
  )
  await sql`select 1 from encounter where id = any(${ids('Encounter')}::bigint[]) order by id for update`.execute(
    trx,
  )
  const appointments = asked.flatMap(({ type, id, stored }) =>
    type === 'Appointment' ? (stored?.appointment_id ?? ownRow(id ?? '') ?? []) : [],
  )
  await sql`select 1 from appointment where id = any(${appointments}::bigint[]) order by id for update`.execute(
    trx,
  )
  for (const item of asked) {
    const current = item.id === null ? undefined : await findResource(trx, sender.actor, item.type, item.id)
    const version = (current?.['meta'] as { versionId?: string } | undefined)?.versionId
    if (version === undefined || !holdsVersion(item.ifMatch ?? '', version))
      throw new FhirError(412, {
        code: 'conflict',
        diagnostics:
          version === undefined
            ? `${item.type}/${item.id ?? ''} does not exist, so it has no version.`
            : 'Somebody changed this meanwhile. Read the new version and try again.',
        expression: item.path,
      })
  }
}
