import { isDeepStrictEqual } from 'node:util'
import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import type { Condition } from '../../../contract/questionnaire.ts'
import type {
  createSegment as createRoute,
  Segment,
  SegmentDetail,
  updateSegment as updateRoute,
} from '../../../contract/segment.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { maskName } from '../../../contract/export.ts'
import { assertSite } from '../setting/setting.ts'
import { factsAs, factSql } from '../person/fact.ts'
import { assertMayAsk, reached, withinSegment } from './author.ts'
import { type Decided, loadDecided, reachedBy, usersOf } from './reach.ts'
import { conditionSql, counted } from './rule.ts'

type Row = Omit<
  Segment,
  'siteId' | 'refreshedAt' | 'madeBy' | 'madeFrom' | 'worth' | 'pathways' | 'abilities'
> & {
  site_id: number | null
  refreshed_at: Date | null
  made_by: Segment['madeBy']
  made_from: string | null
}

function viewSegment(
  { site_id, refreshed_at, made_by, made_from, ...row }: Row,
  actor: Actor,
  decided: readonly Decided[],
): Segment {
  const own = decided.filter((one) => one.kind === 'segment' && one.code === row.code)
  const write = actor.access['segment.write']
  return {
    ...row,
    siteId: site_id,
    refreshedAt: refreshed_at?.toISOString() ?? null,
    madeBy: made_by,
    madeFrom: made_from,
    worth: own.some(({ worth, conditions }) => worth || reachedBy(conditions, decided).worth !== null),
    pathways: usersOf(row.code, decided).flatMap(({ kind, id, name, campaign }) =>
      kind === 'pathway' ? { id, name, campaignId: campaign } : [],
    ),
    abilities: {
      write: write !== undefined && (write.all || (site_id !== null && write.siteIds.includes(site_id))),
    },
  }
}

/** Days of a sparkline in the list. */
const trendDays = 30

/** Counts of a day by site, of the sites within reach. */
const daysWithin = (reach: Reach): RawBuilder<SqlBool> =>
  sql`(${reach.all} or d.site_id = any(${reach.siteIds}::int[]))`

