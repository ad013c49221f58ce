import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { tries } from '../../../test/support/tries.ts'
import { audit } from '../../platform/audit.ts'
import { anchorFiles, type Anchors, readAnchors, writeAnchor } from './anchor.ts'
import { type Entry, entryColumns, hashOf } from './entry.ts'
import { verifyChain } from './verify.ts'

let app: TestApp
let anchors: Anchors
let functions: string[]

/** Three chains of some thirty entries, with anchors on the way and at the end. */
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  await sql`truncate audit_event`.execute(app.db)
  await sql`update audit_head set seq = 0, link = 0, hash = repeat('0', 64), first_link = 1`.execute(app.db)
  for (let round = 0; round < 10; round++) {
    for (const chain of [0, 1, 2])
      await app.db.transaction().execute(async (held) => {
        // An entry goes to the first chain that nobody holds.
        await sql`select 1 from audit_head where chain < ${chain} for update`.execute(held)
        const entries = Array.from({ length: 3 }, (_, entry) => ({
          ...{ actorId: `user:${chain}`, actorName: 'A', action: 'person.read', outcome: 'allowed' },
          ...{
            personId: round,
            subject: `person:${round}`,
            fields: ['name', `f"${entry}`],
            reason: `看\n${entry}`,
          },
        }))
        await sql`select audit_append(${JSON.stringify(entries)}::jsonb)`.execute(app.db)
      })
    if (round === 4) await writeAnchor(app.db, app.services.config)
  }
  await writeAnchor(app.db, app.services.config)
  anchors = await readAnchors(anchorFiles(app.services.config))
  await sql`create table kept_event as select * from audit_event`.execute(app.db)
  await sql`create table kept_head as select * from audit_head`.execute(app.db)
  const { rows } = await sql<{ text: string }>`
    select pg_get_functiondef(oid) as text from pg_proc where proname in ('audit_append', 'audit_purge')`.execute(
    app.db,
  )
  functions = rows.map((row) => row.text)
})
afterAll(() => app.close())

async function putBack(): Promise<void> {
  await sql`truncate audit_event`.execute(app.db)
  await sql`insert into audit_event select * from kept_event`.execute(app.db)
  await sql`delete from audit_head`.execute(app.db)
  await sql`insert into audit_head select * from kept_head`.execute(app.db)
  await sql`delete from setting`.execute(app.db)
  for (const text of functions) await sql.raw(text).execute(app.db)
}

const readChain = async (chain: number): Promise<Entry[]> => {
  const { rows } = await sql<Entry>`
    select ${entryColumns} from audit_event e where e.chain = ${chain} order by coalesce(e.link, e.seq)`.execute(
    app.db,
  )
  return rows
}

/** How well the owner of the database covers the traces: not at all, the hash of what was changed, the whole chain from there with its head. */
type Cover = 'nothing' | 'entry' | 'chain'

async function writeChain(chain: number, entries: Entry[], cover: Cover, at: number): Promise<void> {
  let previous = '0'.repeat(64)
  const written = entries.map((entry, index) => {
    const one = { ...entry }
    if (cover === 'chain') Object.assign(one, { link: index + 1, prev_hash: previous })
    if (cover === 'chain' || (cover === 'entry' && index === at)) one.hash = hashOf(one)
    previous = one.hash
    return one
  })
  await sql`delete from audit_event where chain = ${chain}`.execute(app.db)
  await sql`insert into audit_event (seq, at, actor_id, actor_name, action, outcome, person_id, subject, fields, reason, address, prev_hash,
      hash, chain, link)
    select seq, (at || 'Z')::timestamptz, actor_id, actor_name, action, outcome, person_id, subject, fields, reason, address, prev_hash, hash,
      chain, link from jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as x (seq bigint, at text, actor_id text, actor_name text,
      action text, outcome text, person_id bigint, subject text, fields text[], reason text, address text, prev_hash text, hash text,
      chain smallint, link bigint)`.execute(app.db)
  const last = written.at(-1)
  if (cover === 'chain' && last)
    await sql`update audit_head set seq = ${last.seq}, link = ${last.link}, hash = ${last.hash} where chain = ${chain}`.execute(
      app.db,
    )
}

const edits: ((entry: Entry) => Partial<Entry>)[] = [
  ({ actor_id }) => ({ actor_id: `${actor_id}0` }),
  ({ actor_name }) => ({ actor_name: `${actor_name} ` }),
  () => ({ action: 'person.reveal' }),
  () => ({ outcome: 'refused' }),
  ({ person_id }) => ({ person_id: String(Number(person_id) + 1) }),
  () => ({ person_id: null }),
  () => ({ subject: null }),
  ({ fields }) => ({ fields: [...fields, 'phone'] }),
  () => ({ fields: ['name,f"0'] }),
  ({ reason }) => ({ reason: `${reason ?? ''}\u001f` }),
  () => ({ address: '192.0.2.1' }),
  ({ at }) => ({ at: at.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)) }),
]

const anyCover = fc.constantFrom<Cover>('nothing', 'entry', 'chain')
const place = fc.record({ chain: fc.nat(2), at: fc.nat(28), cover: anyCover })

const rewriting = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), place, edit: fc.constantFrom(...edits) }),
  fc.record({ kind: fc.constant('delete' as const), place, count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('insert' as const), place }),
  fc.record({ kind: fc.constant('swap' as const), place, by: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('cut' as const), place }),
)

