import { sql } from 'kysely'
import type { Point } from '../../../contract/geo.ts'
import type { Trx } from '../../platform/db.ts'

/**
 * Stores positions of addresses stated by sources. A position applies to this address text only; one set by staff stays until the address
 * changes.
 */
export async function placeHomes(
  trx: Trx,
  homes: { personId: number; text: string; position: Point; source: string; at: Date }[],
): Promise<void> {
  if (homes.length === 0) return
  await sql`
    update person_address a set latitude = x.latitude, longitude = x.longitude, position_source = x.source, position_at = x.at
    from unnest(${homes.map((one) => one.personId)}::bigint[], ${homes.map((one) => one.text)}::text[],
      ${homes.map((one) => one.position.latitude)}::float8[], ${homes.map((one) => one.position.longitude)}::float8[],
      ${homes.map((one) => one.source)}::text[], ${homes.map((one) => one.at)}::timestamptz[])
      as x(person_id, text, latitude, longitude, source, at)
    where a.person_id = x.person_id and a.use = 'home' and a.text = x.text
      and (a.position_at is null or a.position_at <= x.at) and coalesce(a.position_source, '') not like 'staff:%'`.execute(
    trx,
  )
}

/** Sets the position of a record's home address by hand; null: unknown. @param source who set it (`staffSource`) */
export async function placeHomeByStaff(
  trx: Trx,
  recordId: number,
  position: Point | null,
  source: string,
): Promise<void> {
  await trx
    .updateTable('person_address')
    .set({
      latitude: position?.latitude ?? null,
      longitude: position?.longitude ?? null,
      position_source: position && source,
      position_at: position && sql<Date>`now()`,
    })
    .where('person_id', '=', recordId)
    .where('use', '=', 'home')
    .execute()
}
