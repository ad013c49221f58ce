import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { splitMessages } from '../server/cli/intake.ts'
import { isProblem, readHeader } from '../server/modules/hl7/header.ts'
import { careloop } from '../test/support/process.ts'
import { createInstallation } from './installation.ts'

/*
 * Sends a folder of HL7 files with an index.csv (file, pid3, pid5, pid7, pid8 of each as an independent reader saw them) by
 * `careloop intake send`, twice, and compares what became of them with the index.
 *
 *   node torture/messages.ts <folder> [--own-ids]
 *
 * With --own-ids each message gets a control id of its own (MSH-10), so that files of one test collection do not pass for repetitions of
 * each other and every one is really mapped.
 */

type Row = { file: string; type: string; pid3: string; pid5: string; pid7: string; pid8: string }
type Kept = {
  id: number
  raw: Buffer
  sender: string
  facility: string
  control_id: string
  status: string
  reason: string | null
  location: string | null
  person_id: number | null
}
type Person = { id: number; names: string[]; numbers: string[]; birth_date: string | null; sex: string }

pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

const words = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
const sexes: Record<string, string> = {
  M: 'male',
  F: 'female',
  O: 'other',
  A: 'other',
  1: 'male',
  2: 'female',
}

const [source, option] = process.argv.slice(2)
if (!source) throw new Error('usage: node torture/messages.ts <folder with index.csv> [--own-ids]')
const folder = option === '--own-ids' ? await withOwnIds(source) : source
const index = readTable(await readFile(path.join(folder, 'index.csv'), 'utf8'))
const tops = [...new Set(index.map((row) => row.file.split('/')[0] ?? ''))]

const installation = await createInstallation({ env: { LOG_LEVEL: 'silent' } })
try {
  await installation.start()
  const client = new pg.Client({ connectionString: await installation.databaseUrl() })
  await client.connect()
  client.on('error', () => undefined)
  const first = await sendAll(client)
  const before = await fingerprint(client)
  const second = await sendAll(client)
  const after = await fingerprint(client)
  await report(client, first, second, before === after)
  await client.end()
} finally {
  await installation.remove()
  if (folder !== source) await rm(folder, { recursive: true })
}

/** A copy of the folder in which no two messages have the same MSH-10. */
async function withOwnIds(from: string): Promise<string> {
  const to = await mkdtemp(path.join(tmpdir(), 'careloop-hl7-'))
  await cp(from, to, { recursive: true })
  let serial = 0
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'index.csv') continue
    const file = path.join(entry.parentPath, entry.name)
    const messages = splitMessages(await readFile(file)).map((message) => {
      const end = message.indexOf(0x0d)
      const fields = message.toString('latin1', 0, end).split(String.fromCharCode(message[3] ?? 0))
      if (!fields[0]?.endsWith('MSH') || fields.length < 9) return message
      fields[9] = `OWN${++serial}`
      const head = Array.from(fields, String).join(String.fromCharCode(message[3] ?? 0))
      return Buffer.concat([Buffer.from(head, 'latin1'), message.subarray(end)])
    })
    await writeFile(file, Buffer.concat(messages))
  }
  return to
}

/** @returns how many were accepted, rejected and unanswered, as the command says */
async function sendAll(client: pg.Client): Promise<Record<string, number>> {
  const totals: Record<string, number> = {}
  for (const top of tops) {
    const to = `127.0.0.1:${installation.mllpPort}`
    const { output } = await careloop(['intake', 'send', path.join(folder, top), '--to', to], {}).ended
    for (const [, outcome] of output.matchAll(/^(accepted|rejected|unanswered) /gm))
      totals[outcome ?? ''] = (totals[outcome ?? ''] ?? 0) + 1
  }
  for (let look = 0; look < 300; look++) {
    const { rows } = await client.query(`select 1 from inbound_message where status = 'received' limit 1`)
    if (rows.length === 0) break
    await sleep(100)
  }
  return totals
}

