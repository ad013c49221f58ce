import type { Command } from 'commander'
import { access, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { backup } from '../backup/dump.ts'
import { type BackupKey, readBackupHeader } from '../backup/format.ts'
import { restore } from '../backup/restore.ts'
import { verifyChain } from '../modules/audit/verify.ts'
import { type Config, ConfigError } from '../platform/config.ts'
import { openDatabase } from '../platform/db.ts'
import { lockDataDir } from '../platform/lock.ts'
import { exitCodes, UsageError, withDatabase } from './run.ts'

type Options = { passphraseFile?: string; replace?: boolean; force?: boolean }

const progress = (table: string, rows: number): void =>
  console.log(`  ${table.padEnd(32)}${String(rows).padStart(12)} rows`)

export function addBackupCommands(program: Command): void {
  program
    .command('backup <file>')
    .description('Write everything into one file while CareLoop keeps running')
    .option(
      '--passphrase-file <file>',
      'encrypt with the first line of this file (default: with CARELOOP_SECRET, if set)',
    )
    .option('--force', 'overwrite the file')
    .action((file: string, options: Options) =>
      withDatabase(
        async ({ url, config }) => {
          if (!options.force && (await exists(file)))
            throw new UsageError(`${file} exists already. Add --force to overwrite it.`)
          const key = await keyFor(config, options)
          const end = await backup(url, path.resolve(file), key, progress)
          const rows = end.tables.reduce((sum, table) => sum + table.rows, 0)
          console.log(`${end.tables.length} tables, ${rows} rows in ${file}`)
          if (key.kind === 'none')
            console.log(
              'The file is NOT encrypted: set CARELOOP_SECRET or use --passphrase-file to change that.',
            )
        },
        { migrate: false },
      ),
    )

  program
    .command('restore <file>')
    .description('Load a backup into an empty installation (stop CareLoop first)')
    .option('--passphrase-file <file>', 'the passphrase it was encrypted with')
    .option('--replace', 'throw away what this installation holds')
    .action(async (file: string, options: Options) => {
      process.exitCode = await withDatabase(
        async ({ url, config }) => {
          const unlock = await lockDataDir(config.dataDir)
          try {
            return await restoreAndCheck(url, config, file, options)
          } finally {
            await unlock()
          }
        },
        { migrate: false },
      )
    })
}

async function restoreAndCheck(url: string, config: Config, file: string, options: Options): Promise<number> {
  const { key: kind } = await readBackupHeader(file)
  const key: BackupKey = kind === 'none' ? { kind } : await keyFor(config, options)
  if (key.kind !== kind)
    throw new ConfigError(
      kind === 'secret'
        ? 'The backup is encrypted with CARELOOP_SECRET: set the one it was made with.'
        : 'The backup is encrypted with a passphrase: use --passphrase-file.',
    )
  const end = await restore(url, file, key, { replace: options.replace ?? false, progress })
  // Anchors of the chain that was here before would say that this one is forged.
  const anchors = path.join(config.dataDir, 'audit-anchor.jsonl')
  await rename(anchors, `${anchors}.before-restore`).catch(() => undefined)
  const database = openDatabase(url, { max: 2 })
  try {
    const report = await verifyChain(database.db, config.dataDir)
    console.log(`${end.tables.length} tables restored.`)
    if (report.intact) console.log(`The audit chain is intact (${report.checked} entries).`)
    else console.error(`The audit chain is NOT intact: ${report.problems[0]?.message ?? ''}`)
    if (!config.secret)
      console.log(
        'Second factors are readable only with the secret of the old installation: copy its file `secret` into the data directory.',
      )
    return report.intact ? exitCodes.done : exitCodes.failed
  } finally {
    await database.close()
  }
}

async function keyFor(config: Config, { passphraseFile }: Options): Promise<BackupKey> {
  if (passphraseFile !== undefined) {
    const content = await readFile(passphraseFile, 'utf8').catch(() => {
      throw new UsageError(`The passphrase file ${passphraseFile} cannot be read.`)
    })
    const text = content.split(/\r?\n/)[0] ?? ''
    if (text.length < 8) throw new UsageError('The passphrase must have at least 8 characters.')
    return { kind: 'passphrase', text }
  }
  return config.secret ? { kind: 'secret', text: config.secret } : { kind: 'none' }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
