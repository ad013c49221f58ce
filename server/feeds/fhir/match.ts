import { sql } from 'kysely'
import { personWithin } from '../../modules/person/scope.ts'
import type { Trx } from '../../platform/db.ts'
import type { Sender } from './context.ts'
import { ownName } from './identifier.ts'
import { FhirError } from './outcome.ts'
import { searchIds } from './search.ts'
import { identifierTerm } from './store.ts'
import { refuseUnstorable } from './subset.ts'
import { definitions } from './types.ts'
import { personOfRecord } from '../../modules/event/record.ts'

type Wanted = { type: string; query: string; path: string }

/** The form of nearly every condition. */
function onlyIdentifier(query: string): { system: string | undefined; value: string } | undefined {
  const parameters = [...new URLSearchParams(query)]
  const [name, text] = parameters[0] ?? []
  if (parameters.length !== 1 || name !== 'identifier' || !text || /[,\\]/.test(text)) return undefined
  const at = text.indexOf('|')
  const value = text.slice(at + 1)
  if (value === '') return undefined
  // `|value` is a number that has no system.
  return { system: at < 0 ? undefined : text.slice(0, at), value }
}

/**
 * The same number means different people in different systems: a condition must not hit one of them by chance.
 * @throws {FhirError} 400
 */
function refuseBareNumbers(query: string, path: string): void {
  const bare = new URLSearchParams(query)
    .getAll('identifier')
    .some((text) => text.split(/(?<!\\),/).some((one) => one.indexOf('|') <= 0))
  if (bare)
    throw new FhirError(400, {
      code: 'value',
      diagnostics: 'A number alone identifies nobody: name its system, as in identifier=system|value.',
      expression: path,
    })
}

/**
 * Ids that meet conditions, at most two each: none, one, or too many. Conditions on identifiers share one statement per type.
 * @throws {FhirError} for an unsupported condition
 */
export async function findMatches(trx: Trx, sender: Sender, wanted: Wanted[]): Promise<string[][]> {
  const found: string[][] = wanted.map(() => [])
  const simple = new Map<string, { at: number; system: string | undefined; value: string }[]>()
  for (const [at, { type, query, path }] of wanted.entries()) {
    if (!definitions[type])
      throw new FhirError(400, {
        code: 'not-supported',
        diagnostics: `Resources of type ${type} are not kept here.`,
        expression: path,
      })
    for (const [name, value] of new URLSearchParams(query)) refuseUnstorable(name, value)
    if (type === 'Patient') refuseBareNumbers(query, path)
    const identifier = onlyIdentifier(query)
    if (identifier) simple.set(type, [...(simple.get(type) ?? []), { at, ...identifier }])
    else found[at] = await searchIds(trx, sender.actor, type, new URLSearchParams(query), 2)
  }
  for (const [type, list] of simple) {
    const rows = await (type === 'Patient'
      ? matchPatients(trx, sender, list)
      : matchStored(trx, sender, type, list))
    for (const { at, id } of rows) {
      const ids = found[list[at]?.at ?? -1]
      if (ids && !ids.includes(id)) ids.push(id)
    }
  }
  return found
}

type Identified = { system: string | undefined; value: string }
type Match = { at: number; id: string }

async function matchStored(trx: Trx, sender: Sender, type: string, list: Identified[]): Promise<Match[]> {
  const terms = list.map(({ system, value }) =>
    identifierTerm(system === undefined ? value : `${system}|${value}`),
  )
  const { rows } = await sql<Match>`
    select w.at - 1 as at, r.id from unnest(${terms}::text[]) with ordinality as w(term, at)
    cross join lateral (
      select r.id, r.person_id from fhir_resource r where r.type = ${type} and r.terms @> array[w.term]
        and (r.person_id is null or ${personWithin(sender.reach, personOfRecord(sql`r.person_id`))}) limit 3
    ) r`.execute(trx)
  if (type !== 'Encounter') return rows
  const byHl7 = await sql<Match>`
    select w.at - 1 as at, e.id::text as id
    from unnest(${list.map((one) => one.value)}::text[], ${list.map((one) => one.system ?? null)}::text[]) with ordinality as w(value, system, at)
    join encounter e on e.visit_number = w.value join site s on s.id = e.site_id
    where (w.system is null or w.system = 'urn:careloop:visit:' || s.code)
      and not exists (select 1 from fhir_resource r where r.type = 'Encounter' and r.encounter_id = e.id)
      and ${personWithin(sender.reach, personOfRecord(sql`e.person_id`))}`.execute(trx)
  return [...rows, ...byHl7.rows]
}

/** Persons by any of their identifiers, from any source; returns the id known to FHIR senders. */
async function matchPatients(trx: Trx, sender: Sender, list: Identified[]): Promise<Match[]> {
  const systems = list.map((one) => one.system ?? null)
  const ours = systems.map((system) => (system === null ? null : (ownName(system, sender.systems) ?? null)))
  const terms = list.map(({ system, value }) =>
    identifierTerm(system === undefined ? value : `${system}|${value}`),
  )
  const { rows } = await sql<Match>`
    select m.at::int as at, coalesce((select r.id from fhir_resource r where r.type = 'Patient' and r.person_id = p.id order by r.seq limit 1), p.id::text) as id
    from (
      select w.at - 1 as at, i.person_id
      from unnest(${list.map((one) => one.value)}::text[], ${systems}::text[], ${ours}::text[]) with ordinality as w(value, system, ours, at)
      join person_identifier i on i.value in (w.value, upper(w.value))
        and (w.system is null or i.system = w.ours or right(i.system, length(w.system) + 1) = ':' || w.system)
      union
      select w.at - 1, r.person_id from unnest(${terms}::text[]) with ordinality as w(term, at)
      join fhir_resource r on r.type = 'Patient' and r.terms @> array[w.term]
    ) m join person p on p.id = m.person_id
    where ${personWithin(sender.reach, sql`coalesce(p.survivor_id, p.id)`)}`.execute(trx)
  return rows
}
