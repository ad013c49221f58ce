import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { householdName } from '../../../contract/condition.ts'
import { questionName } from '../../../contract/event-fact.ts'
import { factOf, isPersonFact, type PersonFact, stages as stageNames } from '../../../contract/fact.ts'
import { partsOf } from '../../../contract/questionnaire-check.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { factsAs, type FactSource, factSql } from '../person/fact.ts'
import { householdOf } from '../person/household.ts'
import { type Band, bandOf, inBand } from './band.ts'
import { comparison, unfit } from './comparison.ts'
import { eventsMet, eventValue } from './event-rule.ts'

/** How a rule is compiled; the rows of `facts` are those of surviving records. */
export type RuleSource = FactSource & {
  /** Events are looked up person by person, for few persons, rather than gathered once for all. */
  each?: boolean
  /** The part stands below an "any" or a "not": one can meet the rule without it. */
  nested?: boolean
  /** It is already about another person of a household. */
  within?: boolean
}

/** Facts of `person_facts f`, with nothing joined to it. */
export const counted: RuleSource = factsAs('f')

/**
 * A condition over persons as SQL: typed parts only, every value a parameter. As in `contract/condition.ts` an unknown fact satisfies no
 * comparison; where nothing negates it, SQL's null does the same and leaves the comparison to an index.
 * @throws {AppError} invalid, naming an unknown fact or a comparison that its type lacks
 */
export function conditionSql(condition: Condition, source: RuleSource = counted): RawBuilder<SqlBool> {
  const each = (parts: Condition[], from: RuleSource) => parts.map((part) => conditionSql(part, from))
  const below = { ...source, nested: true }
  // Everybody.
  if ('all' in condition && condition.all.length === 0) return sql`true`
  if ('all' in condition) return sql`(${sql.join(each(condition.all, source), sql` and `)})`
  if ('any' in condition) return sql`(${sql.join(each(condition.any, below), sql` or `)})`
  if ('not' in condition) return sql`not coalesce(${conditionSql(condition.not, below)}, false)`
  if ('sample' in condition) throw unfit('sample', 'takes samples, which only a pathway can')
  if ('events' in condition)
    return eventsMet(condition.events, sql`${source.facts}.person_id`, { ...source, must: !source.nested })
  if ('household' in condition) return inHousehold(condition.household, source)
  const { fact, op, value } = condition
  if (!isPersonFact(fact)) throw unfit(fact, 'is no fact of a person')
  return factMet(fact, op, value, source)
}

function factMet(
  fact: PersonFact,
  op: Extract<Condition, { op: string }>['op'],
  value: unknown,
  source: RuleSource,
): RawBuilder<SqlBool> {
  const { facts } = source
  const { type } = factOf(fact)
  const left = factSql(fact, source)
  if (op === 'exists') {
    const known = type === 'text' || type === 'choice' ? sql`nullif(${left}, '')` : left
    return sql`(${known} is not null) = ${value !== false}`
  }
  const exact = comparison(fact, type, op, value, left)
  if (fact === 'person.departmentCode' && (op === '=' || op === 'in'))
    return sql`${facts}.last_department_id = any(array(
      select x.id from department x where x.code = any(${[value].flat()}::text[]) and x.code <> ''))`
  if (fact === 'person.segments' && op === 'contains')
    return sql`exists (select 1 from segment_member sm join segment sg on sg.id = sm.segment_id
      where sm.person_id = ${facts}.person_id and sg.code = ${value})`
  if (fact === 'person.stage' && (op === '=' || op === 'in')) return stageMet([value].flat(), facts)
  const band: Band | undefined = bandOf(fact)
  return (
    (band && inBand(band, op, value, source, (k, than) => comparison(fact, type, than, k, left))) ?? exact
  )
}

/** Stages by the columns that make them, as `person/fact.ts` defines them: an index on the last visit can answer. */
function stageMet(asked: readonly unknown[], facts: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const yearAgo = sql`now() - interval '365 days'`
  const monthAgo = sql`now() - interval '30 days'`
  const out = sql`not ${facts}.in_hospital and (${facts}.last_discharge_at is null or ${facts}.last_discharge_at <= ${monthAgo})`
  const stages: Record<(typeof stageNames)[number], RawBuilder<SqlBool>> = {
    never: sql`${facts}.last_visit_at is null`,
    'in-hospital': sql`(${facts}.last_visit_at is not null and ${facts}.in_hospital)`,
    'after-discharge': sql`(${facts}.last_visit_at is not null and not ${facts}.in_hospital and ${facts}.last_discharge_at > ${monthAgo})`,
    active: sql`(${facts}.last_visit_at > ${yearAgo} and ${out})`,
    lapsed: sql`(${facts}.last_visit_at <= ${yearAgo} and ${out})`,
  }
  const parts = stageNames.filter((name) => asked.includes(name)).map((name) => stages[name])
  return parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`
}

function inHousehold(condition: Condition, source: RuleSource): RawBuilder<SqlBool> {
  if (source.within) throw unfit('household', 'is asked within a household already')
  const person = sql`${source.facts}.person_id`
  return sql`exists (
    select 1 from person_facts h where h.person_id = any(${householdOf(person)}) and h.person_id <> ${person} and h.counted
      and ${conditionSql(condition, { ...factsAs('h'), each: true, within: true })})`
}

/**
 * What conditions ask of persons `f` besides plain facts, as a jsonb object by the names under which `holds` looks them up.
 * @throws {AppError} invalid
 */
export function lookUpsObject(conditions: readonly Condition[]): RawBuilder<Record<string, unknown>> {
  const person = sql.ref('f.person_id')
  const each = { ...counted, each: true }
  const found = conditions.flatMap(partsOf).flatMap((part): [string, RawBuilder<unknown>][] => {
    if ('events' in part) return [[questionName(part.events), eventValue(part.events, person)]]
    if ('household' in part) return [[householdName(part.household), inHousehold(part.household, each)]]
    return []
  })
  if (found.length === 0) return sql`'{}'::jsonb`
  return sql`jsonb_build_object(${sql.join([...new Map(found)].flatMap(([name, value]) => [sql`${name}::text`, value]))})`
}
