import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { normalisePhone } from '../../modules/person/phone.ts'
import { candidatesFor } from '../../modules/person/search.ts'
import { type Branch, recordOf } from './branch.ts'
import { stations } from './encounter.ts'
import { FhirError } from './outcome.ts'
import { identifierTerm } from './store.ts'
import { databaseTime, spanOf } from './time.ts'
import type { Definition, SearchParameter } from './types.ts'
import { personOfRecord, recordsOf } from '../../modules/event/record.ts'

/** A condition as SQL, for any source of rows. */
export type Criterion = (branch: Branch) => RawBuilder<SqlBool>

const no = sql<SqlBool>`false`

function refuse(name: string, diagnostics: string): FhirError {
  return new FhirError(400, { code: 'not-supported', diagnostics: `${name}: ${diagnostics}` })
}

/** Whether a search has a parameter on this. */
const asksFor = (on: SearchParameter['on'], definition: Definition, parameters: URLSearchParams): boolean =>
  [...parameters.keys()].some(
    (name) => Object.hasOwn(definition.search, name) && definition.search[name]?.on === on,
  )

/** Whether a search uses times, which may lack a time zone. */
export const asksForTimes = (definition: Definition, parameters: URLSearchParams): boolean =>
  parameters.has('_lastUpdated') || asksFor('date', definition, parameters)

/** Whether a search uses telephone numbers, which may lack a country. */
export const asksForPhones = (definition: Definition, parameters: URLSearchParams): boolean =>
  asksFor('phone', definition, parameters)

/** What a search leaves open: the zone of times without one, and the countries of telephone numbers without one. */
export type Usual = { zone: string; countries: string[] }

/**
 * Every parameter narrows the search; values separated by a comma are alternatives.
 * @throws {FhirError} 400
 */
export function readCriteria(
  type: string,
  definition: Definition,
  parameters: URLSearchParams,
  { zone, countries }: Usual,
): Criterion[] {
  return [...parameters].map(([name, text]) => {
    if (text.length > 2000) throw refuse(name, 'the value is too long.')
    const values = alternatives(text)
    if (values.length === 0) throw refuse(name, 'a value is missing.')
    if (name === '_id') return (branch) => sql<SqlBool>`${branch.id} = any(${values}::text[])`
    if (name === '_lastUpdated' && !definition.readOnly)
      return any(values.map((value) => updatedIs(name, value, zone)))
    const parameter = Object.hasOwn(definition.search, name) ? definition.search[name] : undefined
    if (!parameter) {
      const names = [
        '_id',
        ...(definition.readOnly ? [] : ['_lastUpdated']),
        '_count',
        ...Object.keys(definition.search),
      ].join(', ')
      throw refuse(
        name,
        `is not a search parameter that ${type} has here; there are ${names}. Modifiers and chains are not supported.`,
      )
    }
    return by[parameter.on](name, values, { zone, countries })
  })
}

/** Splits at unescaped commas. */
function alternatives(text: string): string[] {
  return (text.match(/(?:\\.|[^,\\])+/gs) ?? [])
    .map((part) => part.replaceAll(/\\([,|$\\])/g, '$1').trim())
    .filter(Boolean)
}

function any(criteria: Criterion[]): Criterion {
  return (branch) =>
    sql<SqlBool>`(${sql.join(
      criteria.map((one) => one(branch)),
      sql` or `,
    )})`
}

const by: Record<SearchParameter['on'], (name: string, values: string[], usual: Usual) => Criterion> = {
  identifier: (_name, values) => byIdentifier(values),
  term: byTerm,
  name: (_name, values) => any(values.map(nameIs)),
  phone: (_name, values, { countries }) => byPhone(values, countries),
  date: (name, values, { zone }) => any(values.map((value) => during(name, value, zone))),
  birthdate: (name, values) => any(values.map((value) => born(name, value))),
  gender: (_name, values) => () => sql<SqlBool>`p.sex = any(${values.map(codeOf)}::text[])`,
  url: (_name, values) => canonicalIs('url', values),
  version: (_name, values) => canonicalIs('version', values),
  person: (name, values) => ofPatient(name, values),
  named: refersTo,
  'encounter-status': (_name, values) => any(values.map((value) => statusIs(codeOf(value)))),
}

/** `system|code` → `code` where the system is implied. */
function codeOf(value: string): string {
  return value.slice(value.lastIndexOf('|') + 1).toLowerCase()
}

const implicit = new Set(['status', 'intent'])

