import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { prepareDatabase } from '../server/main.ts'
import { type NewEvent, recordEvents } from '../server/modules/event/event.ts'
import { executeDue } from '../server/modules/pathway/execute.ts'
import { executors } from '../server/loops.ts'
import { readConfig } from '../server/platform/config.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { log } from '../server/platform/log.ts'
import { openServices } from '../server/services.ts'
import { type Figure, whenMain } from './figure.ts'

const discharges = 100_000
const batch = 500

/** Persons with one stay each, discharged within the last five days. */
async function prepare(db: Db): Promise<void> {
  await sql`insert into site (code, name) values ('GH01', '演示医院')`.execute(db)
  await sql`insert into department (site_id, code, name) select 1, 'D' || g, '科室' || g from generate_series(1, 40) g`.execute(
    db,
  )
  await sql`insert into staff (site_id, department_id, code, name, role)
    select 1, 1 + g % 40, 'S' || g, '医生' || g, 'doctor' from generate_series(1, 400) g`.execute(db)
  await sql`insert into person (id, name, search_name, pinyin, initials, sex, birth_date, source, source_time)
    select g, '王伟', '王伟', 'wangwei', 'ww', 'male', date '1950-01-01' + (g % 20000)::int, 'bench', now()
    from generate_series(1, ${discharges}::int) g`.execute(db)
  await sql`insert into encounter (id, person_id, site_id, department_id, attending_staff_id, class, status, visit_number, starts_at, ends_at,
      disposition, condition_text, source, source_time)
    select g, g, 1, 1 + g % 40, 1 + g % 400, 'inpatient', 'finished', 'V' || g, now() - interval '9 days',
      now() - (g % 7200) * interval '1 minute', '01', '肺炎', 'bench', now() from generate_series(1, ${discharges}::int) g`.execute(
    db,
  )
  await sql`insert into condition (person_id, encounter_id, role, code, text, source)
    select g, g, 'discharge', 'J18.9', '肺炎', 'bench' from generate_series(1, ${discharges}::int) g`.execute(
    db,
  )
  await sql`insert into person_facts (person_id, last_department_id, last_attending_staff_id)
    select g, 1 + g % 40, 1 + g % 400 from generate_series(1, ${discharges}::int) g`.execute(db)
  await sql`analyze`.execute(db)
}

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
  log.level = 'error'
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-bench-'))
  const server = await startEmbedded(dir)
  try {
    await prepareDatabase(server.url)
    const services = await openServices({ ...readConfig({}), dataDir: dir }, server.url)
    const { db } = services
    await prepare(db)
    const began = performance.now()
    await dischargeAll(db)
    const enrolled = performance.now()
    await inLanes(async () => (await executeDue(db)) > 0)
    const done = performance.now()
    const { rows } = await sql<{ enrollments: number; tasks: number }>`
      select (select count(*) from enrollment) as enrollments, (select count(*) from task where level = 1) as tasks`.execute(
      db,
    )
    await services.close()
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
  } finally {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

await whenMain(import.meta.url, planner)
