import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { emergencyNumberOf } from '../person/language.ts'

/** Hospitals that can send a code; at others nobody could sign in. */
export async function portalInfo(db: Db, signedIn: boolean) {
  const { rows } = await sql<{ id: number; name: string; zone: string }>`
    select s.id, s.name, s.time_zone as zone from site s where exists (
      select 1 from message_account a where a.active and a.channel = 'sms' and (a.site_id is null or a.site_id = s.id)) order by s.name, s.id`.execute(
    db,
  )
  return {
    sites: rows.map(({ id, name, zone }) => ({
      id,
      name,
      timeZone: zone,
      emergencyNumber: emergencyNumberOf(zone),
    })),
    signedIn,
  }
}
