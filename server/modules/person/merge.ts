import { sql } from 'kysely'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { recordEvents } from '../event/event.ts'
import { refreshFacts } from './facts.ts'
import { assertWithin } from './scope.ts'

export type MergeInput = {
  /** Either may be an already merged record; the persons they belong to are joined. */
  survivorId: number
  mergedId: number
  source: 'manual' | 'hl7' | 'match'
  reason: string
  /** Time of a hospital system's statement: a merge undone since then stays undone. */
  statedAt?: Date
  /** Probability by the matching that proposed this. */
  score?: number | null
}

export type Merged = {
  /** Null when both were already one person. */
  mergeId: number | null
  survivorId: number
}

/**
 * Merges two persons. Every row stays with its record and is read through the survivor. Both persons are locked first, so that any other
 * write for them either comes before the merge and is seen by its reactors, or comes after it and sees the merged person.
 * @throws {AppError} forbidden, not-found
 */
export async function mergePersons(trx: Trx, actor: Actor, input: MergeInput): Promise<Merged> {
  const reach = authorize(actor, 'person.merge')
  const records = await lockGroups(trx, [input.survivorId, input.mergedId])
  const survivorId = rootOf(records, input.survivorId)
  const mergedId = rootOf(records, input.mergedId)
  await assertWithin(trx, reach, [survivorId, mergedId])
  if (survivorId === mergedId || (input.statedAt && (await takenBackSince(trx, input, input.statedAt))))
    return { mergeId: null, survivorId }
  await sql`
    update person set survivor_id = ${survivorId}, merged_into = case when id = ${mergedId} then ${survivorId} else merged_into end
    where id = ${mergedId} or survivor_id = ${mergedId}`.execute(trx)
  const merge = await trx
    .insertInto('person_merge')
    .values({
      survivor_id: survivorId,
      merged_id: mergedId,
      source: input.source,
      reason: input.reason,
      score: input.score ?? null,
      merged_by: actor.id,
      merged_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await refreshFacts(trx, [survivorId, mergedId])
  await recordEvents(trx, [
    {
      personId: survivorId,
      at: new Date(),
      kind: 'person.merged',
      source: sourceOf(actor, input.source),
      actorId: actor.id,
      data: { mergeId: merge.id, mergedId, reason: input.reason },
    },
  ])
  const entry = {
    action: 'person.merge',
    subject: `merge:${merge.id} ${mergedId}>${survivorId}`,
    reason: input.reason,
  }
  await audit(trx, actor, { ...entry, personId: survivorId }, { ...entry, personId: mergedId })
  return { mergeId: merge.id, survivorId }
}

/**
 * Undoes one merge, also below later merges: the merged record and those merged into it become a separate person again, with all of their
 * own rows, old and new.
 * @throws {AppError} forbidden, not-found, already-closed
 */
export async function unmergePerson(
  trx: Trx,
  actor: Actor,
  input: { mergeId: number; reason: string },
): Promise<{ survivorId: number; separatedId: number }> {
  const reach = authorize(actor, 'person.merge')
  const { merged_id: separatedId } = found(
    await trx
      .selectFrom('person_merge')
      .select('merged_id')
      .where('id', '=', input.mergeId)
      .executeTakeFirst(),
  )
  const records = await lockGroups(trx, [separatedId])
  const survivorId = rootOf(records, separatedId)
  const ids = records.map((one) => one.id)
  await assertWithin(trx, reach, [survivorId])
  const undone = await trx
    .updateTable('person_merge')
    .set({
      undone_at: sql`now()`,
      undone_by: actor.id,
      undone_by_name: actor.name,
      undone_reason: input.reason,
    })
    .where('id', '=', input.mergeId)
    .where('undone_at', 'is', null)
    .returning(
      sql<Date>`(select min(m.merged_at) from person_merge m where m.survivor_id = any(${ids}) or m.merged_id = any(${ids}))`.as(
        'since',
      ),
    )
    .executeTakeFirst()
  if (!undone) throw new AppError('already-closed', 'This merge was taken back already.')
  const separated = subtreeOf(records, separatedId)
  await sql`
    update person set survivor_id = nullif(${separatedId}, id), merged_into = case when id = ${separatedId} then null else merged_into end
    where id = any(${separated}::bigint[])`.execute(trx)
  await refreshFacts(trx, [survivorId, separatedId])
  const event = {
    at: new Date(),
    kind: 'person.unmerged' as const,
    source: sourceOf(actor, 'manual'),
    actorId: actor.id,
    data: {
      mergeId: input.mergeId,
      mergedId: separatedId,
      survivorId,
      since: undone.since.toISOString(),
      reason: input.reason,
    },
  }
  await recordEvents(trx, [
    { ...event, personId: survivorId },
    { ...event, personId: separatedId },
  ])
  const entry = {
    action: 'person.unmerge',
    subject: `merge:${input.mergeId} ${separatedId}<${survivorId}`,
    reason: input.reason,
  }
  await audit(trx, actor, { ...entry, personId: survivorId }, { ...entry, personId: separatedId })
  return { survivorId, separatedId }
}

async function takenBackSince(trx: Trx, { survivorId, mergedId }: MergeInput, since: Date): Promise<boolean> {
  const { rows } = await sql`
    select 1 from person_merge where undone_at > ${since}
      and ((survivor_id = ${survivorId} and merged_id = ${mergedId}) or (survivor_id = ${mergedId} and merged_id = ${survivorId})) limit 1`.execute(
    trx,
  )
  return rows.length > 0
}

function sourceOf(actor: Actor, source: MergeInput['source']): string {
  return source === 'hl7' ? actor.name : source === 'match' ? 'careloop' : 'staff'
}

type GroupRecord = { id: number; survivor_id: number | null; merged_into: number | null }

/** 5 seconds in total; a batch of messages holds its persons for less. */
const [polls, pollSeconds] = [200, 0.025]

/**
 * Locks every record of the persons that these records belong to, against merges and against new rows (their foreign key check waits). All
 * or none, so that nobody waits while holding half of them: a batch of messages locks hundreds of persons wave by wave. If merges change
 * while we wait, we start over.
 * @throws {AppError} not-found
 */
async function lockGroups(trx: Trx, ids: number[]): Promise<GroupRecord[]> {
  const group = sql`
    with roots as materialized (select coalesce(survivor_id, id) as id from person where id = any(${ids}::bigint[]))
    select m.id, m.survivor_id, m.merged_into from person m
    where m.id = any(array(select id from roots)) or m.survivor_id = any(array(select id from roots)) order by m.id`
  for (let poll = 0; ; poll++) {
    await sql`savepoint group_lock`.execute(trx)
    // Finally wait like everybody else; the database resolves a deadlock.
    const locked =
      await sql<GroupRecord>`${group} for update of m ${poll < polls ? sql`skip locked` : sql``}`.execute(trx)
    // Reads made with the locks held stay valid.
    const { rows } = await sql<GroupRecord>`${group}`.execute(trx)
    const held = new Set(locked.rows.map((row) => row.id))
    if (ids.some((id) => !rows.some((row) => row.id === id))) throw new AppError('not-found')
    if (rows.every((row) => held.has(row.id))) return rows
    await sql`rollback to savepoint group_lock`.execute(trx)
    await sql`select pg_sleep(${pollSeconds})`.execute(trx)
  }
}

function rootOf(records: GroupRecord[], id: number): number {
  return found(records.find((one) => one.id === id)).survivor_id ?? id
}

/** A record and all records merged into it. */
function subtreeOf(records: GroupRecord[], id: number): number[] {
  const children = records.filter((one) => one.merged_into === id)
  return [id, ...children.flatMap((one) => subtreeOf(records, one.id))]
}
