import type { Command } from 'commander'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  importFields,
  importKind,
  importKinds,
  type ImportMapping,
  importReading,
} from '../../contract/import.ts'
import {
  actOnImport,
  getImport,
  listImportErrors,
  updateImport,
  uploadImport,
} from '../feeds/table/import.ts'
import { importDue } from '../feeds/table/run.ts'
import { systemActor } from '../platform/actor.ts'
import { type Db, transaction } from '../platform/db.ts'
import { exitCodes, UsageError, withServices } from './run.ts'

type Options = {
  kind: string
  site: string
  check?: boolean
  map?: string[]
  headerRow?: string
  dateOrder?: string
}

const actor = systemActor('system:cli', 'careloop import')

export function addImportCommand(program: Command): void {
  program
    .command('import <file>')
    .description('Import a CSV or XLSX file; exit code 3 when some rows could not be taken')
    .requiredOption('--kind <kind>', importKinds.join(', '))
    .requiredOption('--site <code>', 'the site whose record numbers these are')
    .option('--check', 'only check the rows, write nothing')
    .option('--map <field=column...>', 'what a column means when its name does not tell')
    .option('--header-row <number>', 'the row with the names of the columns, if it is not found')
    .option('--date-order <order>', 'what 03/04/1985 is: dmy or mdy')
    .action(async (file: string, options: Options) => {
      process.exitCode = await withServices(({ db }) => importFile(db, file, options))
    })
}

async function importFile(db: Db, file: string, options: Options): Promise<number> {
  const kind = importKind.safeParse(options.kind)
  if (!kind.success) throw new UsageError(`--kind must be one of ${importKinds.join(', ')}.`)
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw new UsageError(`There is no file ${file}.`)
  const site = await db.selectFrom('site').select('id').where('code', '=', options.site).executeTakeFirst()
  if (!site) throw new UsageError(`There is no site ${options.site}.`)
  const input = { kind: kind.data, siteId: site.id, fileName: path.basename(file) }
  const reading = readingOf(options)
  const { id } = await uploadImport(db, actor, input, createReadStream(file))
  await transaction(db, (trx) => updateImport(trx, actor, id, reading))
  const { columns, mapping } = await getImport(db, actor, id)
  const asked = mappingOf(options.map ?? [], kind.data, columns)
  await transaction(db, (trx) => updateImport(trx, actor, id, { mapping: { ...mapping, ...asked } }))
  await transaction(db, (trx) => actOnImport(trx, actor, id, options.check ? 'check' : 'run'))
  const done = await untilDone(db, id)
  const counts = options.check
    ? `${done.created} to be created, ${done.updated} known`
    : `${done.created} created, ${done.updated} updated, ${done.unchanged} unchanged`
  console.log(
    `import ${id}, ${done.status}: ${done.rows ?? done.done} rows, ${counts}, ${done.failed} with problems`,
  )
  if (done.reason) console.log(done.reason)
  await printErrors(db, id)
  if (done.status === 'failed') return exitCodes.failed
  return done.failed > 0 ? exitCodes.refused : exitCodes.done
}

function readingOf({ headerRow, dateOrder }: Options) {
  const reading = importReading.safeParse({
    ...(headerRow !== undefined && { headerRow: Number(headerRow) }),
    ...(dateOrder !== undefined && { dateOrder }),
  })
  if (!reading.success) throw new UsageError('--header-row is a number from 1; --date-order is dmy or mdy.')
  return reading.data
}

function mappingOf(pairs: string[], kind: keyof typeof importFields, columns: string[]): ImportMapping {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      const [field, name] = [pair.slice(0, at), pair.slice(at + 1)]
      const column = columns.indexOf(name)
      if (at < 1 || !importFields[kind].some((one) => one === field))
        throw new UsageError(`--map ${pair}: the field must be one of ${importFields[kind].join(', ')}.`)
      if (column < 0) throw new UsageError(`--map ${pair}: the file has no column ${name}.`)
      return [field, column]
    }),
  )
}

const working = new Set(['checking', 'importing'])

async function untilDone(db: Db, id: number) {
  for (;;) {
    // A serving process may do the work instead: then there is nothing to claim here, and only the progress to watch.
    const worked = await importDue(db)
    const now = await getImport(db, actor, id)
    if (!working.has(now.status)) return now
    if (process.stdout.isTTY) process.stdout.write(`\r${now.done} rows`)
    if (worked === 0) await delay(200)
  }
}

async function printErrors(db: Db, id: number): Promise<void> {
  const { items, nextCursor } = await listImportErrors(db, actor, id, { limit: 50 })
  for (const { row, field, value, problem, detail } of items)
    console.log(`  row ${row}: ${[field, problem, value && `“${value}”`, detail].filter(Boolean).join(' ')}`)
  if (nextCursor) console.log('  … more of them in the web app')
}
