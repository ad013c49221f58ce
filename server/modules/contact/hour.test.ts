import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getTask } from '../../../contract/task.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { transaction } from '../../platform/db.ts'
import { queueMessages } from '../message/write.ts'
import { bestHourOf, learnHours } from './hour.ts'

let app: TestApp
let count = 0

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

/** Calls at these local hours (Shanghai) of the last days, answered or not. */
async function called(calls: { hour: number; answered: boolean }[]) {
  count += 1
  const made = await discharged(app, `H${count}`)
  await sql`
    insert into task_attempt (task_id, number, at, user_id, user_name, channel, outcome)
    select ${made.task}, nr + 10, date_trunc('day', now() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' - nr * interval '1 day' + hour * interval '1 hour',
      'x', 'x', 'phone', case when answered then 'done' else 'unreached' end
    from unnest(${calls.map((one) => one.hour)}::int[], ${calls.map((one) => one.answered)}::boolean[]) with ordinality as u(hour, answered, nr)`.execute(
    app.db,
  )
  return made
}
const times = (n: number, hour: number, answered: boolean) =>
  Array.from({ length: n }, () => ({ hour, answered }))

test('the hour in which somebody answers is learned, drawn towards the site while calls are few', async () => {
  // The site answers in the morning.
  for (let one = 0; one < 4; one++) await called([...times(3, 10, true), ...times(6, 19, false)])
  const evening = await called([...times(6, 19, true), ...times(4, 10, false)])
  const once = await called([
    { hour: 19, answered: true },
    { hour: 10, answered: true },
    { hour: 10, answered: false },
  ])
  const few = await called(times(2, 19, true))
  expect(await learnHours(app.db)).toBeGreaterThan(0)
  expect(await bestHourOf(app.db, evening.person)).toMatchObject({ hour: 19, calls: 10 })
  expect((await bestHourOf(app.db, once.person))?.hour).toBe(10)
  expect(await bestHourOf(app.db, few.person)).toBeNull()
  expect(await learnHours(app.db)).toBe(0)
  const centre = await app.signInAs('service-centre')
  const { body } = await app.request(centre, getTask, { params: { id: evening.task } })
  expect(body.contact.bestHour).toMatchObject({ hour: 19, calls: 10 })
})

test('what may wait goes in the best hour; care and unknown persons do not wait', async () => {
  const evening = await called(times(20, 19, true))
  const unknown = await called([])
  await learnHours(app.db)
  const message = { channel: 'email' as const, subject: 'x', body: 'x', bestHour: true }
  const ids = await transaction(app.db, (trx) =>
    queueMessages(trx, [
      { ...message, personId: evening.person, purpose: 'marketing' },
      { ...message, personId: evening.person, purpose: 'clinical' },
      { ...message, personId: unknown.person, purpose: 'marketing' },
    ]),
  )
  const { rows } = await sql<{ hour: number; now: boolean }>`
    select extract(hour from due_at at time zone 'Asia/Shanghai')::int as hour, due_at <= now() as now from message
    where id = any(${ids}::bigint[]) order by id`.execute(app.db)
  expect(rows[0]?.hour).toBe(19)
  expect(rows.slice(1).map((row) => row.now)).toEqual([true, true])
})
