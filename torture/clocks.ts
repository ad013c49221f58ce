import { sql } from 'kysely'
import type { Db } from '../server/platform/db.ts'

/** Far from the numbers of tasks: what follows for those is not looked at here. */
const firstSubject = 1_000_000_000
const levels = 3

/** A clock for each person, due at any time within `ms`, with two escalations a second apart. */
export async function startClocksOf(db: Db, persons: number, ms: number): Promise<void> {
  await sql`
    insert into clock (kind, subject_kind, subject_id, site_id, person_id, started_at, chosen_at, unit, escalations, due_at, next_at)
    select 'dispute.answer', 'task', ${firstSubject}::bigint + g, 1, g, now(), due, 'hours',
      '[{"value": 0.0003, "unit": "hours"}, {"value": 0.0003, "unit": "hours"}]', due, due
    from generate_series(1, ${persons}::int) g, lateral (select now() + (g * 7919 % 1000) / 1000.0 * ${ms} * interval '1 millisecond' as due) d`.execute(
    db,
  )
}

/** Clocks of which something has not fired yet. */
export const runningClocks = sql`(select count(*) from clock where next_at is not null)::int`

/** What is not as it must be: each level of each clock exactly once, in order, never early. */
export async function clockDeviations(
  db: Db,
  persons: number,
): Promise<{ fired: number; deviations: string[] }> {
  const { rows } = await sql<{
    person_id: number
    next_at: Date | null
    levels: number[] | null
    early: boolean
  }>`
    select c.person_id, c.next_at, e.levels, e.early
    from clock c left join lateral (
      select array_agg(coalesce((e.data ->> 'level')::int, 0) order by e.id) as levels, bool_or(e.at < date_trunc('milliseconds', c.due_at)) as early
      from event e where e.person_id = c.person_id and e.kind in ('clock.breached', 'clock.escalated')
    ) e on true where c.subject_id > ${firstSubject} order by c.id`.execute(db)
  const deviations = rows.flatMap((row) => {
    const wrong = row.levels?.join() !== '0,1,2' || row.next_at !== null || row.early
    return wrong
      ? `clock of ${row.person_id}: fired ${row.levels?.join() ?? 'never'}${row.early ? ', early' : ''}`
      : []
  })
  if (rows.length !== persons) deviations.push(`${rows.length} clocks of ${persons}`)
  return { fired: rows.length * levels, deviations: deviations.slice(0, 50) }
}
