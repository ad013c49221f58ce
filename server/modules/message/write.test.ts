import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { personOf, receive } from '../../../test/support/hl7.ts'
import { transaction } from '../../platform/db.ts'
import { type NewMessage, queueMessages, requeueMessages, withholdMessages } from './write.ts'

let app: TestApp
let person: number
let enrollment: number

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, { event: 'A04', class: 'O', mrn: 'w1', visit: 'w1' })
  person = await personOf(app, 'w1')
  const { rows } = await sql<{ id: number }>`
    insert into enrollment (pathway_id, pathway_version_id, person_id, status, entered_at)
    select id, current_version_id, ${person}, 'active', now() from pathway where current_version_id is not null limit 1 returning id`.execute(
    app.db,
  )
  enrollment = rows[0]?.id ?? 0
})
afterAll(() => app.close())

const step = (key: string): NewMessage => ({
  personId: person,
  channel: 'email',
  purpose: 'clinical',
  subject: key,
  body: key,
  step: { enrollmentId: enrollment, key },
})
const queue = (messages: NewMessage[]) => transaction(app.db, (trx) => queueMessages(trx, messages))
async function rowsOf() {
  const { rows } = await sql<{ id: number; subject: string; status: string; reason: string | null }>`
    select id, subject, status, reason from message where enrollment_id = ${enrollment} order by id`.execute(
    app.db,
  )
  return rows
}

test('a step writes its message once, also when two executors write it at the same time; ids come in the order asked', async () => {
  const first = await queue([step('a'), step('b')])
  expect((await rowsOf()).map((row) => [row.id, row.subject])).toEqual([
    [first[0], 'a'],
    [first[1], 'b'],
  ])
  const [again, twice] = await Promise.all([queue([step('b'), step('c')]), queue([step('c'), step('a')])])
  expect([again[0], twice[1]]).toEqual([null, null])
  expect([again[1], twice[0]].filter((id) => id !== null)).toHaveLength(1)
  expect((await rowsOf()).map((row) => row.subject)).toEqual(['a', 'b', 'c'])
})

test('what staff write is written as often as they do, and may be about something and wait', async () => {
  const dueAt = new Date(Date.now() + 3600_000)
  const byHand: NewMessage = {
    personId: person,
    channel: 'email',
    purpose: 'service',
    subject: null,
    body: 'x',
  }
  const ids = await queue([byHand, { ...byHand, about: { kind: 'order', id: 7 }, dueAt }])
  const { rows } = await sql<{ subject_kind: string | null; due_at: Date }>`
    select subject_kind, due_at from message where id = any(${ids}::bigint[]) order by id`.execute(app.db)
  expect(rows.map((row) => row.subject_kind)).toEqual([null, 'order'])
  expect(rows[1]?.due_at).toEqual(dueAt)
})

test('what a stopped enrolment had written is withheld, and goes on with it; what had left or was held back before stays', async () => {
  await sql`update message set status = 'sent', finished_at = now() where enrollment_id = ${enrollment} and subject = 'a'`.execute(
    app.db,
  )
  await sql`update message set status = 'suppressed', reason = 'enrollment-stopped', finished_at = now() - interval '1 day'
    where enrollment_id = ${enrollment} and subject = 'b'`.execute(app.db)
  const { withheld, endedAt } = await transaction(app.db, async (trx) => {
    const { rows } = await sql<{ at: string }>`
      update enrollment set status = 'stopped', ended_at = now() where id = ${enrollment} returning ended_at::text as at`.execute(
      trx,
    )
    return { withheld: await withholdMessages(trx, [enrollment]), endedAt: rows[0]?.at ?? '' }
  })
  expect(withheld).toMatchObject([{ person_id: person, enrollment_id: enrollment, channel: 'email' }])
  await transaction(app.db, (trx) => requeueMessages(trx, [{ id: enrollment, endedAt }]))
  expect((await rowsOf()).map((row) => [row.subject, row.status])).toEqual([
    ['a', 'sent'],
    ['b', 'suppressed'],
    ['c', 'queued'],
  ])
})
