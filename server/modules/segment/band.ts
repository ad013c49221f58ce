import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import type { PersonFact } from '../../../contract/fact.ts'
import type { FactSource } from '../person/fact.ts'
import type { Op } from './comparison.ts'

/**
 * A fact that counts days or years of a column in the person's own time zone. Far from the edge the column decides, which an index can
 * answer; only within a few days of it the exact expression is asked.
 */
export type Band = {
  column: string
  /** The fact falls as the column rises, as an age does with the date of birth. */
  falls: boolean
  /** About where the column is when the fact is `k`. */
  edge: (k: number | string) => RawBuilder<unknown>
}

const past = (column: string): Band => ({
  column,
  falls: true,
  edge: (k) => sql`now() - make_interval(days => ${k}::int)`,
})
const dated = (column: string): Band => ({ column, falls: false, edge: (k) => sql`${k}::date::timestamptz` })

const bands: Partial<Record<PersonFact, Band>> = {
  'person.ageYears': {
    column: 'birth_date',
    falls: true,
    edge: (k) => sql`(now() - make_interval(years => ${k}::int))::date`,
  },
  'person.daysSinceFirstVisit': past('first_visit_at'),
  'person.daysSinceVisit': past('last_visit_at'),
  'person.daysSinceDischarge': past('last_discharge_at'),
  'person.daysUntilVisit': {
    column: 'next_visit_at',
    falls: false,
    edge: (k) => sql`now() + make_interval(days => ${k}::int)`,
  },
  'person.firstVisitDate': dated('first_visit_at'),
  'person.lastVisitDate': dated('last_visit_at'),
  'person.lastDischargeDate': dated('last_discharge_at'),
  'person.nextVisitDate': dated('next_visit_at'),
}

export const bandOf = (fact: PersonFact): Band | undefined => bands[fact]

/** Time zones, clock changes and leap days together shift an edge by less. */
const margin = sql.lit('3 days')
const mostYears = 200
const mostDays = 100_000

type Exact = (k: number | string, than: '>=' | '<') => RawBuilder<SqlBool>

/** The comparison by the column; undefined when only the exact one will do. */
export function inBand(
  band: Band,
  op: Op,
  value: unknown,
  { facts }: FactSource,
  exact: Exact,
): RawBuilder<SqlBool> | undefined {
  const column = sql`${facts}.${sql.ref(band.column)}`
  const type = band.column === 'birth_date' ? sql`date` : sql`timestamptz`
  const shifted = (k: number | string, sign: '+' | '-') =>
    sql`(${band.edge(k)} ${sql.raw(sign)} interval ${margin})::${type}`
  const side = (k: number | string, than: '>=' | '<') => {
    const rises = (than === '>=') !== band.falls
    return rises
      ? sql<SqlBool>`(${column} >= ${shifted(k, '-')} and (${column} >= ${shifted(k, '+')} or ${exact(k, than)}))`
      : sql<SqlBool>`(${column} <= ${shifted(k, '+')} and (${column} <= ${shifted(k, '-')} or ${exact(k, than)}))`
  }
  const next = following(band, value)
  if (next === undefined) return undefined
  const { at, after } = next
  if (op === '>=') return side(at, '>=')
  if (op === '<') return side(at, '<')
  if (op === '>') return side(after, '>=')
  if (op === '<=') return side(after, '<')
  if (op === '=') return sql<SqlBool>`(${side(at, '>=')} and ${side(after, '<')})`
  return undefined
}

/** The value and the one after it; undefined when it is no whole number or day. */
function following(band: Band, value: unknown): { at: number | string; after: number | string } | undefined {
  if (typeof value === 'number') {
    const most = band.column === 'birth_date' ? mostYears : mostDays
    return Number.isInteger(value) && Math.abs(value) < most ? { at: value, after: value + 1 } : undefined
  }
  if (!z.iso.date().safeParse(value).success) return undefined
  const at = String(value)
  if (at < '0100' || at > '9000') return undefined
  return { at, after: new Date(Date.parse(at) + 86_400_000).toISOString().slice(0, 10) }
}
