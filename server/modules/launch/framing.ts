import type { Db } from '../../platform/db.ts'
import { readOrigins } from '../../platform/origins.ts'
import { readSettings } from '../setting/setting.ts'

/** The page behind a link; the only one that may be shown in a frame. */
export const launchPath = '/launch'

/** Origins whose pages may show the desk in a frame; none unless an administrator entered them. */
export async function frameOrigins(db: Db): Promise<string[]> {
  const key = 'security.launch-origins'
  const read = readOrigins((await readSettings(db, [key]))[key])
  return 'origins' in read ? read.origins : []
}