async function rewrite(way: typeof rewriting extends fc.Arbitrary<infer W> ? W : never): Promise<void> {
  const { chain, at, cover } = way.place
  const entries = await readChain(chain)
  const one = entries[at] as Entry
  if (way.kind === 'edit') entries[at] = { ...one, ...way.edit(one) }
  else if (way.kind === 'delete') entries.splice(at, way.count)
  else if (way.kind === 'cut') entries.splice(Math.max(1, at))
  else if (way.kind === 'insert')
    entries.splice(at, 0, { ...one, seq: 1_000_000, person_id: '99', link: at + 1 })
  else {
    const other = (at + way.by) % entries.length
    const [a, b] = [one, entries[other] as Entry]
    entries[at] = { ...b, link: a.link, seq: a.seq, at: a.at }
    entries[other] = { ...a, link: b.link, seq: b.seq, at: b.at }
  }
  await writeChain(chain, entries, cover, at)
}

/** What is put into the database beside a forgery, so that it looks right from within; the second statement takes it away. */
const disguises: [string, string][] = [
  [
    `create function sha256(bytea) returns bytea language sql as $$ select decode(repeat('ab', 32), 'hex') $$;
      create function encode(bytea, text) returns text language sql as $$ select hash from audit_event limit 1 $$`,
    'drop function sha256(bytea); drop function encode(bytea, text)',
  ],
  [
    `create function audit_text(e audit_event) returns text language sql as $$ select 'as ever' $$`,
    'drop function audit_text(audit_event)',
  ],
  [
    `create function same(text, text) returns boolean language sql as $$ select true $$;
      create operator public.= (leftarg = text, rightarg = text, function = same)`,
    'drop operator public.= (text, text); drop function same(text, text)',
  ],
  [
    `create function jsonb_build_array(variadic "any") returns jsonb language internal as 'jsonb_build_array'`,
    'drop function jsonb_build_array(variadic "any")',
  ],
]

/** Changes after which entries could be lost or written otherwise, though all that are there are right. */
const replaced: [string, string][] = [
  [
    `create or replace function audit_append(entries jsonb) returns bigint language sql as $$ select 1::bigint $$`,
    '',
  ],
  [
    `create or replace function audit_purge(before timestamptz, of_chains int[], up_to bigint[])
      returns table (chain smallint, first_link bigint, removed bigint) language sql as $$ select 0::smallint, 1::bigint, 0::bigint $$`,
    '',
  ],
  [
    'create function audit_append(entries text) returns bigint language sql as $$ select 1::bigint $$',
    'drop function audit_append(text)',
  ],
  [
    `create function lose() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger lose before insert on audit_event for each row execute function lose()`,
    'drop trigger lose on audit_event; drop function lose()',
  ],
  ['alter table audit_event enable row level security', 'alter table audit_event disable row level security'],
  ['create rule lose as on insert to audit_event do instead nothing', 'drop rule lose on audit_event'],
]

const forgedPurge = fc.record({
  chain: fc.nat(2),
  count: fc.integer({ min: 1, max: 25 }),
  dated: fc.constantFrom('now', 'past', 'future'),
  setting: fc.boolean(),
})

/** A purge as the program makes it, or one that says it was made at another time, by somebody who first lowers the rule. */
async function forgePurge({
  chain,
  count,
  dated,
  setting,
}: typeof forgedPurge extends fc.Arbitrary<infer P> ? P : never) {
  if (setting)
    await sql`insert into setting (key, value) values ('security.audit-keep-years', '0')`.execute(app.db)
  await sql`delete from audit_event where chain = ${chain} and link <= ${count}`.execute(app.db)
  await sql`update audit_head set first_link = ${count + 1} where chain = ${chain}`.execute(app.db)
  await audit(app.db, testActor, { action: 'audit.purge', subject: `${chain}:${count + 1}` })
  if (dated === 'now') return
  const entries = await readChain(0)
  const last = entries.at(-1) as Entry
  last.at = last.at.replace(/^\d{4}/, dated === 'past' ? '2016' : '2090')
  last.hash = hashOf(last)
  await sql`update audit_event set at = ${`${last.at}Z`}::timestamptz, hash = ${last.hash} where chain = 0 and link = ${last.link}`.execute(
    app.db,
  )
  await sql`update audit_head set hash = ${last.hash} where chain = 0`.execute(app.db)
}

const tampering = fc.oneof(
  { weight: 6, arbitrary: fc.record({ rewriting, disguise: fc.option(fc.constantFrom(...disguises)) }) },
  { weight: 1, arbitrary: fc.record({ replaced: fc.constantFrom(...replaced) }) },
  { weight: 2, arbitrary: fc.record({ forgedPurge }) },
)

test(
  'nobody who owns the database changes the audit unseen: every forgery is found with anchors outside',
  async () => {
    expect(await verifyChain(app.db, anchors)).toMatchObject({ intact: true, checked: 90 })
    await fc.assert(
      fc.asyncProperty(tampering, async (way) => {
        const [before, after] =
          'replaced' in way ? way.replaced : 'rewriting' in way ? (way.disguise ?? ['', '']) : ['', '']
        try {
          for (const statement of statements(before)) await sql.raw(statement).execute(app.db)
          if ('rewriting' in way) await rewrite(way.rewriting)
          if ('forgedPurge' in way) await forgePurge(way.forgedPurge)
          expect((await verifyChain(app.db, anchors)).intact).toBe(false)
        } finally {
          for (const statement of statements(after)) await sql.raw(statement).execute(app.db)
          await putBack()
        }
        // What is found next is not what was left behind.
        expect((await verifyChain(app.db, anchors)).problems).toEqual([])
      }),
      { numRuns: tries(100) },
    )
  },
  tries(60_000),
)

/** Of a text whose bodies have no statement of more than one line. */
const statements = (text: string): string[] => text.split(/;\s*\n\s*|; (?=drop)/).filter(Boolean)
