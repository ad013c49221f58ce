import { sql } from 'kysely'
import { expect } from 'vitest'
import { fromLocal, toLocal } from '../../server/platform/clock.ts'
import { isWorkingDay, loadCalendars } from '../../server/platform/calendar.ts'
import { localDate } from '../../server/platform/clock.ts'
import type { Patient } from '../../sim/voice-patients.ts'
import type { TestApp } from './app.ts'
import type { VoiceHouse } from './voice.ts'
import { expected } from './voice-model.ts'

const zone = 'Asia/Shanghai'
const dayMs = 86_400_000

/** That hour of a day after today. @param later how many working days after the first */
export async function openingOf(app: TestApp, hour: number, later = 0): Promise<number> {
  const calendar = (await loadCalendars(app.db))(null)
  let at = Date.now() + dayMs
  for (let left = later; ; at += dayMs) {
    if (!isWorkingDay(localDate(new Date(at), zone), calendar)) continue
    if (left === 0) break
    left -= 1
  }
  return fromLocal({ ...toLocal(new Date(at), zone), hour, minute: 0, second: 0 }, zone).getTime()
}

type Row = {
  phone: string
  status: string
  machine: string
  attempts: number
  flags: number
  priority: number
  held: boolean
  answers: Record<string, unknown> | null
  outcomes: string[]
}

/** Compares every patient with the model, and every call with the rules. @returns how many calls there were */
export async function checkPatients(
  app: TestApp,
  house: VoiceHouse,
  patients: Map<string, Patient>,
): Promise<number> {
  const { rows } = await sql<Row>`
    select (select right(v.value, 11) from person_telecom v where v.person_id = t.person_id and v.system = 'phone') as phone, t.status, t.machine, t.priority,
      t.held_by is not null as held, (select count(*)::int from task_attempt a where a.task_id = t.id) as attempts,
      (select count(*)::int from red_flag f where f.person_id = t.person_id) as flags,
      (select r.answers from questionnaire_response r where r.task_id = t.id) as answers,
      array(select c.outcome from voice_call c where c.task_id = t.id order by c.attempt) as outcomes
    from task t where t.level = 1`.execute(app.db)
  expect(rows).toHaveLength(patients.size)
  const wrong = rows.flatMap((row) => {
    const patient = patients.get(row.phone)
    if (!patient) return [`${row.phone} is nobody`]
    const should = expected[patient.behaviour]
    const is = {
      outcomes: row.outcomes,
      task: row.status === 'completed' ? 'completed' : 'open',
      machine: row.machine,
      attempts: row.attempts,
      redFlag: row.flags > 0,
      answers: Object.keys(row.answers ?? {}).length,
      urgent: row.status !== 'completed' && row.priority > 0,
    }
    const same = JSON.stringify(is) === JSON.stringify(should) && !row.held
    return same
      ? []
      : [
          `${patient.behaviour}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}${row.held ? ', held' : ''}`,
        ]
  })
  expect(wrong).toEqual([])
  // One call in the telephone system for each that was written down, and none beside the hours.
  const { rows: calls } = await sql<{
    n: number
    tasks: number
  }>`select count(*)::int as n, count(distinct task_id)::int as tasks from voice_call`.execute(app.db)
  expect(house.sim.dialled).toHaveLength(calls[0]?.n ?? -1)
  expect(new Set(house.sim.dialled.map((one) => one.channelId)).size).toBe(house.sim.dialled.length)
  for (const { at } of house.sim.dialled) {
    const { hour } = toLocal(new Date(at), zone)
    expect(hour >= 9 && hour < 18).toBe(true)
  }
  return house.sim.dialled.length
}
