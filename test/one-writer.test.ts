import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** Statements on a table whose name is computed: which tables it may be. */
const computed: Record<string, string[]> = {
  'server/modules/group/undo.ts': ['group_member', 'group_agreement', 'group_contact', 'group_customer'],
  'server/modules/person/undo.ts': [
    'person_identifier',
    'person_name',
    'person_telecom',
    'person_address',
    'person_relationship',
  ],
  'server/modules/visit/setup.ts': ['visit_zone', 'visit_vehicle', 'visit_team'],
}

const tables = new Set(
  [
    ...readFileSync(path.join(root, 'server/platform/db-types.ts'), 'utf8').matchAll(
      /^ {2}([a-z_]+): [A-Z]/gm,
    ),
  ].map(([, name]) => name),
)

type Source = { file: string; text: string }

/** Statements that write, in SQL and in calls of kysely. Prose in comments is not code. */
function writesIn(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  const sql =
    /\b(?:insert\s+into|update(?:\s+only)?|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+"?([a-z_]+)"?/g
  const calls = /\.(?:insertInto|updateTable|deleteFrom|mergeInto)\(\s*'([a-z_]+)(?: as [a-z]+)?'/g
  return [...code.matchAll(sql), ...code.matchAll(calls)].flatMap(([, name]) =>
    name !== undefined && tables.has(name) ? name : [],
  )
}

/** `server/modules/task/x.ts` → task; everything outside of the modules is a writer of its own. */
function writerOf(file: string): string {
  const [, place = '', name = ''] = file.split('/')
  return place === 'modules' ? name : place === 'feeds' ? `feeds/${name}` : place
}

/** What is wrong with who writes what, a line for each table. */
function problemsOf(sources: Source[]): string[] {
  const writers = new Map<string, Map<string, Set<string>>>()
  for (const { file, text } of sources)
    for (const table of [...writesIn(text), ...(computed[file] ?? [])]) {
      const ofTable = writers.get(table) ?? new Map<string, Set<string>>()
      writers.set(table, ofTable)
      ofTable.set(writerOf(file), (ofTable.get(writerOf(file)) ?? new Set()).add(file))
    }
  return [...writers].flatMap(([table, ofTable]) => {
    if (ofTable.size <= 1) return []
    return `${table} is written by ${[...ofTable].map(([writer, files]) => `${writer} (${[...files].join(', ')})`).join(' and ')}`
  })
}

const sources = globSync('server/**/*.ts', { cwd: root, exclude: ['server/migrations/**', '**/*.test.ts'] })
  .map((file) => file.split(path.sep).join('/'))
  .sort()
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }))

test('each table is written by one module', () => {
  expect(problemsOf(sources)).toEqual([])
})

test('a statement on a table whose name is computed says above which tables it may be', () => {
  const dynamic =
    /\b(?:insert into|update|delete from|merge into) \$\{|\.(?:insertInto|updateTable|deleteFrom|mergeInto)\((?!\s*')/
  const found = sources.filter(({ text }) => dynamic.test(text)).map(({ file }) => file)
  expect(found).toEqual(Object.keys(computed))
})

test.each([
  ['sql', 'await sql`\n  update spot_check set status = ${status}`'],
  ['a part of a larger statement', 'sql`with gone as (delete from spot_check t returning id) select 1`'],
  ['kysely', "await trx.insertInto('spot_check').values(row)"],
  ['kysely with an alias', "await trx\n  .updateTable('spot_check as t')\n  .set(row)"],
])('a second writer is found and named: %s', (_, text) => {
  const broken = [...sources, { file: 'server/modules/visit/broken.ts', text }]
  expect(problemsOf(broken)).toEqual([
    expect.stringMatching(
      /^spot_check is written by spot-check .*visit \(server\/modules\/visit\/broken\.ts\)/,
    ),
  ])
})

test('neither a comment nor a migration nor a test is a writer', () => {
  const harmless = [
    {
      file: 'server/modules/visit/comment.ts',
      text: '// update spot_check set x\n/** delete from spot_check */',
    },
  ]
  expect(problemsOf([...sources, ...harmless])).toEqual([])
})