function byTerm(name: string, values: string[]): Criterion {
  const terms = values.map((value) => {
    if (implicit.has(name)) return `${name}:${codeOf(value)}`
    const at = value.indexOf('|')
    return `${name}:${value.slice(0, at + 1)}${value.slice(at + 1).toLowerCase()}`
  })
  return (branch) => {
    if (branch.kind === 'stored') return sql<SqlBool>`r.terms && ${terms}::text[]`
    if (name === 'status' && branch.words?.status)
      return sql<SqlBool>`${branch.words.status} = any(${values.map(codeOf)}::text[])`
    if (branch.terms) return sql<SqlBool>`${branch.terms} && ${terms}::text[]`
    // Diagnoses by HL7 have a code without a system, and are those of a visit.
    if (branch.type !== 'Condition') return no
    if (name === 'code')
      return sql<SqlBool>`lower(c.code) = any(${values.filter((one) => one.lastIndexOf('|') <= 0).map(codeOf)}::text[])`
    return name === 'category' && values.some((value) => codeOf(value) === 'encounter-diagnosis')
      ? sql<SqlBool>`true`
      : no
  }
}

function byIdentifier(values: string[]): Criterion {
  const terms = values.map(identifierTerm)
  const split = values.map((value) => {
    const at = value.indexOf('|')
    return { system: at < 0 ? null : value.slice(0, at), value: value.slice(at + 1) }
  })
  const systems = split.map((one) => one.system)
  const plain = split.map((one) => one.value)
  const persons = sql`
    select i.person_id from unnest(${plain}::text[], ${systems}::text[]) as w(value, system)
    join person_identifier i on i.value in (w.value, upper(w.value)) and w.system is distinct from ''
      and (w.system is null or 'urn:careloop:' || i.system = w.system or right(i.system, length(w.system) + 1) = ':' || w.system
        or i.system = (select split_part(pair, '=', 2) from setting s, regexp_split_to_table(s.value #>> '{}', '[;,[:space:]]+') as pair
          where s.key = 'fhir.identifier-systems' and split_part(pair, '=', 1) = w.system limit 1))
    union select x.person_id from fhir_resource x where x.type = 'Patient' and x.terms && ${terms}::text[]`
  return (branch) => {
    if (branch.type === 'Patient') return sql<SqlBool>`p.id = any(array(${persons}))`
    if (branch.kind === 'stored') return sql<SqlBool>`r.terms && ${terms}::text[]`
    if (branch.terms) return sql<SqlBool>`${branch.terms} && ${terms}::text[]`
    if (branch.type !== 'Encounter') return no
    return sql<SqlBool>`e.id = any(array(
      select v.id from unnest(${plain}::text[], ${systems}::text[]) as w(value, system)
      join encounter v on v.visit_number = w.value join site s on s.id = v.site_id
      where w.system is null or w.system = 'urn:careloop:visit:' || s.code))`
  }
}

