import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { prepareDatabase } from '../server/main.ts'
import { findPairs } from '../server/modules/match/arrival.ts'
import { candidatePairs } from '../server/modules/match/block.ts'
import { compare, type Pattern } from '../server/modules/match/compare.ts'
import { estimate, randomPatterns, startingModel } from '../server/modules/match/model.ts'
import { type MatchRecord, prepare } from '../server/modules/match/record.ts'
import { Tally } from '../server/modules/match/tally.ts'
import { openDatabase } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { makePerson, misspell, mobile, type Person } from '../sim/people.ts'
import { corrupted } from '../sim/corrupt.ts'
import { chance, prng } from '../sim/prng.ts'
import { type Figure, quantile, whenMain } from './figure.ts'
import { waited } from './load.ts'
import { populate } from './population.ts'

/** Elsewhere with `FEBRL_DIR`. */
const febrl = process.env.FEBRL_DIR ?? path.resolve(import.meta.dirname, '../../shared/data/febrl')
/** The default of the setting `match.review-from`. */
const threshold = 0.5

type Judged = { precision: number; recall: number; f: number; seconds: number; compared: number }

/** Compares all records with all and holds what is said against what is true: records of one owner are one person. */
function judge(records: MatchRecord[], ownerOf: (string | number)[]): Judged {
  const started = performance.now()
  const patternOf = (left: number, right: number): Pattern => {
    const [one, other] = [records[left], records[right]]
    return one && other ? compare(one, other) : 0
  }
  const tally = new Tally(startingModel)
  const steps = candidatePairs(records, (left, right) => {
    const [one, other] = [records[left], records[right]]
    if (one && other) tally.add(left, right, compare(one, other), one, other)
  })
  while (!steps.next().done);
  const random = randomPatterns(records.length, 300_000, patternOf)
  const model = estimate(tally.counts(), random, (records.length * (records.length - 1)) / 2)
  const said = [...tally.likely(model, threshold)]
  const right = said.filter((pair) => ownerOf[pair.left] === ownerOf[pair.right]).length
  let truth = 0
  for (const group of Map.groupBy(ownerOf, (owner) => owner).values())
    truth += (group.length * (group.length - 1)) / 2
  const [precision, recall] = [right / said.length, right / truth]
  return {
    precision,
    recall,
    f: (2 * precision * recall) / (precision + recall),
    seconds: (performance.now() - started) / 1000,
    compared: tally.compared,
  }
}

/** Rows of a file of FEBRL (Freely Extensible Biomedical Record Linkage): made-up persons with known duplicates. */
async function rowsOf(file: string): Promise<{ id: string; cells: string[] }[]> {
  const text = await readFile(path.join(febrl, `${file}.csv`), 'utf8')
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .map(([id = '', ...cells]) => ({ id, cells: cells.slice(0, 9) }))
}

/** The social-security column is not used. */
function addressed(cells: readonly string[], id: number): MatchRecord {
  const [given = '', family = '', number = '', street = '', estate = '', suburb = '', postalCode = ''] = cells
  return prepare({
    id,
    name: '',
    given,
    family,
    sex: 'unknown',
    birthDate: cells[8] || null,
    phones: [],
    identifiers: [],
    address: `${number} ${street} ${estate}`,
    place: suburb,
    postalCode,
  })
}

function figuresOf(name: string, { precision, recall, f }: Judged, least: number): Figure[] {
  return [
    { name: `matching, ${name}: precision`, value: 100 * precision, unit: '%' },
    { name: `matching, ${name}: recall`, value: 100 * recall, unit: '%' },
    { name: `matching, ${name}: F`, value: 100 * f, unit: '%', aim: { least } },
  ]
}

async function publicData(file: string): Promise<Figure[]> {
  const rows = await rowsOf(file)
  const records = rows.map((row, at) => addressed(row.cells, at))
  const owners = rows.map((row) => row.id.split('-')[1] ?? '')
  return figuresOf(`FEBRL ${file}`, judge(records, owners), 98.5)
}

/** FEBRL's originals, each with duplicates that are much worse than FEBRL's own. */
async function spoiltData(most: number): Promise<Figure[]> {
  const rows = [...(await rowsOf('dataset1')), ...(await rowsOf('dataset3'))]
  const originals = rows.filter((row) => row.id.endsWith('-org')).map((row) => row.cells)
  const spoilt = corrupted(originals, most, 1)
  const records = spoilt.map((row, at) => addressed(row.cells, at))
  const owners = spoilt.map((row) => row.owner)
  return figuresOf(`FEBRL originals, duplicates of up to ${most} slips`, judge(records, owners), 97)
}

