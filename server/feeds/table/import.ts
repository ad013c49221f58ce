import { createHash } from 'node:crypto'
import iconv from 'iconv-lite'
import { sql } from 'kysely'
import {
  type ImportDetail,
  importFields,
  type ImportKind,
  type ImportMapping,
  type ImportStatus,
  type ImportSummary,
  requiredFields,
} from '../../../contract/import.ts'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { listOrder, newestFirst, type Sorted, totalOf } from '../../platform/listing.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { wakeLoop } from '../../platform/loop.ts'
import { shapeOf } from './columns.ts'
import { type Delimiter, type Encoding, guessDelimiter, guessEncoding } from './file.ts'
import { readHead } from './head.ts'
import type { DateOrder } from './when.ts'

const chunkBytes = 1024 * 1024

type Stored = {
  id: number
  kind: ImportKind
  file_name: string
  bytes: number
  site_id: number
  site_name: string
  status: ImportStatus
  reason: string | null
  rows: number | null
  done: number
  batches: number
  created: number
  updated: number
  unchanged: number
  failed: number
  kept: number
  created_by: string
  created_by_name: string
  created_at: Date
  finished_at: Date | null
  hash: string | null
  encoding: Encoding
  delimiter: Delimiter
  header_row: number
  head: ImportDetail['head']
  date_order: DateOrder | null
  columns: string[]
  mapping: ImportMapping
  remembered: boolean
  sample: string[][]
}

const within = (reach: Reach) => (reach.all ? sql`true` : sql`i.site_id = any(${reach.siteIds}::int[])`)

async function load(
  db: Db,
  actor: Actor,
  id: number,
  permission: 'import.read' | 'import.write',
  lock = false,
) {
  const reach = authorize(actor, permission)
  const { rows } = await sql<Stored>`
    select i.*, s.name as site_name from import i join site s on s.id = i.site_id
    where i.id = ${id} and ${within(reach)} ${lock ? sql`for update of i` : sql``}`.execute(db)
  return found(rows[0])
}

export async function listImports(
  db: Db,
  actor: Actor,
  query: {
    cursor?: string | undefined
    limit: number
    sort?: string | undefined
    total?: boolean | undefined
  },
) {
  const reach = authorize(actor, 'import.read')
  const order = listOrder<Stored & Sorted>(
    { file: { by: sql`i.file_name`, type: 'text' }, at: { by: sql`i.created_at`, type: 'time' } },
    sql`i.id`,
    newestFirst(sql`i.id`),
    query,
  )
  const from = sql`from import i join site s on s.id = i.site_id where ${within(reach)} and i.status <> 'uploading'`
  const { rows } = await sql<Stored & Sorted>`
    select i.*, ${order.key} as sort_key, s.name as site_name ${from} and ${order.beyond[0] ?? sql`true`}
    order by ${order.by} limit ${query.limit + 1}`.execute(db)
  return { ...order.page(rows, query.limit, viewSummary), total: await totalOf(db, query, from) }
}

