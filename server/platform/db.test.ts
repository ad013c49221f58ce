import { expect, test } from 'vitest'
import { createTestDatabase } from '../../test/support/database.ts'
import { openDatabase, perDatabase, transaction } from './db.ts'

test('what a process remembers of a database is found in its transactions and not in another database', async () => {
  const kept = perDatabase(() => new Map<number, string>())
  const files = await createTestDatabase()
  const [one, other] = [openDatabase(files.url, { max: 1 }), openDatabase(files.url, { max: 1 })]
  await transaction(one.db, (trx) => Promise.resolve(kept(trx).set(1, 'one')))
  expect(kept(one.db).get(1)).toBe('one')
  expect(await transaction(one.db, (trx) => Promise.resolve(kept(trx).get(1)))).toBe('one')
  expect(kept(other.db).size).toBe(0)
  expect(await transaction(other.db, (trx) => Promise.resolve(kept(trx).size))).toBe(0)
  await one.close()
  await other.close()
  await files.drop()
})
