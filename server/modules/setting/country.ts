import { type RawBuilder, sql } from 'kysely'
import { settingSql } from './setting.ts'

/** The country whose telephone numbers a site writes without a country code, as SQL. @param siteId an expression, may be null */
export const countryAt = (siteId: RawBuilder<unknown> = sql`null::int`): RawBuilder<string> =>
  settingSql('organisation.country', siteId)
