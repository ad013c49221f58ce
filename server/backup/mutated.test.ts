import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp } from '../../test/support/app.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { tries } from '../../test/support/tries.ts'
import { noAnchors } from '../modules/audit/anchor.ts'
import { verifyChain } from '../modules/audit/verify.ts'
import { backup } from './dump.ts'
import { type BackupKey, type Frame, readBackup, writeBackup } from './format.ts'
import { restore } from './restore.ts'

const sealed: BackupKey = { kind: 'secret', text: 'a secret of the installation, long enough' }
const open: BackupKey = { kind: 'none' }
const quiet = { progress: () => undefined }
const keys = { sealed, open }
type Kind = keyof typeof keys
/** A thousand in `npm run torture`. */
const runs = tries(1) > 1 ? tries(100) : 50

let dir: string
let target: TestDatabase
let client: pg.Client
let before: string
const files = {} as Record<Kind, { bytes: Buffer; frames: Frame[] }>

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'careloop-mutated-'))
  const app = await createTestApp({}, await createTestDatabase())
  for (const kind of ['sealed', 'open'] as const) {
    const file = path.join(dir, kind)
    await backup(app.services.database.url, file, keys[kind], quiet)
    const frames: Frame[] = []
    for await (const frame of readBackup(file, keys[kind])) frames.push(frame)
    files[kind] = { bytes: await readFile(file), frames }
  }
  await app.close()
  target = await createTestDatabase()
  client = new pg.Client({ connectionString: target.url })
  await client.connect()
  // What a statement out of a file would leave behind.
  await client.query(`
    create table marks (at timestamptz);
    create function mark() returns int language sql as $$ insert into marks values (now()); select 1 $$`)
  before = await stateOf()
})
afterAll(async () => {
  await client.end()
  await target.drop()
  await rm(dir, { recursive: true, force: true })
})

/** Every row, table, partition, constraint and trigger of the target. */
async function stateOf(): Promise<string> {
  const { rows } = await client.query<{ state: string }>(`
    select md5(string_agg(one, ' ' order by one)) as state from (
      select md5(query_to_xml(format('select * from public.%I', relname), true, true, '')::text) as one
        from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      union all select relname || relkind::text from pg_class where relnamespace = 'public'::regnamespace
      union all select conname || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
      union all select tgname || tgenabled::text from pg_trigger where not tgisinternal
      union all select proname || prosrc from pg_proc where pronamespace = 'public'::regnamespace) x`)
  return rows[0]?.state ?? ''
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Texts that end a name, a literal or a statement, and that run something when they are part of one. */
const injected = fc.constantFrom(
  `"; select mark(); --`,
  `'; select mark(); --`,
  `for values from ('2020-01-01') to ('2020-02-01'); select mark(); --`,
  `site"; select mark(); drop table site; --`,
  `(select mark())`,
  `$$; select mark()`,
  `marks`,
  `kysely_migration`,
  `pg_catalog.pg_authid`,
  `../../etc/passwd`,
  `2026-11-29T9999-later`,
  ``,
  `\u0000`,
  `x`.repeat(10_000),
)
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: injected },
  fc.constantFrom<Json>(null, -1, 1.5, 1e300, true, [], {}, [[]], { name: 'site' }),
)

/** Replaces, removes or doubles the value that is reached by going down `way`. */
function mutate(
  json: Json,
  way: number[],
  change: { how: 'replace' | 'remove' | 'double'; value: Json },
): Json {
  const [step = 0, ...rest] = way
  if (Array.isArray(json) && json.length > 0) {
    const at = step % json.length
    const one = json[at] ?? null
    if (rest.length > 0 && typeof one === 'object' && one !== null)
      return json.with(at, mutate(one, rest, change))
    if (change.how === 'replace') return json.with(at, change.value)
    return json.toSpliced(at, change.how === 'remove' ? 1 : 0, ...(change.how === 'double' ? [one] : []))
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    const names = Object.keys(json)
    const name = names[step % names.length] ?? ''
    const one = json[name] ?? null
    if (rest.length > 0 && typeof one === 'object' && one !== null && Object.keys(one).length > 0)
      return { ...json, [name]: mutate(one, rest, change) }
    if (change.how === 'remove')
      return Object.fromEntries(Object.entries(json).filter(([key]) => key !== name))
    return { ...json, [name]: change.value }
  }
  return change.value
}

