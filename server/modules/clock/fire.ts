import { sql } from 'kysely'
import { type Db, transaction } from '../../platform/db.ts'
import { recordEvents } from '../event/event.ts'
import { clockColumns, type ClockRow, holdCalendars, timingOf } from './clock.ts'
import { type Fired, ruleOf } from './rule.ts'

const batchSize = 500

/**
 * Fires the next level of clocks whose time has come, together with what follows from it, in one transaction: killed in the middle, nothing
 * has happened. Any number of processes may look at once, each takes clocks that nobody else holds. A clock that slept through several
 * levels fires them one by one, at the looks that follow.
 * @param now default: the time of the database
 * @returns how many fired
 */
export async function fireDue(db: Db, now: Date | null = null): Promise<number> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<ClockRow & { now: Date }>`
      select ${clockColumns}, coalesce(${now}::timestamptz, now()) as now from clock c
      where c.stopped_at is null and c.next_at <= coalesce(${now}::timestamptz, now())
      order by c.next_at, c.id limit ${batchSize} for update of c skip locked`.execute(trx)
    if (rows.length === 0) return 0
    const calendars = await holdCalendars(trx)
    const fired = rows.map((row) => {
      const level = row.breached_at === null ? 0 : row.escalation_level + 1
      const after = { ...row, breached_at: row.breached_at ?? row.now, escalation_level: level }
      return { row, level, timing: timingOf(after, calendars) }
    })
    await sql`
      update clock c set breached_at = coalesce(c.breached_at, u.at), escalation_level = u.level, next_at = u.next_at
      from unnest(${fired.map(({ row }) => row.id)}::bigint[], ${fired.map(({ row }) => row.now)}::timestamptz[],
        ${fired.map(({ level }) => level)}::smallint[], ${fired.map(({ timing }) => timing.nextAt)}::timestamptz[]) as u(id, at, level, next_at)
      where c.id = u.id`.execute(trx)
    for (const [kind, ofKind] of Map.groupBy(fired, ({ row }) => row.kind))
      await ruleOf(kind).fired(
        trx,
        ofKind.map(({ row, level }): Fired => ({
          clockId: row.id,
          subjectId: row.subject_id,
          siteId: row.site_id,
          personId: row.person_id,
          level,
          dueAt: row.due_at,
          at: row.now,
        })),
      )
    await recordEvents(
      trx,
      fired.flatMap(({ row, level }) =>
        row.person_id === null
          ? []
          : {
              personId: row.person_id,
              at: row.now,
              kind: level === 0 ? ('clock.breached' as const) : ('clock.escalated' as const),
              source: 'careloop',
              data: { clock: row.kind, clockId: row.id, ...(level > 0 && { level }) },
            },
      ),
    )
    return rows.length
  })
}
