import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { type Op, unfit } from './comparison.ts'

/**
 * A comparison of an answer, which is JSON, with a number, a text or yes and no, as `contract/condition.ts` compares them: null and an empty
 * text are unknown, and what is of another type fits only "is not".
 */
export function answerMet(
  name: string,
  left: RawBuilder<unknown>,
  op: Op,
  value: unknown,
): RawBuilder<SqlBool> {
  const known = sql`${left} not in ('null'::jsonb, '""'::jsonb)`
  const json = (one: unknown) => sql`${JSON.stringify(one)}::jsonb`
  if (op === 'in') {
    if (!Array.isArray(value)) throw unfit(name, 'is compared with a list')
    return value.length === 0 ? sql`false` : sql`(${known} and ${left} in (${sql.join(value.map(json))}))`
  }
  if (Array.isArray(value)) throw unfit(name, 'is compared with one value')
  if (op === '=') return sql`(${known} and ${left} = ${json(value)})`
  if (op === '!=') return sql`(${known} and ${left} <> ${json(value)})`
  const text = sql`(${left} #>> '{}')`
  if (op === 'contains') {
    if (typeof value !== 'string') throw unfit(name, 'is compared with a text')
    return sql`case jsonb_typeof(${left})
      when 'string' then ${known} and position(${value} in ${text}) > 0
      when 'array' then exists (select 1 from jsonb_array_elements_text(${left}) one where starts_with(one, ${value})) else false end`
  }
  if (typeof value === 'number')
    return sql`case when jsonb_typeof(${left}) = 'number' then ${text}::numeric ${sql.raw(op)} ${value}::numeric else false end`
  if (typeof value !== 'string') throw unfit(name, 'has no order')
  return sql`case when jsonb_typeof(${left}) = 'string' and ${known} then ${text} collate "C" ${sql.raw(op)} ${value} else false end`
}
