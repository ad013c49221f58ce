import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { type Database, openDatabase } from './db.ts'

let database: Database
let target: TestDatabase
beforeAll(async () => {
  target = await createTestDatabase({ empty: true })
  database = openDatabase(target.url, { max: 1 })
})
afterAll(async () => {
  await database.close()
  await target.drop()
})

const types = {
  text: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'NULL', '"', '\\', '{a,b}', ' ', '\n')),
  bigint: fc.maxSafeInteger(),
  float8: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  boolean: fc.boolean(),
  timestamptz: fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
}

test.each(Object.entries(types))(
  'an array of %s comes back from the database as it was sent, nulls included',
  async (type, value) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option<unknown>(value, { freq: 5 }), { maxLength: 8 }), async (sent) => {
        const clean = sent.map((one) => (typeof one === 'string' ? one.replaceAll('\0', '') : one))
        const { rows } = await sql<{ got: unknown[] }>`select ${clean}::${sql.raw(type)}[] as got`.execute(
          database.db,
        )
        expect(rows[0]?.got.map((one) => (type === 'bigint' && one !== null ? Number(one) : one))).toEqual(
          clean,
        )
      }),
      { numRuns: 60 },
    )
  },
)

test('what the driver knows better is left to it', async () => {
  const { rows } = await sql`
    select ${[Buffer.from('x')]}::bytea[] as bytes, ${[{ a: 1 }]}::jsonb[] as objects, ${[new Date(-1e14)]}::timestamptz[] as old`.execute(
    database.db,
  )
  expect(rows).toEqual([{ bytes: [Buffer.from('x')], objects: [{ a: 1 }], old: [new Date(-1e14)] }])
})
