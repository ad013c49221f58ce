import { connectReactions } from './reactions.ts'
import type { Config } from './platform/config.ts'
import { useAppointmentKey } from './modules/appointment/link.ts'
import { useBookingKey } from './modules/booking/key.ts'
import { usePreferenceKey } from './modules/preference/token.ts'
import { useVoiceKey } from './modules/voice/prompt.ts'
import { openDatabase } from './platform/db.ts'
import { openJobs } from './platform/jobs.ts'
import { openLive } from './platform/live.ts'
import { loadSecret } from './platform/secret.ts'
import type { Services } from './platform/services.ts'

export type OpenServices = Services & { close: () => Promise<void> }

/** Opens everything a process needs on a database that is already migrated. */
export async function openServices(config: Config, url: string): Promise<OpenServices> {
  connectReactions()
  const secret = await loadSecret(config)
  const database = openDatabase(url, { max: config.databasePool })
  usePreferenceKey(database.db, secret)
  useAppointmentKey(database.db, secret)
  useBookingKey(database.db, secret)
  useVoiceKey(database.db, secret)
  const live = openLive(url)
  const jobs = openJobs(url, database.db)
  return {
    config,
    secret,
    database,
    db: database.db,
    jobs,
    live,
    async close() {
      await live.close()
      await jobs.stop()
      await database.close()
    },
  }
}
