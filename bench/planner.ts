import { sql } from 'kysely'
import { type NewEvent, recordEvents } from '../server/modules/event/event.ts'
import { executeDue } from '../server/modules/pathway/execute.ts'
import { executors } from '../server/loops.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { type Figure, whenMain } from './figure.ts'
import { addStays, onEmptyInstallation } from './stays.ts'

const discharges = 100_000
const batch = 500

type Stay = { id: number; ends_at: Date; department_id: number; attending_staff_id: number }

/** As many at a time as the serving process applies and executes. */
async function inLanes(work: () => Promise<boolean>): Promise<void> {
  const lane = async () => {
    while (await work());
  }
  await Promise.all(Array.from({ length: executors }, lane))
}

async function dischargeAll(db: Db): Promise<void> {
  const { rows } = await sql<Stay>`
    select id, ends_at, department_id, attending_staff_id from encounter order by id`.execute(db)
  let from = 0
  await inLanes(async () => {
    const stays = rows.slice(from, (from += batch))
    if (stays.length > 0) await discharge(db, stays)
    return stays.length > 0
  })
}

async function discharge(db: Db, stays: Stay[]): Promise<void> {
  const events = stays.map((row): NewEvent => ({
    personId: row.id,
    at: row.ends_at,
    kind: 'encounter.discharged',
    source: 'bench',
    encounterId: row.id,
    data: {
      class: 'inpatient',
      siteId: 1,
      departmentId: row.department_id,
      attendingStaffId: row.attending_staff_id,
      conditionText: '肺炎',
      conditionCodes: ['J18.9'],
      disposition: '01',
    },
  }))
  await transaction(db, (trx) => recordEvents(trx, events))
}

/** 100,000 discharge events into enrolments and level-1 tasks by the engine itself, in one process, as many side by side as it serves with. */
export async function planner(): Promise<Figure[]> {
  return onEmptyInstallation(async ({ db }) => {
    await addStays(db, discharges, `now() - (g % 7200) * interval '1 minute'`)
    await sql`analyze`.execute(db)
    const began = performance.now()
    await dischargeAll(db)
    const enrolled = performance.now()
    await inLanes(async () => (await executeDue(db)) > 0)
    const done = performance.now()
    const { rows } = await sql<{ enrollments: number; tasks: number }>`
      select (select count(*) from enrollment) as enrollments, (select count(*) from task where level = 1) as tasks`.execute(
      db,
    )
    if (rows[0]?.enrollments !== discharges || rows[0].tasks !== discharges)
      throw new Error(`made ${rows[0]?.enrollments} enrolments and ${rows[0]?.tasks} tasks`)
    const perSecond = (ms: number) => discharges / (ms / 1000)
    return [
      {
        name: 'planner: discharge events into enrolments',
        value: perSecond(enrolled - began),
        unit: 'discharges/s',
      },
      { name: 'planner: enrolments into tasks', value: perSecond(done - enrolled), unit: 'enrolments/s' },
      {
        name: 'planner: discharges into enrolments and tasks',
        value: perSecond(done - began),
        unit: 'discharges/s',
        aim: { least: 2000 },
      },
    ]
  })
}

await whenMain(import.meta.url, planner)
