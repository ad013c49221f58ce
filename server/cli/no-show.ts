import { ambiguous, ordersIn } from '../feeds/table/when.ts'
import { judge, NotEnough } from '../modules/appointment/no-show/judge.ts'
import { auc } from '../modules/appointment/no-show/metrics.ts'
import type { Columns, Value } from '../modules/appointment/no-show/terms.ts'
import { AppError } from '../platform/errors.ts'
import { type CodedColumn, type CodedTable, readCodedTable } from './coded-table.ts'
import { featuresOf, readTime } from './no-show-columns.ts'
import { UsageError } from './run.ts'

export type NoShowOptions = { outcome: string; booked: string; starts: string }

const missedWords = [
  '1',
  'true',
  't',
  'yes',
  'y',
  'noshow',
  'missed',
  'absent',
  'dna',
  'did not attend',
  '是',
  '未到',
  '未就诊',
  '爽约',
  '失约',
  '缺席',
]
const cameWords = [
  '0',
  'false',
  'f',
  'no',
  'n',
  'show',
  'came',
  'attended',
  'arrived',
  'fulfilled',
  'completed',
  'kept',
  'present',
  '否',
  '到诊',
  '已到',
  '已就诊',
  '已完成',
]

/** What --outcome may say, for help and errors. */
export const outcomeWords = `did not come: ${missedWords.join(', ')}; came: ${cameWords.join(', ')}`

const plainWord = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .replace(/^no show$/, 'noshow')
    .replace(/^show(?:ed)?(?: up)?$/, 'show')
    .replace(/^([01])\.0+$/, '$1')
const outcomeOf = new Map([
  ...missedWords.map((word) => [word, 1] as const),
  ...cameWords.map((word) => [word, 0] as const),
])

/** Prints the figures of the no-show model on a file of appointments as one line of JSON, and what it was made of to stderr. */
export async function evaluateNoShow(file: string, options: NoShowOptions): Promise<void> {
  const table = await readCodedTable(file)
  const { outcome, booked, starts } = chosenColumns(table, options)
  const known = {
    outcomes: readOutcomes(outcome, table.lines),
    booked: readTimes(booked, table.lines),
    starts: readTimes(starts, table.lines),
  }
  const others = table.columns.filter((column) => ![outcome, booked, starts].includes(column))
  const { features, left } = featuresOf(others, known)
  const { figures, model, trained, tested, from } = judged(features, known)
  for (const { name, reason } of left) console.error(`left out: ${name}: ${reason}`)
  for (const name of model.constant)
    console.error(`left out: ${name}: all rows that it learns from have the same value`)
  for (const { name, area } of tooGood(features, known.outcomes))
    console.error(
      `warning: ${name} alone nearly tells the outcome (AUC ${area.toFixed(3)}); unless it was known at booking, take it out of the file`,
    )
  console.error(
    `trained on ${trained} appointments with ${model.terms.length} features (${model.terms.map(({ name }) => name).join(', ')}), tested on ${tested} from ${new Date(from).toISOString().slice(0, 16).replace('T', ' ')} on`,
  )
  if (figures.calibrationSlope === null)
    console.error(
      'calibrationSlope is null: the predictions of the last quarter are all the same, or part the outcomes wholly, so the slope has no finite value',
    )
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    value === null ? null : Number(value.toFixed(4)),
  ])
  console.log(JSON.stringify(Object.fromEntries(rounded)))
}

/** @throws {AppError} */
function judged(
  features: Columns,
  { outcomes, starts }: { outcomes: Uint8Array; starts: { instant: number }[] },
) {
  try {
    return judge(
      features,
      outcomes,
      starts.map(({ instant }) => instant),
    )
  } catch (error) {
    throw error instanceof NotEnough ? new AppError('invalid', error.message) : error
  }
}

/** @throws {UsageError} */
function chosenColumns({ columns }: CodedTable, options: NoShowOptions) {
  const find = (option: keyof NoShowOptions) => {
    const column = columns.find(({ name }) => name === options[option])
    if (column) return column
    throw new UsageError(
      `--${option} ${options[option]}: the file has no such column; it has ${columns.map(({ name }) => name).join(', ')}.`,
    )
  }
  const found = { outcome: find('outcome'), booked: find('booked'), starts: find('starts') }
  if (new Set(Object.values(found)).size < 3)
    throw new UsageError('--outcome, --booked and --starts must be three different columns.')
  return found
}

/** @throws {AppError} naming line and column */
function readOutcomes({ name, texts, codes }: CodedColumn, lines: number[]): Uint8Array {
  const read = texts.map((text) => outcomeOf.get(plainWord(text)))
  return Uint8Array.from(codes, (code, row) => {
    const outcome = read[code]
    if (outcome !== undefined) return outcome
    const said = texts[code] === '' ? 'it is empty' : `“${texts[code] ?? ''}” is no outcome`
    throw new AppError(
      'invalid',
      `Line ${lines[row] ?? 0}, column ${name}: ${said}. What counts is ${outcomeWords}. Take appointments without an outcome (cancelled, still to come) out of the file.`,
    )
  })
}

/** @throws {AppError} naming line and column */
function readTimes({ name, texts, codes }: CodedColumn, lines: number[]) {
  const orders = ordersIn(texts)
  const read = texts.map((text) => readTime(text, orders))
  return codes.map((code, row) => {
    const at = read[code]
    if (at !== null && at !== undefined && at !== ambiguous) return at
    const why =
      texts[code] === ''
        ? 'it is empty'
        : `“${texts[code] ?? ''}” ${at === ambiguous ? 'can be read in two ways' : 'is no time'}`
    throw new AppError(
      'invalid',
      `Line ${lines[row] ?? 0}, column ${name}: ${why}. Times are ISO 8601 or YYYY-MM-DD HH:MM.`,
    )
  })
}

/** So many rows tell whether a feature is suspicious. */
const looked = 5000
const suspicious = 0.98

/** Features that alone part the outcomes nearly wholly: a guess at what was not known at booking. */
function tooGood(features: Columns, outcomes: Uint8Array): { name: string; area: number }[] {
  const every = Math.max(1, Math.floor(outcomes.length / looked))
  const rows = [...outcomes.keys()].filter((row) => row % every === 0)
  const chosen = rows.map((row) => outcomes[row] ?? 0)
  const events = chosen.filter((one) => one === 1).length
  if (events < 2 || chosen.length - events < 2) return []
  return [...features].flatMap(([name, values]) => {
    const scores = scoresOf(
      rows.map((row) => values[row] ?? null),
      chosen,
    )
    const area = scores ? auc(scores, chosen).auc : 0.5
    return Math.max(area, 1 - area) >= suspicious ? { name, area: Math.max(area, 1 - area) } : []
  })
}

/** Numbers as they are, texts by the share of those who did not come; null where texts are too rare to tell. */
function scoresOf(values: Value[], outcomes: number[]): number[] | null {
  if (values.every((value) => typeof value !== 'string')) {
    const filled = values.filter((value) => typeof value === 'number')
    const mean = filled.reduce((sum, value) => sum + value, 0) / filled.length
    return values.map((value) => (typeof value === 'number' ? value : mean))
  }
  const groups = Map.groupBy(values.keys(), (row) => values[row] ?? null)
  if (groups.size > Math.sqrt(values.length)) return null
  const shares = new Map(
    [...groups].map(([value, rows]) => [
      value,
      rows.reduce((sum, row) => sum + (outcomes[row] ?? 0), 0) / rows.length,
    ]),
  )
  return values.map((value) => shares.get(value) ?? 0)
}
