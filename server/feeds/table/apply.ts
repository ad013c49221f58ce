import { sql } from 'kysely'
import { type ChangedRow, upsertGroups, upsertMembers } from '../../modules/group/upsert.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isTransient, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { applyAdt } from '../hl7/apply-adt.ts'
import { MappingError } from '../hl7/message.ts'
import type { KeptFact } from '../hl7/record-facts.ts'
import { factEffect } from './facts.ts'
import type { MemberRow } from './row-group.ts'
import type { Said } from './row.ts'
import type { Counts, Problem, Running } from './run.ts'
import { encounterStates, keyText, knownIds, personStates, sameState, type State } from './state.ts'

/** A row that can be read; what its number in the file is, and which group customer it names. */
export type Good = { row: number; said: Said; groupId: number | null }
/** What a row did beside its person and its visit. */
type Done = { facts: KeptFact[]; rows: ChangedRow[] }

export const sourceOf = (one: Running) => `import:${one.id}`
const actorOf = (one: Running) => systemActor(`feed:import/${one.id}`, sourceOf(one))

/** The number by which a row knows its person. */
export const recordOf = ({ said }: Good) =>
  keyText(said.message?.person.identifiers[0] ?? { system: '', value: '' })

export function idsOf(trx: Trx, one: Running, good: Good[]) {
  const messages = good.flatMap(({ said }) => said.message ?? [])
  const identifiers = new Map(
    messages.flatMap(({ person }) => person.identifiers).map((key) => [keyText(key), key]),
  )
  const visits = new Set(messages.flatMap(({ visitNumber }) => visitNumber ?? []))
  return knownIds(trx, one.site_id, [...identifiers.values()], [...visits])
}

type States = {
  persons: Map<number, State>
  encounters: Map<number, State>
  known: Awaited<ReturnType<typeof knownIds>>
}

async function statesOf(trx: Trx, one: Running, good: Good[]): Promise<States> {
  const known = await idsOf(trx, one, good)
  return {
    known,
    persons: await personStates(trx, [...new Set(known.persons.values())]),
    encounters: await encounterStates(trx, [...known.encounters.values()]),
  }
}

/** Applies a batch, keeps what is needed to take it back, and counts. */
export async function applyRows(trx: Trx, one: Running, good: Good[], counts: Counts): Promise<Problem[]> {
  const before = await statesOf(trx, one, good)
  const { done, problems } = await attemptAll(trx, one, good)
  counts.failed += problems.length
  const applied = good.filter((each) => done.has(each))
  const after = await statesOf(trx, one, applied)
  const effects = [
    ...stateEffects(before, after),
    ...[...done.values()].flatMap(({ facts, rows }) => [...facts.map(factEffect), ...rowEffects(rows)]),
  ]
  for (const each of applied) {
    const what = done.get(each)
    counts[what ? countOf(one, each, what, before, after) : 'unchanged'] += 1
  }
  await keepEffects(trx, one, effects, applied.length)
  return problems
}

/** The batch as a whole; when the database or a rule refuses it, row by row, so that one bad row does not keep 499 out. */
async function attemptAll(
  trx: Trx,
  one: Running,
  good: Good[],
): Promise<{ done: Map<Good, Done>; problems: Problem[] }> {
  const attempt = async (rows: Good[]): Promise<{ done: Map<Good, Done> } | { error: unknown }> => {
    await sql`savepoint import_rows`.execute(trx)
    try {
      const done = await applyBatch(trx, one, rows)
      await sql`release savepoint import_rows`.execute(trx)
      return { done }
    } catch (error) {
      await sql`rollback to savepoint import_rows`.execute(trx)
      return { error }
    }
  }
  const whole = await attempt(good)
  if ('done' in whole) return { done: whole.done, problems: [] }
  // Somebody else made the same person or visit just now: with the whole batch once more, he will be found.
  if (isTransient(whole.error) || isUniqueViolation(whole.error)) throw whole.error as Error
  const problems: Problem[] = []
  const done = new Map<Good, Done>()
  for (const each of good) {
    const single = await attempt([each])
    if ('done' in single) for (const [row, what] of single.done) done.set(row, what)
    else if (isTransient(single.error)) throw single.error as Error
    else {
      const detail = single.error instanceof MappingError ? single.error.message : null
      if (!detail)
        log.error({ err: single.error, importId: one.id, row: each.row }, 'a row of an import was refused')
      problems.push({ row: each.row, field: null, value: null, problem: 'refused', detail })
    }
  }
  return { done, problems }
}