function recordOf(person: Person, id: number): MatchRecord {
  const { family, given } = person.name
  return prepare({
    id,
    name: /[a-z]/i.test(family) ? `${given} ${family}` : family + given,
    sex: person.sex,
    birthDate: person.birthDate,
    phones: person.phone ? [person.phone] : [],
    identifiers: [],
    address: `${person.address.city}${person.address.street}`,
    place: person.address.city,
    postalCode: person.address.postcode,
  })
}

/**
 * A register of made-up Chinese residents against itself, without identity numbers: one in twenty is registered twice, mostly with a slip in
 * the name or another telephone.
 */
function register(persons: number): Figure[] {
  const records: MatchRecord[] = []
  const owners: number[] = []
  for (let index = 0; records.length < persons; index++) {
    const person = makePerson(7, index, Date.UTC(2026, 0, 1))
    const random = prng(7, index, 99)
    owners.push(index)
    records.push(recordOf(person, records.length))
    if (!chance(random, 0.05)) continue
    const again = { ...(chance(random, 0.6) ? (misspell(person) ?? person) : person) }
    if (chance(random, 0.4)) again.phone = mobile(random)
    owners.push(index)
    records.push(recordOf(again, records.length))
  }
  const { precision, recall, seconds, compared } = judge(records, owners)
  const of = `matching, ${persons.toLocaleString('en')} residents against themselves`
  return [
    { name: `${of}: minutes`, value: seconds / 60, unit: 'min', aim: { most: 10 } },
    { name: `${of}: pairs compared`, value: compared, unit: 'pairs' },
    { name: `${of}: precision`, value: 100 * precision, unit: '%' },
    { name: `${of}: recall`, value: 100 * recall, unit: '%' },
    { name: `${of}: memory`, value: process.memoryUsage().rss / 2 ** 20, unit: 'MB' },
  ]
}

/** One new person against a database of many, as on arrival: indexed look-ups, comparison and judgement. */
async function arrival(persons: number): Promise<Figure[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-matching-'))
  const server = await startEmbedded(dir)
  try {
    await prepareDatabase({ url: server.url, ownerUrl: server.url })
    await populate(server.url, { persons, encounters: 0, tasks: 0 }, () => undefined)
    const database = openDatabase(server.url, { max: 1 })
    const { rows } = await database.pool.query<{ pid: number }>('select pg_backend_pid() as pid')
    const pids = [process.pid, ...rows.map((row) => row.pid)]
    const times: number[] = []
    const undisturbed: number[] = []
    for (let number = 0; number < 1600; number++) {
      const id = 1 + ((number * 104_729) % persons)
      const [before, waitedBefore] = [performance.now(), waited(pids)]
      await findPairs(database.db, [id])
      const took = performance.now() - before
      // The first ones prepare statements and fill caches.
      if (number < 100) continue
      times.push(took)
      undisturbed.push(took - waited(pids) + waitedBefore)
    }
    await database.close()
    times.sort((one, other) => one - other)
    undisturbed.sort((one, other) => one - other)
    const of = `matching, one new person among ${persons.toLocaleString('en')}`
    const without = `${of}, without waiting for a processor`
    return [
      { name: `${of}: p50`, value: quantile(times, 0.5), unit: 'ms' },
      { name: `${of}: p99`, value: quantile(times, 0.99), unit: 'ms', aim: { most: 10 } },
      { name: `${without}: p50`, value: quantile(undisturbed, 0.5), unit: 'ms' },
      { name: `${without}: p99`, value: quantile(undisturbed, 0.99), unit: 'ms', aim: { most: 10 } },
    ]
  } finally {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** `node bench/matching.ts 1000000`: the number of persons; 200,000 unless told. */
async function matching(): Promise<Figure[]> {
  const persons = Number(process.argv[2] ?? 200_000)
  return [
    ...(await publicData('dataset1')),
    ...(await publicData('dataset3')),
    ...(await spoiltData(6)),
    ...(await spoiltData(10)),
    ...(await arrival(persons)),
    ...register(persons),
  ]
}

await whenMain(import.meta.url, matching)
