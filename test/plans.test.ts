import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { populate } from '../bench/population.ts'
import { personTag } from '../contract/person.ts'
import { fhirBase } from '../contract/fhir.ts'
import { sentAs } from '../contract/personal.ts'
import type { RouteContract } from '../contract/route.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { mergePersons, unmergePerson } from '../server/modules/person/merge.ts'
import { transaction } from '../server/platform/db.ts'
import { createTestApp, type TestApp, testActor } from './support/app.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'

import { receive } from './support/hl7.ts'

/** Enough rows that reading a whole table is never the best plan, and few enough to be made in seconds. */
const size = { persons: 60_000, encounters: 200_000, tasks: 120_000 }
/** A table of this many rows is large. */
const large = 30_000

type Statement = { text: string; values: unknown[] }

let app: TestApp
let largeTables: Set<string>
/** Indexes that hold some rows only: reading one whole is no reading of the table. */
let partialIndexes: Set<string>
const statements = new Map<string, Statement>()

beforeAll(async () => {
  const database: TestDatabase = await createTestDatabase()
  await populate(database.url, size, () => undefined)
  app = await createTestApp({}, database)
  app.services.database.pool.on('connect', (client) => {
    listen(client)
  })
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relkind = 'r' and reltuples >= ${large}`.execute(app.db)
  largeTables = new Set(rows.map((row) => row.name))
  const partial = await sql<{ name: string }>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indpred is not null`.execute(
    app.db,
  )
  partialIndexes = new Set(partial.rows.map((row) => row.name))
}, 600_000)
afterAll(() => app.close())

function listen(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  Object.assign(client, {
    query: (...args: unknown[]): unknown => {
      const [first, second] = args
      const { text, values } =
        typeof first === 'string' ? { text: first, values: second } : (first as Partial<Statement>)
      if (text && /^\s*(select|with|update|insert|delete)/i.test(text))
        statements.set(text, { text, values: Array.isArray(values) ? (values as unknown[]) : [] })
      return query(...args)
    },
  })
}

test('every foreign key between large tables has an index at both ends', async () => {
  expect(await unindexedKeys(app.db)).toEqual([])
})

/** Query parameters that make other statements of a list. */
const variants: Record<string, Record<string, unknown>[]> = {
  '/api/v1/persons': [
    { search: '张' },
    { search: 'zhang' },
    { search: 'zw' },
    { search: '5678' },
    { search: '100000017' },
    { phone: '13800000000' },
    { departmentId: 1 },
    { attendingStaffId: 1, sort: '-lastVisit' },
    { dischargedFrom: '2026-11-01', dischargedTo: '2026-11-02' },
    { condition: '肺炎', total: true },
    ...personTag.options.map((tag) => ({ tag })),
  ],
  '/api/v1/tasks': [
    ...['todo', 'overdue', 'waiting', 'done', 'all'].map((view) => ({ view, whose: 'team' })),
    { view: 'todo', whose: 'mine' },
    { view: 'all', whose: 'team', personId: 17 },
  ],
  '/api/v1/messages': [{ personId: 17 }, { status: 'queued' }],
  '/api/v1/enrollments': [{ personId: 17 }, { pathwayId: 1 }],
  '/fhir/R4/{type}': [{ identifier: '100000017' }, { patient: 'Patient/17' }, { name: '张' }, {}],
}

const roles = [
  'administrator',
  'manager',
  'service-centre',
  'nurse',
  'department-head',
  'doctor',
  'auditor',
  'integration',
] as const

