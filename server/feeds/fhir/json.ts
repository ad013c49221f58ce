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

/** Numbers that might not survive. A text that looks like one only costs time. */
const fragile = /[:[,]\s*-?(?:\d+\.\d*0(?![\d.])|[\d.]{16,}|[\d.]+[eE])/

/** Parses JSON, keeping numbers as they are written. @throws {SyntaxError} */
export function parseJson(text: string): unknown {
  if (!fragile.test(text)) return JSON.parse(text)
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  )
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
