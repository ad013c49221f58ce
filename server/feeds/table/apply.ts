import { sql } from 'kysely'
import { type ChangedRow, upsertGroups, upsertMembers } from '../../modules/group/upsert.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { isTransient, isUniqueViolation, type Trx } from '../../platform/db.ts'
import { log } from '../../platform/log.ts'
import { type AppliedAdt, applyAdt } from '../hl7/apply-adt.ts'
import { MappingError } from '../../modules/hl7/note.ts'
import { factEffect } from './facts.ts'
import type { MemberRow } from './row-group.ts'
import type { RowStatement } from './row.ts'
import type { Counts, Problem, Running } from './run.ts'
import { encounterStates, keyText, knownIds, personStates, sameState, type State } from './state.ts'

/** A valid row with its number in the file and its group customer. */
export type Good = { row: number; stated: RowStatement; groupId: number | null }
/** The effect of a row. */
type Done = { applied: AppliedAdt | null; rows: ChangedRow[] }

export const sourceOf = (one: Running) => `import:${one.id}`
const actorOf = (one: Running) => systemActor(`feed:import/${one.id}`, sourceOf(one))

/** The person's number in a row. */
export const recordOf = ({ stated }: Good) =>
  keyText(stated.message?.person.identifiers[0] ?? { system: '', value: '' })

export function idsOf(trx: Trx, one: Running, good: Good[]) {
  const messages = good.flatMap(({ stated }) => stated.message ?? [])
  const identifiers = new Map(
    messages.flatMap(({ person }) => person.identifiers).map((key) => [keyText(key), key]),
  )
  const visits = new Set(messages.flatMap(({ visitNumber }) => visitNumber ?? []))
  return knownIds(trx, one.site_id, [...identifiers.values()], [...visits])
}

type States = { persons: Map<number, State>; encounters: Map<number, State> }

/** State of a batch's persons and visits before writing. */
async function knownStates(trx: Trx, one: Running, good: Good[]): Promise<States> {
  const known = await idsOf(trx, one, good)
  return {
    persons: await personStates(trx, [...new Set(known.persons.values())]),
    encounters: await encounterStates(trx, [...known.encounters.values()]),
  }
}

/** State of the changed persons and visits after writing; created persons need none, see {@link undoBatch}. */
async function changedStates(trx: Trx, done: Iterable<Done>, before: States): Promise<States> {
  const applied = [...done].flatMap((each) => each.applied ?? [])
  const persons = applied.map((each) => each.personId).filter((id) => before.persons.has(id))
  const encounters = applied.flatMap((each) => each.encounterId ?? [])
  return {
    persons: await personStates(trx, [...new Set(persons)]),
    encounters: await encounterStates(trx, [...new Set(encounters)]),
  }
}

/** Applies a batch, stores its undo data, and counts. */
export async function applyRows(trx: Trx, one: Running, good: Good[], counts: Counts): Promise<Problem[]> {
  const before = await knownStates(trx, one, good)
  const { done, problems } = await attemptAll(trx, one, good)
  counts.failed += problems.length
  const after = await changedStates(trx, done.values(), before)
  const made = [...done.values()].flatMap(({ applied }) => (applied?.created ? [applied.personId] : []))
  const effects = [
    ...(made.length > 0 ? [{ target: 'persons-made', id: 0, before: null, after: { ids: made } }] : []),
    ...stateEffects(before, after),
    ...[...done.values()].flatMap(({ applied, rows }) => [
      ...(applied?.facts ?? []).map(factEffect),
      ...rowEffects(rows),
    ]),
  ]
  const judge = countOf(one, before, after)
  for (const what of done.values()) counts[judge(what)] += 1
  await keepEffects(trx, one, effects, done.size)
  return problems
}

/** Applies the batch as a whole; if the database or a rule refuses it, row by row, so that one bad row does not block the others. */
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
  // Another transaction created the same person or visit: a retry of the batch will find it.
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
  const done = new Map<Good, Done>(good.map((each) => [each, { applied: null, rows: [] }]))
  const about = good.flatMap((each) => (each.stated.message ? [{ each, message: each.stated.message }] : []))
  const applied = await applyAdt(
    trx,
    actorOf(one),
    about.map(({ message }) => message),
  )
  for (const [at, { each }] of about.entries()) {
    const what = done.get(each)
    if (what) what.applied = applied[at] ?? null
  }
  const groups = good.filter((each) => each.stated.group)
  const changed = await upsertGroups(
    trx,
    one.site_id,
    groups.flatMap((each) => each.stated.group ?? []),
    sourceOf(one),
  )
  for (const [at, each] of groups.entries()) done.get(each)?.rows.push(...(changed[at] ?? []))
  await applyMembers(trx, one, done)
  return done
}

/** Memberships of one person in one group customer are applied in sequence; others share a statement. */
async function applyMembers(trx: Trx, one: Running, done: Map<Good, Done>): Promise<void> {
  const waves: { each: Good; groupId: number; personId: number; member: MemberRow }[][] = []
  const last = new Map<string, number>()
  for (const [each, { applied }] of done) {
    const [personId, { groupId }, { member }] = [applied?.personId, each, each.stated]
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

/** The category of each row, in file order. */
function countOf(one: Running, before: States, after: States): (done: Done) => keyof Counts {
  const seen = new Set<number>()
  const changed = (id: number, of: keyof States) => {
    // The second row about a new person is an update, or unchanged.
    if (!before[of].has(id) && seen.size < seen.add(id).size) return 'created'
    return sameState(before[of].get(id) ?? after[of].get(id), after[of].get(id)) ? 'unchanged' : 'updated'
  }
  return ({ applied, rows }) => {
    if (one.kind === 'groups' || one.kind === 'group-members') {
      const main = one.kind === 'groups' ? 'group_customer' : 'group_member'
      if (rows.some((row) => row.table === main && row.before === null)) return 'created'
      return rows.length > 0 ? 'updated' : 'unchanged'
    }
    if (!applied) return 'unchanged'
    if (one.kind === 'encounters')
      return applied.encounterId === null ? 'unchanged' : changed(applied.encounterId, 'encounters')
    if (one.kind === 'persons') {
      if (applied.created) return 'created'
      if (before.persons.has(applied.personId)) return changed(applied.personId, 'persons')
      return applied.changed ? 'updated' : 'unchanged'
    }
    if (applied.facts.length === 0) return 'unchanged'
    return applied.facts.some((fact) => fact.corrects) ? 'updated' : 'created'
  }
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

/** Merges two changes of one row in a batch: the first state before and the last state after. */
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