function viewSummary(row: Stored): ImportSummary {
  return {
    id: row.id,
    kind: row.kind,
    fileName: row.file_name,
    bytes: row.bytes,
    siteId: row.site_id,
    siteName: row.site_name,
    status: row.status,
    reason: row.reason,
    rows: row.rows,
    done: row.done,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    failed: row.failed,
    kept: row.kept,
    createdBy: row.created_by_name,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** Only the uploader sees the rows of a file; others see its result. */
const isOwn = (row: Stored, actor: Actor) => row.created_by === actor.id

export async function getImport(db: Db, actor: Actor, id: number): Promise<ImportDetail> {
  const row = await load(db, actor, id, 'import.read')
  const same = row.hash
    ? (
        await sql<{ id: number; created_at: Date }>`
          select id, created_at from import where hash = ${row.hash} and kind = ${row.kind} and site_id = ${row.site_id} and id <> ${id}
            and status = 'imported' order by id desc limit 1`.execute(db)
      ).rows[0]
    : undefined
  return {
    ...viewSummary(row),
    encoding: row.encoding,
    delimiter: row.delimiter,
    headerRow: row.header_row,
    head: isOwn(row, actor) ? row.head : [],
    dateOrder: row.date_order,
    columns: row.columns,
    mapping: row.mapping,
    remembered: row.remembered,
    sample: isOwn(row, actor) ? row.sample : [],
    sameAs: same ? { id: same.id, createdAt: same.created_at.toISOString() } : null,
  }
}

type Upload = { kind: ImportKind; siteId: number; fileName: string }

/**
 * Stores an uploaded file and reads its head: encoding, columns, a mapping from the last file of this shape or from the column names. No
 * transaction stays open during the upload; an aborted upload is never listed and is removed later.
 * @throws {AppError} forbidden, invalid (empty, unreadable), too-large
 */
export async function uploadImport(
  db: Db,
  actor: Actor,
  input: Upload,
  body: AsyncIterable<Uint8Array>,
): Promise<ImportDetail> {
  const reach = authorize(actor, 'import.write')
  if (!reach.all && !reach.siteIds.includes(input.siteId)) throw new AppError('not-found')
  const { rows } = await sql<{ id: number }>`
    insert into import (kind, site_id, file_name, created_by, created_by_name)
    select ${input.kind}, s.id, ${input.fileName}, ${actor.id}, ${actor.name} from site s where s.id = ${input.siteId}
    returning id`.execute(db)
  const { id } = found(rows[0])
  const hash = createHash('sha256')
  let head = Buffer.alloc(0)
  let bytes = 0
  let number = 0
  let holdsNul = false
  for await (const piece of inPieces(body)) {
    hash.update(piece)
    holdsNul ||= piece.includes(0)
    bytes += piece.length
    if (number === 0) head = piece
    await sql`insert into import_chunk (import_id, number, bytes) values (${id}, ${number++}, ${piece})`.execute(
      db,
    )
  }
  if (bytes === 0) throw new AppError('file-empty')
  const encoding = guessEncoding(head)
  // Of no use to anybody, and no text of PostgreSQL; UTF-16 and workbooks are checked as they are read.
  if (holdsNul && !encoding.startsWith('utf-16') && encoding !== 'xlsx') throw new AppError('file-nul')
  const delimiter =
    encoding === 'xlsx' ? ',' : guessDelimiter(iconv.decode(head.subarray(0, 65_536), encoding))
  await transaction(db, async (trx) => {
    await sql`update import set hash = ${hash.digest('hex')}, bytes = ${bytes}, status = 'uploaded' where id = ${id}`.execute(
      trx,
    )
    await readHead(trx, { id, kind: input.kind, bytes }, encoding, delimiter)
    await audit(trx, actor, { action: 'import.upload', subject: `import:${id} ${input.kind} bytes:${bytes}` })
  })
  return getImport(db, actor, id)
}

async function* inPieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer<ArrayBuffer>> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    parts.push(part)
    size += part.length
    if (size < chunkBytes) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(parts)
}

type Update = {
  encoding?: Encoding | undefined
  delimiter?: Delimiter | undefined
  headerRow?: number | undefined
  dateOrder?: DateOrder | null | undefined
  mapping?: ImportMapping | undefined
}

const waiting: ImportStatus[] = ['uploaded', 'checked', 'failed']

/** @throws {AppError} not-found, invalid, already-closed when its rows are being worked on or were imported */
export async function updateImport(trx: Trx, actor: Actor, id: number, input: Update): Promise<void> {
  const row = await load(trx, actor, id, 'import.write', true)
  // What failed may have written some of its rows.
  if (!waiting.includes(row.status) || (row.status === 'failed' && row.batches > 0))
    throw new AppError('already-closed')
  const encoding = input.encoding ?? row.encoding
  const delimiter = input.delimiter ?? row.delimiter
  const otherText = encoding !== row.encoding || delimiter !== row.delimiter
  if (otherText || (input.headerRow ?? row.header_row) !== row.header_row) {
    if ((encoding === 'xlsx') !== (row.encoding === 'xlsx'))
      throw new AppError('invalid', undefined, [
        { path: 'encoding', message: 'does not fit this kind of file' },
      ])
    await readHead(trx, row, encoding, delimiter, input.headerRow)
  }
  if (input.dateOrder !== undefined)
    await sql`update import set date_order = ${input.dateOrder}, status = 'uploaded', rows = null where id = ${id}`.execute(
      trx,
    )
  if (input.mapping) {
    checkMapping(await load(trx, actor, id, 'import.write'), input.mapping)
    await sql`
      update import set mapping = ${JSON.stringify(input.mapping)}::jsonb, status = 'uploaded', rows = null where id = ${id}`.execute(
      trx,
    )
  }
  await audit(trx, actor, { action: 'import.update', subject: `import:${id}`, fields: Object.keys(input) })
}

function checkMapping({ kind, columns }: Stored, mapping: ImportMapping): void {
  const allowed: readonly string[] = importFields[kind]
  const fields = Object.entries(mapping).flatMap(([field, at]) => {
    if (!allowed.includes(field))
      return [{ path: `mapping.${field}`, message: 'is not a field of this kind of table' }]
    return [at].flat().every((column) => column < columns.length)
      ? []
      : [{ path: `mapping.${field}`, message: 'is a column that the file does not have' }]
  })
  if (fields.length > 0) throw new AppError('invalid', undefined, fields)
}

/** @throws {AppError} not-found, invalid (a required column is missing), already-closed when the act does not fit the state */
export async function actOnImport(
  trx: Trx,
  actor: Actor,
  id: number,
  act: 'check' | 'run' | 'cancel' | 'undo',
): Promise<ImportSummary> {
  const row = await load(trx, actor, id, 'import.write', true)
  const next = transitions[act][row.status]
  if (!next) throw new AppError('already-closed')
  if (act === 'check' || act === 'run') {
    const missing = requiredFields[row.kind].filter((field) => row.mapping[field] === undefined)
    if (missing.length > 0)
      throw new AppError(
        'invalid',
        undefined,
        missing.map((field) => ({ path: `mapping.${field}`, message: 'needs a column' })),
      )
    await sql`delete from import_error where import_id = ${id}`.execute(trx)
    await sql`
      update import set done = 0, batches = 0, created = 0, updated = 0, unchanged = 0, failed = 0, kept = 0, reason = null, finished_at = null,
        started_at = now() where id = ${id}`.execute(trx)
    await remember(trx, actor, row)
  }
  await sql`
    update import set status = ${next}, finished_at = case when ${act === 'cancel'} then now() end where id = ${id}`.execute(
    trx,
  )
  await audit(trx, actor, { action: `import.${act}`, subject: `import:${id}` })
  wakeLoop('import')
  return viewSummary(await load(trx, actor, id, 'import.write'))
}

/** State transitions by act; all others are refused. Rows imported before a cancellation stay and can be undone. */
const transitions: Record<
  'check' | 'run' | 'cancel' | 'undo',
  Partial<Record<ImportStatus, ImportStatus>>
> = {
  check: { uploaded: 'checking', checked: 'checking' },
  run: { uploaded: 'importing', checked: 'importing' },
  cancel: { checking: 'uploaded', importing: 'cancelled' },
  undo: { imported: 'undoing', cancelled: 'undoing', failed: 'undoing' },
}

async function remember(trx: Trx, actor: Actor, row: Stored): Promise<void> {
  await sql`
    insert into import_shape (kind, shape, mapping, updated_by)
    values (${row.kind}, ${shapeOf(row.columns)}, ${JSON.stringify(row.mapping)}::jsonb, ${actor.id})
    on conflict (kind, shape) do update set mapping = excluded.mapping, updated_by = excluded.updated_by, updated_at = now()`.execute(
    trx,
  )
}

type ErrorRow = {
  id: number
  row: number
  field: string | null
  value: string | null
  problem: 'refused'
  detail: string | null
}

export async function listImportErrors(
  db: Db,
  actor: Actor,
  id: number,
  query: { cursor?: string | undefined; limit: number },
) {
  const row = await load(db, actor, id, 'import.read')
  const [after] = decodeCursor<[number]>(query.cursor, ['number']) ?? [0]
  const { rows } = await sql<ErrorRow>`
    select id, row, field, value, problem, detail from import_error
    where import_id = ${id} and id > ${after} order by id limit ${query.limit + 1}`.execute(db)
  const own = isOwn(row, actor)
  if (own) await audit(db, actor, { action: 'import.errors', subject: `import:${id} rows:${rows.length}` })
  return pageOf(
    rows,
    query.limit,
    (error) => [error.id],
    ({ id: _, value, ...error }) => ({ ...error, value: own ? value : null }),
  )
}

/** All of them as CSV with a byte order mark, by which Excel recognises UTF-8; formulas are escaped (OWASP "CSV Injection"). */
export async function exportImportErrors(db: Db, actor: Actor, id: number): Promise<string> {
  const lines = ['row,field,value,problem,detail']
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page = await listImportErrors(db, actor, id, { cursor, limit: 2000 })
    for (const { row, field, value, problem, detail } of page.items)
      lines.push([String(row), field ?? '', value ?? '', problem, detail ?? ''].map(csvCell).join(','))
    cursor = page.nextCursor ?? undefined
  }
  return `\ufeff${lines.join('\r\n')}\r\n`
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