/** Segments `sg` of the actor's sites and of all sites; counts members within reach. */
async function segmentRows(db: Db, reach: Reach, which: RawBuilder<SqlBool>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select sg.id, sg.code, sg.name, sg.kind, sg.rule, sg.made_by, (select o.name from segment o where o.id = sg.made_from) as made_from,
      sg.site_id, sg.active, sg.version, sg.refreshed_at, array(
        select sum(d.members)::int from segment_day d
        where d.segment_id = sg.id and d.day > now()::date - ${trendDays}::int and ${daysWithin(reach)} group by d.day order by d.day) as trend,
      (select count(*) from segment_member m where m.segment_id = sg.id and ${
        reach.all
          ? sql`true`
          : sql`exists (
        select 1 from person_facts f where f.person_id = m.person_id and ${reached(reach)})`
      }) as members
    from segment sg where ${which} and (${reach.all} or sg.site_id is null or sg.site_id = any(${reach.siteIds}::int[])) order by sg.active desc, sg.code`.execute(
    db,
  )
  return rows
}

/** One segment as the actor sees it. @throws {AppError} not-found */
export async function segmentSeen(db: Db, actor: Actor, reach: Reach, id: number): Promise<Segment> {
  const [row] = await segmentRows(db, reach, sql<SqlBool>`sg.id = ${id}`)
  return viewSegment(found(row), actor, await loadDecided(db))
}

export async function listSegments(db: Db, actor: Actor): Promise<Segment[]> {
  const rows = await segmentRows(db, authorize(actor, 'segment.read'), sql<SqlBool>`true`)
  const decided = await loadDecided(db)
  return rows.map((row) => viewSegment(row, actor, decided))
}

/** @throws {AppError} not-found */
export async function getSegment(db: Db, actor: Actor, id: number): Promise<SegmentDetail> {
  const reach = authorize(actor, 'segment.read')
  const segment = await segmentSeen(db, actor, reach, id)
  const { rows } = await sql<SegmentDetail['history'][number]>`
    select d.day, sum(d.members)::int as members from segment_day d
    where d.segment_id = ${id} and d.day > now()::date - 366 and ${daysWithin(reach)} group by d.day order by d.day`.execute(
    db,
  )
  return { ...segment, history: rows }
}

/** Facts `f` of the living persons who meet a rule. @throws {AppError} invalid naming the fact */
export const personsMeeting = (
  rule: Condition | null,
  siteId: number | null,
  source = counted,
): RawBuilder<unknown> => sql`
  from person_facts f where f.counted ${siteId === null ? sql`` : sql`and f.site_id = ${siteId}`}
    ${rule === null ? sql`` : sql`and ${conditionSql(rule, source)}`}`

/** Whether the actor may make segments of a site, or of all. @throws {AppError} forbidden, invalid */
export function writableSite(actor: Actor, siteId: number | null): Reach {
  const reach = authorize(actor, 'segment.write')
  if (!reach.all && (siteId === null || !reach.siteIds.includes(siteId)))
    throw new AppError('invalid', undefined, [{ path: 'siteId', message: 'is outside what you may change' }])
  return reach
}

type NewSegment = {
  code: string
  name: string
  siteId: number | null
  rule: Condition | null
  list?: { madeBy: NonNullable<Segment['madeBy']>; from: number | null; worth: boolean; needs: string[] }
}

/** @throws {AppError} already-exists */
export async function insertSegment(
  trx: Trx,
  actor: Actor,
  { code, name, siteId, rule, list }: NewSegment,
): Promise<number> {
  await assertSite(trx, siteId)
  try {
    const { id } = await trx
      .insertInto('segment')
      .values({
        code,
        name,
        rule: rule && JSON.stringify(rule),
        site_id: siteId,
        created_by: actor.id,
        ...(list && {
          kind: 'list',
          made_by: list.madeBy,
          made_from: list.from,
          worth: list.worth,
          needs: list.needs,
        }),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(trx, actor, {
      action: 'segment.write',
      subject: code,
      fields: ['name', rule ? 'rule' : 'members'],
    })
    return id
  } catch (error) {
    if (isUniqueViolation(error, 'segment_code_key')) throw new AppError('already-exists')
    throw error
  }
}

/** @throws {AppError} invalid, already-exists */
export async function createSegment(
  trx: Trx,
  actor: Actor,
  { code, name, rule, siteId }: z.output<(typeof createRoute)['body']>,
): Promise<Segment> {
  const reach = writableSite(actor, siteId)
  conditionSql(rule)
  const decided = await loadDecided(trx)
  assertMayAsk(actor, [rule], decided)
  assertNoCircle(code, rule, decided)
  const id = await insertSegment(trx, actor, { code, name, siteId, rule })
  await assertNoWorthInClinical(trx, code, decided)
  wakeLoop('segment')
  return segmentSeen(trx, actor, reach, id)
}

/** The segment, locked, when the actor may change it. @throws {AppError} not-found */
export async function writable(trx: Trx, actor: Actor, id: number) {
  const reach = authorize(actor, 'segment.write')
  const { rows } = await sql<{
    code: string
    kind: Segment['kind']
    version: number
    site_id: number | null
    rule: Condition | null
  }>`
    select code, kind, version, site_id, rule from segment where id = ${id} and (${reach.all} or site_id = any(${reach.siteIds}::int[])) for update`.execute(
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
  if ((rule === null) !== (known.kind === 'list'))
    throw new AppError('invalid', undefined, [
      { path: 'rule', message: 'belongs to a segment, and none to a list' },
    ])
  const before = await loadDecided(trx)
  if (rule) {
    conditionSql(rule)
    assertMayAsk(actor, [rule], before)
    assertNoCircle(known.code, rule, before)
    if (!isDeepStrictEqual(rule, known.rule)) await assertNoCampaign(trx, known.code, before)
  }
  await sql`
    update segment set name = ${name}, rule = ${rule && JSON.stringify(rule)}::jsonb, version = version + 1, active = true,
      refreshed_at = case when kind = 'list' then refreshed_at end
    where id = ${id}`.execute(trx)
  await assertNoWorthInClinical(trx, known.code, before)
  await audit(trx, actor, {
    action: 'segment.write',
    subject: known.code,
    fields: ['name', ...(rule ? ['rule'] : [])],
  })
  wakeLoop('segment')
  return segmentSeen(trx, actor, known.reach, id)
}

/** Its members are counted within minutes, and come and go from then on. @throws {AppError} not-found */
export async function activateSegment(trx: Trx, actor: Actor, id: number): Promise<Segment> {
  const { reach, code } = await writable(trx, actor, id)
  await sql`update segment set active = true where id = ${id}`.execute(trx)
  await audit(trx, actor, { action: 'segment.write', subject: code, fields: ['active'] })
  wakeLoop('segment')
  return segmentSeen(trx, actor, reach, id)
}

/** A segment decided by itself would never come to rest. */
function assertNoCircle(code: string, rule: Condition, decided: readonly Decided[]): void {
  const own: Decided = {
    kind: 'segment',
    id: 0,
    code,
    name: code,
    active: true,
    purpose: null,
    campaign: null,
    conditions: [rule],
    worth: false,
    needs: [],
  }
  const others = decided.filter((one) => one.kind === 'segment' && one.code !== code)
  const asked = new Set<Decided>()
  const queue = [own]
  for (let one = queue.pop(); one; one = queue.pop()) {
    const next = [...others, own].filter((other) => usersOf(other.code, [one]).length > 0)
    if (one.conditions.length > 0 && (next.includes(own) || usersOf(code, [{ ...one, code: '' }]).length > 0))
      throw new AppError('invalid', undefined, [{ path: 'rule', message: 'asks for the segment itself' }])
    for (const other of next) if (!asked.has(other)) queue.push(other)
    for (const other of next) asked.add(other)
  }
}

/** The name of a campaign that is submitted or under way for one of these segments. */
async function campaignFor(trx: Trx, codes: string[]): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select name from campaign where status in ('submitted', 'running', 'paused') and (
      plan -> 'audience' ->> 'segment' = any(${codes}::text[]) or plan -> 'audience' -> 'without' ?| ${codes}::text[]
      or exists (select 1 from jsonb_array_elements(plan -> 'groups') g where g ->> 'segment' = any(${codes}::text[])))
    order by id limit 1`.execute(trx)
  return rows[0]?.name
}

