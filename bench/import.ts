import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import copyStreams from 'pg-copy-streams'
import { actOnImport, getImport, uploadImport } from '../server/feeds/table/import.ts'
import { importDue } from '../server/feeds/table/run.ts'
import { prepareDatabase } from '../server/main.ts'
import { systemActor } from '../server/platform/actor.ts'
import { openDatabase, transaction } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { keepHeapSmall } from '../server/platform/heap.ts'
import { makePerson } from '../sim/people.ts'
import { type Figure, whenMain } from './figure.ts'

const head = '病案号,姓名,性别,出生日期,身份证号,手机号码,家庭住址\n'
const actor = systemActor('system:bench', 'bench')
const now = Date.UTC(2026, 0, 1)

/** A table of made-up residents, piece by piece, so that the benchmark itself needs no memory. */
function* table(persons: number): Generator<Buffer> {
  yield Buffer.from(head)
  for (let first = 0; first < persons; first += 1000) {
    const lines: string[] = []
    for (let index = first; index < Math.min(first + 1000, persons); index++) {
      const { name, sex, birthDate, idDocument, phone, address } = makePerson(11, index, now)
      const latin = /[a-z]/i.test(name.family)
      const text = latin ? `${name.given} ${name.family}` : name.family + name.given
      const nationalId = idDocument?.type === 'NI' ? idDocument.value : ''
      const place = `${address.city}${address.street}`.replaceAll(',', '，')
      lines.push(
        `B${index},${text},${sex === 'M' ? '男' : '女'},${birthDate},${nationalId},${phone ?? ''},${place}\n`,
      )
    }
    yield Buffer.from(lines.join(''))
  }
}

/** Seconds on the clock, and of processor time of this process and of the server: on a busy machine only the second is to be compared. */
type Taken = { seconds: number; cpu: number }

/** Clock ticks of Linux, as `/proc` counts them. */
const ticks = 100

/** Processor seconds that a PostgreSQL server and its backends have used, also those that have ended. */
async function serverCpu(dir: string): Promise<number> {
  const files = await readdir(dir, { recursive: true })
  const lock = files.find((name) => path.basename(name) === 'postmaster.pid')
  if (!lock) return Number.NaN
  const [postmaster = ''] = (await readFile(path.join(dir, lock), 'utf8')).split('\n')
  let used = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // After the name in brackets: state, parent, …; 11 and 12 its own time, 13 and 14 that of children that have ended (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const times = fields.slice(11, 15).map(Number)
    if (pid === postmaster) used += times.reduce((sum, one) => sum + one, 0)
    else if (fields[1] === postmaster) used += (times[0] ?? 0) + (times[1] ?? 0)
  }
  return used / ticks
}

async function taken(dir: string, work: () => Promise<void>): Promise<Taken> {
  const [own, server, at] = [process.cpuUsage(), await serverCpu(dir), performance.now()]
  await work()
  const seconds = (performance.now() - at) / 1000
  const { user, system } = process.cpuUsage(own)
  return { seconds, cpu: (user + system) / 1e6 + (await serverCpu(dir)) - server }
}

/** What `COPY` takes for the same bytes into the same server: a table of seven text columns, no index. */
async function bareCopy(dir: string, url: string, pieces: Buffer[]): Promise<Taken> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    'create table bare (number text, name text, sex text, born text, id text, phone text, place text)',
  )
  const spent = await taken(dir, () =>
    pipeline(
      Readable.from(pieces),
      client.query(copyStreams.from('copy bare from stdin (format csv, header true)')),
    ),
  )
  await client.end()
  return spent
}

/** Tables in which an imported person leaves rows. */
const tables = [
  'person',
  'person_identifier',
  'person_telecom',
  'person_address',
  'person_facts',
  'match_todo',
]