const kind = fc.constantFrom<Kind>('sealed', 'open')
const bytes = fc.record({
  kind,
  changes: fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), by: fc.integer({ min: 1, max: 255 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  how: fc.constantFrom('change', 'cut', 'insert', 'repeat'),
})
/** By somebody who has the key, or a file without one: frames are changed and the file is sealed anew. */
const structure = fc.record({
  kind,
  at: fc.nat(10_000),
  frame: fc.constantFrom<Frame['type']>('m', 'm', 'm', 't', 'e', 'z', 'z', 'd'),
  way: fc.array(fc.nat(200), { minLength: 1, maxLength: 5 }),
  change: fc.record({ how: fc.constantFrom('replace', 'remove', 'double'), value }),
  how: fc.constantFrom('content', 'content', 'content', 'remove', 'double', 'move'),
})

function mutateBytes({ kind, changes, how }: typeof bytes extends fc.Arbitrary<infer B> ? B : never): Buffer {
  let mutated = Buffer.from(files[kind].bytes)
  for (const { at, by } of changes) {
    const place = Math.floor(at * (mutated.length - 1))
    if (how === 'change') mutated[place] = (mutated[place] ?? 0) ^ by
    else if (how === 'cut')
      mutated = Buffer.concat([mutated.subarray(0, place), mutated.subarray(place + by)])
    else
      mutated = Buffer.concat([
        mutated.subarray(0, place),
        how === 'insert' ? Buffer.alloc(by, by) : mutated.subarray(Math.max(0, place - by), place),
        mutated.subarray(place),
      ])
  }
  return mutated
}

function mutateFrames(way: typeof structure extends fc.Arbitrary<infer S> ? S : never): Frame[] {
  const { frames } = files[way.kind]
  const fitting = frames.flatMap((frame, index) => (frame.type === way.frame ? [index] : []))
  const at = fitting[way.at % fitting.length] ?? 0
  const frame = frames[at] as Frame
  if (way.how === 'remove') return frames.toSpliced(at, 1)
  if (way.how === 'double') return frames.toSpliced(at, 0, frame)
  if (way.how === 'move') return frames.toSpliced(at, 1).toSpliced(way.at % frames.length, 0, frame)
  const { payload, type } = frame
  const changed =
    type === 't' || type === 'd'
      ? Buffer.from(
          typeof way.change.value === 'string' ? `${way.change.value}\n` : JSON.stringify(way.change.value),
        )
      : Buffer.from(JSON.stringify(mutate(JSON.parse(payload.toString()) as Json, way.way, way.change)))
  return frames.with(at, { type, payload: changed })
}

/** Leaves out fields that only people read, and months that the target already has. */
function told(frames: Frame[]): unknown {
  return frames.map(({ type, payload }) => {
    if (type !== 'm') return [type, payload.toString('hex')]
    return JSON.stringify(JSON.parse(payload.toString()), (name, value: unknown) =>
      ['application', 'takenAt', 'server'].includes(name)
        ? undefined
        : name === 'partitions' && Array.isArray(value)
          ? value.filter(
              (one) => !/^\{"name":"(audit_event|inbound_message)_\w+"\}$/.test(JSON.stringify(one)),
            )
          : value,
    )
  })
}

test(
  'a file with changed bytes or a changed structure is refused, runs nothing and changes nothing',
  async () => {
    const file = path.join(dir, 'mutated')
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, { weight: 2, arbitrary: structure }), async (way) => {
        await rm(file, { force: true })
        if ('changes' in way) {
          const mutated = mutateBytes(way)
          fc.pre(!mutated.equals(files[way.kind].bytes))
          await writeFile(file, mutated)
        } else {
          const frames = mutateFrames(way)
          const whole = files[way.kind].frames
          fc.pre(JSON.stringify(told(frames)) !== JSON.stringify(told(whole)))
          const writer = await writeBackup(file, keys[way.kind])
          for (const { type, payload } of frames) await writer.write(type, payload)
          await writer.end()
        }
        const error: unknown = await restore(target.url, file, keys[way.kind], quiet).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(Error)
        expect(await stateOf()).toBe(before)
        refused++
      }),
      { numRuns: runs },
    )
    expect(refused).toBeGreaterThanOrEqual(runs)
  },
  tries(120_000),
)

test('the file that was changed is taken as it was', async () => {
  const taken = await createTestDatabase()
  const end = await restore(taken.url, path.join(dir, 'sealed'), keys.sealed, { ...quiet, replace: true })
  expect(end.leftOut).toEqual([])
  await taken.drop()
})

test('what a file says about the bounds of a month is never run', async () => {
  const file = path.join(dir, 'bound')
  const writer = await writeBackup(file, open)
  for (const { type, payload } of files.open.frames)
    await writer.write(
      type,
      type === 'm'
        ? payload
            .toString()
            .replace(
              '{"name":"audit_event_default"}',
              '{"name":"audit_event_default"},{"name":"audit_event_202001","bound":"for values from (\'2020-01-01\') to (\'2020-02-01\'); create table ran ()"}',
            )
        : payload,
    )
  await writer.end()
  const empty = await createTestDatabase()
  await restore(empty.url, file, open, quiet)
  const restored = new pg.Client({ connectionString: empty.url })
  await restored.connect()
  const { rows } = await restored.query<{ ran: string | null; bound: string }>(`
    select to_regclass('ran') as ran, pg_get_expr(relpartbound, oid) as bound from pg_class where relname = 'audit_event_202001'`)
  await restored.end()
  expect(rows[0]?.ran).toBe(null)
  expect(rows[0]?.bound).toMatch(/^FOR VALUES FROM \('2020-01-01 .*'\) TO \('2020-02-01 .*'\)$/)
  await empty.drop()
})

test('a file of the format before is restored, without the table that somebody else had put there', async () => {
  const empty = await createTestDatabase({ empty: true })
  const landed = path.resolve(import.meta.dirname, '../../test/support/format-1.backup')
  const { leftOut } = await restore(empty.url, landed, open, quiet)
  expect(leftOut).toEqual(['somebodys_own'])
  const app = await createTestApp({}, empty)
  expect((await verifyChain(app.db, noAnchors)).intact).toBe(true)
  const sites = await app.db.selectFrom('site').select('name').execute()
  expect(sites).toEqual([{ name: '测试院区' }])
  await app.close()
})
