import { probability } from './logistic.ts'
import { auc, brier, calibrationSlope } from './metrics.ts'
import { fitColumns, logOddsAll, type Model, usualRidge } from './model.ts'
import type { Columns } from './terms.ts'

/** How well a model tells, on appointments that are later than all that it learned from. */
export type Figures = {
  auc: number
  /** 95 % interval. */
  aucLow: number
  aucHigh: number
  /** Null where it cannot be known; see `calibrationSlope`. */
  calibrationSlope: number | null
  brier: number
}

export type Judged = {
  figures: Figures
  model: Model
  /** The penalty that told best within the training rows. */
  ridge: number
  trained: number
  tested: number
  /** Start of the first appointment it was tested on. */
  from: number
}

/** These appointments cannot make a model, or cannot judge one. */
export class NotEnough extends Error {}

/**
 * Trains on the earlier three quarters of the appointments and tests on the last one, as in use: a model knows the past only. Appointments
 * that start at the same time stay together, in the test where the border lies among them.
 * @param starts ms
 * @throws {NotEnough}
 */
export function judge(columns: Columns, outcomes: ArrayLike<number>, starts: readonly number[]): Judged {
  const { train, test, from } = splitByTime(starts)
  const told = (rows: number[]) => rows.filter((row) => outcomes[row] === 1).length
  const [learned, seen] = [told(train), told(test)]
  if (learned === 0 || learned === train.length)
    throw new NotEnough(
      `All ${train.length} appointments before the last quarter have the same outcome (${learned === 0 ? 'all came' : 'nobody came'}), so there is nothing to learn.`,
    )
  if (seen < 2 || test.length - seen < 2)
    throw new NotEnough(
      `Of the ${test.length} appointments of the last quarter ${seen} did not come; the figures need two that came and two that did not.`,
    )
  const ridge = ridgeFor(columns, outcomes, starts, train)
  const model = fitColumns(columns, outcomes, train, ridge)
  const logOdds = logOddsAll(model, columns, test)
  const happened = Float64Array.from(test, (row) => outcomes[row] ?? 0)
  const area = auc(logOdds, happened)
  return {
    figures: {
      auc: area.auc,
      aucLow: area.low,
      aucHigh: area.high,
      calibrationSlope: calibrationSlope(logOdds, happened),
      brier: brier(logOdds.map(probability), happened),
    },
    model,
    ridge,
    trained: train.length,
    tested: test.length,
    from,
  }
}

/** From hardly any to one that leaves little but what thousands of rows say. */
const ridges = [usualRidge, 4, 16, 64, 256]
/** Of a penalty that fits the features; more rows do not change it. */
const latestRows = 20_000

/**
 * The penalty that predicts best within these rows, the later quarter of them from the earlier ones: few rows with many features need a strong
 * one, or their predictions are too extreme.
 */
function ridgeFor(
  columns: Columns,
  outcomes: ArrayLike<number>,
  starts: readonly number[],
  rows: readonly number[],
): number {
  const latest = rows.toSorted((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0)).slice(-latestRows)
  const cut = Math.floor(0.75 * latest.length)
  const [earlier, later] = [latest.slice(0, cut), latest.slice(cut)]
  const events = earlier.filter((row) => outcomes[row] === 1).length
  if (events === 0 || events === earlier.length) return usualRidge
  const losses = ridges.map((ridge) => {
    const logOdds = logOddsAll(fitColumns(columns, outcomes, earlier, ridge), columns, later)
    // Negative log likelihood: log(1 + exp(x)) − y · x.
    return later.reduce((sum, row, at) => {
      const x = logOdds[at] ?? 0
      return sum + Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - (outcomes[row] ?? 0) * x
    }, 0)
  })
  return ridges[losses.indexOf(Math.min(...losses))] ?? usualRidge
}

/** @throws {NotEnough} when nothing would be before the last quarter */
export function splitByTime(starts: readonly number[]): { train: number[]; test: number[]; from: number } {
  const sorted = Float64Array.from(starts).sort()
  const from = sorted[Math.floor(0.75 * sorted.length)] ?? 0
  const rows = [...starts.keys()]
  const train = rows.filter((row) => (starts[row] ?? 0) < from)
  if (train.length === 0)
    throw new NotEnough(
      'The appointments start at too few different times to part the last quarter from those before.',
    )
  return { train, test: rows.filter((row) => (starts[row] ?? 0) >= from), from }
}
