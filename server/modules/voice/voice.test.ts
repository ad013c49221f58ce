import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { dischargedPatients, voiceHouse, type VoiceHouse } from '../../../test/support/voice.ts'
import { changeSetting } from '../../../test/support/setting.ts'
import { checkPatients, openingOf } from '../../../test/support/voice-check.ts'
import type { Patient } from '../../../sim/voice-patients.ts'

const factor = Number(process.env.CARELOOP_PROPERTY_FACTOR ?? 1)
/** The full size, 500, is for torture/. */
const crowdSize = factor === 1 ? 38 : 50 * factor

let app: TestApp
let house: VoiceHouse
let patients: Map<string, Patient>

beforeAll(async () => {
  app = await createTestApp()
  patients = await dischargedPatients(app, crowdSize)
  house = await voiceHouse(app, patients, { start: await openingOf(app, 10), lines: 12 * factor })
}, 60_000 * factor)
afterAll(async () => {
  await house.close()
  await app.close()
})

test(
  'each patient ends as the model says, nobody is called twice for one thing or outside hours',
  { timeout: 60_000 * factor },
  async () => {
    await house.run()
    // The next try is a day later, at an hour of calling.
    for (let day = 1; day <= 3; day++) {
      house.clock.step(await openingOf(app, 9, day))
      await house.run()
    }
    await checkPatients(app, house, patients)
  },
)

test('a response by voice is the person’s own, and its call is the proof', async () => {
  const { rows } = await sql<{ source: string; channel: string; status: string; proof: string }>`
    select distinct r.source, r.channel, r.status, t.proof from task t join questionnaire_response r on r.task_id = t.id where t.status = 'completed'`.execute(
    app.db,
  )
  expect(rows).toEqual([{ source: 'person', channel: 'voice', status: 'completed', proof: 'call-record' }])
})

test(
  'doubled, reordered and lost events change nothing of what a call is taken for, and no call is lost',
  { timeout: 60_000 * factor },
  async () => {
    const other = await createTestApp()
    const crowd = await dischargedPatients(other, 19)
    const rough = await voiceHouse(other, crowd, {
      start: await openingOf(other, 10),
      lines: 12,
      chaos: { seed: 7, duplicate: 0.2, reorder: 0.2 },
    })
    try {
      await rough.run()
      for (let day = 1; day <= 3; day++) {
        rough.clock.step(await openingOf(other, 9, day))
        await rough.run()
      }
      await checkPatients(other, rough, crowd)
    } finally {
      await rough.close()
      await other.close()
    }
  },
)

test(
  'a process killed in the middle of calls: each is accounted for once, goes on where it was, and nobody is called again on a guess',
  { timeout: 60_000 * factor },
  async () => {
    const other = await createTestApp()
    const crowd = await dischargedPatients(other, 19)
    const house = await voiceHouse(other, crowd, {
      start: await openingOf(other, 10),
      lines: 19,
      leaseMs: 50,
    })
    try {
      await changeSetting(other, 'voice.tries', 1)
      for (let kill = 1; kill <= 6; kill++) {
        await house.run(house.clock.now() + 17_000)
        house.restart()
        await expect
          .poll(
            async () =>
              (await sql`select 1 from voice_line where held_until >= now()`.execute(other.db)).rows,
            { interval: 10 },
          )
          .toEqual([])
      }
      await house.run()
      const { rows } = await sql<{ state: string; outcome: string; calls: number; dialled: number }>`
      select state, outcome, count(*)::int as calls from voice_call group by 1, 2 order by 2`.execute(
        other.db,
      )
      expect(rows.every((row) => row.state === 'ended')).toBe(true)
      expect(rows.reduce((sum, row) => sum + row.calls, 0)).toBe(19)
      // Everybody was called exactly once: a broken call is not made again the same day.
      expect(house.sim.dialled.map((one) => one.number).sort()).toEqual([...crowd.keys()].sort())
      // Who stayed on the line was asked to the end by the next process.
      const completed = rows.find((row) => row.outcome === 'completed')
      expect(completed?.calls).toBeGreaterThan(3)
      const { rows: tasks } = await sql<{
        n: number
      }>`select count(*)::int as n from task where level = 1 and held_by is not null`.execute(other.db)
      expect(tasks[0]?.n).toBe(0)
      const { rows: attempts } = await sql<{ task_id: number }>`
      select task_id from task_attempt group by task_id having count(*) > 1`.execute(other.db)
      expect(attempts).toEqual([])
    } finally {
      await house.close()
      await other.close()
    }
  },
)
