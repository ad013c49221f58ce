import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { prepareDatabase } from '../server/main.ts'
import { readConfig } from '../server/platform/config.ts'
import type { Db } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { log } from '../server/platform/log.ts'
import type { Services } from '../server/platform/services.ts'
import { openServices } from '../server/services.ts'

/** An empty installation on an embedded server of its own, gone when the work has ended. */
export async function onEmptyInstallation<T>(work: (services: Services) => Promise<T>): Promise<T> {
  log.level = 'error'
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-bench-'))
  const server = await startEmbedded(dir)
  try {
    await prepareDatabase({ url: server.url, ownerUrl: server.url })
    const services = await openServices({ ...readConfig({}), dataDir: dir }, server.url)
    const result = await work(services)
    await services.close()
    return result
  } finally {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * A hospital of 40 departments and 400 doctors, where every person lay once for pneumonia.
 * @param homeSince when the person of number `g` went home, as SQL
 */
export async function addStays(db: Db, persons: number, homeSince: string): Promise<void> {
  const home = sql.raw(homeSince)
  await sql`insert into site (code, name) values ('GH01', '演示医院')`.execute(db)
  await sql`insert into department (site_id, code, name) select 1, 'D' || g, '科室' || g from generate_series(1, 40) g`.execute(
    db,
  )
  await sql`insert into staff (site_id, department_id, code, name, role)
    select 1, 1 + g % 40, 'S' || g, '医生' || g, 'doctor' from generate_series(1, 400) g`.execute(db)
  await sql`insert into person (id, name, search_name, pinyin, initials, sex, birth_date, source, source_time)
    select g, '王伟', '王伟', 'wangwei', 'ww', 'male', date '1950-01-01' + (g % 20000)::int, 'bench', now()
    from generate_series(1, ${persons}::int) g`.execute(db)
  await sql`insert into encounter (id, person_id, site_id, department_id, attending_staff_id, class, status, visit_number, starts_at, ends_at,
      disposition, condition_text, source, source_time, start_recorded_at, end_recorded_at)
    select g, g, 1, 1 + g % 40, 1 + g % 400, 'inpatient', 'finished', 'V' || g, ${home} - interval '9 days', ${home}, '01', '肺炎', 'bench', now(), now(), now()
    from generate_series(1, ${persons}::int) g`.execute(db)
  await sql`insert into condition (person_id, encounter_id, role, code, text, source)
    select g, g, 'discharge', 'J18.9', '肺炎', 'bench' from generate_series(1, ${persons}::int) g`.execute(db)
  await sql`insert into person_facts (person_id, last_department_id, last_attending_staff_id)
    select g, 1 + g % 40, 1 + g % 400 from generate_series(1, ${persons}::int) g`.execute(db)
}
