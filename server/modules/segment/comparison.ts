import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { z } from 'zod'
import type { FactType } from '../../../contract/fact.ts'
import { AppError } from '../../platform/errors.ts'

export type Op = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'contains'

/** A refusal that names the fact. */
export const unfit = (path: string, message: string) =>
  new AppError('invalid', undefined, [{ path, message }])

const types = { number: 'numeric', text: 'text', choice: 'text', date: 'date', boolean: 'boolean' } as const

/**
 * A comparison, null when the left side is unknown. Empty text counts as unknown; the order of text is that of code units, as in
 * JavaScript.
 * @param name of what is compared, for refusals
 * @throws {AppError} invalid when the type lacks the comparison
 */
export function comparison(
  name: string,
  type: FactType,
  op: Op,
  value: unknown,
  left: RawBuilder<unknown>,
): RawBuilder<SqlBool> {
  if (type === 'codes') {
    if (op !== 'contains' || typeof value !== 'string') throw unfit(name, 'is a list: ask what it contains')
    // Codes are hierarchical: `I10` is in a list with `I10.x02`.
    return sql`exists (select 1 from unnest(${left}) as code where starts_with(code, ${value}))`
  }
  const isText = type === 'text' || type === 'choice'
  const typed = (one: unknown) => {
    const fits =
      type === 'number' || type === 'boolean'
        ? typeof one === type
        : typeof one === 'string' && (type !== 'date' || z.iso.date().safeParse(one).success)
    if (!fits) throw unfit(name, `is compared with a ${type === 'choice' ? 'text' : type}`)
    // A whole number leaves an index on a column of whole numbers usable.
    const cast = Number.isInteger(one) && Math.abs(one as number) < 2 ** 31 ? 'int' : types[type]
    return sql`${one}::${sql.raw(cast)}`
  }
  if (op === 'in') {
    if (!Array.isArray(value)) throw unfit(name, 'is compared with a list')
    const known = value.filter((one) => one !== '')
    return known.length === 0 ? sql`false` : sql`${left} in (${sql.join(known.map(typed))})`
  }
  if (op === 'contains') {
    if (!isText) throw unfit(name, 'contains nothing')
    return sql`(${left} <> '' and position(${typed(value)} in ${left}) > 0)`
  }
  if (!isText) return sql`${left} ${sql.raw(op === '!=' ? '<>' : op)} ${typed(value)}`
  if (op === '=') return value === '' ? sql`false` : sql`${left} = ${typed(value)}`
  if (op === '!=') return sql`(${left} <> ${typed(value)} and ${left} <> '')`
  return sql`(nullif(${left}, '') collate "C") ${sql.raw(op)} ${typed(value)}`
}
