import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type { Condition } from '../../../contract/questionnaire.ts'
import type {
  createSegment as createRoute,
  Segment,
  updateSegment as updateRoute,
} from '../../../contract/segment.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { conditionSql } from './rule.ts'
import { maskName } from '../../../contract/export.ts'
import { assertSite } from '../setting/setting.ts'
import { personWithin } from '../person/scope.ts'

type Row = Omit<Segment, 'siteId' | 'refreshedAt'> & { site_id: number | null; refreshed_at: Date | null }

const viewSegment = ({ site_id, refreshed_at, ...row }: Row): Segment => ({
  ...row,
  siteId: site_id,
  refreshedAt: refreshed_at?.toISOString() ?? null,
})

/** Segments `sg` of the actor's sites and of all sites; counts members within reach. */
async function segmentRows(db: Db, reach: Reach, which: RawBuilder<SqlBool>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select sg.id, sg.code, sg.name, sg.rule, sg.site_id, sg.version, sg.refreshed_at,
      (select count(*) from segment_member m where m.segment_id = sg.id and ${personWithin(reach, sql`m.person_id`)}) as members
    from segment sg where ${which} and (${reach.all} or sg.site_id is null or sg.site_id = any(${reach.siteIds}::int[])) order by sg.code`.execute(
    db,
  )
  return rows
}

export async function listSegments(db: Db, actor: Actor): Promise<Segment[]> {
  return (await segmentRows(db, authorize(actor, 'segment.read'), sql<SqlBool>`true`)).map(viewSegment)
}

/** Facts `f` of the living persons who meet a rule. @throws {AppError} invalid naming the fact */
export const personsMeeting = (rule: Condition, siteId: number | null): RawBuilder<unknown> => sql`
  from person_facts f where f.counted ${siteId === null ? sql`` : sql`and f.site_id = ${siteId}`} and ${conditionSql(rule)}`

/** @throws {AppError} invalid */
export async function countSegment(
  db: Db,
  actor: Actor,
  { rule, siteId }: { rule: Condition; siteId: number | null },
): Promise<number> {
  const reach = authorize(actor, 'segment.read')
  const { rows } = await sql<{ count: number }>`
    select count(*) as count ${personsMeeting(rule, siteId)} and ${personWithin(reach, sql`f.person_id`)}`.execute(
    db,
  )
  await audit(db, actor, { action: 'segment.count', subject: `persons:${rows[0]?.count ?? 0}` })
  return rows[0]?.count ?? 0
}

/** @throws {AppError} invalid, already-exists */
export async function createSegment(
  trx: Trx,
  actor: Actor,
  { code, name, rule, siteId }: z.output<(typeof createRoute)['body']>,
): Promise<Segment> {
  const reach = authorize(actor, 'segment.write')
  if (!reach.all && (siteId === null || !reach.siteIds.includes(siteId)))
    throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'is outside what you may change' }])
  conditionSql(rule)
  await assertSite(trx, siteId)
  try {
    const { id } = await trx
      .insertInto('segment')
      .values({ code, name, rule: JSON.stringify(rule), site_id: siteId, created_by: actor.id })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(trx, actor, { action: 'segment.write', subject: code, fields: ['name', 'rule'] })
    wakeLoop('segment')
    return viewSegment(found((await segmentRows(trx, reach, sql<SqlBool>`sg.id = ${id}`))[0]))
  } catch (error) {
    if (isUniqueViolation(error, 'segment_code_key')) throw new AppError('already-exists')
    throw error
  }
}

/** The segment, locked, when the actor may change it. @throws {AppError} not-found */
async function writable(trx: Trx, actor: Actor, id: number) {
  const reach = authorize(actor, 'segment.write')
  const { rows } = await sql<{ code: string; version: number }>`
    select code, version from segment where id = ${id} and (${reach.all} or site_id = any(${reach.siteIds}::int[])) for update`.execute(
    trx,
  )
  return { reach, ...found(rows[0]) }
}

/** Persons who do not meet the new rule leave within minutes. @throws {AppError} not-found, changed-meanwhile, invalid */
export async function updateSegment(
  trx: Trx,
  actor: Actor,
  id: number,
  { name, rule, version }: z.output<(typeof updateRoute)['body']>,
): Promise<Segment> {
  const known = await writable(trx, actor, id)
  if (known.version !== version) throw new AppError('changed-meanwhile')
  conditionSql(rule)
  await sql`
    update segment set name = ${name}, rule = ${JSON.stringify(rule)}::jsonb, version = version + 1, refreshed_at = null where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, { action: 'segment.write', subject: known.code, fields: ['name', 'rule'] })
  wakeLoop('segment')
  return viewSegment(found((await segmentRows(trx, known.reach, sql<SqlBool>`sg.id = ${id}`))[0]))
}

/** @throws {AppError} not-found, invalid while an active pathway has it as entry */
export async function deleteSegment(trx: Trx, actor: Actor, id: number): Promise<void> {
  const { code } = await writable(trx, actor, id)
  const { rows } = await sql<{ name: string }>`
    select p.name from pathway p join pathway_version v on v.id = p.current_version_id
    where p.active and jsonb_path_exists(v.definition, '$.entry.when.**.value ? (@ == $code)', jsonb_build_object('code', ${code}::text)) limit 1`.execute(
    trx,
  )
  if (rows[0]) throw new AppError('invalid', `The pathway "${rows[0].name}" is entered by this segment.`)
  await trx.deleteFrom('segment').where('id', '=', id).execute()
  await audit(trx, actor, { action: 'segment.delete', subject: code })
}

/** @throws {AppError} not-found */
export async function listMembers(
  db: Db,
  actor: Actor,
  id: number,
  query: { cursor?: string | undefined; limit: number },
) {
  const reach = authorize(actor, 'segment.read')
  found((await segmentRows(db, reach, sql<SqlBool>`sg.id = ${id}`))[0])
  const [after = 0] = decodeCursor<[number]>(query.cursor, ['number']) ?? []
  const { rows } = await sql<{ person_id: number; name: string; since: Date }>`
    select m.person_id, p.name, m.since from segment_member m join person p on p.id = m.person_id
    where m.segment_id = ${id} and m.person_id > ${after} and ${personWithin(reach, sql`m.person_id`)}
    order by m.person_id limit ${query.limit + 1}`.execute(db)
  await audit(db, actor, {
    action: 'segment.members',
    subject: `persons:${rows.map((row) => row.person_id).join(',')}`,
    fields: ['name-masked'],
  })
  return pageOf(
    rows,
    query.limit,
    (row) => [row.person_id],
    (row) => ({
      personId: row.person_id,
      name: maskName(row.name),
      since: row.since.toISOString(),
    }),
  )
}
