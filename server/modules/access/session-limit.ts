import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { settingDefinitions } from '../setting/definitions.ts'
import { settingSql } from '../setting/setting.ts'

const absolute = 'security.session-absolute-hours'
const idle = 'security.session-idle-minutes'

/** The longest a session can be allowed to live, in seconds; better-auth's own limit, ours is checked at each request. */
export const longestSessionSeconds = settingDefinitions[absolute].max * 3600

const limit = (key: typeof absolute | typeof idle) => sql`(${settingSql(key)})::int`

/** Condition: links from workstations are switched on at this moment; switched off, they and their sessions end. */
export const launchesAllowed: RawBuilder<SqlBool> = sql<SqlBool>`(${settingSql('security.launch')})::boolean`

/** Condition over `app_session`: neither idle nor old beyond what the settings allow at this moment. */
export const sessionAlive: RawBuilder<SqlBool> = sql`(app_session.expires_at > now()
  and app_session.last_seen_at > now() - make_interval(mins => ${limit(idle)})
  and app_session.created_at > now() - make_interval(hours => ${limit(absolute)}))`
