import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { z } from 'zod'
import { maskName } from '../../../contract/export.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import {
  ageBands,
  conditionGroups,
  type countSegment as countRoute,
  type overlapSegments,
  type SegmentCount,
  type SplitBy,
} from '../../../contract/segment.ts'
import type { Actor } from '../../platform/actor.ts'
import { authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { factsAs, factSql } from '../person/fact.ts'
import { reached, withinAsked, withinSegment } from './author.ts'
import { loadDecided } from './reach.ts'
import { counted } from './rule.ts'
import { personsMeeting, segmentSeen } from './segment.ts'

const facts = factsAs('f')
const age = factSql('person.ageYears', facts)

/** What each person is counted under. */
const dimensions: Record<Exclude<SplitBy, 'conditions'>, RawBuilder<unknown>> = {
  stage: factSql('person.stage', facts),
  age: sql`(select max(b) from unnest(${[...ageBands]}::int[]) b where b <= ${age})::text`,
  sex: sql`f.sex`,
  district: sql`f.district`,
  department: factSql('person.departmentCode', facts),
}

/** Everybody is under each of the groups that one of the diagnoses belongs to. */
const groups = Object.entries(conditionGroups).flatMap(([name, codes]) =>
  codes.map((code) => ({ name, code })),
)

/** Values of a dimension that are shown; districts and departments beyond are few persons each. */
const mostValues = 40

/**
 * Counts, divides and samples. A rule with events has two forms: gathered for all, or looked up person by person. The planner says which is
 * cheaper here.
 * @throws {AppError} invalid naming the fact
 */
export function countSegment(
  db: Db,
  actor: Actor,
  { rule, siteId, by, sample }: z.output<(typeof countRoute)['body']>,
): Promise<SegmentCount> {
  return transaction(db, async (trx) => {
    authorize(actor, 'segment.read')
    const asked: Condition[] = [
      ...(rule ? [rule] : []),
      ...(by.includes('conditions') ? [{ fact: 'person.conditionCodes', op: 'exists' as const }] : []),
    ]
    const within = withinAsked(actor, asked, asked.length > 0 ? await loadDecided(trx) : [])
    const from = await cheaper(trx, rule, siteId, within)
    if (by.length === 0 && sample === 0) {
      const { rows } = await sql<{ count: number }>`select count(*) as count ${from}`.execute(trx)
      const count = rows[0]?.count ?? 0
      await audit(trx, actor, { action: 'segment.count', subject: `persons:${count}` })
      return { count, split: {}, sample: [] }
    }
    const result = await divided(trx, from, by, sample)
    await audit(trx, actor, {
      action: 'segment.count',
      subject: `persons:${result.count}`,
      ...(result.sample.length > 0 && { fields: ['name-masked'] }),
    })
    return result
  })
}

/**
 * For this transaction only: rules over events may hash millions of rows, and the indexes that rules read stay in memory, where a page out of
 * order costs hardly more than the next one.
 */
const planning = sql`select set_config('work_mem', '128MB', true), set_config('random_page_cost', '1.1', true)`

async function cheaper(trx: Trx, rule: Condition | null, siteId: number | null, within: RawBuilder<SqlBool>) {
  const form = (each: boolean) => sql`${personsMeeting(rule, siteId, { ...counted, each })} and ${within}`
  const gathered = form(false)
  await planning.execute(trx)
  if (!rule || !JSON.stringify(rule).includes('"events"')) return gathered
  const costs: number[] = []
  for (const one of [gathered, form(true)]) {
    const { rows } = await sql<{
      'QUERY PLAN': [{ Plan: { 'Total Cost': number } }]
    }>`explain (format json) select count(*) ${one}`.execute(trx)
    costs.push(rows[0]?.['QUERY PLAN'][0].Plan['Total Cost'] ?? 0)
  }
  return (costs[1] ?? 0) < (costs[0] ?? 0) ? form(true) : gathered
}

type Counted = { value: string; count: number }

async function divided(
  trx: Trx,
  from: RawBuilder<unknown>,
  by: readonly SplitBy[],
  sample: number,
): Promise<SegmentCount> {
  const plain = by.filter((one) => one !== 'conditions')
  const columns = plain.map((one) => sql`, ${dimensions[one]} as ${sql.ref(one)}`)
  const split = plain.map(
    (one) => sql`, (select jsonb_agg(v) from (
      select coalesce(${sql.ref(one)}, '') as value, count(*) as count from met group by 1 order by 2 desc, 1 limit ${mostValues}) v) as ${sql.ref(one)}`,
  )
  const conditions = by.includes('conditions')
    ? sql`, (select jsonb_agg(v) from (
        select g.name as value, count(distinct met.person_id) as count from met cross join unnest(met.condition_codes) c
        join (select * from unnest(${groups.map((one) => one.name)}::text[], ${groups.map((one) => one.code)}::text[])) g(name, code)
          on starts_with(c, g.code)
        group by 1 order by 2 desc, 1) v) as conditions`
    : sql``
  const { rows } = await sql<
    { count: number; sample: number[] | null } & Partial<Record<SplitBy, Counted[] | null>>
  >`
    with met as materialized (
      select f.person_id ${sql.join(columns, sql` `)} ${by.includes('conditions') ? sql`, f.condition_codes` : sql``} ${from})
    select (select count(*) from met) as count,
      (select array_agg(s.person_id) from (select person_id from met order by hashint8(person_id), person_id limit ${sample}) s) as sample
      ${sql.join(split, sql` `)} ${conditions}`.execute(trx)
  const { count, sample: ids, ...found } = rows[0] ?? { count: 0, sample: null }
  return {
    count,
    split: Object.fromEntries(by.map((one) => [one, found[one] ?? []])),
    sample: ids ? await sampled(trx, ids) : [],
  }
}

/** Some of them, by a hash rather than by age of the record; the same ones each time, so that they do not flicker while a rule is edited. */
async function sampled(trx: Trx, ids: number[]): Promise<SegmentCount['sample']> {
  const { rows } = await sql<{
    id: number
    name: string
    sex: string
    age: number | null
    last_visit_at: Date | null
  }>`
    select p.id, p.name, f.sex, ${age} as age, f.last_visit_at from person p join person_facts f on f.person_id = p.id
    where p.id = any(${ids}::bigint[]) order by hashint8(p.id), p.id`.execute(trx)
  return rows.map((row) => ({
    personId: row.id,
    name: maskName(row.name),
    sex: row.sex,
    age: row.age,
    lastVisitAt: row.last_visit_at?.toISOString() ?? null,
  }))
}

/** How many are in each combination of segments, and in no other of them. @throws {AppError} not-found, invalid */
export async function overlap(
  db: Db,
  actor: Actor,
  { segmentIds }: z.output<(typeof overlapSegments)['body']>,
) {
  const reach = authorize(actor, 'segment.read')
  const ids = [...new Set(segmentIds)]
  if (ids.length < 2)
    throw new AppError('invalid', undefined, [{ path: 'segmentIds', message: 'are to be different ones' }])
  const parts: RawBuilder<SqlBool>[] = [reached(reach)]
  for (const id of ids) {
    const { code } = found(await segmentSeen(db, actor, reach, id))
    parts.push(await withinSegment(db, actor, code))
  }
  const { rows } = await sql<{ segmentIds: number[]; persons: number }>`
    select "segmentIds", count(*) as persons from (
      select array_agg(m.segment_id order by m.segment_id) as "segmentIds" from segment_member m join person_facts f on f.person_id = m.person_id
      where m.segment_id = any(${ids}::int[]) and f.counted and ${sql.join(parts, sql` and `)} group by m.person_id) g
    group by 1 order by 2 desc, 1`.execute(db)
  await audit(db, actor, { action: 'segment.count', subject: `segments:${ids.join(',')}` })
  return { combinations: rows }
}
