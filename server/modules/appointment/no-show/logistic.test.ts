import fc from 'fast-check'
import { expect, test } from 'vitest'
import { denseDesign, fitLogistic, probability } from './logistic.ts'

/** Motor Trend 1974, as in R's `mtcars`: weight (1000 lb), displacement (cu in), straight engine (vs), manual gears (am). */
const cars: [wt: number, disp: number, vs: number, am: number][] = [
  [2.62, 160, 0, 1],
  [2.875, 160, 0, 1],
  [2.32, 108, 1, 1],
  [3.215, 258, 1, 0],
  [3.44, 360, 0, 0],
  [3.46, 225, 1, 0],
  [3.57, 360, 0, 0],
  [3.19, 146.7, 1, 0],
  [3.15, 140.8, 1, 0],
  [3.44, 167.6, 1, 0],
  [3.44, 167.6, 1, 0],
  [4.07, 275.8, 0, 0],
  [3.73, 275.8, 0, 0],
  [3.78, 275.8, 0, 0],
  [5.25, 472, 0, 0],
  [5.424, 460, 0, 0],
  [5.345, 440, 0, 0],
  [2.2, 78.7, 1, 1],
  [1.615, 75.7, 1, 1],
  [1.835, 71.1, 1, 1],
  [2.465, 120.1, 1, 0],
  [3.52, 318, 0, 0],
  [3.435, 304, 0, 0],
  [3.84, 350, 0, 0],
  [3.845, 400, 0, 0],
  [1.935, 79, 1, 1],
  [2.14, 120.3, 0, 1],
  [1.513, 95.1, 1, 1],
  [3.17, 351, 0, 1],
  [2.77, 145, 0, 1],
  [3.57, 301, 0, 1],
  [2.78, 121, 1, 1],
]

const rounded = (value: number | undefined, digits: number) => Number((value ?? NaN).toFixed(digits))

test('manual gears by weight have the coefficients that R prints: glm(am ~ wt, binomial, mtcars)', () => {
  const { intercept, coefficients, converged } = fitLogistic(
    denseDesign(cars.map(([wt]) => [wt])),
    cars.map(([, , , am]) => am),
  )
  expect(converged).toBe(true)
  expect([rounded(intercept, 3), rounded(coefficients[0], 3)]).toEqual([12.04, -4.024])
})

test('two columns have the coefficients that R prints: glm(vs ~ wt + disp, binomial, mtcars)', () => {
  // https://www.theanalysisfactor.com/r-tutorial-glm1/
  const { intercept, coefficients } = fitLogistic(
    denseDesign(cars.map(([wt, disp]) => [wt, disp])),
    cars.map(([, , vs]) => vs),
  )
  expect(rounded(intercept, 5)).toBe(1.60859)
  expect([rounded(coefficients[0], 5), rounded(coefficients[1], 5)]).toEqual([1.62635, -0.03443])
})

test('a column that one before it makes up keeps the coefficient 0, where R leaves it out', () => {
  const am = cars.map(([, , , one]) => one)
  const { coefficients } = fitLogistic(denseDesign(cars.map(([wt]) => [wt, 2 * wt, 0])), am)
  expect(Array.from(coefficients, (one) => rounded(one, 3))).toEqual([-4.024, 0, 0])
})

test('outcomes that a column parts wholly have finite coefficients with a ridge, and end without one', () => {
  const design = denseDesign([-2, -1, 1, 2].map((x) => [x]))
  const held = fitLogistic(design, [0, 0, 1, 1], 1)
  expect(held.converged).toBe(true)
  expect(held.coefficients[0]).toBeGreaterThan(0.5)
  expect(held.coefficients[0]).toBeLessThan(2)
  expect(fitLogistic(design, [0, 0, 1, 1]).coefficients.every(Number.isFinite)).toBe(true)
})

test('the fitted probabilities add up to the number of events, with any ridge', () => {
  const row = fc.tuple(
    fc.double({ min: -50, max: 50, noNaN: true }),
    fc.integer({ min: 0, max: 1 }),
    fc.boolean(),
  )
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 4, maxLength: 60 }),
      fc.constantFrom(0.1, 1, 20),
      (rows, ridge) => {
        const outcomes = rows.map(([, , event]) => Number(event))
        const events = outcomes.filter(Boolean).length
        fc.pre(events > 0 && events < rows.length)
        const cells = rows.map(([a, b]) => [a, b])
        const { intercept, coefficients, converged } = fitLogistic(denseDesign(cells), outcomes, ridge)
        const fitted = cells.map((one) =>
          probability(one.reduce((sum, x, at) => sum + x * (coefficients[at] ?? 0), intercept)),
        )
        expect(converged).toBe(true)
        expect(fitted.reduce((sum, p) => sum + p, 0)).toBeCloseTo(events, 4)
      },
    ),
  )
})
