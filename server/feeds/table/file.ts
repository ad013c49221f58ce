import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import iconv from 'iconv-lite'
import { importDelimiters, type importEncodings } from '../../../contract/import.ts'
import { AppError } from '../../platform/errors.ts'
import type { Row } from './cells.ts'
import { workbookRows } from './workbook.ts'

export type Encoding = (typeof importEncodings)[number]
export type Delimiter = (typeof importDelimiters)[number]

const largestRow = 1024 * 1024
const largestXlsx = 40 * 1024 * 1024

/** The rows of a workbook, whose bytes come piece by piece. @throws {AppError} file-unreadable, file-nul, too-large */
export async function* bookRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  yield* storable(workbookRows(await wholeFile(bytes)))
}

/**
 * The rows of a text, which is not held in memory.
 * @throws {AppError} file-encoding, file-nul
 */
export async function* textRows(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  delimiter: Delimiter,
): AsyncGenerator<Row> {
  yield* storable(records(decoded(bytes, encoding), delimiter))
}

/** Those that have anything in them. */
async function* storable(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  for await (const row of rows) {
    if (row.cells.every((value) => value === '')) continue
    // PostgreSQL takes neither.
    if (row.cells.some((value) => value.includes('\0'))) throw new AppError('file-nul')
    yield { number: row.number, cells: row.cells.map((value) => value.toWellFormed()) }
  }
}

async function* records(text: AsyncIterable<string>, delimiter: Delimiter): AsyncGenerator<Row> {
  const lines = Readable.from(text).pipe(
    parse({
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
      max_record_size: largestRow,
    }),
  ) as AsyncIterable<string[]>
  let number = 0
  let first = true
  for await (const cells of lines) {
    const isSeparator = first && separatorLine.test(cells.join(''))
    first = false
    // Excel's line that names the separator is no row.
    if (!isSeparator) yield { number: ++number, cells: cells.map(unwrapped) }
  }
}

const separatorLine = /^"?sep=(.?)"?$/i

/** `="00123"` is how programs make Excel keep a text. */
const unwrapped = (cell: string) => (cell.startsWith('="') ? cell.replace(/^="(.*)"$/, '$1') : cell)

async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  // The Unicode encodings are strict enough to detect a wrong guess.
  const strict = encoding.startsWith('utf') ? new TextDecoder(encoding, { fatal: true }) : undefined
  const other = iconv.getDecoder(encoding === 'big5' ? 'big5' : 'gb18030')
  try {
    for await (const chunk of bytes)
      yield strict
        ? strict.decode(chunk, { stream: true })
        : other.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    yield strict ? strict.decode() : (other.end() ?? '')
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new AppError('file-encoding')
  }
}

async function wholeFile(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > largestXlsx)
      throw new AppError('too-large', 'A workbook of more than 40 MB is too large; save it as CSV.')
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

const isZip = (bytes: Buffer) => bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04'
const isOldExcel = (bytes: Buffer) => bytes.subarray(0, 4).toString('hex') === 'd0cf11e0'

/**
 * Detects the encoding of a file from its first bytes: a workbook by its signature, UTF-16 by its mark or its zero bytes, UTF-8 when it is
 * valid; between GB18030 and Big5 whichever yields more of the few hundred characters that half of all Chinese text consists of, or that its
 * own column names use.
 * @throws {AppError} file-old-excel
 */
export function guessEncoding(bytes: Buffer): Encoding {
  if (isZip(bytes)) return 'xlsx'
  if (isOldExcel(bytes)) throw new AppError('file-old-excel')
  const wide = guessUtf16(bytes)
  if (wide) return wide
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

/** UTF-16 by its byte order mark, else by the zero bytes of separators, digits and line ends, which no other text has. */
function guessUtf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const mark = bytes.subarray(0, 2).toString('hex')
  if (mark === 'fffe') return 'utf-16le'
  if (mark === 'feff') return 'utf-16be'
  const zeros = [0, 0]
  const head = bytes.subarray(0, 65_536)
  for (const [at, byte] of head.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  const encoding = odd > 8 * even ? 'utf-16le' : even > 8 * odd ? 'utf-16be' : undefined
  if (!encoding) return undefined
  const text = new TextDecoder(encoding).decode(head, { stream: true })
  // A single NUL in a file of another encoding makes nonsense of it.
  return /[\0\ufffd]/.test(text) || !/[\n\r]/.test(text) ? undefined : encoding
}

const common =
  /[姓名性别別出生日期电電话話手机機号號病历歷案患者身份证證科室医醫院门門诊診住入断斷地址男女王李张張刘劉陈陳杨楊黄黃赵趙周吴吳省市区區县縣路街一二三四五六七八九十]/g

/**
 * The separator that the first line names (`sep=;`), else the one that splits most of the first lines into the same number (> 1) of columns; a
 * title above the names of the columns, and line breaks and separators within quotation marks do not count. Else a comma.
 */
export function guessDelimiter(text: string): Delimiter {
  const plain = text.replace(/^\ufeff/, '').replaceAll(/(^|[,;|\t\r\n])"(?:[^"]|"")*"/g, '$1')
  const named = separatorLine.exec(/^[^\r\n]*/.exec(text.replace(/^\ufeff/, ''))?.[0] ?? '')?.[1]
  const known = importDelimiters.find((sign) => sign === named)
  if (known) return known
  const lines = plain
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .slice(0, 20)
  const rated = importDelimiters.map((sign) => {
    const counts = Map.groupBy(lines, (line) => line.split(sign).length)
    counts.delete(1)
    const [columns = 1, agreeing = []] =
      [...counts].sort(([a, one], [b, other]) => other.length - one.length || b - a)[0] ?? []
    return { sign, rate: agreeing.length * 1000 + columns }
  })
  const best = rated.reduce((one, other) => (other.rate > one.rate ? other : one))
  return best.rate > 1000 ? best.sign : ','
}
