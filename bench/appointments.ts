import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { prepareDatabase } from '../server/main.ts'
import { bookAppointment } from '../server/modules/appointment/book.ts'
import { suspendSession } from '../server/modules/appointment/session.ts'
import { settleSlots } from '../server/modules/appointment/settle.ts'
import { searchSlots } from '../server/modules/appointment/slot.ts'
import { connectReactions } from '../server/reactions.ts'
import { systemActor } from '../server/platform/actor.ts'
import { type Db, openDatabase, transaction } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { AppError } from '../server/platform/errors.ts'
import { type Figure, quantile, whenMain } from './figure.ts'

const actor = systemActor('system:bench', 'bench')
const [clients, places, warmUp, rushes] = [500, 50, 3, 20]
const [doctors, days, departments] = [1000, 60, 50]
const affected = 5000

/** 500 clients for 50 slots, the search over 1,000 doctors and 60 days, and a day on which the clinics of 5,000 people are suspended. */
export async function appointments(): Promise<Figure[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-bench-appointments-'))
  const server = await startEmbedded(path.join(dir, 'postgres'))
  await prepareDatabase({ url: server.url, ownerUrl: server.url })
  connectReactions()
  const database = openDatabase(server.url)
  try {
    await populate(database.db)
    return [...(await rush(database.db)), ...(await search(database.db)), ...(await suspension(database.db))]
  } finally {
    await database.close()
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** One site; sessions of 15 slots, morning and afternoon, on each day; a tenth of the slots taken; people enough for all runs. */
async function populate(db: Db): Promise<void> {
  await sql
    .raw(
      `
insert into site (code, name) values ('B', 'Bench');
insert into department (site_id, code, name) select 1, 'D' || n, 'D' || n from generate_series(1, ${departments}) n;
insert into staff (site_id, department_id, code, name, role) select 1, 1 + n % ${departments}, 'S' || n, 'S' || n, 'doctor' from generate_series(1, ${doctors}) n;
insert into visit_type (site_id, code, name, minutes, public) values (1, 'V', 'V', 15, true);
insert into person (name, pinyin, initials, search_name, source, source_time) select '患者' || n, '', '', '', 'bench', now() from generate_series(1, ${clients * (warmUp + rushes) + affected}) n;
insert into clinic_session (site_id, department_id, staff_id, visit_type_id, date, period)
select 1, s.department_id, s.id, 1, d.day, tstzrange(t.at, t.at + interval '225 minutes') from staff s
  cross join (select current_date + n as day from generate_series(1, ${days}) n) d
  cross join lateral (values ((d.day + time '08:00')::timestamptz), ((d.day + time '13:30')::timestamptz)) t(at);
insert into slot (session_id, site_id, department_id, staff_id, visit_type_id, starts_at, ends_at, number, status)
select c.id, 1, c.department_id, c.staff_id, 1, lower(c.period) + (n - 1) * interval '15 minutes', lower(c.period) + n * interval '15 minutes', n,
  case when (c.id + n) % 10 = 0 then 'blocked' else 'free' end
from clinic_session c cross join generate_series(1, 15) n;
analyze;
`,
    )
    .execute(db)
}

const isTaken = (error: unknown) => error instanceof AppError && error.id === 'slot-taken'

/** Ten ask for each slot at once. The first runs, on cold connections and unplanned statements, count for the number of slots only. */
async function rush(db: Db): Promise<Figure[]> {
  const latencies: number[] = []
  let wrong = 0
  for (let run = 0; run < warmUp + rushes; run++) {
    if (run === warmUp) latencies.length = 0
    const { rows } = await sql<{ id: number }>`
      select id from slot where status = 'free' and department_id = ${run + 1} order by id limit ${places}`.execute(
      db,
    )
    const ids = rows.map((row) => row.id)
    await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        const personId = run * clients + client + 1
        const slotId = ids[client % places] ?? 0
        const began = performance.now()
        await transaction(db, (trx) =>
          bookAppointment(trx, actor, { personId, slotId, channel: 'phone' }),
        ).catch((error: unknown) => {
          if (!isTaken(error)) throw error
        })
        latencies.push(performance.now() - began)
      }),
    )
    const { rows: booked } = await sql<{ n: number }>`
      select count(*)::int as n from appointment where slot_id = any(${ids}::bigint[])`.execute(db)
    if (booked[0]?.n !== places) wrong++
  }
  latencies.sort((a, b) => a - b)
  return [
    {
      name: `runs of ${warmUp + rushes} in which ${clients} clients did not get exactly ${places} slots`,
      value: wrong,
      unit: 'runs',
    },
    {
      name: 'one try to book in the rush, p99',
      value: quantile(latencies, 0.99),
      unit: 'ms',
      aim: { most: 500 },
    },
  ]
}