/** Whom a campaign means is approved with it, also through other segments. @throws {AppError} invalid */
async function assertNoCampaign(trx: Trx, code: string, decided: readonly Decided[]): Promise<void> {
  const codes = new Set([code])
  for (const one of codes)
    for (const user of usersOf(one, decided)) if (user.kind === 'segment') codes.add(user.code)
  const name = await campaignFor(trx, [...codes])
  if (name !== undefined)
    throw new AppError('invalid', undefined, [
      {
        path: 'rule',
        message: `The campaign "${name}" was submitted with this rule; make another segment, or end the campaign first.`,
      },
    ])
}

/** @throws {AppError} invalid when a clinical pathway in force would now be decided by money or value */
async function assertNoWorthInClinical(trx: Trx, code: string, before: readonly Decided[]): Promise<void> {
  const after = await loadDecided(trx)
  for (const { kind, purpose, active, conditions, name } of after)
    if (kind === 'pathway' && active && purpose === 'clinical') {
      const { worth } = reachedBy(conditions, after)
      if (worth !== null && reachedBy(conditions, before).worth === null)
        throw new AppError(
          'invalid',
          `The clinical pathway "${name}" asks for the segment ${code}, which may therefore not ask for ${worth}: it is about money or value.`,
        )
    }
}

/** @throws {AppError} not-found, invalid while an active pathway or another segment asks about it */
export async function deleteSegment(trx: Trx, actor: Actor, id: number): Promise<void> {
  const { code } = await writable(trx, actor, id)
  const used = (by: string) => new AppError('invalid', undefined, [{ path: 'code', message: by }])
  const campaign = await campaignFor(trx, [code])
  if (campaign !== undefined) throw used(`The campaign "${campaign}" asks for this segment.`)
  const [user] = usersOf(code, await loadDecided(trx))
  if (user?.kind === 'pathway') throw used(`The pathway "${user.name}" asks for this segment.`)
  if (user) throw used(`The segment "${user.name}" asks for this segment.`)
  await trx.deleteFrom('segment').where('id', '=', id).execute()
  await audit(trx, actor, { action: 'segment.delete', subject: code })
}

/** @throws {AppError} not-found, forbidden when the actor may not read what the segment asks for */
export async function listMembers(
  db: Db,
  actor: Actor,
  id: number,
  query: { cursor?: string | undefined; limit: number },
) {
  const reach = authorize(actor, 'segment.read')
  const segment = await segmentSeen(db, actor, reach, id)
  const within = await withinSegment(db, actor, segment.code)
  const [after = 0] = decodeCursor<[number]>(query.cursor, ['number']) ?? []
  const { rows } = await sql<{
    person_id: number
    name: string
    since: Date
    sex: string
    age: number | null
    last_visit_at: Date | null
  }>`
    select m.person_id, p.name, m.since, f.sex, f.last_visit_at, ${factSql('person.ageYears', factsAs('f'))} as age
    from segment_member m join person p on p.id = m.person_id join person_facts f on f.person_id = m.person_id
    where m.segment_id = ${id} and m.person_id > ${after} and f.counted and ${within}
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
      name: may(actor, 'person.read') ? row.name : maskName(row.name),
      since: row.since.toISOString(),
      sex: row.sex,
      age: row.age,
      lastVisitAt: row.last_visit_at?.toISOString() ?? null,
    }),
  )
}

/** Has these segments kept from now on, because something uses them. */
export async function wakeSegments(trx: Trx, codes: readonly string[]): Promise<void> {
  const { rows } = await sql`
    update segment set active = true where code = any(${[...codes]}::text[]) and not active returning id`.execute(
    trx,
  )
  if (rows.length > 0) wakeLoop('segment')
}
