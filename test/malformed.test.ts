import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listenMllp } from '../server/feeds/hl7/listener.ts'
import { RawStore } from '../server/modules/intake/store.ts'
import { compareListed, sendMalformed } from '../torture/malformed.ts'
import { createTestApp } from './support/app.ts'

test('1,500 malformed and oddly framed messages: each is answered, each rejected one listed with its true reason', async () => {
  const app = await createTestApp()
  const feed = await listenMllp(new RawStore(app.db, () => undefined), { host: '127.0.0.1', port: 0 })
  const found = await sendMalformed(feed.port, { count: 1500, seed: 11, connections: 6, big: 1 })
  expect(found.problems).toEqual([])
  expect(found.answered).toBe(Object.values(found.sent).reduce((sum, n) => sum + n, 0))
  await app.processAll()
  const query = async (text: string) =>
    (await sql<{ reason: string | null; n: number }>`${sql.raw(text)}`.execute(app.db)).rows
  expect(await compareListed(found, query)).toEqual([])
  const { rows } = await sql`select 1 from inbound_message where status = 'received'`.execute(app.db)
  expect(rows).toEqual([])
  await feed.close()
  await app.close()
})
