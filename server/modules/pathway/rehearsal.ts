import { type Kysely, sql } from 'kysely'
import type { Rehearsal, RehearsalSide, Work } from '../../../contract/rehearsal.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import type { DB } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { enqueue } from '../../platform/jobs.ts'
import { runnable } from './pathway.ts'
import { rehearse, type RehearsalSummary } from './rehearsal-run.ts'

type Row = {
  id: number
  status: Rehearsal['status']
  progress: number
  events: number
  revision: number | null
  compared_version: number | null
  from_date: string
  to_date: string
  site_ids: number[] | null
  department_ids: number[] | null
  summary: RehearsalSummary | null
  started_by_name: string
  created_at: Date
  finished_at: Date | null
}

/** How many earlier results of a pathway are kept. */
const kept = 3

async function latestRow(db: Db, pathwayId: number): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select r.id, r.status, r.progress, r.events, r.revision, v.version as compared_version, r.from_date, r.to_date, r.site_ids,
      r.department_ids, r.summary, r.started_by_name, r.created_at, r.finished_at
    from rehearsal r left join pathway_version v on v.id = r.compared_version_id
    where r.pathway_id = ${pathwayId} order by r.id desc limit 1`.execute(db)
  return rows[0]
}

async function viewRehearsal(db: Db, row: Row): Promise<Rehearsal> {
  const { summary } = row
  const sideOf = async (name: 'draft' | 'current'): Promise<RehearsalSide | null> => {
    const counts = summary?.[name]
    return counts ? { ...counts, ...(await workOf(db, row.id, name)) } : null
  }
  return {
    id: row.id,
    status: row.status,
    progress: row.progress,
    events: row.events,
    revision: row.revision,
    comparedVersion: row.compared_version,
    from: row.from_date,
    to: row.to_date,
    siteIds: row.site_ids,
    departmentIds: row.department_ids,
    minutes: summary?.minutes ?? null,
    draft: await sideOf('draft'),
    current: await sideOf('current'),
    startedByName: row.started_by_name,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

const sums = sql`coalesce(sum(r.calls), 0)::int as calls, coalesce(sum(r.visits), 0)::int as visits,
  coalesce(sum(r.questionnaires), 0)::int as questionnaires, coalesce(sum(r.others), 0)::int as others,
  coalesce(sum(r.messages), 0)::int as messages, coalesce(round(sum(r.minutes)), 0) as minutes`

/** The counts of one side by day, by department and in total. */
async function workOf(
  db: Kysely<DB>,
  id: number,
  side: 'draft' | 'current',
): Promise<Pick<RehearsalSide, 'total' | 'days' | 'departments'>> {
  type Grouped = Work & {
    day: string | null
    departmentId: number | null
    name: string | null
    whole: boolean
  }
  const { rows } = await sql<Grouped>`
    select to_char(r.day, 'YYYY-MM-DD') as day, r.department_id as "departmentId", min(d.name) as name,
      grouping(r.department_id) = 1 as whole, ${sums}
    from rehearsal_day r left join department d on d.id = r.department_id
    where r.rehearsal_id = ${id} and r.side = ${side}
    group by grouping sets ((), (r.day), (r.department_id)) order by 1, minutes desc`.execute(db)
  const work = ({ calls, visits, questionnaires, others, messages, minutes }: Work): Work => ({
    calls,
    visits,
    questionnaires,
    others,
    messages,
    minutes,
  })
  const total = rows.find((row) => row.whole && row.day === null)
  return {
    total: total
      ? work(total)
      : { calls: 0, visits: 0, questionnaires: 0, others: 0, messages: 0, minutes: 0 },
    days: rows.flatMap((row) => (row.day === null ? [] : { day: row.day, ...work(row) })),
    departments: rows.flatMap((row) =>
      row.whole ? [] : { departmentId: row.departmentId, name: row.name, ...work(row) },
    ),
  }
}

/** @throws {AppError} not-found */
export async function latestRehearsal(db: Db, actor: Actor, pathwayId: number): Promise<Rehearsal | null> {
  authorize(actor, 'pathway.write')
  found(await db.selectFrom('pathway').select('id').where('id', '=', pathwayId).executeTakeFirst())
  const row = await latestRow(db, pathwayId)
  return row ? viewRehearsal(db, row) : null
}

type Start = { from: string; to: string; siteIds: number[] | null; departmentIds: number[] | null }

/**
 * Queues a rehearsal of the draft, else of the version in force.
 * @throws {AppError} not-found, invalid (problems, nothing to replay), already-exists
 */
export async function startRehearsal(
  trx: Trx,
  actor: Actor,
  pathwayId: number,
  input: Start,
): Promise<Rehearsal> {
  authorize(actor, 'pathway.write')
  if (input.from > input.to) throw new AppError('invalid', 'The period ends before it begins.')
  const { rows } = await sql<{
    code: string
    name: string
    revision: number | null
    definition: PathwayDefinition
    compared_version_id: number | null
  }>`
    select p.code, p.name, d.revision, coalesce(d.definition, v.definition) as definition,
      case when d.pathway_id is not null then v.id end as compared_version_id
    from pathway p left join pathway_draft d on d.pathway_id = p.id left join pathway_version v on v.id = p.current_version_id
    where p.id = ${pathwayId} for update of p`.execute(trx)
  const pathway = found(rows[0])
  if (pathway.definition.entry.event === null)
    throw new AppError('invalid', 'Persons enter this pathway by hand only; there is nothing to replay.')
  const { flat } = await runnable(trx, pathway.definition, pathway)
  await sql`
    delete from rehearsal where pathway_id = ${pathwayId} and status not in ('waiting', 'running') and id not in (
      select id from rehearsal where pathway_id = ${pathwayId} order by id desc limit ${kept - 1})`.execute(
    trx,
  )
  try {
    const { id } = await trx
      .insertInto('rehearsal')
      .values({
        pathway_id: pathwayId,
        definition: JSON.stringify(flat),
        revision: pathway.revision,
        compared_version_id: pathway.compared_version_id,
        from_date: input.from,
        to_date: input.to,
        site_ids: input.siteIds,
        department_ids: input.departmentIds,
        started_by_name: actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await enqueue(trx, rehearse, { rehearsalId: id })
  } catch (error) {
    if (isUniqueViolation(error, 'rehearsal_one'))
      throw new AppError('already-exists', 'A rehearsal of this pathway is under way already.')
    throw error
  }
  await audit(trx, actor, { action: 'pathway.rehearse', subject: pathway.code })
  return viewRehearsal(trx, found(await latestRow(trx, pathwayId)))
}

/** @throws {AppError} not-found, already-closed */
export async function cancelRehearsal(trx: Trx, actor: Actor, pathwayId: number): Promise<Rehearsal> {
  authorize(actor, 'pathway.write')
  const row = found(await latestRow(trx, pathwayId))
  // A running process notices at the next chunk; without one the rehearsal ends anyway.
  const { rows } = await sql`
    update rehearsal set status = 'cancelled', finished_at = now()
    where id = ${row.id} and status in ('waiting', 'running') returning id`.execute(trx)
  if (rows.length === 0) throw new AppError('already-closed', 'The rehearsal has ended already.')
  await audit(trx, actor, { action: 'pathway.rehearse-cancel', subject: `rehearsal:${row.id}` })
  return viewRehearsal(trx, found(await latestRow(trx, pathwayId)))
}
