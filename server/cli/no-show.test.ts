import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { careloop } from '../../test/support/process.ts'
import { evaluateNoShow } from './no-show.ts'

let dir: string
let out: string[]
let notes: string[]
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'careloop-no-show-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
beforeEach(() => {
  vi.restoreAllMocks()
  out = []
  notes = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line))
  vi.spyOn(console, 'error').mockImplementation((line: string) => void notes.push(line))
})

type Row = { missed: boolean; booked: string; starts: string; [more: string]: string | boolean }

const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
const hour = 3_600_000

/** Appointments of a year; who booked long ago or is not insured misses more often. The same each time. */
function appointments(count: number): Row[] {
  let state = 5
  const next = () => (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296
  return Array.from({ length: count }, (_, at) => {
    const starts = Date.UTC(2025, 0, 1, 8 + Math.floor(next() * 9)) + Math.floor(next() * 364) * 24 * hour
    const [lead, insured, age] = [next() * 40 * 24, next() < 0.5, Math.floor(next() * 90)]
    const missed = next() < 1 / (1 + Math.exp(3 - lead / 300 - (insured ? 0 : 1.5)))
    return {
      missed,
      booked: minute(starts - lead * hour),
      starts: minute(starts),
      insurance: insured ? '职工医保' : '自费',
      age: next() < 0.1 ? '' : String(age),
      number: String(700_000 + at),
    }
  })
}

function csv(rows: Row[], { end = '\n', yes = '1', no = '0' } = {}): string {
  const names = Object.keys(rows[0] ?? {})
  const cell = (value: string | boolean | undefined) =>
    typeof value === 'boolean' ? (value ? yes : no) : `"${value ?? ''}"`
  return (
    [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join(end) + end
  )
}

const columns = { outcome: 'missed', booked: 'booked', starts: 'starts' }

/** The figures of a file with this content. */
async function figures(content: string | Buffer): Promise<Record<string, number | null>> {
  const file = path.join(dir, 'appointments.csv')
  await writeFile(file, content)
  out = []
  notes = []
  await evaluateNoShow(file, columns)
  expect(out).toHaveLength(1)
  return JSON.parse(out[0] ?? '') as Record<string, number | null>
}

test('one line of JSON tells how well the last quarter was foretold, and stderr from what', async () => {
  const found = await figures(csv(appointments(2000)))
  expect(Object.keys(found)).toEqual(['auc', 'aucLow', 'aucHigh', 'calibrationSlope', 'brier'])
  expect(found.auc).toBeGreaterThan(0.7)
  expect(found.aucLow).toBeLessThan(found.auc ?? 0)
  expect(found.aucHigh).toBeGreaterThan(found.auc ?? 1)
  expect(found.calibrationSlope).toBeGreaterThan(0.7)
  expect(found.brier).toBeLessThan(0.22)
  expect(notes).toContain('left out: number: identifiers')
  expect(notes.at(-1)).toMatch(
    /^trained on 1\d{3} appointments with 5 features \(lead time \(days, log\), weekday, hour, insurance, age\), tested on 5\d\d from 2025-/,
  )
})

test('encoding, line ends, quotes and the words of the outcome make no difference', async () => {
  const rows = appointments(600)
  const usual = await figures(csv(rows))
  expect(await figures(`\ufeff${csv(rows, { end: '\r\n', yes: 'No-Show', no: 'showed up' })}`)).toEqual(usual)
  expect(await figures(iconv.encode(csv(rows, { yes: '爽约', no: '到诊' }), 'gb18030'))).toEqual(usual)
  expect(await figures(csv(rows, { yes: 'TRUE', no: 'False' }).replaceAll(',', ';'))).toEqual(usual)
  const iso = rows.map((row) => ({ ...row, starts: `${row.starts.replace(' ', 'T')}:00+00:00` }))
  expect(await figures(csv(iso, { yes: 'Yes', no: 'no' }))).toEqual(usual)
})

test('an unknown outcome, an empty one and an unreadable time are errors that name line and column', async () => {
  const rows = appointments(40)
  const broken = (change: Partial<Row>) =>
    figures(
      csv(
        rows.map((row, at) => ({ ...row, note: at === 3 ? 'two\nlines' : 'one', ...(at === 7 && change) })),
      ),
    )
  // The name line, seven rows, and one more line within quotes.
  await expect(broken({ missed: 'cancelled' as never })).rejects.toThrow(
    'Line 10, column missed: “cancelled” is no outcome. What counts is did not come: 1, true',
  )
  await expect(broken({ missed: '' as never })).rejects.toThrow('Line 10, column missed: it is empty')
  await expect(broken({ starts: 'soon' })).rejects.toThrow(
    'Line 10, column starts: “soon” is no time. Times are ISO 8601 or YYYY-MM-DD HH:MM.',
  )
  await expect(broken({ booked: '03/04/2025 10:00' })).rejects.toThrow(
    'Line 10, column booked: “03/04/2025 10:00” can be read in two ways',
  )
})

test('a column that is not there is wrong use, and the message says which there are', async () => {
  const file = path.join(dir, 'few.csv')
  await writeFile(file, csv(appointments(5)))
  await expect(evaluateNoShow(file, { ...columns, starts: 'start' })).rejects.toThrow(
    '--starts start: the file has no such column; it has missed, booked, starts, insurance, age, number.',
  )
  await expect(evaluateNoShow(path.join(dir, 'none.csv'), columns)).rejects.toThrow('There is no file')
  await expect(evaluateNoShow(file, { ...columns, starts: 'booked' })).rejects.toThrow(
    'three different columns',
  )
})

test('what was written after the booking is left out with the reason, and what was written before it counts in days', async () => {
  const rows = appointments(800).map((row) => {
    const starts = Date.parse(`${row.starts}Z`)
    const booked = Date.parse(`${row.booked}Z`)
    return {
      ...row,
      arrived: row.missed ? '' : minute(starts - 600_000),
      clock: '08:35',
      ends: minute(starts + hour),
      registered: minute(booked - 2000 * hour),
      waited: row.missed ? 'NULL' : '12',
      empty: '',
      ward: 'A',
    }
  })
  const found = await figures(csv(rows))
  expect(notes).toEqual(
    expect.arrayContaining([
      'left out: arrived: it is filled only for those who came, so it was written after the booking',
      'left out: clock: a time of day without a day: nobody can tell whether it was known at booking',
      'left out: ends: times later than the booking, in 800 of 800 rows',
      'left out: waited: it is filled only for those who came, so it was written after the booking',
      'left out: empty: it is empty',
      'left out: ward: all rows that it learns from have the same value',
      'left out: registered (days before the booking, log): all rows that it learns from have the same value',
    ]),
  )
  expect(found.auc).toBeLessThan(0.95)
})

test('a column that parts the outcomes wholly gives finite figures and a warning', async () => {
  const rows = appointments(400).map((row) => ({ ...row, status: row.missed ? 'X' : 'Y' }))
  expect(await figures(csv(rows))).toMatchObject({ auc: 1, aucLow: 1, aucHigh: 1, calibrationSlope: null })
  expect(
    notes.some((line) => line.startsWith('warning: status alone nearly tells the outcome (AUC 1.000)')),
  ).toBe(true)
  expect(notes.some((line) => line.startsWith('calibrationSlope is null'))).toBe(true)
})

test('one outcome alone, and times that cannot be parted, are errors that say so', async () => {
  const rows = appointments(100)
  await expect(figures(csv(rows.map((row) => ({ ...row, missed: false }))))).rejects.toThrow(
    'same outcome (all came)',
  )
  await expect(figures(csv(rows.map((row) => ({ ...row, starts: '2025-03-01 08:00' }))))).rejects.toThrow(
    'too few different times',
  )
  await expect(figures('missed,booked,starts\n')).rejects.toThrow()
  await expect(figures(`${csv(rows)}1,2025-01-01,2025-01-02,a,1,2,surplus\n`)).rejects.toThrow(
    'Line 102 has 7 cells',
  )
})

test('numbers of doctors are names, and distances stay numbers though they all differ', async () => {
  const rows = appointments(300).map((row, at) => ({
    ...row,
    doctor_id: String(at % 4),
    metres: String((at * 7919) % 30_011),
  }))
  await figures(csv(rows))
  expect(notes.filter((line) => line.startsWith('left out'))).toEqual(['left out: number: identifiers'])
  expect(notes.at(-1)).toContain('doctor_id, metres')
})

test(
  'careloop evaluate no-show prints the line on stdout, and wrong use ends with 2',
  { timeout: 120_000 },
  async () => {
    const file = path.join(dir, 'command.csv')
    await writeFile(file, csv(appointments(300)))
    const args = ['evaluate', 'no-show', file, '--outcome', 'missed', '--booked', 'booked', '--starts']
    const done = await careloop([...args, 'starts'], {}).ended
    expect(done.code).toBe(0)
    expect(done.output).toMatch(/^\{"auc":0\.\d+,"aucLow":.*"brier":0\.\d+\}$/m)
    expect(await careloop([...args, 'nothing'], {}).ended).toMatchObject({ code: 2 })
  },
)