/** Everything that a message can change about persons, as one number. */
async function fingerprint(client: pg.Client): Promise<string> {
  const tables = [
    'person',
    'person_identifier',
    'person_name',
    'person_telecom',
    'person_address',
    'person_relationship',
    'encounter',
    'condition',
    'event',
    'clinical_fact',
    'enrollment',
  ]
  const parts = []
  for (const table of tables) {
    const { rows } = await client.query<{ sum: string }>(
      `select coalesce(sum(hashtextextended(t::text, 0)), 0)::text as sum from ${table} t`,
    )
    parts.push(rows[0]?.sum)
  }
  return parts.join('|')
}

async function report(
  client: pg.Client,
  first: Record<string, number>,
  second: Record<string, number>,
  unchanged: boolean,
): Promise<void> {
  const { rows: kept } = await client.query<Kept>(
    'select id, raw, sender, facility, control_id, status, reason, location, person_id from inbound_message order by id',
  )
  const { rows: persons } = await client.query<Person>(`
    select p.id, p.sex, p.birth_date, array(select value from person_identifier i where i.person_id = p.id) as numbers,
      p.name || array(select text from person_name n where n.person_id = p.id) as names from person p`)
  const outcomes = new Map<string, number>()
  const lost: string[] = []
  const wrong: string[] = []
  for (const row of index) {
    const [message] = splitMessages(await readFile(path.join(folder, row.file)))
    const found = message && find(kept, message)
    if (!found) {
      lost.push(row.file)
      continue
    }
    const why = found.reason ? `: ${found.location ?? ''} ${found.reason.replaceAll(/"[^"]*"/g, '"…"')}` : ''
    const outcome = `${found.status}${why}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (found.status !== 'applied') continue
    const person = persons.find((one) => one.id === found.person_id)
    for (const what of person ? differences(row, person) : ['no person']) wrong.push(`${row.file}: ${what}`)
  }
  console.log(`sent     ${JSON.stringify(first)}, again ${JSON.stringify(second)}`)
  console.log(`files    ${index.length}, without a trace ${lost.length} ${lost.join(' ')}`)
  for (const [outcome, n] of [...outcomes].sort(([, one], [, other]) => other - one))
    console.log(`${String(n).padStart(5)}  ${outcome}`)
  console.log(`sent twice changes nothing: ${unchanged ? 'yes' : 'NO'}`)
  console.log(`disagreements with index.csv: ${wrong.length}`)
  for (const line of wrong) console.log(`  ${line}`)
  process.exitCode =
    wrong.length + lost.length > 0 || !unchanged || first['unanswered'] || second['unanswered'] ? 1 : 0
}

/** The same bytes, or the message that came first under the same key. */
function find(kept: Kept[], message: Buffer): Kept | undefined {
  const same = kept.find((one) => one.raw.equals(message))
  if (same) return same
  const header = readHeader(message)
  if (isProblem(header))
    return kept.find((one) => one.status === 'rejected' && one.raw.equals(message.subarray(0, 65536)))
  return kept.find(
    (one) =>
      one.sender === header.sender && one.facility === header.facility && one.control_id === header.controlId,
  )
}

/** Fields of the index that the person does not have: number, name (also a former one), birth date, sex. */
function differences(row: Row, person: Person): string[] {
  const numbers = row.pid3.split('~').map((one) => one.split('^')[0]?.trim() ?? '')
  const name = (row.pid5.split('~')[0] ?? '')
    .split('^')
    .slice(0, 3)
    .map((part) => part.split('&')[0] ?? '')
  const known = person.names.map((one) => one.toLowerCase())
  const birth = /^(\d{4})(\d\d)(\d\d)/.exec(row.pid7)
  const sex = sexes[row.pid8.toUpperCase()]
  return [
    ...(row.pid3 && !numbers.some((one) => person.numbers.includes(one)) ? ['PID-3'] : []),
    ...(known.some((one) => words(name.join(' ')).every((word) => one.includes(word))) ? [] : ['PID-5']),
    ...(birth && birth.slice(1).join('-') !== person.birth_date ? ['PID-7'] : []),
    ...(sex && sex !== person.sex ? ['PID-8'] : []),
  ]
}

/** CSV as RFC 4180 has it, with a header line. */
function readTable(text: string): Row[] {
  const lines: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end !== ',') lines.push([])
  }
  const [head = [], ...rows] = lines.filter((line) => line.length > 1)
  return rows.map((line) => Object.fromEntries(head.map((name, at) => [name, line[at] ?? ''])) as Row)
}
