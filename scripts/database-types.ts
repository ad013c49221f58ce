import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { type Db, openDatabase } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { migrate } from '../server/platform/migrate.ts'

// Writes server/platform/db-types.ts from a freshly migrated database; with --check only tells whether it is up to date.
const target = path.resolve(import.meta.dirname, '../server/platform/db-types.ts')
const dir = await mkdtemp(path.join(tmpdir(), 'careloop-types-'))
const server = await startEmbedded(dir)
try {
  const database = openDatabase(server.url)
  await migrate(database.db)
  const choices = await choicesOf(database.db)
  await database.close()
  const output = path.join(dir, 'db-types.ts')
  const result = spawnSync(
    'kysely-codegen',
    [
      ...[
        '--dialect',
        'postgres',
        '--exclude-pattern',
        '{kysely_*,*_default,*_2*}',
        '--date-parser',
        'string',
      ],
      ...['--numeric-parser', 'number', '--type-mapping', '{"int8":"number"}', '--out-file', output],
    ],
    { env: { ...process.env, DATABASE_URL: server.url }, encoding: 'utf8' },
  )
  if (result.status !== 0) throw new Error(result.stderr)
  const fresh = withUnions(await readFile(output, 'utf8'), choices)
  if (process.argv.includes('--check')) {
    if (fresh !== (await readFile(target, 'utf8')))
      throw new Error('server/platform/db-types.ts is out of date: npm run types')
  } else await writeFile(target, fresh)
} finally {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
}

type Choice = { table: string; column: string; values: string[] }

/** Text columns whose check constraint names all values they may have. */
async function choicesOf(db: Db): Promise<Choice[]> {
  const { rows } = await sql<{ table: string; column: string; rule: string }>`
    select t.relname as table, a.attname as column, pg_get_constraintdef(c.oid) as rule
    from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1]
    where c.contype = 'c' and cardinality(c.conkey) = 1 and t.relnamespace = 'public'::regnamespace and not t.relispartition
    order by 1, 2, 3`.execute(db)
  return rows.flatMap(({ table, column, rule }) => {
    const only = /^CHECK \(\(\w+ = ANY \(ARRAY\[((?:'[^']*'::text(?:, )?)+)\]\)\)\)$/.exec(rule)?.[1]
    const values = only?.split(', ').map((value) => value.replace(/^'(.*)'::text$/, '$1'))
    return values ? [{ table, column, values }] : []
  })
}

/** The generated types with `string` narrowed to what the database allows. */
function withUnions(types: string, choices: Choice[]): string {
  let text = types
  for (const { table, column, values } of choices) {
    const name = new RegExp(`^  ${table}: (\\w+);$`, 'm').exec(text)?.[1]
    if (!name) throw new Error(`no type for the table ${table}`)
    const union = values.map((value) => `"${value}"`).join(' | ')
    text = text.replace(
      new RegExp(`(export interface ${name} \\{[^}]*?\\n  ${column}: (?:Generated<)?)string`),
      (_, before: string) => before + union,
    )
  }
  return text
}
