import { sql, type SqlBool } from 'kysely'
import type { TimelineEvent } from '../../../contract/timeline.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db } from '../../platform/db.ts'
import { found } from '../../platform/errors.ts'
import { personOfRecord, recordsOf } from '../event/record.ts'
import { personWithin } from './scope.ts'

type Query = {
  cursor?: string | undefined
  limit: number
  kind?: string[] | undefined
  before?: string | undefined
  search?: string | undefined
}

type Row = {
  id: number
  at: Date
  /** As the database has it, for cursors: a Date has no microseconds. */
  at_key: string
  recorded_at: Date
  kind: TimelineEvent['kind']
  source: string
  actor_name: string | null
  encounter_id: number | null
  task_id: number | null
  data: Record<string, unknown>
  department_name: string | null
  attending_name: string | null
  pathway_name: string | null
  task_title: string | null
  /** Current class of proof: evidence may come later than the result. */
  proof: string | null
  merged_name: string | null
}

/** A person's timeline, newest first. Ids in events become names at reading, so that a renamed department shows its current name. */
export async function getTimeline(db: Db, actor: Actor, personId: number, query: Query) {
  const reach = authorize(actor, 'person.read')
  const after = decodeCursor<[string, number]>(query.cursor, ['time', 'number'])
  const word = query.search?.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
  const where = [
    sql<SqlBool>`e.person_id = any(${recordsOf(sql`p.id`)})`,
    ...(after ? [sql<SqlBool>`(e.at, e.id) < (${after[0]}::timestamptz, ${after[1]}::bigint)`] : []),
    ...(query.kind?.length ? [sql<SqlBool>`e.kind = any(${query.kind}::text[])`] : []),
    ...(query.before ? [sql<SqlBool>`e.at < ${query.before}::timestamptz`] : []),
    ...(word
      ? [
          sql<SqlBool>`(e.data::text ilike ${`%${word}%`} or n.condition_text ilike ${`%${word}%`} or d.name ilike ${`%${word}%`} or s.name ilike ${`%${word}%`} or t.title ilike ${`%${word}%`})`,
        ]
      : []),
  ]
  const { rows } = await sql<Row & { person_id: number }>`
    select p.id as person_id, x.* from person p left join lateral (
      select e.id, e.at, e.at::text as at_key, e.recorded_at, e.kind, e.source, u.name as actor_name, e.encounter_id, e.task_id,
        case when e.kind like 'encounter.%'
          then jsonb_strip_nulls(jsonb_build_object('class', n.class, 'conditionText', n.condition_text)) || e.data else e.data end as data,
        d.name as department_name, s.name as attending_name, w.name as pathway_name, t.title as task_title,
        case when e.kind = 'task.completed' then t.proof end as proof,
        y.name as merged_name
      from timeline e
      left join encounter n on n.id = e.encounter_id and e.kind like 'encounter.%'
      left join department d on d.id = coalesce(e.department_id, (e.data ->> 'departmentId')::int)
      left join staff s on s.id = coalesce(e.attending_staff_id, (e.data ->> 'attendingStaffId')::int)
      left join pathway w on w.id = (e.data ->> 'pathwayId')::int
      left join task t on t.id = e.task_id
      left join person y on y.id = (e.data ->> 'mergedId')::bigint
      left join app_user u on e.actor_id = 'user:' || u.id
      where ${sql.join(where, sql` and `)}
      order by e.at desc, e.id desc limit ${query.limit + 1}
    ) x on true
    where p.id = ${personOfRecord(sql`${personId}`)} and ${personWithin(reach, sql`p.id`)}`.execute(db)
  const { person_id } = found(rows[0])
  await audit(db, actor, { action: 'person.timeline', personId: person_id, fields: ['timeline'] })
  // A person without events comes back as one empty row.
  const events = rows.filter((row) => (row.id as number | null) !== null)
  return pageOf(events, query.limit, (row) => [row.at_key, row.id], viewEvent)
}

function viewEvent(row: Row): TimelineEvent {
  const names = {
    departmentName: row.department_name,
    attendingName: row.attending_name,
    pathwayName: row.pathway_name,
    taskTitle: row.task_title,
    mergedName: row.merged_name,
    proof: row.proof,
  }
  return {
    id: row.id,
    at: row.at.toISOString(),
    recordedAt: row.recorded_at.toISOString(),
    kind: row.kind,
    source: row.source,
    actorName: row.actor_name,
    encounterId: row.encounter_id,
    taskId: row.task_id,
    data: { ...row.data, ...Object.fromEntries(Object.entries(names).filter(([, name]) => name !== null)) },
  }
}
