import { sql } from 'kysely'
import type { PromiseEntry } from '../../../contract/promise.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import type { Sorted } from '../../platform/listing.ts'
import { type ClockColumns, clockViewColumns, joinClock, viewClock } from '../clock/view.ts'
import { leftJoinPerson } from '../event/record.ts'
import { nameSeenBy } from '../person/scope.ts'
import { promiseClock } from './clock-kind.ts'
import { promiseWithin } from './scope.ts'

export type PromiseRow = Sorted &
  ClockColumns & {
    site_id: number
    record_id: number | null
    person_id: number | null
    person_name: string | null
    text: string
    owner_id: string | null
    owner_staff_id: number | null
    owner_name: string
    department_id: number | null
    department_name: string | null
    promised_at: Date
    source_kind: PromiseEntry['sourceKind']
    source_id: number | null
    made_at: Date
    made_by: string
    made_by_name: string
    status: PromiseEntry['status']
    ended_at: Date | null
    ended_by_name: string | null
    end_reason: string | null
    fulfilled_at: Date | null
    delay_reason: PromiseEntry['delayReason']
    delay_note: string | null
    version: number
    clock_id: number | null
    mine: boolean
  }

/** Columns of a promise `m` as the actor reads it; joined by {@link promiseJoins}. */
export const promiseColumns = (actor: Actor) => sql`
  m.id, m.site_id, m.person_id as record_id, p.id as person_id, coalesce(${nameSeenBy(actor)}, m.to_name) as person_name, m.text, m.owner_id, m.owner_staff_id,
  m.owner_name, m.department_id, d.name as department_name, m.due_at as promised_at, m.source_kind, m.source_id, m.made_at, m.made_by,
  m.made_by_name, m.status, m.ended_at, m.ended_by_name, m.end_reason, m.fulfilled_at, m.delay_reason, m.delay_note, m.version,
  c.id as clock_id, ${clockViewColumns}`

export const promiseJoins = sql`
  from promise m join site s on s.id = m.site_id ${leftJoinPerson(sql`m.person_id`)} left join department d on d.id = m.department_id
    ${joinClock(promiseClock, sql`m.id`)}`

/** @throws {AppError} forbidden, not-found */
export async function loadPromise(db: Db, actor: Actor, id: number): Promise<PromiseEntry> {
  const reach = authorize(actor, 'promise.read')
  const { rows } = await sql<PromiseRow>`
    select null::text as sort_key, ${promiseColumns(actor)} ${promiseJoins} where m.id = ${id} and ${promiseWithin(reach, actor)}`.execute(
    db,
  )
  return viewPromise(actor, found(rows[0]))
}

export function viewPromise(actor: Actor, row: PromiseRow): PromiseEntry {
  const writes = actor.access['promise.write'] !== undefined
  const open = row.status === 'open'
  const late = row.status === 'broken' && row.fulfilled_at === null
  return {
    id: row.id,
    siteId: row.site_id,
    personId: row.person_id,
    personName: row.person_name,
    text: row.text,
    ownerName: row.owner_name,
    departmentId: row.department_id,
    departmentName: row.department_name,
    dueAt: row.promised_at.toISOString(),
    sourceKind: row.source_kind,
    sourceId: row.source_id,
    madeAt: row.made_at.toISOString(),
    madeByName: row.made_by_name,
    status: row.status,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedByName: row.ended_by_name,
    endReason: row.end_reason,
    fulfilledAt: row.fulfilled_at?.toISOString() ?? null,
    delayReason: row.delay_reason,
    delayNote: row.delay_note,
    clock: row.clock_id === null ? null : viewClock(row),
    version: row.version,
    abilities: {
      keep: writes && (open || late),
      withdraw: writes && open,
      explain: writes && (open || late),
    },
  }
}
