import { sql } from 'kysely'
import { executors } from '../server/loops.ts'
import { executeDue } from '../server/modules/pathway/execute.ts'
import type { Db } from '../server/platform/db.ts'
import { type Figure, whenMain } from './figure.ts'
import { addStays, onEmptyInstallation } from './stays.ts'

const open = 1_000_000
/** As many fall due in each of the measured parts. */
const due = 50_000

/** A million people on the default pathway, a week home: the second level is what comes next, one day or another. */
async function prepare(db: Db): Promise<void> {
  await addStays(db, open, `now() - interval '8 days'`)
  await sql`insert into enrollment (pathway_id, pathway_version_id, person_id, subject_kind, subject_id, status, step_key, due_at, entered_at)
    select p.id, p.current_version_id, n.person_id, 'encounter', n.id, 'active', 'level-2', now() + interval '1 day' + n.id * interval '1 second', n.ends_at
    from encounter n cross join pathway p where p.code = 'discharge-three-level'`.execute(db)
  await sql`analyze`.execute(db)
}

/** Enrolments from here on fall due at once. */
async function letFallDue(db: Db, from: number): Promise<void> {
  await sql`update enrollment set due_at = now() - interval '1 minute' where person_id > ${from} and person_id <= ${from + due}`.execute(
    db,
  )
}

async function drain(db: Db, lanes: number): Promise<number> {
  const before = await steps(db)
  const began = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while ((await executeDue(db)) > 0);
    }),
  )
  const seconds = (performance.now() - began) / 1000
  return ((await steps(db)) - before) / seconds
}

async function steps(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from enrollment_step`.execute(db)
  return rows[0]?.n ?? 0
}

/** Due steps of 1,000,000 open enrolments: by one executor, by two, and by as many as a process runs. */
export async function pathwaySteps(): Promise<Figure[]> {
  return onEmptyInstallation(async ({ db }) => {
    await prepare(db)
    const speeds: number[] = []
    for (const [part, lanes] of [1, 1, 2, executors].entries()) {
      await letFallDue(db, part * due)
      speeds.push(await drain(db, lanes))
    }
    const { rows } = await sql<{ tasks: number }>`select count(*) as tasks from task where level = 2`.execute(
      db,
    )
    if (rows[0]?.tasks !== 4 * due) throw new Error(`made ${rows[0]?.tasks} tasks`)
    // The first part warms the caches.
    const [, one = NaN, two = NaN, all = NaN] = speeds
    return [
      { name: 'pathway: due steps, 1 executor', value: one, unit: 'steps/s' },
      { name: 'pathway: due steps, 2 executors', value: two, unit: 'steps/s' },
      {
        name: `pathway: due steps, ${executors} executors as served`,
        value: all,
        unit: 'steps/s',
        aim: { least: 5000 },
      },
      {
        name: 'pathway: two executors against one',
        value: two / one,
        unit: 'times',
        aim: { least: 1.5 },
      },
    ]
  })
}

await whenMain(import.meta.url, pathwaySteps)
