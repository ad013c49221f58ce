import { type RawBuilder, sql } from 'kysely'
import { settingSql } from './setting.ts'

/** The time zone that counts where no site is known, as SQL; where one is, its own does. */
export const organisationZone: RawBuilder<string> = settingSql('organisation.time-zone')

/** The time zone of a site that may be unknown, as SQL. @param siteId an expression */
export const zoneAt = (siteId: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`coalesce((select time_zone from site where id = ${siteId}), ${organisationZone})`