test('no statement of the product reads a large table from end to end', async () => {
  const contracts = [
    ...implementedContracts(app.api).map((one): RouteContract => ({ ...one, path: `/api/v1${one.path}` })),
    ...implementedContracts(app.fhir).map((one): RouteContract => ({
      ...one,
      path: `${fhirBase}${one.path}`,
    })),
  ].filter((one) => one.method === 'get' && !/stream|live|openapi/.test(one.path))
  const { site_id: site } = await app.db
    .selectFrom('department')
    .select('site_id')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  const callers = await Promise.all(
    roles.map((role) =>
      app.signInAs(
        role,
        role === 'nurse' || role === 'department-head'
          ? { site, department: 1 }
          : role === 'auditor'
            ? {}
            : { site: 1, staff: role === 'doctor' ? 1 : null },
      ),
    ),
  )
  for (const caller of callers)
    for (const contract of contracts) {
      const paths = contract.path.includes('{type}')
        ? ['Patient', 'Encounter', 'Condition'].map((type) => contract.path.replace('{type}', type))
        : [contract.path]
      for (const one of paths)
        for (const query of variants[contract.path] ?? [{}]) {
          const { method, path, ...sent } = sentAs({ ...contract, path: one }, { query })
          const answer = await app.send(caller, method, path.replaceAll(/\{\w+\}/g, '17'), sent)
          await answer.body?.cancel()
        }
    }
  await receive(
    app,
    { event: 'A01', mrn: '100000017', visit: 'P1' },
    { event: 'A03', mrn: '100000017', visit: 'P1' },
  )
  await app.processAll()
  const merged = await transaction(app.db, (trx) =>
    mergePersons(trx, testActor, { survivorId: 17, mergedId: 18, source: 'manual', reason: 'one person' }),
  )
  await transaction(app.db, (trx) =>
    unmergePerson(trx, testActor, { mergeId: merged.mergeId ?? 0, reason: 'two persons' }),
  )
  expect(statements.size).toBeGreaterThan(200)
  const found: string[] = []
  const unplanned: string[] = []
  await app.db.connection().execute(async (db) => {
    for (const { text, values } of statements.values()) {
      const plan = await planOf(db, text, values)
      if (!plan) unplanned.push(text.replaceAll(/\s+/g, ' ').trim().slice(0, 200))
      const read = plan && scans(plan).filter((table) => largeTables.has(table))
      if (read?.length) found.push(`${read.join(', ')}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 300)}`)
    }
  })
  expect(found).toEqual([])
  expect(unplanned).toEqual([])
}, 600_000)

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Plans?: Node[]
}

async function planOf(db: TestApp['db'], text: string, values: unknown[]): Promise<Node | undefined> {
  const query = { sql: `explain (format json) ${text}`, parameters: values, query: { kind: 'RawNode' } }
  const { rows } = await db
    .executeQuery<{ 'QUERY PLAN': { Plan: Node }[] }>(query as never)
    .catch(() => ({ rows: [] }))
  return rows[0]?.['QUERY PLAN'][0]?.Plan
}

/** Tables that a plan reads from end to end, be it along an index; a limit above ends such a walk early. */
function scans(node: Node, limited = false): string[] {
  const along = /^Index (Only )?Scan$/.test(node['Node Type']) && node['Index Cond'] === undefined
  const whole =
    node['Node Type'] === 'Seq Scan' || (along && !limited && !partialIndexes.has(node['Index Name'] ?? ''))
  const own = whole && node['Relation Name'] ? [node['Relation Name']] : []
  const below = limited || node['Node Type'] === 'Limit'
  return [...own, ...(node.Plans ?? []).flatMap((one) => scans(one, below))]
}

test('the checks find what a missing index makes', async () => {
  const work = app.db.transaction().execute(async (trx) => {
    await sql`drop index encounter_person`.execute(trx)
    expect(await unindexedKeys(trx)).toEqual(['encounter_person_id_fkey'])
    const plan = await planOf(trx, 'select id from encounter where person_id = $1', [17])
    expect(plan && scans(plan)).toEqual(['encounter'])
    throw new Error('put it back')
  })
  await expect(work).rejects.toThrow('put it back')
})

/** Foreign keys of large tables to large tables whose columns no index begins with. */
async function unindexedKeys(db: TestApp['db']): Promise<string[]> {
  const tables = [...largeTables]
  const { rows } = await sql<{ key: string }>`
    select c.conname as key from pg_constraint c
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace
      and c.conrelid::regclass::text = any(${tables}) and c.confrelid::regclass::text = any(${tables})
      and not exists (select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
        and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~* 'is not null'))`.execute(db)
  return rows.map((row) => row.key)
}
