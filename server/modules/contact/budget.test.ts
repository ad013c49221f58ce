import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { transaction } from '../../platform/db.ts'
import { permit } from './permit.ts'

let app: TestApp
let people: number[]

beforeAll(async () => {
  app = await createTestApp()
  await sql`insert into setting (key, value) values ('contact.quiet-from', '0'), ('contact.quiet-to', '0'), ('contact.on-holidays', 'true')`.execute(
    app.db,
  )
  const { rows } = await sql<{ id: number }>`
    insert into person (name, search_name, pinyin, initials, sex, source, source_time)
    select '家人' || n, '家人' || n, 'jr', 'jr', 'female', 'test', now() from generate_series(1, 12) n returning id`.execute(
    app.db,
  )
  people = rows.map((row) => row.id)
  await sql`insert into person_telecom (person_id, system, value, valid, source) select id, 'email', 'family@example.test', true, 'test'
    from unnest(${people}::bigint[]) id`.execute(app.db)
  await sql`insert into consent (person_id, purpose, channel, given_at, proof, recorded_by, recorded_by_name)
    select id, 'marketing', 'all', now() - interval '1 day', 'paper', 'test', 'test' from unnest(${people}::bigint[]) id`.execute(
    app.db,
  )
})
afterAll(() => app.close())

/** Asks the gate and records what it permits, as a worker does: in one transaction. */
const contact = (personId: number, purpose: 'clinical' | 'service' | 'marketing') =>
  transaction(app.db, async (trx) => {
    const request = { key: 1, personId, channel: 'email' as const, purpose, automatic: true, siteId: null }
    const verdict = (await permit(trx, [request])).get(1)
    if (verdict?.kind === 'permit')
      await sql`insert into message (person_id, channel, purpose, body, status) values (${personId}, 'email', ${purpose}, 'x', 'sending')`.execute(
        trx,
      )
    return verdict?.kind === 'refuse' ? verdict.reason : verdict?.kind
  })

test('a household gets no more advertising than its budget, however many workers write to its members at once', async () => {
  const verdicts = await Promise.all(people.map((id) => contact(id, 'marketing')))
  expect(verdicts.filter((one) => one === 'permit')).toHaveLength(3)
  expect(verdicts.filter((one) => one === 'frequency-cap')).toHaveLength(9)
})

test('a full budget holds back service messages and never the person’s care, which counts for the others', async () => {
  const all = await Promise.all(people.map((id) => contact(id, 'service')))
  // Fourteen in seven days, three of which were advertising.
  expect(all.filter((one) => one === 'permit')).toHaveLength(11)
  expect(await Promise.all(people.map((id) => contact(id, 'clinical')))).toEqual(people.map(() => 'permit'))
  expect(await contact(people[0] ?? 0, 'service')).toBe('frequency-cap')
})
