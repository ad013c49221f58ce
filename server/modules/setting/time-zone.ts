import { sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import { settingDefinitions } from './definitions.ts'
import { readSettings } from './setting.ts'

const key = 'organisation.time-zone'

/** The time zone that counts where no site is known; where one is, its own does. */
export async function organisationZone(db: Db): Promise<string> {
  return (await readSettings(db, [key]))[key]
}

/** The same within a larger statement, as text. */
export const organisationZoneSql = sql<string>`coalesce((select value #>> '{}' from setting where key = ${sql.lit(key)} and site_id is null), ${sql.lit(settingDefinitions[key].defaultValue)})`
