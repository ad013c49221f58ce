import { sql } from 'kysely'
import { rehearsalJobs } from '../server/modules/pathway/rehearsal-run.ts'
import { latestRehearsal, startRehearsal } from '../server/modules/pathway/rehearsal.ts'
import { systemActor } from '../server/platform/actor.ts'
import { type Db, transaction } from '../server/platform/db.ts'
import { type Figure, whenMain } from './figure.ts'
import { addStays, onEmptyInstallation } from './stays.ts'

const discharges = 100_000
const actor = systemActor('system:bench', 'bench')

/** A year of discharges from 40 departments, with their events, in the background of ten times as many visits. */
async function prepare(db: Db): Promise<void> {
  await addStays(db, discharges, `now() - (g % 525600) * interval '1 minute'`)
  await sql`insert into event (person_id, at, kind, source, encounter_id, department_id, data)
    select e.person_id, e.starts_at, 'encounter.updated', 'bench', e.id, e.department_id, '{}' from encounter e, generate_series(1, 9) k`.execute(
    db,
  )
  await sql`analyze`.execute(db)
}

/** One year of discharges through a changed draft of the shipped pathway, beside the version in force: from the click to the result. */
export async function rehearsal(): Promise<Figure[]> {
  return onEmptyInstallation(async (services) => {
    const { db } = services
    await prepare(db)
    await services.jobs.install()
    const { rows } = await sql<{ id: number }>`
      insert into pathway_draft (pathway_id, base_version, definition, saved_by_name, authors)
      select p.id, 1, jsonb_set(v.definition, '{stopOn}', '[{"event": "person.deceased", "reason": "death"}]'), 'bench', '{}' from pathway p
      join pathway_version v on v.id = p.current_version_id where p.code = 'discharge-three-level' returning pathway_id as id`.execute(
      db,
    )
    const id = rows[0]?.id ?? 0
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
    await transaction(db, (trx) =>
      startRehearsal(trx, actor, id, { from: day(366), to: day(-1), siteIds: null, departmentIds: null }),
    )
    const [job] = rehearsalJobs(services)
    const { rows: made } = await sql<{ id: number }>`select id from rehearsal`.execute(db)
    const before = process.memoryUsage().heapUsed
    const began = performance.now()
    await job?.run({ rehearsalId: made[0]?.id }, new AbortController().signal)
    const seconds = (performance.now() - began) / 1000
    const heap = (process.memoryUsage().heapUsed - before) / 2 ** 20
    const result = await latestRehearsal(db, actor, id)
    if (result?.draft?.entered !== discharges || result.current?.entered !== discharges)
      throw new Error(`entered ${result?.draft?.entered} and ${result?.current?.entered}`)
    return [
      {
        name: `rehearsal: ${discharges} discharges, draft and version in force`,
        value: seconds,
        unit: 's',
        aim: { most: 10 },
      },
      { name: 'rehearsal: memory taken', value: heap, unit: 'MB' },
    ]
  })
}

await whenMain(import.meta.url, rehearsal)
