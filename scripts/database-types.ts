import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../server/platform/db.ts'
import { startEmbedded } from '../server/platform/embedded.ts'
import { migrate } from '../server/platform/migrate.ts'

// Writes server/platform/db-types.ts from a freshly migrated database; with --check only tells whether it is up to date.
const target = path.resolve(import.meta.dirname, '../server/platform/db-types.ts')
const dir = await mkdtemp(path.join(tmpdir(), 'careloop-types-'))
const server = await startEmbedded(dir)
try {
  const database = openDatabase(server.url)
  await migrate(database.db)
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
  const fresh = await readFile(output, 'utf8')
  if (process.argv.includes('--check')) {
    if (fresh !== (await readFile(target, 'utf8')))
      throw new Error('server/platform/db-types.ts is out of date: npm run types')
  } else await writeFile(target, fresh)
} finally {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
}
