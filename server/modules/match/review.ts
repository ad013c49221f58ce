import { sql } from 'kysely'
import type { z } from 'zod'
import type { decideMatchPair, MatchPair } from '../../../contract/match.ts'
import { type Actor, type Reach, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { maskPhone } from '../person/mask.ts'
import { mergePersons } from '../person/merge.ts'
import { assertWithin, personWithin } from '../person/scope.ts'

type Side = {
  id: number
  name: string
  sex: string
  birth_date: string | null
  phone: string | null
  record_numbers: string[]
  last_visit_at: string | null
}
type Row = {
  left_id: number
  right_id: number
  left: Side
  right: Side
  probability: number
  rule: string | null
  status: MatchPair['status']
  found_at: Date
  decided_by_name: string | null
}

const side = (alias: 'l' | 'r') => {
  const id = sql.ref(`${alias}.id`)
  return sql`jsonb_build_object('id', ${id}, 'name', ${sql.ref(`${alias}.name`)}, 'sex', ${sql.ref(`${alias}.sex`)},
    'birth_date', ${sql.ref(`${alias}.birth_date`)},
    'phone', (select t.value from person_telecom t where t.person_id = ${id} and t.system = 'phone' and t.valid
      order by t.updated_at desc, t.id limit 1),
    'record_numbers', array(select i.value from person_identifier i where i.person_id = ${id} and i.system like 'mrn:%' order by 1),
    'last_visit_at', (select f.last_visit_at from person_facts f where f.person_id = ${id}))`
}

type Query = { status: MatchPair['status']; cursor?: string | undefined; limit: number }

/** Pairs of unmerged persons, the likeliest first. Both must be within reach. */
export async function listPairs(db: Db, actor: Actor, query: Query) {
  const reach = authorize(actor, 'person.merge')
  const after = decodeCursor<[number, number, number]>(query.cursor, ['decimal', 'number', 'number'])
  const { rows } = await sql<Row>`
    select m.left_id, m.right_id, ${side('l')} as left, ${side('r')} as right, m.probability, m.rule, m.status, m.found_at, m.decided_by_name
    from match_pair m join person l on l.id = m.left_id join person r on r.id = m.right_id
    where m.status = ${query.status} and (m.status = 'same' or (l.survivor_id is null and r.survivor_id is null))
      and ${after ? sql`(m.probability, -m.left_id, -m.right_id) < (${after[0]}::real, ${-after[1]}::bigint, ${-after[2]}::bigint)` : sql`true`}
      and ${personWithin(reach, sql`coalesce(l.survivor_id, l.id)`)} and ${personWithin(reach, sql`coalesce(r.survivor_id, r.id)`)}
    order by m.probability desc, m.left_id, m.right_id limit ${query.limit + 1}`.execute(db)
  const counted = await countPairs(db, reach)
  const shown = rows.slice(0, query.limit)
  await audit(db, actor, {
    action: 'match.list',
    subject: `persons:${shown.flatMap((row) => [row.left_id, row.right_id]).join(',')}`,
    fields: ['name', 'phone-masked'],
  })
  return {
    ...pageOf(rows, query.limit, (row) => [row.probability, row.left_id, row.right_id], viewPair),
    ...counted,
  }
}

/** Pairs that wait for a decision, and those put off. */
export async function countPairs(db: Db, reach: Reach): Promise<{ open: number; later: number }> {
  const { rows } = await sql<{ open: number; later: number }>`
    select count(*) filter (where m.status = 'open') as open, count(*) filter (where m.status = 'later') as later
    from match_pair m join person l on l.id = m.left_id join person r on r.id = m.right_id
    where m.status in ('open', 'later') and l.survivor_id is null and r.survivor_id is null
      and ${personWithin(reach, sql`l.id`)} and ${personWithin(reach, sql`r.id`)}`.execute(db)
  return rows[0] ?? { open: 0, later: 0 }
}

function viewPair(row: Row): MatchPair {
  const view = (one: Side) => ({
    id: one.id,
    name: one.name,
    sex: one.sex,
    birthDate: one.birth_date,
    phone: one.phone && maskPhone(one.phone),
    recordNumbers: one.record_numbers,
    lastVisitAt: one.last_visit_at && new Date(one.last_visit_at).toISOString(),
  })
  return {
    left: view(row.left),
    right: view(row.right),
    probability: row.probability,
    rule: row.rule,
    status: row.status,
    foundAt: row.found_at.toISOString(),
    decidedByName: row.decided_by_name,
  }
}

type Decision = z.output<(typeof decideMatchPair)['body']>

/**
 * Decides a pair: "same" merges, "different" is remembered until one of the two changes, "later" defers it.
 * @throws {AppError} not-found, invalid, already-closed
 */
export async function decidePair(
  trx: Trx,
  actor: Actor,
  [leftId, rightId]: [number, number],
  input: Decision,
) {
  const reach = authorize(actor, 'person.merge')
  const { rows } = await sql<{ probability: number; status: MatchPair['status']; roots: number[] }>`
    select m.probability, m.status, array[coalesce(l.survivor_id, l.id), coalesce(r.survivor_id, r.id)] as roots
    from match_pair m join person l on l.id = m.left_id join person r on r.id = m.right_id
    where m.left_id = ${leftId} and m.right_id = ${rightId} for update of m`.execute(trx)
  const pair = found(rows[0])
  await assertWithin(trx, reach, pair.roots.map(Number))
  if (pair.status === 'same') throw new AppError('already-closed', 'Somebody has merged these two already.')
  let mergeId: number | null = null
  if (input.decision === 'same') {
    const { survivorId, reason } = input
    if (survivorId === undefined || ![leftId, rightId].includes(survivorId))
      throw new AppError('invalid', undefined, [{ path: 'survivorId', message: 'must be one of the two' }])
    if (reason === undefined)
      throw new AppError('invalid', undefined, [{ path: 'reason', message: 'is missing' }])
    const merged = await mergePersons(trx, actor, {
      survivorId,
      mergedId: survivorId === leftId ? rightId : leftId,
      source: 'match',
      reason,
      score: pair.probability,
    })
    mergeId = merged.mergeId
  }
  await trx
    .updateTable('match_pair')
    .set({
      status: input.decision,
      decided_at: sql`now()`,
      decided_by: actor.id,
      decided_by_name: actor.name,
    })
    .where('left_id', '=', leftId)
    .where('right_id', '=', rightId)
    .execute()
  const entry = { action: 'match.decide', subject: `pair:${leftId},${rightId} ${input.decision}` }
  await audit(trx, actor, { ...entry, personId: leftId }, { ...entry, personId: rightId })
  return { status: input.decision, mergeId }
}
