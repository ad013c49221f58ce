import { sql } from 'kysely'
import { type NewEvent, recordEvents } from '../server/modules/event/event.ts'
import { executeDue } from '../server/modules/pathway/execute.ts'
import { executors } from '../server/loops.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { type Figure, whenMain } from './figure.ts'
import { addStays, onEmptyInstallation } from './stays.ts'

/** With a number behind the file's name: as many, of which the first and the last 100,000 are told apart. */
const discharges = Math.max(100_000, Number(process.argv[2] ?? 0) || 0)
const part = 100_000
const batch = 500

type Stay = { id: number; ends_at: Date; department_id: number; attending_staff_id: number }

/** As many at a time as the serving process applies and executes. */
async function inLanes(work: () => Promise<boolean>): Promise<void> {
  const lane = async () => {
    while (await work());
  }
  await Promise.all(Array.from({ length: executors }, lane))
}

/** Discharges number `begin` to `begin + part` become enrolments, and those their first tasks. @returns ms of both */
async function plan(db: Db, begin: number): Promise<[enrolled: number, executed: number]> {
  const { rows } = await sql<Stay>`
    select id, ends_at, department_id, attending_staff_id from encounter where id > ${begin} and id <= ${begin + part} order by id`.execute(
    db,
  )
  const began = performance.now()
  let from = 0
  await inLanes(async () => {
    const stays = rows.slice(from, (from += batch))
    if (stays.length > 0) await discharge(db, stays)
    return stays.length > 0
  })
  const enrolled = performance.now()
  await inLanes(async () => (await executeDue(db)) > 0)
  return [enrolled - began, performance.now() - enrolled]
}

async function discharge(db: Db, stays: Stay[]): Promise<void> {
  const events = stays.map((row): NewEvent => ({
    id: -2 * row.id,
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
    const first = await plan(db, 0)
    let last = first
    for (let begin = part; begin < discharges; begin += part) last = await plan(db, begin)
    const { rows } = await sql<{ enrollments: number; tasks: number }>`
      select (select count(*) from enrollment) as enrollments, (select count(*) from task where level = 1) as tasks`.execute(
      db,
    )
    if (rows[0]?.enrollments !== discharges || rows[0].tasks !== discharges)
      throw new Error(`made ${rows[0]?.enrollments} enrolments and ${rows[0]?.tasks} tasks`)
    const perSecond = (ms: number) => part / (ms / 1000)
    const whole = ([enrolled, executed]: [number, number]) => perSecond(enrolled + executed)
    return [
      {
        name: 'planner: discharge events into enrolments',
        value: perSecond(first[0]),
        unit: 'discharges/s',
      },
      { name: 'planner: enrolments into tasks', value: perSecond(first[1]), unit: 'enrolments/s' },
      {
        name: 'planner: discharges into enrolments and tasks',
        value: whole(first),
        unit: 'discharges/s',
        aim: { least: 5000 },
      },
      ...(discharges === part
        ? []
        : [
            {
              name: `planner: the same beside ${discharges - part} enrolments`,
              value: whole(last),
              unit: 'discharges/s',
              aim: { least: whole(first) / 1.3 },
            },
          ]),
    ]
  })
}

await whenMain(import.meta.url, planner)
