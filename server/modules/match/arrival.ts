import { sql } from 'kysely'
import { systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { mergePersons } from '../person/merge.ts'
import { readSettings } from '../setting/setting.ts'
import { matchInputs } from './input.ts'
import { currentModel, type FoundPair, judge, storePairs } from './pair.ts'
import { type MatchInput, type MatchRecord, prepare } from './record.ts'

const batchSize = 200
/** A key shared by more people than this is chance, such as the number of a hotel. */
const mostPerKey = 50
const matcher = systemActor('system:match', '档案匹配')

/** Matching has low priority, but an endless stream of messages must not starve it. */
const patience = '1 minute'

/**
 * Compares new or changed persons with everybody who shares a telephone number, an identity number, the birth date and an initial, or the sound of the name
 * and the year of birth: indexed look-ups, a few milliseconds each. Waiting messages go first.
 * @returns how many persons were compared
 */
export async function matchArrived(db: Db): Promise<number> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ person_id: number }>`
      delete from match_todo where person_id in (
        select person_id from match_todo
        where since < now() - ${patience}::interval or not exists (select from inbound_message where status = 'received')
        order by person_id limit ${batchSize} for update skip locked)
      returning person_id`.execute(trx)
    if (rows.length === 0) return 0
    const pairs = await findPairs(
      trx,
      rows.map((row) => row.person_id),
    )
    await storePairs(trx, pairs)
    await linkSure(trx, pairs)
    return rows.length
  })
}

/** Pairs of these persons with others that are likely enough for review. */
export async function findPairs(trx: Db, personIds: number[]): Promise<FoundPair[]> {
  const { rows: candidates } = await sql<{ left_id: number; right_id: number }>`
    select distinct least(w.id, c.id) as left_id, greatest(w.id, c.id) as right_id
    from unnest(${personIds}::bigint[]) as w(id) join person p on p.id = w.id and p.survivor_id is null
    cross join lateral (
      (select y.person_id as id from person_telecom x join person_telecom y on reverse(y.value) = reverse(x.value)
        where x.person_id = p.id and x.system = 'phone' and y.system = 'phone' limit ${mostPerKey})
      union all (select o.person_id from person_number_claim x cross join lateral (
          select person_id from person_identifier i where i.value = x.value and i.system = x.system
          union all select person_id from person_number_claim i where i.value = x.value and i.system = x.system) o
        where x.person_id = p.id limit ${mostPerKey})
      union all (select o.person_id from person_identifier x join person_number_claim o on o.value = x.value and o.system = x.system
        where x.person_id = p.id limit ${mostPerKey})
      union all (select o.id from person o where o.birth_date = p.birth_date and left(o.initials, 1) = left(p.initials, 1)
        limit ${mostPerKey})
      union all (select o.id from person o where p.birth_date is not null and o.pinyin = p.pinyin and o.birth_date is not null
        and o.birth_date between p.birth_date - 370 and p.birth_date + 370
        limit ${mostPerKey})
    ) c
    where c.id <> p.id`.execute(trx)
  if (candidates.length === 0) return []
  const ids = [...new Set(candidates.flatMap((one) => [one.left_id, one.right_id]))]
  const inputs = await matchInputs(trx, sql`p.id = any(${ids}::bigint[])`)
  const prepared = new Map(
    inputs.map((input): [number, [MatchInput, MatchRecord]] => [input.id, [input, prepare(input)]]),
  )
  const model = await currentModel(trx)
  const { 'match.review-from': least } = await readSettings(trx, ['match.review-from'])
  return candidates.flatMap(({ left_id, right_id }) => {
    const [left, right] = [prepared.get(left_id), prepared.get(right_id)]
    return (left && right && judge(model, left, right, least)) ?? []
  })
}

/** Merges pairs by the deterministic rule, if the site wants that; earlier decisions stay. */
export async function linkSure(trx: Trx, pairs: FoundPair[]): Promise<void> {
  const sure = pairs.filter((pair) => pair.rule !== null)
  if (sure.length === 0) return
  const { 'match.link-sure': wanted } = await readSettings(trx, ['match.link-sure'])
  if (!wanted) return
  const { rows } = await sql<{ left_id: number; right_id: number; rule: string; probability: number }>`
    update match_pair m set status = 'same', decided_at = now(), decided_by = ${matcher.id}, decided_by_name = ${matcher.name}
    from unnest(${sure.map((pair) => pair.left.id)}::bigint[], ${sure.map((pair) => pair.right.id)}::bigint[]) as w(left_id, right_id)
    where m.left_id = w.left_id and m.right_id = w.right_id and m.status = 'open'
    returning m.left_id, m.right_id, m.rule, m.probability`.execute(trx)
  // Rare, and each locks two persons: not set-based.
  for (const { left_id, right_id, rule, probability } of rows)
    await mergePersons(trx, matcher, {
      survivorId: left_id,
      mergedId: right_id,
      source: 'match',
      reason: rule,
      score: probability,
    })
}