function nameIs(value: string): Criterion {
  const begins = `${value.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return (branch) => {
    // A number is no name; elsewhere the same search accepts telephone numbers.
    const persons = /\p{L}/u.test(value) ? candidatesFor(value) : sql`select null::bigint`
    if (branch.type === 'Patient')
      return sql<SqlBool>`p.id in (${persons} union all select x.person_id from fhir_resource x
        where x.type = 'Patient' and x.terms @> array[${`name:${value.toLowerCase()}`}])`
    if (branch.type === 'Practitioner' || branch.type === 'RelatedPerson')
      return sql<SqlBool>`exists (select 1 from jsonb_array_elements(coalesce(r.content -> 'name', '[]')) n
        where n ->> 'text' ilike ${begins} or n ->> 'family' ilike ${begins}
          or exists (select 1 from jsonb_array_elements_text(coalesce(n -> 'given', '[]')) g where g ilike ${begins}))`
    if (branch.words?.name) return sql<SqlBool>`${branch.words.name} ilike ${begins}`
    return sql<SqlBool>`(r.content ->> 'name' ilike ${begins} or r.content ->> 'title' ilike ${begins})`
  }
}

/** For definitions, which have a URL and a version. */
function canonicalIs(element: 'url' | 'version', values: string[]): Criterion {
  return (branch) => {
    if (branch.kind === 'stored') return sql<SqlBool>`r.content ->> ${element} = any(${values}::text[])`
    const words = branch.words?.[element]
    return words ? sql<SqlBool>`${words} = any(${values}::text[])` : no
  }
}

function byPhone(values: string[], countries: string[]): Criterion {
  const numbers = values.flatMap((value) =>
    [undefined, ...countries].map((country) => normalisePhone(codeOf(value), country)),
  )
  return (branch) =>
    branch.type === 'Patient'
      ? sql<SqlBool>`p.id in (select person_id from person_telecom where system = 'phone'
          and reverse(value) = any(${numbers.map((number) => [...number].reverse().join(''))}::text[]))`
      : sql<SqlBool>`r.terms && ${numbers.map((number) => `phone:${number}`)}::text[]`
}

function ofPatient(name: string, values: string[]): Criterion {
  const ids = values.map((value) => /^(?:Patient\/)?([A-Za-z0-9.-]{1,64})$/.exec(value)?.[1])
  if (ids.some((id) => id === undefined))
    throw refuse(name, 'must be an id or a reference such as Patient/17.')
  const numbers = ids.filter((id) => /^\d{1,15}$/.test(id ?? ''))
  return (branch) => sql<SqlBool>`${recordOf(branch)} = any(array(
    select unnest(${recordsOf(personOfRecord(sql`named.id`))}) from (
      select x.person_id as id from fhir_resource x where x.type = 'Patient' and x.id = any(${ids}::text[])
      union select y.id from person y where y.id = any(${numbers}::bigint[])) named))`
}

/** A reference such as `Slot/7`; the type may be left out where there is only one. */
function refersTo(name: string, values: string[]): Criterion {
  const type = name === 'actor' ? undefined : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  const named = values.map((value) => (type && !value.includes('/') ? `${type}/${value}` : value))
  return (branch) => branch.refers?.[name]?.(named) ?? no
}

/** FHIR's status of a visit in progress may be more precise than the table's. */
function statusIs(status: string): Criterion {
  const exact = stations.map((one) => `status:${one}`)
  return (branch) => {
    const stored = branch.kind === 'stored'
    if ((stations as readonly string[]).includes(status))
      return stored
        ? sql<SqlBool>`(e.status = 'in-progress' and r.terms @> array[${`status:${status}`}])`
        : no
    if (status === 'in-progress' && stored)
      return sql<SqlBool>`(e.status = 'in-progress' and not r.terms && ${exact}::text[])`
    return sql<SqlBool>`e.status = ${status}`
  }
}

const prefixes = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sa', 'eb'] as const
type Prefix = (typeof prefixes)[number]

function readDate(name: string, text: string, zone: string): { prefix: Prefix; start: Date; end: Date } {
  const [, prefix = 'eq', rest = ''] = /^([a-z]{2})?(.*)$/s.exec(text) ?? []
  const span = spanOf(
    /T\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?$/.test(rest) ? rest.replace(/(T\d{2}:\d{2})/, '$1:00') : rest,
    zone,
  )
  if (!span || !(prefixes as readonly string[]).includes(prefix))
    throw new FhirError(400, {
      code: 'value',
      diagnostics: `${name}: expected a date such as 2026-01-02 or ge2026-01-02T03:04:05Z (prefixes ${prefixes.join(', ')}).`,
    })
  return { prefix: prefix as Prefix, ...span }
}

/** http://hl7.org/fhir/R4/search.html#prefix: the resource's range against the value's range. */
function compare(
  { prefix, start, end }: { prefix: Prefix; start: Date | string; end: Date | string },
  from: RawBuilder<unknown>,
  to: RawBuilder<unknown>,
): RawBuilder<SqlBool> {
  const within = sql<SqlBool>`(${from} >= ${start} and ${to} <= ${end})`
  const rules: Record<Prefix, RawBuilder<SqlBool>> = {
    eq: within,
    ne: sql<SqlBool>`not ${within}`,
    gt: sql<SqlBool>`${to} > ${end}`,
    ge: sql<SqlBool>`${to} > ${start}`,
    lt: sql<SqlBool>`${from} < ${start}`,
    le: sql<SqlBool>`${from} < ${end}`,
    sa: sql<SqlBool>`${from} >= ${end}`,
    eb: sql<SqlBool>`${to} <= ${start}`,
  }
  return rules[prefix]
}

function during(name: string, text: string, zone: string): Criterion {
  const date = readDate(name, text, zone)
  return ({ starts, ends }) => {
    const from = sql`coalesce(${starts}, '-infinity'::timestamptz)`
    const to = sql`coalesce(${ends}, 'infinity'::timestamptz)`
    return sql<SqlBool>`(coalesce(${starts}, ${ends}) is not null and ${compare(date, from, to)})`
  }
}

function updatedIs(name: string, text: string, zone: string): Criterion {
  const date = readDate(name, text, zone)
  return ({ updated }) => compare(date, updated, sql`${updated} + interval '1 microsecond'`)
}

function born(name: string, text: string): Criterion {
  const date = readDate(name, text, 'UTC')
  const [start, end] = [date.start, date.end].map((one) => databaseTime(one).replace(/T.*/, ''))
  const asked = { prefix: date.prefix, start: start ?? '', end: end ?? '' }
  const whole = sql<SqlBool>`(p.birth_date is not null and ${compare(asked, sql`p.birth_date`, sql`(p.birth_date + 1)`)})`
  // A year or a month is no day for the table, so it is found as it was sent.
  const sent = sql`r.content ->> 'birthDate'`
  const first = sql`left(${sent} || '-01-01', 10)::date`
  const after = sql`(${first} + case length(${sent}) when 4 then interval '1 year' else interval '1 month' end)::date`
  const partial = sql<SqlBool>`case when p.birth_date is null and length(${sent}) in (4, 7) then ${compare(asked, first, after)} else false end`
  return ({ kind }) => (kind === 'stored' ? sql<SqlBool>`(${whole} or ${partial})` : whole)
}
