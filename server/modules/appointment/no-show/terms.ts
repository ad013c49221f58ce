import type { Design } from './logistic.ts'

/** What is known of an appointment under one name; null: unknown. */
export type Value = number | string | null
/** Features by name, each with a value a row. */
export type Columns = ReadonlyMap<string, readonly Value[]>

/** A number, in units of its standard deviation; an unknown one counts as the mean, and has a weight of its own. */
export type NumberTerm = {
  kind: 'number'
  name: string
  mean: number
  /** Of the training rows; 0: they all have the same number, or none. */
  sd: number
  /** Log odds per standard deviation. */
  weight: number
  /** Log odds of being unknown. */
  unknown: number
  /** Log odds of this feature in the mean of the training rows. */
  average: number
}
/** A text, by its most frequent values. */
export type ChoiceTerm = {
  kind: 'choice'
  name: string
  /** Log odds by value; '' is unknown. */
  weights: Record<string, number>
  /** Log odds of all other values. */
  other: number
  average: number
}
export type Term = NumberTerm | ChoiceTerm

/** So many values of a text have a weight of their own. */
const mostLevels = 25
/** A value that fewer rows have says nothing reliable. */
const fewestRows = 5

/**
 * A term for each feature that differs between the training rows, without weights yet.
 * @param rows the training rows, by their number in the columns
 * @returns also the names of the features that tell nothing, because all rows have the same
 */
export function termsOf(columns: Columns, rows: readonly number[]): { terms: Term[]; constant: string[] } {
  const made = [...columns].map(([name, values]) => ({ name, term: termOf(name, values, rows) }))
  return {
    terms: made.flatMap(({ term }) => term ?? []),
    constant: made.flatMap(({ name, term }) => (term ? [] : [name])),
  }
}

function termOf(name: string, values: readonly Value[], rows: readonly number[]): Term | null {
  return rows.every((row) => typeof values[row] !== 'string')
    ? numberTerm(name, values, rows)
    : choiceTerm(name, values, rows)
}

const isNumber = (value: Value | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value)

function numberTerm(name: string, values: readonly Value[], rows: readonly number[]): NumberTerm | null {
  let [count, sum, squares] = [0, 0, 0]
  for (const row of rows) {
    const value = values[row]
    if (!isNumber(value)) continue
    count++
    sum += value
  }
  if (count === 0) return null
  const mean = sum / count
  for (const row of rows) {
    const value = values[row]
    if (isNumber(value)) squares += (value - mean) ** 2
  }
  const sd = Math.sqrt(squares / count)
  const differs = sd > 1e-9 * Math.abs(mean)
  if (!differs && count === rows.length) return null
  return { kind: 'number', name, mean, sd: differs ? sd : 0, weight: 0, unknown: 0, average: 0 }
}

const levelOf = (value: Value | undefined) => (value === null || value === undefined ? '' : String(value))

function choiceTerm(name: string, values: readonly Value[], rows: readonly number[]): ChoiceTerm | null {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const level = levelOf(values[row])
    counts.set(level, (counts.get(level) ?? 0) + 1)
  }
  const levels = [...counts]
    .filter(([, count]) => count >= fewestRows)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, mostLevels)
  if (levels.length + (levels.length < counts.size ? 1 : 0) < 2) return null
  return {
    kind: 'choice',
    name,
    weights: Object.fromEntries(levels.map(([level]) => [level, 0])),
    other: 0,
    average: 0,
  }
}

/** The cells of rows that are not zero. A number has two columns, its own and that of being unknown; a text one a value, and one for the others. */
export function designOf(columns: Columns, rows: readonly number[], terms: readonly Term[]): Design {
  const encoders = encodersOf(columns, terms)
  const starts = new Int32Array(rows.length + 1)
  const at = new Int32Array(rows.length * terms.length)
  const cells = new Float64Array(rows.length * terms.length)
  let filled = 0
  for (const [index, row] of rows.entries()) {
    for (const { first, column, values } of encoders) {
      const { offset, cell } = column(values[row])
      if (cell === 0) continue
      at[filled] = first + offset
      cells[filled++] = cell
    }
    starts[index + 1] = filled
  }
  const width = terms.reduce((sum, term) => sum + widthOf(term), 0)
  return { columns: width, starts, at: at.subarray(0, filled), values: cells.subarray(0, filled) }
}

function widthOf(term: Term): number {
  return term.kind === 'number' ? 2 : Object.keys(term.weights).length + 1
}

function encodersOf(columns: Columns, terms: readonly Term[]) {
  let next = 0
  return terms.map((term) => {
    const first = next
    next += widthOf(term)
    return { first, column: encoderOf(term), values: columns.get(term.name) ?? [] }
  })
}

/** Each value has one cell: which, counted within the term, and how much. */
function encoderOf(term: Term): (value: Value | undefined) => { offset: number; cell: number } {
  if (term.kind === 'number')
    return (value) => (isNumber(value) ? { offset: 0, cell: scaled(term, value) } : { offset: 1, cell: 1 })
  const offsets = new Map(Object.keys(term.weights).map((level, offset) => [level, offset]))
  return (value) => ({ offset: offsets.get(levelOf(value)) ?? offsets.size, cell: 1 })
}

const scaled = ({ mean, sd }: NumberTerm, value: number) => (sd === 0 ? 0 : (value - mean) / sd)

/** The terms with the coefficients of their columns, and what each gives in the mean of the training rows. */
export function weighted(terms: readonly Term[], design: Design, coefficients: Float64Array): Term[] {
  const sums = new Float64Array(design.columns)
  for (const [cell, column] of design.at.entries())
    sums[column] = (sums[column] ?? 0) + (design.values[cell] ?? 0) * (coefficients[column] ?? 0)
  const rows = design.starts.length - 1
  let next = 0
  return terms.map((term) => {
    const first = next
    next += widthOf(term)
    const average = sums.subarray(first, next).reduce((sum, one) => sum + one, 0) / rows
    const [weight = 0, unknown = 0] = coefficients.subarray(first, next)
    if (term.kind === 'number') return { ...term, weight, unknown, average }
    const levels = Object.keys(term.weights).map((level, offset) => [
      level,
      coefficients[first + offset] ?? 0,
    ])
    return {
      ...term,
      weights: Object.fromEntries(levels) as Record<string, number>,
      other: coefficients[next - 1] ?? 0,
      average,
    }
  })
}

/** What a value adds to the log odds. */
export function logOddsOf(term: Term, value: Value | undefined): number {
  if (term.kind === 'number') return isNumber(value) ? term.weight * scaled(term, value) : term.unknown
  const level = levelOf(value)
  return Object.hasOwn(term.weights, level) ? (term.weights[level] ?? 0) : term.other
}
