import type { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { End } from '../backup/catalogue.ts'
import { backup } from '../backup/dump.ts'
import { type BackupKey, readBackupHeader } from '../backup/format.ts'
import { restore } from '../backup/restore.ts'
import { restoreIntoScratch } from '../backup/scratch.ts'
import { anchorFiles, anchorRestore, noAnchors, readAnchors } from '../modules/audit/anchor.ts'
import { type ChainReport, verifyChain } from '../modules/audit/verify.ts'
import { type Config, ConfigError } from '../platform/config.ts'
import { openDatabase } from '../platform/db.ts'
import { lockDataDir } from '../platform/lock.ts'
import { exitCodes, UsageError, withDatabase } from './run.ts'

type Options = {
  passphraseFile?: string
  replace?: boolean
  force?: boolean
  verify?: boolean
  unsealed?: boolean
}

const progress = (table: string, rows: number): void =>
  console.log(`  ${table.padEnd(32)}${String(rows).padStart(12)} rows`)

const rowsOf = (end: End): number => end.tables.reduce((sum, table) => sum + table.rows, 0)

export function addBackupCommands(program: Command): void {
  program
    .command('backup <file>')
    .description('Write everything into one file while CareLoop keeps running')
    .option(
      '--passphrase-file <file>',
      'encrypt with the first line of this file (default: with CARELOOP_SECRET, if set)',
    )
    .option('--force', 'overwrite the file')
    .option('--verify', 'then restore it into a scratch database, compare it and drop that database again')
    .action(async (file: string, options: Options) => {
      process.exitCode = await withDatabase((context) => backUp(context, path.resolve(file), options), {
        migrate: false,
      })
    })

  program
    .command('restore <file>')
    .description('Load a backup into an empty installation (stop CareLoop first)')
    .option('--passphrase-file <file>', 'the passphrase it was encrypted with')
    .option('--replace', 'throw away what this installation holds')
    .option('--unsealed', 'take a file that is not encrypted though CARELOOP_SECRET is set')
    .action(async (file: string, options: Options) => {
      process.exitCode = await withDatabase(
        async ({ ownerUrl, config }) => {
          const unlock = await lockDataDir(config.dataDir)
          try {
            return await restoreAndCheck(ownerUrl, config, file, options)
          } finally {
            await unlock()
          }
        },
        { migrate: false, create: true },
      )
    })
}

type Context = { ownerUrl: string; config: Config }

async function backUp({ ownerUrl, config }: Context, file: string, options: Options): Promise<number> {
  const key = await keyFor(config, options)
  // Before the snapshot: what is seen later is not in the file.
  const anchors = await readAnchors(anchorFiles(config))
  const written = await backup(ownerUrl, file, key, { overwrite: options.force ?? false, progress })
  console.log(`${written.tables.length} tables, ${rowsOf(written)} rows in ${file}`)
  if (written.leftOut.length > 0)
    console.log(`Left out, because they are not CareLoop's: ${written.leftOut.join(', ')}`)
  if (key.kind === 'none')
    console.log('The file is NOT encrypted: set CARELOOP_SECRET or use --passphrase-file to change that.')
  if (!options.verify) return exitCodes.done
  const { end, wrong, found } = await restoreIntoScratch(ownerUrl, file, key, (db) =>
    verifyChain(db, anchors),
  )
  for (const one of wrong) console.error(`Restored otherwise: ${one}`)
  if (!found.intact) console.error(brokenChain(found))
  if (wrong.length > 0 || !found.intact) return exitCodes.failed
  console.log(
    `Verified in a scratch database: ${end.tables.length} tables with ${rowsOf(end)} rows are as many as in the file, the audit chain is intact (${found.checked} entries).`,
  )
  return exitCodes.done
}

const brokenChain = (report: ChainReport): string =>
  `The audit chain is NOT intact: ${report.problems[0]?.message ?? ''}`

async function restoreAndCheck(url: string, config: Config, file: string, options: Options): Promise<number> {
  const { key: kind } = await readBackupHeader(file)
  if (kind === 'none' && config.secret && !options.unsealed)
    throw new ConfigError(
      'The backup is not encrypted, so anybody could have written it, and this installation has a CARELOOP_SECRET. Add --unsealed if you know where the file comes from.',
    )
  const key: BackupKey = kind === 'none' ? { kind } : await keyFor(config, options)
  if (key.kind !== kind)
    throw new ConfigError(
      kind === 'secret'
        ? 'The backup is encrypted with CARELOOP_SECRET: set the one it was made with.'
        : 'The backup is encrypted with a passphrase: use --passphrase-file.',
    )
  const end = await restore(url, file, key, { replace: options.replace ?? false, progress })
  // Anchors of the chains that were here before would say that these are forged.
  await anchorRestore(config)
  const database = openDatabase(url, { max: 2 })
  try {
    const report = await verifyChain(database.db, noAnchors)
    console.log(`${end.tables.length - end.leftOut.length} tables restored.`)
    if (end.leftOut.length > 0)
      console.log(`Left out, because they are not CareLoop's: ${end.leftOut.join(', ')}`)
    if (report.intact) console.log(`The audit chain is intact (${report.checked} entries).`)
    else console.error(brokenChain(report))
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