async function applyBatch(trx: Trx, one: Running, good: Good[]): Promise<Map<Good, Done>> {
  const done = new Map<Good, Done>(good.map((each) => [each, { facts: [], rows: [] }]))
  const about = good.flatMap((each) => (each.said.message ? [{ each, message: each.said.message }] : []))
  const applied = await applyAdt(
    trx,
    actorOf(one),
    about.map(({ message }) => message),
  )
  const people = new Map(about.map(({ each }, at) => [each, applied[at]]))
  for (const [each, result] of people) done.get(each)?.facts.push(...(result?.facts ?? []))
  const groups = good.filter((each) => each.said.group)
  const changed = await upsertGroups(
    trx,
    one.site_id,
    groups.flatMap((each) => each.said.group ?? []),
    sourceOf(one),
  )
  for (const [at, each] of groups.entries()) done.get(each)?.rows.push(...(changed[at] ?? []))
  await applyMembers(trx, one, good, (each) => people.get(each)?.personId, done)
  return done
}

/** Memberships of one person in one group customer follow each other; those of different ones share a statement. */
async function applyMembers(
  trx: Trx,
  one: Running,
  good: Good[],
  personOf: (each: Good) => number | undefined,
  done: Map<Good, Done>,
): Promise<void> {
  const waves: { each: Good; groupId: number; personId: number; member: MemberRow }[][] = []
  const last = new Map<string, number>()
  for (const each of good) {
    const [personId, { groupId }, { member }] = [personOf(each), each, each.said]
    if (!member || groupId === null || personId === undefined) continue
    const wave = (last.get(`${groupId}|${personId}`) ?? -1) + 1
    last.set(`${groupId}|${personId}`, wave)
    ;(waves[wave] ??= []).push({ each, groupId, personId, member })
  }
  for (const wave of waves) {
    const changed = await upsertMembers(
      trx,
      wave.map(({ groupId, personId, member }) => ({ ...member, groupId, personId })),
      sourceOf(one),
    )
    for (const [at, { each }] of wave.entries()) done.get(each)?.rows.push(...(changed[at] ?? []))
  }
}

function countOf(one: Running, each: Good, done: Done, before: States, after: States): keyof Counts {
  if (one.kind === 'charges' || one.kind === 'appointments') {
    if (done.facts.length === 0) return 'unchanged'
    return done.facts.some((fact) => fact.corrects) ? 'updated' : 'created'
  }
  if (one.kind === 'groups' || one.kind === 'group-members') {
    const main = one.kind === 'groups' ? 'group_customer' : 'group_member'
    if (done.rows.some((row) => row.table === main && row.before === null)) return 'created'
    return done.rows.length > 0 ? 'updated' : 'unchanged'
  }
  const of = one.kind
  const id = after.known[of].get(of === 'persons' ? recordOf(each) : (each.said.message?.visitNumber ?? ''))
  if (id === undefined) return 'unchanged'
  if (!before[of].has(id)) {
    // The second row about somebody new is an update, or nothing at all.
    before[of].set(id, after[of].get(id) ?? {})
    return 'created'
  }
  return sameState(before[of].get(id), after[of].get(id)) ? 'unchanged' : 'updated'
}

type Effect = { target: string; id: number; before: unknown; after: unknown }

function stateEffects(before: States, after: States): Effect[] {
  return (['persons', 'encounters'] as const).flatMap((subject) =>
    [...after[subject]].flatMap(([id, state]) => {
      const earlier = before[subject].get(id)
      if (sameState(earlier, state)) return []
      return [
        {
          target: subject === 'persons' ? 'person' : 'encounter',
          id,
          before: earlier ?? null,
          after: state,
        },
      ]
    }),
  )
}

/** Of a row that changed twice in a batch: how it was first, and how it is now. */
function rowEffects(rows: ChangedRow[]): Effect[] {
  return rows.map(({ table, id, before, after }) => ({ target: table, id, before, after }))
}

async function keepEffects(trx: Trx, one: Running, effects: Effect[], rows: number): Promise<void> {
  if (effects.length === 0) return
  const kept = new Map<string, Effect>()
  for (const effect of effects) {
    const place = `${effect.target}|${effect.id}`
    kept.set(place, { ...effect, before: kept.has(place) ? kept.get(place)?.before : effect.before })
  }
  const list = [...kept.values()]
  await sql`
    insert into import_effect (import_id, batch, target, target_id, before, after)
    select ${one.id}, ${one.batches}, t.* from unnest(
      ${list.map((each) => each.target)}::text[], ${list.map((each) => each.id)}::bigint[],
      ${list.map((each) => each.before && JSON.stringify(each.before))}::jsonb[],
      ${list.map((each) => JSON.stringify(each.after))}::jsonb[]) as t`.execute(trx)
  await audit(trx, actorOf(one), { action: 'import.apply', subject: `${sourceOf(one)} rows:${rows}` })
}
