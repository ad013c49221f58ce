import { sql } from 'kysely'
import { removeMessagesOf } from '../../modules/message/write.ts'
import { type FactEffect, undoFacts } from '../../modules/clinical-fact/undo.ts'
import { removeEncounters, restoreEncounters } from '../../modules/encounter/undo.ts'
import { deleteEvents } from '../../modules/event/keep.ts'
import { refreshFacts } from '../../modules/person/facts.ts'
import { removeEnrollmentsOf } from '../../modules/pathway/end.ts'
import { partTables, removePersons, restorePersons } from '../../modules/person/undo.ts'
import { deleteTasks } from '../../modules/task/transition.ts'
import { systemActor } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Trx } from '../../platform/db.ts'
import type { Running } from './run.ts'
import { encounterStates, personStates, sameState, type State } from './state.ts'
import { isGroupTarget, undoGroups } from './undo-group.ts'

type Effect = { target: string; target_id: number; before: State | null; after: State }

/**
 * Undoes the latest remaining batch: deletes what it created and restores what it changed. Rows that somebody has worked on or another
 * source has changed since stay, and are counted.
 * @returns how many rows were handled
 */
export async function undoBatch(trx: Trx, one: Running): Promise<number> {
  const { rows: effects } = await sql<Effect>`
    with latest as (
      select target, target_id, before, after from import_effect
      where import_id = ${one.id} and batch = (select max(batch) from import_effect where import_id = ${one.id})
    )
    select target, target_id, before, after from latest where target <> 'persons-made'
    union all select 'person', made.id::bigint, null, '{}'::jsonb
    from latest, jsonb_array_elements_text(after -> 'ids') as made(id) where target = 'persons-made'`.execute(
    trx,
  )
  if (effects.length === 0) {
    await sql`update import set status = 'undone', finished_at = now() where id = ${one.id}`.execute(trx)
    return 1
  }
  const encounters = effects.filter((effect) => effect.target === 'encounter')
  const persons = effects.filter((effect) => effect.target === 'person')
  const source = `import:${one.id}`
  const facts = effects.filter((effect) => effect.target === 'fact')
  const apart =
    (await undoFacts(trx, facts as unknown as FactEffect[])) +
    (await undoGroups(
      trx,
      effects.flatMap(({ target, ...rest }) => (isGroupTarget(target) ? [{ target, ...rest }] : [])),
    ))
  const visits = await untouched(trx, encounters, encounterStates)
  await removeVisits(trx, idsOf(visits.filter((effect) => effect.before === null)), source)
  await restoreEncounters(
    trx,
    visits.flatMap((effect) => (effect.before ? [effect.before] : [])),
  )
  const people = [
    ...(await untouched(
      trx,
      persons.filter((effect) => effect.before !== null),
      personStates,
    )),
    ...(await madeHere(
      trx,
      persons.filter((effect) => effect.before === null),
      one.id,
    )),
  ]
  await restorePersons(
    trx,
    people.flatMap(({ target_id: id, before }) => (before ? [{ id, state: before }] : [])),
  )
  const removed = await removeMade(trx, idsOf(people.filter((effect) => effect.before === null)), source)
  const left = await survivors(trx, encounters)
  const kept =
    apart +
    left +
    (persons.length - people.length) +
    (people.filter((one) => one.before === null).length - removed)
  await refreshFacts(
    trx,
    await stillThere(trx, [...new Set([...idsOf(persons), ...(await ownersOf(trx, visits))])]),
  )
  await sql`
    with gone as (
      delete from import_effect where import_id = ${one.id} and batch = (select max(batch) from import_effect where import_id = ${one.id})
    )
    update import set kept = kept + ${kept} where id = ${one.id}`.execute(trx)
  await audit(trx, systemActor(`feed:import/${one.id}`, source), {
    action: 'import.undo',
    subject: `${source} effects:${effects.length} kept:${kept}`,
  })
  return effects.length
}

const idsOf = (effects: Effect[]) => effects.map((effect) => effect.target_id)

/** Those unchanged since the batch. */
async function untouched(
  trx: Trx,
  effects: Effect[],
  statesOf: (trx: Trx, ids: number[]) => Promise<Map<number, State>>,
): Promise<Effect[]> {
  const now = await statesOf(trx, idsOf(effects))
  return effects.filter((effect) => sameState(effect.after, now.get(effect.target_id)))
}

