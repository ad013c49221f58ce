import { fitLogistic, probability } from './logistic.ts'
import { type Columns, designOf, logOddsOf, type Term, termsOf, type Value, weighted } from './terms.ts'

/** Features of one appointment by name, as they were known when it was booked. */
export type Row = Readonly<Record<string, Value>>

/** A fitted model, as it is stored. */
export type Model = {
  /** Log odds of not coming, before any feature. */
  intercept: number
  terms: Term[]
  /** Features left out because all training rows have the same value. */
  constant: string[]
}

/** What one feature adds to the log odds of not coming, compared with the mean of the training rows. */
export type Driver = { feature: string; value: Value; contribution: number }

/**
 * The least penalty: numbers are in standard deviations and texts 0 or 1, so that one fits all. It is worth about four rows for each coefficient,
 * keeps those finite that part the outcomes wholly, and is not felt where there are hundreds of rows.
 */
export const usualRidge = 1

/**
 * Fits the risk of not coming by logistic regression.
 * @param outcomes 1 for those who did not come, 0 for those who came
 * @throws {RangeError} unless there are both
 */
export function fit(rows: readonly Row[], outcomes: ArrayLike<number>, ridge = usualRidge): Model {
  return fitColumns(columnsOf(rows), outcomes, [...rows.keys()], ridge)
}

/** Rows, which all have the same names, as columns. */
export function columnsOf(rows: readonly Row[]): Columns {
  const names = Object.keys(rows[0] ?? {})
  return new Map(names.map((name) => [name, rows.map((row) => row[name] ?? null)]))
}

/** The same for some rows of columns, by their numbers. @throws {RangeError} */
export function fitColumns(
  columns: Columns,
  outcomes: ArrayLike<number>,
  rows: readonly number[],
  ridge = usualRidge,
): Model {
  const chosen = Float64Array.from(rows, (row) => outcomes[row] ?? 0)
  const events = chosen.reduce((sum, one) => sum + one, 0)
  if (events === 0 || events === chosen.length)
    throw new RangeError('A model needs some who came and some who did not.')
  const { terms, constant } = termsOf(columns, rows)
  const design = designOf(columns, rows, terms)
  const { intercept, coefficients } = fitLogistic(design, chosen, ridge)
  return { intercept, terms: weighted(terms, design, coefficients), constant }
}

/** Log odds of not coming, for rows of columns. */
export function logOddsAll(model: Model, columns: Columns, rows: readonly number[]): Float64Array {
  const parts = model.terms.map((term) => ({ term, values: columns.get(term.name) ?? [] }))
  return Float64Array.from(rows, (row) =>
    parts.reduce((sum, { term, values }) => sum + logOddsOf(term, values[row]), model.intercept),
  )
}

/** Probability of not coming, 0 to 1. */
export function predict(model: Model, row: Row): number {
  return probability(
    model.terms.reduce((sum, term) => sum + logOddsOf(term, row[term.name]), model.intercept),
  )
}

/** What moves this prediction most, up (more than 0) or down. @param most so many */
export function explain(model: Model, row: Row, most = 3): Driver[] {
  return model.terms
    .map((term) => ({
      feature: term.name,
      value: row[term.name] ?? null,
      contribution: logOddsOf(term, row[term.name]) - term.average,
    }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, most)
}
