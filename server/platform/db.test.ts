import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { at } from '../../test/support/clock.ts'
import { createTestDatabase } from '../../test/support/database.ts'
import { type Db, openDatabase, perDatabase, transaction } from './db.ts'
import { type SessionGuard, underGuard } from './session-guard.ts'

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

test('a statement planned while its table was small is planned anew once ten seconds have passed, also under a guard', async () => {
  const files = await createTestDatabase()
  // One connection, so that all statements meet the same plans; and whatever analyses the table would renew them as well.
  const { db, close } = openDatabase(files.url, { max: 1 })
  await sql`create table grown (id int primary key, word text) with (autovacuum_enabled = false)`.execute(db)
  const add = (from: number, to: number) =>
    sql`insert into grown select n, 'word ' || n from generate_series(${from}::int, ${to}::int) n`.execute(db)
  const read = (of: Db = db) => sql<{ word: string }>`select word from grown where id = ${1}`.execute(of)
  const planned = async () => {
    const { rows } = await sql<{ name: string }>`
      select name from pg_prepared_statements where statement = 'select word from grown where id = $1'`.execute(
      db,
    )
    const plan = await sql
      .raw<{ 'QUERY PLAN': string }>(`explain execute ${rows[0]?.name ?? ''} (1)`)
      .execute(db)
    return plan.rows[0]?.['QUERY PLAN']
  }
  const guardOf = (holds: boolean): SessionGuard => ({
    state: 'open',
    condition: '$1::boolean',
    values: [holds],
  })
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

  await add(1, 1)
  await sql`analyze grown`.execute(db)
  // PostgreSQL settles on one plan for all values after the fifth of a prepared statement.
  for (let n = 0; n < 10; n++) await read()
  expect(await planned()).toContain('Seq Scan')
  await add(2, 20_000)
  expect(await planned()).toContain('Seq Scan')
  await at(later(11), async () => {
    const guard = guardOf(true)
    expect((await underGuard(guard, () => read())).rows).toEqual([{ word: 'word 1' }])
    expect(guard.state).toBe('holds')
    expect(await planned()).not.toContain('Seq Scan')
  })
  await at(later(22), async () => {
    const { rows } = await underGuard(guardOf(true), () => transaction(db, (trx) => read(trx)))
    expect(rows).toHaveLength(1)
  })
  await at(later(33), () =>
    expect(underGuard(guardOf(false), () => read())).rejects.toMatchObject({ id: 'not-signed-in' }),
  )
  await close()
  await files.drop()
})
