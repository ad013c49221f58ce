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

/** Freely Extensible Biomedical Record Linkage: made-up persons with known duplicates; the social-security column is not used. */
async function publicData(file: string): Promise<Figure[]> {
  const text = await readFile(path.join(febrl, `${file}.csv`), 'utf8')
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map((cell) => cell.trim()))
  const records = rows.map((cells, id) => {
    const [, given = '', family = '', number = '', street = '', estate = '', suburb = '', postalCode = ''] =
      cells
    return prepare({
      id,
      name: '',
      given,
      family,
      sex: 'unknown',
      birthDate: cells[9] || null,
      phones: [],
      identifiers: [],
      address: `${number} ${street} ${estate}`,
      place: suburb,
      postalCode,
    })
  })
  const { precision, recall, f } = judge(
    records,
    rows.map(([name]) => name?.split('-')[1] ?? ''),
  )
  return [
    { name: `matching, FEBRL ${file}: precision`, value: 100 * precision, unit: '%' },
    { name: `matching, FEBRL ${file}: recall`, value: 100 * recall, unit: '%' },
    { name: `matching, FEBRL ${file}: F`, value: 100 * f, unit: '%', aim: { least: 98.5 } },
  ]
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
    await prepareDatabase(server.url)
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
    ...(await arrival(persons)),
    ...register(persons),
  ]
}

await whenMain(import.meta.url, matching)
