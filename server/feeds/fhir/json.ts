/**
 * A number as it was written, where JavaScript's number would lose something: zeros at the end (`1.00` says how precise it is), more than
 * 15 digits, an exponent. `JSON.stringify` writes it back unchanged.
 */
export type RawNumber = { readonly rawJSON: string }
export type Decimal = number | RawNumber

// ECMAScript 2026, which TypeScript's library does not know yet.
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON: (text: string) => RawNumber
  isRawJSON: (value: unknown) => value is RawNumber
}
const parse = JSON.parse as unknown as (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown

export const isRaw = (value: unknown): value is RawNumber => isRawJSON(value)
export const isNumber = (value: unknown): value is Decimal => typeof value === 'number' || isRawJSON(value)

/** Numbers that might not survive, or a text that looks like one. */
const fragile = /([:[,]\s*)(-?(?:\d+\.\d*0|[\d.]{16,}|[\d.]+[eE][+-]?\d+))(?=\s*[,}\]])/g
const mark = '\u0001number:'

/**
 * Parses JSON, keeping numbers as they are written. Asking the parser for the source of every value is six times as slow, so fragile
 * numbers are made texts before and numbers after. Within a text that would not be JSON any more; then the parser is asked after all.
 * @throws {SyntaxError}
 */
export function parseJson(text: string): unknown {
  const marked = text.replace(
    fragile,
    (_all, before: string, number: string) => `${before}"\\u0001number:${number}"`,
  )
  if (marked === text) return JSON.parse(text)
  if (!text.includes('\\u0001'))
    try {
      return unmarked(JSON.parse(marked))
    } catch {
      // Falls through.
    }
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? exactly(source) : value,
  )
}

const exactly = (source: string): Decimal =>
  String(Number(source)) === source ? Number(source) : rawJSON(source)

/** Without recursion, because nobody has looked yet how deep it goes. */
function unmarked(json: unknown): unknown {
  const waiting = [json]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const parent = next as Record<string, unknown>
    for (const key of Object.keys(parent)) {
      const value = parent[key]
      if (typeof value === 'string') {
        if (value.startsWith(mark)) parent[key] = exactly(value.slice(mark.length))
      } else if (typeof value === 'object' && value !== null) waiting.push(value)
    }
  }
  return json
}

/** A value as text, a number as it was sent. */
export const textOf = (value: unknown): string => (isRaw(value) ? value.rawJSON : String(value))

/** A number to count with; its precision may be lost. */
export const numberOf = (value: Decimal): number => (isRaw(value) ? Number(value.rawJSON) : value)

/** Whether the database can hold it: an exponent of a million would be a million digits there. */
export function isStorable(value: RawNumber): boolean {
  const size = Math.abs(numberOf(value))
  return (
    value.rawJSON.length <= 200 &&
    Number.isFinite(size) &&
    (size > 0 || !/[1-9]/.test(value.rawJSON.split(/e/i)[0] ?? ''))
  )
}