/** What `COPY` takes for the rows that the import made, into tables with the same indexes, without triggers and foreign keys. */
async function indexedCopy(dir: string, url: string): Promise<Taken> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const spent: Taken = { seconds: 0, cpu: 0 }
  for (const name of tables) {
    await client.query(`create table copy_${name} (like ${name} including all)`)
    const out: Buffer[] = []
    for await (const piece of client.query(copyStreams.to(`copy ${name} to stdout (format binary)`)))
      out.push(piece as Buffer)
    const { seconds, cpu } = await taken(dir, () =>
      pipeline(
        Readable.from(out),
        client.query(copyStreams.from(`copy copy_${name} from stdin (format binary)`)),
      ),
    )
    spent.seconds += seconds
    spent.cpu += cpu
  }
  await client.end()
  return spent
}

/** `node bench/import.ts 1000000`: the number of persons; 100,000 unless told, because an hour of benchmarks is enough. */
export async function importTable(): Promise<Figure[]> {
  const persons = process.argv[1]?.endsWith('import.ts') ? Number(process.argv[2] ?? 100_000) : 100_000
  keepHeapSmall()
  const dir = await mkdtemp(path.join(tmpdir(), 'careloop-import-'))
  const server = await startEmbedded(dir)
  try {
    await prepareDatabase({ url: server.url, ownerUrl: server.url })
    const { db, close } = openDatabase(server.url, { max: 4 })
    const site = await db
      .insertInto('site')
      .values({ code: 'BENCH', name: 'BENCH' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const upload = { kind: 'persons' as const, siteId: site.id, fileName: 'persons.csv' }
    const { id } = await uploadImport(db, actor, upload, Readable.from(table(persons)))
    const restingMb = process.memoryUsage().rss / 2 ** 20
    let mostMb = 0
    const watch = setInterval(() => (mostMb = Math.max(mostMb, process.memoryUsage().rss / 2 ** 20)), 100)
    await transaction(db, (trx) => actOnImport(trx, actor, id, 'run'))
    const before = process.cpuUsage()
    const { seconds, cpu } = await taken(dir, async () => {
      while ((await importDue(db)) > 0);
    })
    const { user, system } = process.cpuUsage(before)
    clearInterval(watch)
    const done = await getImport(db, actor, id)
    if (done.status !== 'imported' || done.created !== persons)
      throw new Error(`${done.status}: ${done.created} of ${persons} persons imported, ${done.failed} failed`)
    const { count } = await db
      .selectFrom('match_todo')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (count !== persons)
      throw new Error(`${count} of ${persons} persons are to be compared with the others`)
    const indexed = await indexedCopy(dir, server.url)
    await close()
    const bare = await bareCopy(dir, server.url, [...table(persons)])
    const of = `import, ${persons.toLocaleString('en')} persons`
    return [
      { name: `${of}: rate`, value: persons / seconds, unit: 'rows/s' },
      { name: `${of}: CPU time of the importer`, value: (user + system) / persons, unit: 'µs/row' },
      { name: `${of}: CPU time of importer and server`, value: (1e6 * cpu) / persons, unit: 'µs/row' },
      {
        name: `${of}: share of bare COPY of the file`,
        value: bare.seconds / seconds,
        unit: '×',
        aim: { least: 0.15 },
      },
      {
        name: `${of}: share of COPY of the made rows with indexes`,
        value: indexed.seconds / seconds,
        unit: '×',
      },
      { name: `${of}: the same share of the file by CPU time`, value: bare.cpu / cpu, unit: '×' },
      { name: `${of}: the same share of the made rows by CPU time`, value: indexed.cpu / cpu, unit: '×' },
      { name: `${of}: bare COPY of the file`, value: persons / bare.seconds, unit: 'rows/s' },
      { name: `${of}: memory growth`, value: mostMb - restingMb, unit: 'MB', aim: { most: 100 } },
      { name: `${of}: most memory`, value: mostMb, unit: 'MB' },
    ]
  } finally {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

await whenMain(import.meta.url, importTable)
