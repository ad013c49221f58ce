import type { Db } from '../../platform/db.ts'
import { readOrigins } from '../../platform/origins.ts'
import { readSettings } from '../setting/setting.ts'

/** The page of the chat; pages of the hospital may show it in a frame. */
export const chatPath = '/chat'

/** Origins whose pages may; none unless an administrator entered them. */
export async function chatOrigins(db: Db): Promise<string[]> {
  const key = 'conversation.chat-origins'
  const read = readOrigins((await readSettings(db, [key]))[key])
  return 'origins' in read ? read.origins : []
}
