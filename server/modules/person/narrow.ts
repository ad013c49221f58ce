import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PersonTag } from '../../../contract/person.ts'
import type { Gap } from '../../../contract/provenance.ts'
import type { Db } from '../../platform/db.ts'
import { organisationZone } from '../setting/time-zone.ts'
import { masksWithin, readWeights, type Weights } from './completeness.ts'

/** What a list of persons may be narrowed by, apart from what is searched. */
export type Narrowed = {
  completeFrom?: number | undefined
  completeTo?: number | undefined
  missing?: Gap | undefined
  lastSite?: 'none' | number | undefined
  departmentId?: number | undefined
  attendingStaffId?: number | undefined
  dischargedFrom?: string | undefined
  dischargedTo?: string | undefined
  condition?: string | undefined
  tag?: PersonTag | undefined
}

/** A filter by completeness needs the weights beforehand; without one they come with the results. */
export async function weightsFor(db: Db, query: Narrowed): Promise<Weights | null> {
  const { completeFrom, completeTo, missing } = query
  return completeFrom === undefined && completeTo === undefined && missing === undefined
    ? null
    : readWeights(db)
}

const survivor = sql`coalesce(r.survivor_id, r.id)`

/** Who has a tag now, each through an index that holds these rows only. */
const tagged: Record<PersonTag, RawBuilder<unknown>> = {
  deceased: sql`select ${survivor} from person r where r.deceased`,
  'do-not-contact': sql`select ${survivor} from opt_out o join person r on r.id = o.person_id where o.channel = 'all'`,
  'red-flag': sql`select ${survivor} from task k join person r on r.id = k.person_id
    where k.kind = 'red-flag' and k.status in ('requested', 'in-progress')`,
  'open-dispute': sql`select ${survivor} from event o join person r on r.id = o.person_id
    where o.kind = 'person.dispute-opened' and not exists (select 1 from event x join person m on m.id = x.person_id
      where x.kind = 'person.dispute-closed' and coalesce(m.survivor_id, m.id) = ${survivor} and x.data ->> 'key' = o.data ->> 'key')`,
}

/** The narrowed list as a condition on the person `c`: on the columns that the figures count, and on the last visit as the list shows it. */
export function narrowedTo(query: Narrowed, weights: Weights | null): RawBuilder<SqlBool> {
  const { completeFrom: from, completeTo: to, missing, lastSite, dischargedFrom, dischargedTo } = query
  const facts: RawBuilder<SqlBool>[] = []
  if (weights) facts.push(sql`f.missing = any(${masksWithin(weights, { from, to, missing })}::int[])`)
  else if (lastSite !== undefined) facts.push(sql`f.missing is not null`)
  if (lastSite === 'none') facts.push(sql`f.last_department_id is null`)
  else if (lastSite !== undefined)
    facts.push(sql`f.last_department_id in (select id from department where site_id = ${lastSite})`)
  if (query.departmentId !== undefined) facts.push(sql`f.last_department_id = ${query.departmentId}`)
  if (query.attendingStaffId !== undefined)
    facts.push(sql`f.last_attending_staff_id = ${query.attendingStaffId}`)
  const midnight = (day: RawBuilder<unknown>) => sql`(${day})::timestamp at time zone ${organisationZone}`
  if (dischargedFrom) facts.push(sql`f.last_discharge_at >= ${midnight(sql`${dischargedFrom}::date`)}`)
  if (dischargedTo) facts.push(sql`f.last_discharge_at < ${midnight(sql`${dischargedTo}::date + 1`)}`)
  if (query.condition) facts.push(sql`f.last_condition_text = any(array(${wordsWith(query.condition)}))`)
  const parts: RawBuilder<SqlBool>[] = []
  if (facts.length > 0)
    parts.push(sql`c.id in (select f.person_id from person_facts f where ${sql.join(facts, sql` and `)})`)
  if (query.tag) parts.push(sql`c.id in (${tagged[query.tag]})`)
  return parts.length === 0 ? sql<SqlBool>`true` : sql`(${sql.join(parts, sql` and `)})`
}

/** The diagnoses in use that contain some words: from one to the next along the index, as they are few and the persons many. */
function wordsWith(words: string): RawBuilder<unknown> {
  const like = `%${words.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql`with recursive used as (
      select (select min(f.last_condition_text) from person_facts f where f.last_condition_text > '') as text
      union all
      select (select min(f.last_condition_text) from person_facts f where f.last_condition_text > used.text) from used where used.text is not null
    ) select text from used where text ilike ${like}`
}
