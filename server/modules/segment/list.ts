import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type {
  changeListMembers as changeRoute,
  createList as createRoute,
  Segment,
  UnusedRow,
} from '../../../contract/segment.ts'
import { type Actor, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { readPhones } from '../person/phone.ts'
import { reached, withinSegment } from './author.ts'
import { recordMoves } from './moves.ts'
import { loadDecided, reachedBy } from './reach.ts'
import { keepDay } from './refresh.ts'
import { insertSegment, segmentSeen, writable, writableSite } from './segment.ts'

/** Creates a list of persons within reach. @throws {AppError} invalid, already-exists, not-found */
export async function createList(
  trx: Trx,
  actor: Actor,
  { code, name, siteId, rows, fromSegmentId }: z.output<(typeof createRoute)['body']>,
): Promise<{ segment: Segment; unused: UnusedRow[] }> {
  const reach = writableSite(actor, siteId)
  const list = { madeBy: rows ? ('file' as const) : ('hand' as const), from: null, worth: false, needs: [] }
  if (fromSegmentId === undefined) {
    const id = await insertSegment(trx, actor, { code, name, siteId, rule: null, list })
    const { persons, unused } = await personsOf(trx, reach, rows ?? [])
    await addMembers(trx, { id, code }, sql`select unnest(${persons}::bigint[])`)
    return { segment: await segmentSeen(trx, actor, reach, id), unused }
  }
  const from = await segmentSeen(trx, actor, reach, fromSegmentId)
  const within = await withinSegment(trx, actor, from.code)
  const id = await insertSegment(trx, actor, {
    ...{ code, name, siteId, rule: null },
    list: { madeBy: 'frozen', from: fromSegmentId, ...(await decidedBy(trx, from.code)) },
  })
  await addMembers(
    trx,
    { id, code },
    sql`select m.person_id from segment_member m join person_facts f on f.person_id = m.person_id
      where m.segment_id = ${fromSegmentId} and f.counted and ${within}`,
  )
  return { segment: await segmentSeen(trx, actor, reach, id), unused: [] }
}

/** What a list keeps of the segment that chose its members. */
export async function decidedBy(trx: Trx, code: string): Promise<{ worth: boolean; needs: string[] }> {
  const { worth, needs } = reachedBy(
    [{ fact: 'person.segments', op: '=', value: code }],
    await loadDecided(trx),
  )
  return { worth: worth !== null, needs: [...needs.keys()] }
}

/** @throws {AppError} not-found, invalid for a segment with a rule */
export async function changeMembers(
  trx: Trx,
  actor: Actor,
  id: number,
  { rows, add, remove }: z.output<(typeof changeRoute)['body']>,
): Promise<{ members: number; unused: UnusedRow[] }> {
  const { reach, code, kind } = await writable(trx, actor, id)
  if (kind !== 'list') throw new AppError('invalid', 'The members of this segment are decided by its rule.')
  const { persons, unused } = await personsOf(trx, reach, rows ?? [])
  const seen = sql`select f.person_id from person_facts f where f.counted and ${reached(reach)}`
  await addMembers(trx, { id, code }, sql`${seen} and f.person_id = any(${[...persons, ...add]}::bigint[])`)
  const { rows: left } = await sql<{ person_id: number }>`
    delete from segment_member m where m.segment_id = ${id} and m.person_id = any(${remove}::bigint[]) and m.person_id in (${seen})
    returning person_id`.execute(trx)
  await recordMoves(
    trx,
    { id, code },
    'segment.left',
    left.map((row) => row.person_id),
  )
  await keepDay(trx, id)
  await audit(trx, actor, { action: 'segment.write', subject: code, fields: ['members'] })
  const { members } = await segmentSeen(trx, actor, reach, id)
  return { members, unused }
}

/** Adds persons, as a select of their ids, to a list; coming is an event of theirs. */
export async function addMembers(
  trx: Trx,
  list: { id: number; code: string },
  who: RawBuilder<unknown>,
): Promise<void> {
  const { rows } = await sql<{ person_id: number }>`
    insert into segment_member (segment_id, person_id) select ${list.id}, w.id from (${who}) w(id) on conflict do nothing returning person_id`.execute(
    trx,
  )
  await recordMoves(
    trx,
    list,
    'segment.entered',
    rows.map((row) => row.person_id),
  )
  await sql`update segment set refreshed_at = now() where id = ${list.id}`.execute(trx)
  await keepDay(trx, list.id)
}

/** The persons that record numbers and telephone numbers lead to, within reach; a number of several persons is nobody's. */
async function personsOf(trx: Trx, reach: Reach, texts: readonly string[]) {
  const numbers = texts.flatMap((text, row) => readPhones(text).map(({ value }) => ({ row, value })))
  const { rows } = await sql<{ row: number; person_id: number }>`
    with named as (
      select t.row, i.person_id from unnest(${texts}::text[]) with ordinality t(text, row)
      join person_identifier i on i.value = t.text and i.system like 'mrn:%'
      union
      select n.row + 1, c.person_id from unnest(${numbers.map((one) => one.row)}::int[], ${numbers.map((one) => one.value)}::text[]) n(row, value)
      join person_telecom c on reverse(c.value) = reverse(n.value) and c.system = 'phone' and c.valid)
    select distinct n.row, f.person_id from named n join person r on r.id = n.person_id
    join person_facts f on f.person_id = coalesce(r.survivor_id, r.id) where f.counted and ${reached(reach)}`.execute(
    trx,
  )
  const found = Map.groupBy(rows, (one) => one.row)
  const persons = new Set<number>()
  const unused: UnusedRow[] = []
  for (const [at, text] of texts.entries()) {
    const [first, ...more] = found.get(at + 1) ?? []
    if (first && more.length === 0) persons.add(first.person_id)
    else unused.push({ row: at + 1, text, why: first ? 'several' : 'unknown' })
  }
  return { persons: [...persons], unused }
}
