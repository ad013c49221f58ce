/** Rows of a design matrix without the intercept. Most cells are zero and not kept: those of row `i` lie from `starts[i]` to `starts[i + 1]`. */
export type Design = {
  columns: number
  starts: Int32Array
  /** Their columns, ascending within a row. */
  at: Int32Array
  values: Float64Array
}

export type Logistic = {
  intercept: number
  /** Log odds per unit of each column. */
  coefficients: Float64Array
  iterations: number
  /** False where the estimate runs away, as it does when a column separates the outcomes and there is no ridge. */
  converged: boolean
}

const mostIterations = 50
/** Half of the square of Newton's decrement: how far the likelihood is below its maximum, in natural logarithms. */
const closeEnough = 1e-9
/** A column is one that others make up when so little of its variance is left. */
const aliased = 1e-11

/** The design of rows that give all of their cells. */
export function denseDesign(rows: readonly (readonly number[])[]): Design {
  const columns = rows[0]?.length ?? 0
  return {
    columns,
    starts: Int32Array.from({ length: rows.length + 1 }, (_, row) => row * columns),
    at: Int32Array.from({ length: rows.length * columns }, (_, cell) => cell % columns),
    values: Float64Array.from(rows.flat()),
  }
}

/** Probability of log odds. */
export function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}

/**
 * Logistic regression by maximum likelihood: Newton's method, which here is the same as iteratively reweighted least squares (Hosmer,
 * Lemeshow and Sturdivant, Applied Logistic Regression, 3rd ed. 2013, sections 1.2 and 2.2), with step halving. A column that others make up
 * keeps the coefficient 0.
 * @param outcomes 1 for an event, 0 for none; an intercept exists only when there are both
 * @param ridge penalty on half of the sum of the squared coefficients (le Cessie and van Houwelingen 1992); the intercept has none, so
 * the fitted probabilities add up to the number of events
 */
export function fitLogistic(design: Design, outcomes: ArrayLike<number>, ridge = 0): Logistic {
  const size = design.columns + 1
  const share = mean(outcomes)
  // The intercept comes last, so that each row's columns stay ascending with it.
  let beta = new Float64Array(size)
  beta[size - 1] = Math.log(share / (1 - share))
  let here = look(design, outcomes, beta, ridge)
  for (let iterations = 1; iterations <= mostIterations; iterations++) {
    const step = solve(here.information, here.gradient)
    const gain = dot(step, here.gradient) / 2
    let next = beta.map((value, at) => value + (step[at] ?? 0))
    let there = look(design, outcomes, next, ridge)
    for (let halvings = 0; !(there.loss <= here.loss + closeEnough) && halvings < 30; halvings++) {
      next = next.map((value, at) => (value + (beta[at] ?? 0)) / 2)
      there = look(design, outcomes, next, ridge)
    }
    // Not even the shortest step is better: rounding is all that is left.
    if (!(there.loss <= here.loss + closeEnough)) return result(beta, iterations, gain < 1e-6)
    beta = next
    here = there
    if (gain < closeEnough) return result(beta, iterations, true)
  }
  return result(beta, mostIterations, false)
}

function result(beta: Float64Array, iterations: number, converged: boolean): Logistic {
  return { intercept: beta.at(-1) ?? 0, coefficients: beta.slice(0, -1), iterations, converged }
}

/** Penalised negative log likelihood, its downward gradient, and the information (lower triangle, row after row). */
function look(design: Design, outcomes: ArrayLike<number>, beta: Float64Array, ridge: number) {
  const { starts, at, values } = design
  const size = beta.length
  const gradient = new Float64Array(size)
  const information = new Float64Array(size * size)
  const last = size - 1
  const lastRow = last * size
  let loss = 0
  for (let row = 0; row + 1 < starts.length; row++) {
    const [from, to] = [starts[row] as number, starts[row + 1] as number]
    let logOdds = beta[last] as number
    for (let one = from; one < to; one++)
      logOdds += (values[one] as number) * (beta[at[one] as number] as number)
    const y = outcomes[row] as number
    const p = probability(logOdds)
    // log(1 + exp(x)) without overflow.
    loss += Math.max(logOdds, 0) + Math.log1p(Math.exp(-Math.abs(logOdds))) - y * logOdds
    const weight = p * (1 - p)
    const rest = y - p
    gradient[last] = (gradient[last] as number) + rest
    information[lastRow + last] = (information[lastRow + last] as number) + weight
    for (let one = from; one < to; one++) {
      const column = at[one] as number
      const value = values[one] as number
      gradient[column] = (gradient[column] as number) + rest * value
      const weighted = weight * value
      information[lastRow + column] = (information[lastRow + column] as number) + weighted
      const base = column * size
      for (let two = from; two <= one; two++) {
        const cell = base + (at[two] as number)
        information[cell] = (information[cell] as number) + weighted * (values[two] as number)
      }
    }
  }
  for (let column = 0; column < last; column++) {
    const value = beta[column] as number
    loss += (ridge / 2) * value * value
    gradient[column] = (gradient[column] as number) - ridge * value
    information[column * size + column] = (information[column * size + column] as number) + ridge
  }
  return { loss, gradient, information }
}

/** Solves `matrix · x = right` by Cholesky's decomposition, in place; the matrix is symmetric and given by its lower triangle. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const inverse = new Float64Array(size)
  for (let row = 0; row < size; row++) {
    const base = row * size
    for (let column = 0; column <= row; column++) {
      const other = column * size
      let sum = matrix[base + column] as number
      for (let k = 0; k < column; k++) sum -= (matrix[base + k] as number) * (matrix[other + k] as number)
      if (column < row) matrix[base + column] = sum * (inverse[column] as number)
      else {
        const whole = matrix[base + row] as number
        inverse[row] = sum > aliased * whole && sum > Number.MIN_VALUE ? 1 / Math.sqrt(sum) : 0
      }
    }
  }
  const x = Float64Array.from(right)
  for (let row = 0; row < size; row++) {
    let sum = x[row] as number
    for (let k = 0; k < row; k++) sum -= (matrix[row * size + k] as number) * (x[k] as number)
    x[row] = sum * (inverse[row] as number)
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row] as number
    for (let k = row + 1; k < size; k++) sum -= (matrix[k * size + row] as number) * (x[k] as number)
    x[row] = sum * (inverse[row] as number)
  }
  return x
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at] as number
  return sum / values.length
}
