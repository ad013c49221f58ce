import { sql } from 'kysely'
import type { Permission } from '../../../contract/access.ts'
import { eventFactOf } from '../../../contract/event-fact.ts'
import { factOf, isPersonFact } from '../../../contract/fact.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { partsOf } from '../../../contract/questionnaire-check.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import type { Db } from '../../platform/db.ts'

/** What a segment or pathway is decided by, for rules that ask about it. */
export type Decided = {
  kind: 'segment' | 'pathway'
  id: number
  code: string
  name: string
  /** Of a pathway: persons enter it. */
  active: boolean
  purpose: string | null
  /** The campaign that the pathway carries out. */
  campaign: number | null
  conditions: Condition[]
  /** Said of a list whose rule is no longer there. */
  worth: boolean
  needs: Permission[]
}

/** All segments and pathways in force: few, and a rule may reach any of them through others. */
export async function loadDecided(db: Db): Promise<Decided[]> {
  const { rows } = await sql<Decided>`
    select 'segment' as kind, id, code, name, true as active, null as purpose, null::int as campaign, case when rule is null then '[]' else jsonb_build_array(rule) end as conditions, worth, needs from segment
    union all
    select 'pathway', p.id, p.code, p.name, p.active, v.definition ->> 'purpose', (select c.id from campaign c where c.pathway_id = p.id), jsonb_path_query_array(v.definition, '$.entry.when') || jsonb_path_query_array(v.definition, '$.steps[*].when'),
      false, '{}'
    from pathway p join pathway_version v on v.id = p.current_version_id`.execute(db)
  return rows
}

/** @property needs with the fact, or the segment, that needs it */
export type Reached = { needs: Map<Permission, string>; worth: string | null }

type Asked = { op: string; value?: unknown }

/** Whether a comparison may be about this code. */
function names({ op, value }: Asked, code: string): boolean {
  return op === '=' || op === 'in' || op === 'contains' ? [value].flat().includes(code) : true
}

/** Segments and active pathways that ask about a segment by its code. */
export function usersOf(code: string, decided: readonly Decided[]): Decided[] {
  const asks = (part: Condition): boolean =>
    'household' in part
      ? partsOf(part.household).some(asks)
      : 'fact' in part &&
        ['person.segments', 'event.segment'].includes(part.fact) &&
        part.op !== 'exists' &&
        names(part, code)
  return decided.filter(
    (one) => one.active && one.code !== code && one.conditions.flatMap(partsOf).some(asks),
  )
}

/** What conditions read, also through segments and pathways that they ask about. `worth` names the first that is about money or value. */
export function reachedBy(conditions: readonly Condition[], decided: readonly Decided[]): Reached {
  const reached: Reached = { needs: new Map(), worth: null }
  const seen = new Set<Decided>()
  const read = (
    name: string,
    { needs, worth }: { needs?: Permission | undefined; worth?: boolean | undefined },
  ) => {
    if (needs) reached.needs.set(needs, name)
    if (worth) reached.worth ??= name
  }
  const follow = (kind: Decided['kind'], asked: Asked) => {
    for (const one of decided) {
      if (one.kind !== kind || !names(asked, one.code) || seen.has(one)) continue
      seen.add(one)
      for (const needs of one.needs) reached.needs.set(needs, one.code)
      read(one.code, { worth: one.worth })
      walk(one.conditions)
    }
  }
  const walk = (some: readonly Condition[]) => {
    for (const part of some.flatMap(partsOf)) {
      if ('household' in part) walk([part.household])
      if ('events' in part) {
        const { of, where = [] } = part.events
        read(of, eventFactOf(of))
        if (of === 'pathway')
          follow('pathway', where.find((one) => one.field === 'pathway' && one.op !== '!=') ?? { op: 'any' })
      }
      if (!('fact' in part)) continue
      if (isPersonFact(part.fact)) read(part.fact, factOf(part.fact))
      if (part.fact === 'person.segments' || part.fact === 'event.segment') follow('segment', part)
    }
  }
  walk(conditions)
  return reached
}

/**
 * What of money or value a pathway of clinical purpose would be decided by, at its entry or on its way; null when nothing. Nobody is
 * treated sooner for being worth more [A26 D46].
 */
export function worthIn(
  { purpose, entry, steps }: Pick<PathwayDefinition, 'purpose' | 'entry' | 'steps'>,
  decided: readonly Decided[],
): string | null {
  if (purpose !== 'clinical') return null
  const branches = steps.flatMap((step) => (step.kind === 'branch' ? [step.when] : []))
  const { worth } = reachedBy([...(entry.when ? [entry.when] : []), ...branches], decided)
  if (worth !== null || !entry.event?.startsWith('segment.')) return worth
  // Without one that says which segment, it is entered by any.
  const named = [entry.when ?? []].flat().flatMap((when) => ('all' in when ? when.all : [when]))
  const says = named.some(
    (one) => 'fact' in one && one.fact === 'event.segment' && ['=', 'in'].includes(one.op),
  )
  return says ? null : reachedBy([{ fact: 'person.segments', op: 'exists' }], decided).worth
}
