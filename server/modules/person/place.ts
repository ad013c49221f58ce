import { sql } from 'kysely'
import type { Point } from '../../../contract/geo.ts'
import type { Trx } from '../../platform/db.ts'

/**
 * Notes where sources say that addresses lie. It counts for the address with these words only, and a position that staff set stays until the
 * address changes.
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

/**
 * Says by hand where the home address of a record lies; null: nobody knows.
 * @param source who says so (`staffSource`)
 */
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
