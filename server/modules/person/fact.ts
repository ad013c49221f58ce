import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import {
  type FactType,
  isPersonFact,
  type PersonFact,
  personFactNames,
  personFacts,
} from '../../../contract/fact.ts'
import { comparisonsOf } from '../../../contract/questionnaire-check.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { AppError } from '../../platform/errors.ts'
import { recordsOf } from '../event/record.ts'
import { organisationZone } from '../setting/time-zone.ts'

/** SQL aliases that facts of a person are read from. */
export type FactSource = {
  /** Alias of `person`, the surviving record. */
  person: RawBuilder<unknown>
  /** Alias of `person_facts`. */
  facts: RawBuilder<unknown>
  /** Column with the time zone for days. */
  zone: RawBuilder<unknown>
}

/** The time zone for days of a person; needs {@link joinPersonSite}. */
export const personZone = sql<string>`coalesce(st.time_zone, ${organisationZone})`

const usual: FactSource = {
  person: sql.ref('p'),
  facts: sql.ref('f'),
  zone: personZone,
}

/** Joins the site `st` of a person, for its time zone; `f` is `person_facts`. */
export const joinPersonSite = sql`left join site st on st.id = f.site_id`

const day =
  (time: string) =>
  ({ facts, zone }: FactSource) =>
    sql`(${facts}.${sql.ref(time)} at time zone ${zone})::date`
const today = ({ zone }: FactSource) => sql`(now() at time zone ${zone})::date`
const column =
  (name: string) =>
  ({ facts }: FactSource) =>
    sql`${facts}.${sql.ref(name)}`

/** The only definition of each fact, for segments and look-ups. */
const expressions: Record<PersonFact, (source: FactSource) => RawBuilder<unknown>> = {
  'person.sex': ({ person }) => sql`${person}.sex`,
  'person.ageYears': (source) =>
    sql`extract(year from age(${today(source)}, ${source.person}.birth_date))::int`,
  'person.birthDate': ({ person }) => sql`${person}.birth_date`,
  'person.language': ({ person }) => sql`${person}.language`,
  'person.city': column('city'),
  'person.district': column('district'),
  'person.stage': ({ facts }) => sql`
    case when ${facts}.last_visit_at is null then 'never' when ${facts}.in_hospital then 'in-hospital'
      when ${facts}.last_discharge_at > now() - interval '30 days' then 'after-discharge'
      when ${facts}.last_visit_at > now() - interval '365 days' then 'active' else 'lapsed' end`,
  'person.departmentCode': ({ facts }) =>
    sql`(select x.code from department x where x.id = ${facts}.last_department_id)`,
  'person.conditionCodes': column('condition_codes'),
  'person.visits': column('visits'),
  'person.stays': column('stays'),
  'person.visitsInYear': column('visits_in_year'),
  'person.staysInYear': column('stays_in_year'),
  'person.chargesInYear': column('charges_in_year'),
  'person.daysSinceVisit': (source) => sql`${today(source)} - ${day('last_visit_at')(source)}`,
  'person.daysSinceDischarge': (source) => sql`${today(source)} - ${day('last_discharge_at')(source)}`,
  'person.daysUntilVisit': (source) => sql`${day('next_visit_at')(source)} - ${today(source)}`,
  'person.firstVisitDate': day('first_visit_at'),
  'person.lastVisitDate': day('last_visit_at'),
  'person.lastDischargeDate': day('last_discharge_at'),
  'person.nextVisitDate': day('next_visit_at'),
  'person.segments': ({ person }) => sql`
    (select array_agg(sg.code) from segment_member sm join segment sg on sg.id = sm.segment_id where sm.person_id = ${person}.id)`,
  'person.consents': ({ person }) => sql`
    (select array_agg(distinct c.purpose || ':' || c.channel) from consent c
      where c.person_id = any(${recordsOf(sql`${person}.id`)}) and c.withdrawn_at is null)`,
  'person.optOuts': ({ person }) => sql`
    (select array_agg(distinct o.purpose || ':' || o.channel) from opt_out o where o.person_id = any(${recordsOf(sql`${person}.id`)}))`,
}

