import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { guessDelimiter, guessEncoding, textRows } from '../feeds/table/file.ts'
import { AppError } from '../platform/errors.ts'
import { UsageError } from './run.ts'

/** One column of a file: its different texts, and which of them each row has. Beyond the first thousands a text may be there again. */
export type CodedColumn = { name: string; texts: string[]; codes: number[] }

export type CodedTable = {
  columns: CodedColumn[]
  /** The line of the file on which each row begins, from 1. */
  lines: number[]
}

const headBytes = 1024 * 1024
/** Looking up a text in a larger column takes longer than keeping it again. */
const mostKnown = 4096

/**
 * Reads a whole CSV file as the import does: UTF-8 (with or without its mark), GB18030, Big5 or UTF-16; comma, semicolon, tab or bar; quotes
 * and any line ends. The first row has the names of the columns.
 * @throws {UsageError} there is no such file
 * @throws {AppError} it is no such table
 */
export async function readCodedTable(file: string): Promise<CodedTable> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw new UsageError(`There is no file ${file}.`)
  const head = await headOf(file)
  const encoding = guessEncoding(head)
  if (encoding === 'xlsx') throw new AppError('file-unreadable', `${file} is a workbook; save it as CSV.`)
  const text = iconv.decode(head.subarray(0, 65_536), encoding)
  const rows = textRows(createReadStream(file), encoding, guessDelimiter(text))
  // Line breaks within quotes make a row of several lines; so does the line that names the separator.
  let extra = /^\ufeff?"?sep=/i.test(text) ? 1 : 0
  const columns: Coding[] = []
  const lines: number[] = []
  try {
    for await (const { number, cells } of rows) {
      const line = number + extra
      for (const cell of cells) if (cell.includes('\n')) extra += cell.split('\n').length - 1
      if (columns.length === 0) {
        columns.push(...namesOf(cells).map((name) => ({ name, texts: [], codes: [], known: new Map() })))
        continue
      }
      if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell !== ''))
        throw new AppError(
          'file-unreadable',
          `Line ${line} has ${cells.length} cells, but there are names of ${columns.length} columns.`,
        )
      lines.push(line)
      // Millions of cells: no iterator for each.
      for (let at = 0; at < columns.length; at++) code(columns[at] as Coding, cells[at] ?? '')
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('file-unreadable', `The file cannot be read as a table: ${(error as Error).message}`)
  }
  if (lines.length === 0) throw new AppError('file-without-rows')
  return { columns: columns.map(({ name, texts, codes }) => ({ name, texts, codes })), lines }
}

type Coding = CodedColumn & { known: Map<string, number> }

function code({ texts, codes, known }: Coding, cell: string): void {
  const before = texts.length > 4 * mostKnown ? undefined : known.get(cell)
  if (before === undefined && known.size < mostKnown) known.set(cell, texts.length)
  codes.push(before ?? texts.push(cell) - 1)
}

/** Names for all columns, each once. */
function namesOf(cells: readonly string[]): string[] {
  const names = new Set<string>()
  for (const [at, cell] of cells.entries()) {
    const plain = cell === '' ? `column ${at + 1}` : cell
    let name = plain
    for (let again = 2; names.has(name); again++) name = `${plain} (${again})`
    names.add(name)
  }
  return [...names]
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
