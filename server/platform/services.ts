import type { Config } from './config.ts'
import type { Database, Db } from './db.ts'
import type { Jobs } from './jobs.ts'
import type { Live } from './live.ts'

/** What one process opens once and hands to routes, jobs and feeds. */
export type Services = {
  config: Config
  secret: string
  database: Database
  /** Same as `database.db`. */
  db: Db
  jobs: Jobs
  live: Live
}