/** One fact as SQL. */
export function factSql(name: PersonFact, source: FactSource = usual): RawBuilder<unknown> {
  return expressions[name](source)
}

/** Facts of a person by name, as a jsonb object. */
export function factsObject(
  names: readonly PersonFact[] = personFactNames,
  source: FactSource = usual,
): RawBuilder<Record<string, unknown>> {
  const parts = names.map((name) => sql`${sql.lit(name)}, ${factSql(name, source)}`)
  return sql`jsonb_build_object(${sql.join(parts)})`
}

/** Facts of persons that conditions use. */
export function factsIn(conditions: readonly Condition[]): PersonFact[] {
  const names = conditions.flatMap((one) => comparisonsOf(one).map(({ fact }) => fact))
  return [...new Set(names)].filter(isPersonFact)
}

/**
 * A condition over facts of persons as SQL. As in `contract/condition.ts` an unknown fact satisfies no comparison.
 * @throws {AppError} invalid, naming an unknown fact or a comparison that its type lacks
 */
export function conditionSql(condition: Condition, source: FactSource = usual): RawBuilder<SqlBool> {
  if ('all' in condition && condition.all.length === 0) return sql`true`
  const each = (parts: Condition[]) => parts.map((part) => conditionSql(part, source))
  if ('all' in condition) return sql`(${sql.join(each(condition.all), sql` and `)})`
  if ('any' in condition) return sql`(${sql.join(each(condition.any), sql` or `)})`
  if ('not' in condition) return sql`not ${conditionSql(condition.not, source)}`
  if ('sample' in condition) throw unfit('sample', 'takes samples, which only a pathway can')
  const { fact, op, value } = condition
  if (!isPersonFact(fact)) throw unfit(fact, 'is no fact of a person')
  const plain = factSql(fact, source)
  const type: FactType = personFacts[fact]
  // Empty text counts as unknown; text is compared by code units, as in JavaScript.
  const left = type === 'text' || type === 'choice' ? sql`(nullif(${plain}, '') collate "C")` : plain
  return sql`coalesce(${comparison(fact, op, value, left)}, false)`
}

const unfit = (path: string, message: string) => new AppError('invalid', undefined, [{ path, message }])

const types = { number: 'numeric', text: 'text', choice: 'text', date: 'date', boolean: 'boolean' } as const

function comparison(
  fact: PersonFact,
  op: Extract<Condition, { op: string }>['op'],
  value: unknown,
  left: RawBuilder<unknown>,
): RawBuilder<SqlBool> {
  const type: FactType = personFacts[fact]
  if (op === 'exists') return sql`(${left} is not null) = ${value !== false}`
  if (type === 'codes') {
    if (op !== 'contains' || typeof value !== 'string') throw unfit(fact, 'is a list: ask what it contains')
    // Codes are hierarchical: `I10` is in a list with `I10.x02`.
    return sql`exists (select 1 from unnest(${left}) as code where starts_with(code, ${value}))`
  }
  const typed = (one: unknown) => {
    const fits =
      type === 'number'
        ? typeof one === 'number'
        : typeof one === 'string' && (type !== 'date' || z.iso.date().safeParse(one).success)
    if (!fits) throw unfit(fact, `is compared with a ${type === 'choice' ? 'text' : type}`)
    return sql`${one}::${sql.raw(types[type])}`
  }
  if (op === 'in') {
    if (!Array.isArray(value)) throw unfit(fact, 'is compared with a list')
    return value.length === 0 ? sql`false` : sql`${left} in (${sql.join(value.map(typed))})`
  }
  if (op === 'contains') {
    if (type !== 'text' && type !== 'choice') throw unfit(fact, 'contains nothing')
    return sql`position(${typed(value)} in ${left}) > 0`
  }
  return sql`${left} ${sql.raw(op === '!=' ? '<>' : op)} ${typed(value)}`
}
