import { sql } from 'kysely'
import type { z } from 'zod'
import type { createAlike as alikeRoute, Segment } from '../../../contract/segment.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { withinAsked } from './author.ts'
import { addMembers, decidedBy } from './list.ts'
import { loadDecided } from './reach.ts'
import { insertSegment, segmentSeen, writableSite } from './segment.ts'

/**
 * What persons are compared by, each with a word for its value: sex, age in bands of ten years, district, department of the last visit, how
 * often they came and stayed within a year, and the ICD categories (three characters) of their diagnoses. Never what they paid.
 */
const traits = sql`
  array_cat(
    array['sex:' || f.sex, 'age:' || (extract(year from age(f.birth_date))::int / 10), 'district:' || f.district,
      'department:' || f.last_department_id, 'visits:' || width_bucket(f.visits_in_year, array[1, 3, 6, 12]),
      'stays:' || least(f.stays_in_year, 2)],
    array(select distinct 'diagnosis:' || left(c, 3) from unnest(f.condition_codes) c))`

/** Background for the weights: a fixed share of all, enough for a per cent. */
const background = 100_000
const fewest = 10

/**
 * A list of the persons who are most like the members of a segment and not in it: naive Bayes. Each trait weighs the logarithm of how much
 * more frequent it is among the members than among everybody (Laplace: one added to each count); a person scores the sum of their traits.
 * Traits count as independent, which they are not, so that the score orders persons and is no probability.
 * @throws {AppError} not-found, invalid for fewer than ten members, already-exists
 */
export async function createAlike(
  trx: Trx,
  actor: Actor,
  id: number,
  { code, name, size }: z.output<(typeof alikeRoute)['body']>,
): Promise<Segment> {
  const reach = authorize(actor, 'segment.read')
  const from = await segmentSeen(trx, actor, reach, id)
  writableSite(actor, from.siteId)
  const within = withinAsked(
    actor,
    [
      { fact: 'person.segments', op: '=', value: from.code },
      { fact: 'person.conditionCodes', op: 'exists' },
    ],
    await loadDecided(trx),
  )
  if (from.members < fewest)
    throw new AppError('invalid', undefined, [
      { path: 'size', message: `needs a segment of ${fewest} members or more` },
    ])
  const decided = await decidedBy(trx, from.code)
  const listId = await insertSegment(trx, actor, {
    ...{ code, name, siteId: from.siteId, rule: null },
    list: {
      madeBy: 'alike',
      from: id,
      worth: decided.worth,
      needs: [...new Set([...decided.needs, 'person.read'])],
    },
  })
  await addMembers(
    trx,
    { id: listId, code },
    sql`
      with everybody as materialized (
        select f.person_id, exists (select 1 from segment_member m where m.segment_id = ${id} and m.person_id = f.person_id) as is_member,
          ${traits} as traits
        from person_facts f
        where f.counted and (${from.siteId}::int is null or f.site_id = ${from.siteId}) and ${within}),
      member as (select traits from everybody where is_member limit ${background}),
      other as (select traits from everybody where not is_member order by hashint8(person_id) limit ${background}),
      weight as (
        select trait, ln((coalesce(a.n, 0) + 1) / (select count(*) + 2 from member)::float8)
            - ln((coalesce(b.n, 0) + 1) / (select count(*) + 2 from other)::float8) as weight
        from (select trait, count(*) as n from member, unnest(traits) trait where trait is not null group by 1) a
        full join (select trait, count(*) as n from other, unnest(traits) trait where trait is not null group by 1) b using (trait))
      select e.person_id from everybody e cross join lateral (
        select sum(w.weight) as score from unnest(e.traits) t join weight w on w.trait = t) s
      where not e.is_member and s.score is not null order by s.score desc, e.person_id limit ${size}`,
  )
  return segmentSeen(trx, actor, reach, listId)
}
