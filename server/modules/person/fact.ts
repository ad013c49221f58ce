import { type RawBuilder, sql } from 'kysely'
import {
  type ClinicalFact,
  isPersonFact,
  type PersonFact,
  clinicalFactNames,
  personFactNames,
} from '../../../contract/fact.ts'
import { comparisonsOf } from '../../../contract/questionnaire-check.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { recordsOf } from '../event/record.ts'
import { householdOf } from './household.ts'
import { organisationZone } from '../setting/time-zone.ts'

/** What facts of a person are read from. */
export type FactSource = {
  /** Alias of `person_facts`, of the surviving record. */
  facts: RawBuilder<unknown>
  /** The time zone for days. */
  zone: RawBuilder<unknown>
}

/** The time zone for days of a person; needs {@link joinPersonSite}. */
export const personZone = sql<string>`coalesce(st.time_zone, ${organisationZone})`

const usual: FactSource = { facts: sql.ref('f'), zone: personZone }

/** `person_facts` under this alias, with no other table: all zones are read once, and looked up for the few rows near an edge of days. */
export function factsAs(alias: string): FactSource {
  const zones = sql`(select jsonb_object_agg(id, time_zone) from site)`
  return {
    facts: sql.ref(alias),
    zone: sql`coalesce(${zones} ->> ${sql.ref(`${alias}.site_id`)}::text, ${organisationZone})`,
  }
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

/** Degrees to kilometres on the sphere of `contract/geo.ts`. */
const distance = ({ facts }: FactSource) => sql`
  (select round((2 * 6371.0088 * asin(sqrt(least(1, sind((a.latitude - s.latitude) / 2) ^ 2
      + cosd(a.latitude) * cosd(s.latitude) * sind((a.longitude - s.longitude) / 2) ^ 2))))::numeric, 2)
    from person_address a join site s on s.id = ${facts}.site_id
    where a.person_id = any(${recordsOf(sql`${facts}.person_id`)}) and a.use = 'home' and a.latitude is not null and s.latitude is not null
    order by a.updated_at desc, a.id limit 1)`

/** The only definition of each fact, for segments and look-ups. */
const expressions: Record<PersonFact, (source: FactSource) => RawBuilder<unknown>> = {
  'person.sex': column('sex'),
  'person.ageYears': (source) =>
    sql`extract(year from age(${today(source)}, ${source.facts}.birth_date))::int`,
  'person.birthDate': column('birth_date'),
  'person.language': column('language'),
  'person.city': column('city'),
  'person.district': column('district'),
  'person.distanceKm': distance,
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
  'person.daysSinceFirstVisit': (source) => sql`${today(source)} - ${day('first_visit_at')(source)}`,
  'person.daysSinceVisit': (source) => sql`${today(source)} - ${day('last_visit_at')(source)}`,
  'person.daysSinceDischarge': (source) => sql`${today(source)} - ${day('last_discharge_at')(source)}`,
  'person.daysUntilVisit': (source) => sql`${day('next_visit_at')(source)} - ${today(source)}`,
  'person.firstVisitDate': day('first_visit_at'),
  'person.lastVisitDate': day('last_visit_at'),
  'person.lastDischargeDate': day('last_discharge_at'),
  'person.nextVisitDate': day('next_visit_at'),
  'person.segments': ({ facts }) => sql`
    (select array_agg(sg.code) from segment_member sm join segment sg on sg.id = sm.segment_id where sm.person_id = ${facts}.person_id)`,
  'person.householdSize': ({ facts }) => sql`cardinality(${householdOf(sql`${facts}.person_id`)})`,
  'person.consents': ({ facts }) => sql`
    (select array_agg(distinct c.purpose || ':' || c.channel) from consent c
      where c.person_id = any(${recordsOf(sql`${facts}.person_id`)}) and c.withdrawn_at is null)`,
  'person.optOuts': ({ facts }) => sql`
    (select array_agg(distinct o.purpose || ':' || o.channel) from opt_out o where o.person_id = any(${recordsOf(sql`${facts}.person_id`)}))`,
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

/** The facts that clinical work may be decided by: what is worth money is not even looked up. */
export function clinicalFactsObject(
  names: readonly ClinicalFact[] = clinicalFactNames,
): RawBuilder<Record<string, unknown>> {
  return factsObject(names)
}

/** Facts of persons that conditions use. */
export function factsIn(conditions: readonly Condition[]): PersonFact[] {
  const names = conditions.flatMap((one) => comparisonsOf(one).map(({ fact }) => fact))
  return [...new Set(names)].filter(isPersonFact)
}
