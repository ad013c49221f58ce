import { createInflateRaw, inflateRawSync } from 'node:zlib'
import { Readable } from 'node:stream'
import { AppError } from '../../platform/errors.ts'
import type { Row } from './cells.ts'
import { type CellFormat, formatsIn, shownNumber } from './number-format.ts'

/** Limit of the unpacked size of a workbook (a zip file), as it is declared; nothing unpacks to more than is declared of it. */
const largestUnpacked = 400 * 1024 * 1024
/** Of its parts other than the sheets and their texts. */
const largestPart = 8 * 1024 * 1024
const mostEntries = 10_000
/** Characters of the shared texts together, which are the only part that stays in memory. */
const mostShared = 100_000_000
/** Columns of a sheet (ECMA-376: XFD). */
const mostColumns = 16_384
const longestTag = 2000
const largestElement = 8 * 1024 * 1024

type Entry = { packed: Buffer; method: number; size: number }

/**
 * The rows of the first visible sheet with what its cells show. The sheet is unpacked and read as a stream.
 * @throws {AppError} file-unreadable, too-large
 */
export async function* workbookRows(file: Buffer): AsyncGenerator<Row> {
  try {
    const entries = entriesOf(file)
    if ([...entries.values()].reduce((sum, { size }) => sum + size, 0) > largestUnpacked)
      throw new AppError('too-large', 'The workbook unpacks to more than 400 MB; save it as CSV.')
    const { sheet, from1904 } = firstSheet(entries)
    const texts: string[] = []
    let shared = 0
    for await (const text of elements(entries.get('xl/sharedstrings.xml'), 'si')) {
      texts.push(richText(text))
      shared += text.length
      if (shared > mostShared)
        throw new AppError('too-large', 'The workbook holds too many different texts; save it as CSV.')
    }
    const formats = formatsIn(textOf(entries.get('xl/styles.xml')))
    let number = 0
    for await (const row of elements(sheet, 'row')) {
      number = Number(attribute(row.slice(0, row.indexOf('>')), 'r') ?? number + 1)
      yield { number, cells: cellsOf(row, texts, formats, from1904) }
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('file-unreadable', `The workbook cannot be read: ${(cause as Error).message}`)
  }
}

/** The files in a zip file by their names in small letters, from its directory (APPNOTE 4.3.12). */
function entriesOf(file: Buffer): Map<string, Entry> {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || end + 22 > file.length) throw new Error('it is cut off')
  const entries = new Map<string, Entry>()
  const places: { from: number; to: number }[] = []
  let at = file.readUInt32LE(end + 16)
  const count = file.readUInt16LE(end + 10)
  if (count > mostEntries) throw new Error(`it holds ${count} files`)
  for (let left = count; left > 0; left--) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== 0x02014b50) throw new Error('it is damaged')
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset))
    const name = file.toString('utf8', at + 46, at + 46 + (nameLength ?? 0))
    const local = file.readUInt32LE(at + 42)
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const packed = file.readUInt32LE(at + 20)
    const key = name.replace(/^\//, '').toLowerCase()
    const method = file.readUInt16LE(at + 10)
    if (entries.has(key)) throw new Error('it holds two files of one name')
    if (method !== 0 && method !== 8) throw new Error('it is packed in an unusual way')
    if (local + 30 > file.length || from + packed > file.length) throw new Error('it is cut off')
    places.push({ from: local, to: from + packed })
    entries.set(key, { packed: file.subarray(from, from + packed), method, size: file.readUInt32LE(at + 24) })
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  // Files that share their bytes are how a small zip file unpacks to a large one.
  places.sort((one, other) => one.from - other.from)
  if (places.some(({ from }, index) => from < (places[index - 1]?.to ?? 0)))
    throw new Error('its files overlap')
  return entries
}

/** Small parts of the workbook; the large ones are streamed. */
function textOf(entry: Entry | undefined): string {
  if (!entry) return ''
  if (entry.size > largestPart) throw new Error('a part of it is too large')
  const bytes =
    entry.method === 0
      ? entry.packed
      : inflateRawSync(entry.packed, { maxOutputLength: Math.max(entry.size, 1) })
  return xmlText(bytes.toString('utf8'))
}

