import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import iconv from 'iconv-lite'
import { sql } from 'kysely'
import readXlsxFile from 'read-excel-file/node'
import { importDelimiters, type importEncodings } from '../../../contract/import.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'

export type Encoding = (typeof importEncodings)[number]
export type Delimiter = (typeof importDelimiters)[number]
/** A row as text; the first row of a file is the header. */
export type Row = string[]

const largestRow = 1024 * 1024
const largestXlsx = 40 * 1024 * 1024
/** Limit of the unpacked size of a workbook (a zip file), checked before unpacking. */
const largestUnpacked = 400 * 1024 * 1024

/** The bytes of an upload, piece by piece. */
async function* chunks(db: Db, importId: number): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const { rows } = await sql<{ bytes: Buffer }>`
      select bytes from import_chunk where import_id = ${importId} and number = ${number}`.execute(db)
    if (!rows[0]) return
    yield rows[0].bytes
  }
}

/**
 * Streams the rows of an upload without holding the file in memory (except for a workbook, which cannot be streamed but is small).
 * @throws {AppError} invalid, when the file does not match its encoding
 */
export function readRows(
  db: Db,
  importId: number,
  encoding: Encoding,
  delimiter: Delimiter,
): AsyncIterable<Row> {
  if (encoding === 'xlsx') return workbookRows(db, importId)
  const text = Readable.from(decoded(chunks(db, importId), encoding))
  return text.pipe(
    parse({
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: largestRow,
    }),
  ) as AsyncIterable<Row>
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<string> {
  // Of the three, only UTF-8 is strict enough to detect a wrong guess.
  const utf8 = encoding === 'utf-8' ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) : undefined
  const other = iconv.getDecoder(encoding === 'big5' ? 'big5' : 'gb18030')
  try {
    for await (const chunk of bytes) yield utf8 ? utf8.decode(chunk, { stream: true }) : other.write(chunk)
    yield utf8 ? utf8.decode() : (other.end() ?? '')
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new AppError('file-encoding')
  }
}

async function* workbookRows(db: Db, importId: number): AsyncGenerator<Row> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks(db, importId)) {
    size += chunk.length
    if (size > largestXlsx)
      throw new AppError('too-large', 'A workbook of more than 40 MB is too large; save it as CSV.')
    parts.push(chunk)
  }
  const file = Buffer.concat(parts)
  if (unpackedSize(file) > largestUnpacked)
    throw new AppError('too-large', 'The workbook unpacks to more than 400 MB; save it as CSV.')
  const sheet = await readXlsxFile(file).catch((cause: unknown) => {
    throw new AppError('file-unreadable', `The workbook cannot be read: ${(cause as Error).message}`)
  })
  const [first] = sheet
  // Newer versions of the reader return one entry per sheet; the first sheet is the table.
  const rows = first && 'data' in first ? (first.data as unknown[][]) : (sheet as unknown as unknown[][])
  for (const row of rows) if (row.some((value) => value !== null && value !== '')) yield row.map(cellText)
}

function cellText(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  // Dates in workbooks have no time zone; the reader returns them as UTC.
  if (value instanceof Date) {
    const text = value.toISOString().slice(0, 19).replace('T', ' ')
    return text.endsWith(' 00:00:00') ? text.slice(0, 10) : text
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** Sum of the sizes that a zip file's directory declares (APPNOTE 4.3.12), or infinity when it cannot be read. */
export function unpackedSize(file: Buffer): number {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || end + 22 > file.length) return Infinity
  let at = file.readUInt32LE(end + 16)
  let total = 0
  for (let entry = file.readUInt16LE(end + 10); entry > 0; entry--) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== 0x02014b50) return Infinity
    total += file.readUInt32LE(at + 24)
    at += 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return total
}

const isZip = (bytes: Buffer) => bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04'
const isOldExcel = (bytes: Buffer) => bytes.subarray(0, 4).toString('hex') === 'd0cf11e0'

/**
 * Detects the encoding of a file from its first bytes: a workbook by its signature, UTF-8 when it is valid; between GB18030 and Big5
 * whichever yields more of the few hundred characters that half of all Chinese text consists of, or that its own column names use.
 * @throws {AppError} invalid, for the old binary format of Excel
 */
export function guessEncoding(bytes: Buffer): Encoding {
  if (isZip(bytes)) return 'xlsx'
  if (isOldExcel(bytes)) throw new AppError('file-old-excel')
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return 'utf-8'
  } catch {
    const score = (encoding: string) => {
      const text = iconv.decode(bytes, encoding)
      return (text.match(common)?.length ?? 0) - 5 * (text.match(/[\ufffd\ue000-\uf8ff]/g)?.length ?? 0)
    }
    return score('big5') > score('gb18030') ? 'big5' : 'gb18030'
  }
}

const common =
  /[姓名性别別出生日期电電话話手机機号號病历歷案患者身份证證科室医醫院门門诊診住入断斷地址男女王李张張刘劉陈陳杨楊黄黃赵趙周吴吳省市区區县縣路街一二三四五六七八九十]/g

/** The separator that splits the first lines into the same number (> 1) of columns; else a comma. */
export function guessDelimiter(text: string): Delimiter {
  const lines = text
    .split(/\r\n|\n|\r/)
    .slice(0, 20)
    .filter((line) => line !== '')
  const counts = (sign: string) => lines.map((line) => line.replaceAll(/"[^"]*"/g, '').split(sign).length)
  const rated = importDelimiters.map((sign) => {
    const [first = 1, ...rest] = counts(sign)
    const same = rest.filter((count) => count === first).length
    return { sign, rate: first > 1 ? first * (1 + same) : 0 }
  })
  const best = rated.reduce((one, other) => (other.rate > one.rate ? other : one))
  return best.rate > 0 ? best.sign : ','
}
