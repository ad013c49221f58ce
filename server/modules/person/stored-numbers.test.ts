import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { up as identityNumbers } from '../../migrations/2026-11-29T0820-identity-numbers.ts'
import { transaction } from '../../platform/db.ts'
import { comparedNumber } from './identity-number.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
})
afterAll(() => app.close())

test('numbers stored as they were sent get their one form; what two persons have stays with one and is a statement of the other', async () => {
  const stored = {
    M1: '330203 19660606 071x',
    M2: '110105491231002',
    M3: '11010519491231002X',
    M4: 'Ｇ５５５１２３４５',
    M5: '33020319880808081X',
    M7: '33020319990909091x',
    M8: '33020319990909091 X',
  }
  await receive(app, ...Object.keys(stored).map((mrn) => ({ mrn })))
  for (const [mrn, value] of Object.entries(stored)) {
    const system = mrn === 'M4' ? 'passport' : 'national-id'
    await sql`insert into person_identifier (person_id, system, value, source) values (${await personOf(app, mrn)}, ${system}, ${value}, 'test')`.execute(
      app.db,
    )
  }
  await sql`drop table person_number_claim; drop function person_claim_to_match cascade`.execute(app.db)
  await transaction(app.db, (trx) => identityNumbers(trx as unknown as Kysely<unknown>))

  const after = async (table: string) => {
    const { rows } = await sql<{ mrn: string; value: string }>`
      select m.value as mrn, n.value from ${sql.table(table)} n join person_identifier m on m.person_id = n.person_id and m.system like 'mrn:%'
      where n.system not like 'mrn:%' order by 1`.execute(app.db)
    return Object.fromEntries(rows.map((row) => [row.mrn, row.value]))
  }
  const [numbers, claims] = [await after('person_identifier'), await after('person_number_claim')]
  expect(numbers).toMatchObject({
    M1: '33020319660606071X',
    M3: '11010519491231002X',
    M4: 'G55512345',
    M5: '33020319880808081X',
  })
  expect(claims).toMatchObject({ M2: '11010519491231002X' })
  expect([numbers['M7'] ?? claims['M7'], numbers['M8'] ?? claims['M8']]).toEqual([
    '33020319990909091X',
    '33020319990909091X',
  ])
  expect(Object.keys(claims).filter((mrn) => mrn === 'M7' || mrn === 'M8')).toHaveLength(1)
  for (const [mrn, value] of Object.entries(stored))
    expect(numbers[mrn] ?? claims[mrn]).toBe(comparedNumber(mrn === 'M4' ? 'passport' : 'national-id', value))
})