/** The elements of one name, each as text from `<` to before its end tag; elements of that name within each other do not occur. */
async function* elements(entry: Entry | undefined, name: string): AsyncGenerator<string> {
  if (!entry) return
  const stream =
    entry.method === 0
      ? Readable.from([entry.packed])
      : Readable.from([entry.packed]).pipe(createInflateRaw({ chunkSize: 256 * 1024 }))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const start = new RegExp(`<(?:\\w+:)?${name}(?=[\\s/>])[^<>]*>`, 'g')
  const end = new RegExp(`</(?:\\w+:)?${name}\\s*>`, 'g')
  let size = 0
  let text = ''
  let searched = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > entry.size) throw new Error('it unpacks to more than it says')
    text += decoder.decode(chunk, { stream: true })
    start.lastIndex = 0
    let done = 0
    for (let open = start.exec(text); open; open = start.exec(text)) {
      if (open[0].endsWith('/>')) {
        done = start.lastIndex
        yield open[0]
        continue
      }
      // Of an element that began in an earlier piece, what was searched then is not searched again.
      end.lastIndex = Math.max(start.lastIndex, searched)
      searched = 0
      const close = end.exec(text)
      if (!close) break
      yield xmlText(text.slice(open.index, close.index))
      start.lastIndex = done = end.lastIndex
    }
    start.lastIndex = done
    const open = start.exec(text)
    // What follows the last element can be long; a tag that is not complete yet is not.
    text = text.slice(open?.index ?? Math.max(done, text.length - longestTag))
    searched = open ? Math.max(0, text.length - longestTag) : 0
    if (text.length > largestElement) throw new Error('a row is too long')
  }
  if (new RegExp(start.source).test(text)) throw new Error('it is cut off')
}

/** Character data sections as ordinary text. */
function xmlText(xml: string): string {
  if (!xml.includes('<![CDATA[')) return xml
  return xml.replaceAll(/<!\[CDATA\[(.*?)\]\]>/gs, (_, text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  )
}

function firstSheet(entries: Map<string, Entry>): { sheet: Entry; from1904: boolean } {
  const workbook = textOf(entries.get('xl/workbook.xml'))
  const sheets = [...workbook.matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)].map(([tag]) => tag)
  const shown = sheets.find((tag) => !/\sstate\s*=\s*["'](?:hidden|veryHidden)/.test(tag)) ?? sheets[0] ?? ''
  const key = attribute(shown, '(?:\\w+:)?id')
  const relations = textOf(entries.get('xl/_rels/workbook.xml.rels'))
  const target = [...relations.matchAll(/<(?:\w+:)?Relationship\s[^>]*>/g)]
    .map(([tag]) => tag)
    .find((tag) => attribute(tag, 'Id') === key)
  const path = attribute(target ?? '', 'Target') ?? 'worksheets/sheet1.xml'
  const sheet = entries.get((path.startsWith('/') ? path.slice(1) : `xl/${path}`).toLowerCase())
  if (!sheet) throw new Error('it has no sheet')
  return { sheet, from1904: /\sdate1904\s*=\s*["'](?:1|true)/.test(workbook) }
}

function attribute(tag: string, name: string): string | undefined {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag) ?? []
  const value = double ?? single
  return value === undefined ? undefined : unescaped(value)
}

const cellForm = /<(?:\w+:)?c(?=[\s/>])([^>]*?)(?:\/>|>(.*?)<\/(?:\w+:)?c\s*>)/gs

function cellsOf(row: string, texts: string[], formats: CellFormat[], from1904: boolean): string[] {
  const cells: string[] = []
  for (const [, tag = '', content = ''] of row.matchAll(cellForm)) {
    const attributes = ` ${tag}`
    const place = attribute(attributes, 'r')
    const column = place === undefined ? cells.length : columnOf(place)
    if (column >= mostColumns) throw new Error(`it has a cell ${place}`)
    while (cells.length < column) cells.push('')
    cells[column] = cellText(attributes, content, texts, formats, from1904).trim()
  }
  return cells
}

/** `C5` → 2 */
function columnOf(place: string): number {
  let column = 0
  for (const sign of /^[A-Z]+/i.exec(place)?.[0].toUpperCase() ?? '')
    column = column * 26 + sign.charCodeAt(0) - 64
  return column - 1
}

function cellText(
  attributes: string,
  content: string,
  texts: string[],
  formats: CellFormat[],
  from1904: boolean,
): string {
  const [, kept] = /<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<\//.exec(content) ?? []
  const type = attribute(attributes, 't')
  if (type === 'inlineStr') return richText(content)
  if (kept === undefined || kept === '') {
    // A formula whose result the program has not written down.
    return /<(?:\w+:)?f[\s/>]/.test(content) && type !== 'str' ? '#FORMULA' : ''
  }
  const value = unescaped(kept)
  switch (type) {
    case 's':
      return texts[Number(value)] ?? ''
    case 'b':
      return value === '1' ? 'true' : 'false'
    case 'str':
    case 'e':
    case 'd':
      return readable(value)
    default:
      return shownNumber(value.trim(), formats[Number(attribute(attributes, 's') ?? 0)], from1904)
  }
}

/** The text of a string's runs, without the reading aids of East Asian text. */
function richText(xml: string): string {
  const own = xml.replaceAll(/<(?:\w+:)?rPh[\s>].*?<\/(?:\w+:)?rPh\s*>/gs, '')
  const runs = [...own.matchAll(/<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<\/(?:\w+:)?t\s*>/g)]
  return readable(unescaped(runs.map(([, text = '']) => text).join('')))
}

/** Signs that XML cannot hold are written `_x000D_` (ECMA-376, ST_Xstring). */
const readable = (text: string) =>
  text.includes('_x')
    ? text.replaceAll(/_x([\da-f]{4})_/gi, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name: string) => {
    if (name) return entities[name] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex as string, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}
