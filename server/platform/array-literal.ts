const special = /[\\"]/
const plain = (value: unknown) => typeof value === 'string' && !special.test(value)
const escaped = (text: string) => (special.test(text) ? text.replaceAll(/[\\"]/g, '\\$&') : text)

/**
 * An array in PostgreSQL's text form, or the array itself where the driver knows better (nested ones, bytes, objects, dates before Christ).
 * The driver writes the same, but by thousands of small concatenations: with statements of a thousand rows that was the largest share of all
 * memory that an import took. Dates are written in UTC, so they are for columns with a time zone.
 */
export function arrayLiteral(values: readonly unknown[]): unknown {
  if (values.length > 0 && values.every(plain)) return `{"${values.join('","')}"}`
  const parts: (string | number | boolean)[] = []
  let [lastDate, lastText] = [undefined as Date | undefined, '']
  for (const value of values) {
    if (value === null || value === undefined) parts.push('NULL')
    else if (typeof value === 'string') parts.push(`"${escaped(value)}"`)
    else if (typeof value === 'number' || typeof value === 'boolean') parts.push(value)
    else if (value instanceof Date) {
      // Most of a batch have the same time.
      if (value !== lastDate) {
        const year = value.getUTCFullYear()
        if (!(year > 0 && year < 10_000)) return values
        ;[lastDate, lastText] = [value, value.toISOString()]
      }
      parts.push(lastText)
    } else return values
  }
  return `{${parts.join(',')}}`
}