/**
 * Persons to whom nobody else has added anything, determined without a stored state: no part has another source, and no other import has
 * changed them (one that only repeated the data leaves its name on addresses, but no effect). Changed fields leave an event.
 */
async function madeHere(trx: Trx, effects: Effect[], importId: number): Promise<Effect[]> {
  if (effects.length === 0) return []
  const others = (table: string) =>
    sql`not exists (select 1 from ${sql.table(table)} t where t.person_id = p.id and t.source not like 'import:%')`
  const { rows } = await sql<{ id: number }>`
    select p.id from person p where p.id = any(${idsOf(effects)}::bigint[])
      and ${sql.join(Object.values(partTables).map(others), sql` and `)}
      and not exists (select 1 from person_telecom t where t.person_id = p.id and not t.valid)
      and not exists (select 1 from import_effect o where o.target = 'person' and o.target_id = p.id and o.import_id <> ${importId})`.execute(
    trx,
  )
  const made = new Set(rows.map((row) => row.id))
  return effects.filter((effect) => made.has(effect.target_id))
}

/** Deletes visits that the import created and nobody has worked on, with their open tasks, enrolments and unsent messages. */
async function removeVisits(trx: Trx, ids: number[], source: string): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<{ id: number }>`
    select e.id from encounter e where e.id = any(${ids}::bigint[]) and e.source = ${source}
      and not exists (select 1 from task t where t.encounter_id = e.id
        and (t.status in ('in-progress', 'completed') or exists (select 1 from task_contact c where c.task_id = t.id)))
      and not exists (select 1 from questionnaire_response r where r.encounter_id = e.id)
      and not exists (select 1 from event v where v.encounter_id = e.id and v.source not in (${source}, 'careloop'))
      and not exists (select 1 from message m join enrollment n on n.id = m.enrollment_id where n.encounter_id = e.id
        and m.status not in ('queued', 'suppressed', 'failed'))`.execute(trx)
  const removable = rows.map((row) => row.id)
  await removeMessagesOf(trx, removable)
  await deleteEvents(
    trx,
    sql`encounter_id = any(${removable}::bigint[]) or task_id in (select id from task where encounter_id = any(${removable}::bigint[]))`,
  )
  await deleteTasks(trx, sql`t.encounter_id = any(${removable}::bigint[])`)
  await removeEnrollmentsOf(trx, removable)
  await removeEncounters(trx, removable)
}

/** Deletes persons that the import created and that have no other data. @returns how many */
async function removeMade(trx: Trx, ids: number[], source: string): Promise<number> {
  if (ids.length === 0) return 0
  const { rows } = await sql<{ id: number }>`
    select p.id from person p where p.id = any(${ids}::bigint[])
      and not exists (select 1 from encounter e where e.person_id = p.id)
      and not exists (select 1 from task t where t.person_id = p.id)
      and not exists (select 1 from enrollment n where n.person_id = p.id)
      and not exists (select 1 from message m where m.person_id = p.id)
      and not exists (select 1 from questionnaire_response r where r.person_id = p.id)
      and not exists (select 1 from group_member g where g.person_id = p.id)
      and not exists (select 1 from opt_out o where o.person_id = p.id)
      and not exists (select 1 from consent c where c.person_id = p.id)
      and not exists (select 1 from person_relationship r where r.related_person_id = p.id)
      and not exists (select 1 from event v where v.person_id = p.id and v.source not in (${source}, 'careloop'))`.execute(
    trx,
  )
  const removable = rows.map((row) => row.id)
  await deleteEvents(trx, sql`person_id = any(${removable}::bigint[])`)
  await removePersons(trx, removable)
  return removable.length
}

/** Remaining visits created by the batch. */
async function survivors(trx: Trx, effects: Effect[]): Promise<number> {
  const now = await encounterStates(trx, idsOf(effects))
  return effects.filter((effect) => {
    const state = now.get(effect.target_id)
    return effect.before === null ? state !== undefined : !sameState(state, effect.before)
  }).length
}

async function ownersOf(trx: Trx, visits: Effect[]): Promise<number[]> {
  const owners = visits.map(({ after }) => (after['encounter'] as { person_id: number }).person_id)
  return stillThere(trx, owners)
}

async function stillThere(trx: Trx, ids: number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select id from person where id = any(${ids}::bigint[])`.execute(
    trx,
  )
  return rows.map((row) => row.id)
}