/** As agents and people search: a department, a doctor, the earliest of each doctor or day, the whole house. */
async function search(db: Db): Promise<Figure[]> {
  const latencies: number[] = []
  for (let n = 0; n < 400; n++) {
    const which = n % 5
    const began = performance.now()
    await searchSlots(db, {
      siteId: 1,
      channel: 'phone',
      overbook: false,
      limit: 100,
      each: which === 2 ? 'doctor' : which === 3 ? 'day' : 'slot',
      ...(which === 4 ? {} : { departmentId: 1 + (n % departments) }),
      ...(which === 1 && { staffId: 1 + (n % doctors), departmentId: undefined }),
      from: new Date(Date.now() + (n % days) * 43_200_000).toISOString(),
    })
    latencies.push(performance.now() - began)
  }
  latencies.sort((a, b) => a - b)
  return [
    {
      name: `search of free slots, ${doctors} doctors × ${days} days, p50`,
      value: quantile(latencies, 0.5),
      unit: 'ms',
    },
    {
      name: `search of free slots, ${doctors} doctors × ${days} days, p99`,
      value: quantile(latencies, 0.99),
      unit: 'ms',
      aim: { most: 100 },
    },
  ]
}

/** The clinics of one day are suspended until 5,000 people are affected; each is offered another time. */
async function suspension(db: Db): Promise<Figure[]> {
  const first = clients * (warmUp + rushes)
  const { rows: slots } = await sql<{ id: number; session_id: number }>`
    select l.id, l.session_id from slot l join clinic_session c on c.id = l.session_id
    where l.status = 'free' and c.date = current_date + 3 order by l.session_id, l.id limit ${affected}`.execute(
    db,
  )
  await sql`
    with booked as (
      insert into appointment (site_id, person_id, department_id, staff_id, visit_type_id, title, slot_id, starts_at, ends_at, channel, booked_by, booked_by_name)
      select l.site_id, ${first} + row_number() over (order by l.id), l.department_id, l.staff_id, l.visit_type_id, 'V', l.id, l.starts_at, l.ends_at, 'phone', 'x', 'x'
      from slot l where l.id = any(${slots.map((one) => one.id)}::bigint[]) returning slot_id)
    update slot set status = 'booked' where id in (select slot_id from booked)`.execute(db)
  const sessions = [...new Set(slots.map((one) => one.session_id))]
  const began = performance.now()
  for (const id of sessions)
    await transaction(db, (trx) => suspendSession(trx, actor, id, { version: 0, reason: 'bench' }))
  for (;;) {
    await settleSlots(db)
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from appointment where rebook = 'wanted'`.execute(db)
    if (rows[0]?.n === 0) break
  }
  const seconds = (performance.now() - began) / 1000
  const { rows } = await sql<{
    n: number
  }>`select count(*)::int as n from slot_offer where status = 'open'`.execute(db)
  return [
    {
      name: `${affected} people of suspended clinics told and offered another time`,
      value: seconds,
      unit: 's',
      aim: { most: 60 },
    },
    { name: 'of them with an offer', value: rows[0]?.n ?? 0, unit: 'people' },
  ]
}

await whenMain(import.meta.url, appointments)
