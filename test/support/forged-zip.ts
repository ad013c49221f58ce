import { crc32, deflateRawSync } from 'node:zlib'

export type ZipPart = {
  name: string
  bytes: Buffer
  /** What the directory says of the unpacked size. */
  declared?: number
  /** The bytes of the part of this name instead of its own: two parts in one place. */
  at?: string
  /** Already packed. */
  packed?: Buffer
}

/** A zip file, honest or not. */
export function zipOf(parts: ZipPart[], { count = parts.length } = {}): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  const places = new Map<string, { offset: number; size: number }>()
  let offset = 0
  for (const part of parts) {
    const packed = part.packed ?? deflateRawSync(part.bytes, { level: 1 })
    const name = Buffer.from(part.name)
    const size = part.declared ?? part.bytes.length
    const shared = part.at === undefined ? undefined : places.get(part.at)
    const place = shared ?? { offset, size: packed.length }
    if (!shared) {
      const local = Buffer.alloc(30)
      local.writeUInt32LE(0x04034b50, 0)
      local.writeUInt16LE(8, 8)
      local.writeUInt32LE(crc32(part.bytes), 14)
      local.writeUInt32LE(packed.length, 18)
      local.writeUInt32LE(size, 22)
      local.writeUInt16LE(name.length, 26)
      bodies.push(local, name, packed)
      offset += 30 + name.length + packed.length
    }
    places.set(part.name, place)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(place.size, 20)
    entry.writeUInt32LE(size, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(place.offset, 42)
    directory.push(entry, name)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(
    directory.reduce((sum, one) => sum + one.length, 0),
    12,
  )
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, ...directory, end])
}

const workbook = '<workbook><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
const relations = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
const header =
  '<row r="1"><c t="inlineStr"><is><t>病历号</t></is></c><c t="inlineStr"><is><t>姓名</t></is></c></row>'

/** The parts of a workbook with one sheet. @param rows XML below the header */
export function bookParts(rows: string, more: ZipPart[] = []): ZipPart[] {
  return [
    { name: 'xl/workbook.xml', bytes: Buffer.from(workbook) },
    { name: 'xl/_rels/workbook.xml.rels', bytes: Buffer.from(relations) },
    {
      name: 'xl/worksheets/sheet1.xml',
      bytes: Buffer.from(`<worksheet><sheetData>${header}${rows}</sheetData></worksheet>`),
    },
    ...more,
  ]
}

/** A workbook of persons with texts that do not pack well, as large as wanted. */
export function largeWorkbook(rows: number): Buffer {
  const lines: string[] = []
  const texts: string[] = []
  for (let at = 0; at < rows; at++) {
    const word = (n: number) => ((at + 1) * 2_654_435_761 * n).toString(36)
    texts.push(`<si><t>${word(1)}${word(3)}${word(7)}${word(11)}</t></si>`)
    lines.push(
      `<row r="${at + 2}"><c t="s"><v>${at}</v></c><c t="inlineStr"><is><t>王${word(5)}${word(13)}${word(17)}</t></is></c></row>`,
    )
  }
  return zipOf(
    bookParts(lines.join(''), [
      { name: 'xl/sharedStrings.xml', bytes: Buffer.from(`<sst>${texts.join('')}</sst>`) },
    ]),
  )
}

const zeros = (megabytes: number) => Buffer.alloc(megabytes * 1024 * 1024, ' ')

/** Workbooks that lie about what they hold, or hold more than anybody reads. */
export const forgedWorkbooks: Record<string, () => Buffer> = {
  'a sheet that unpacks to 64 MB and says 2 kB': () =>
    zipOf(
      bookParts('').map((part) =>
        /sheet1/.test(part.name) ? { ...part, bytes: zeros(64), declared: 2000 } : part,
      ),
    ),
  'shared texts that unpack to 64 MB and say 2 kB': () =>
    zipOf(bookParts('', [{ name: 'xl/sharedStrings.xml', bytes: zeros(64), declared: 2000 }])),
  'a small part that unpacks to 64 MB': () =>
    zipOf(bookParts('', [{ name: 'xl/styles.xml', bytes: zeros(64) }])),
  'parts that declare more than 400 MB': () =>
    zipOf(bookParts('', [{ name: 'xl/media/a', bytes: zeros(1), declared: 401 * 1024 * 1024 }])),
  'two parts that share their bytes': () =>
    zipOf(
      bookParts('', [
        { name: 'a', bytes: zeros(1) },
        { name: 'b', bytes: zeros(1), at: 'a' },
      ]),
    ),
  'two parts of one name': () => zipOf([...bookParts(''), ...bookParts('')]),
  '12,000 parts': () =>
    zipOf([
      ...bookParts(''),
      ...Array.from({ length: 12_000 }, (_, at) => ({
        name: `p${at}`,
        bytes: Buffer.alloc(0),
        packed: Buffer.from([3, 0]),
      })),
    ]),
  'a directory that never ends': () => zipOf(bookParts(''), { count: 9999 }),
  'a stream that breaks off': () =>
    zipOf(
      bookParts('').map((part) =>
        /sheet1/.test(part.name)
          ? { ...part, packed: deflateRawSync(zeros(1)).subarray(0, 300), declared: 1024 * 1024 }
          : part,
      ),
    ),
  'a zip within a zip': () => zipOf([{ name: 'inner.xlsx', bytes: zipOf(bookParts('')) }]),
  'one endless row': () =>
    zipOf(bookParts(`<row r="2"><c t="inlineStr"><is><t>${'x'.repeat(12 * 1024 * 1024)}`)),
  'tags that never close': () => zipOf(bookParts('<row '.repeat(1_000_000))),
  'different texts beyond all memory': () =>
    zipOf(
      bookParts('', [
        {
          name: 'xl/sharedStrings.xml',
          bytes: Buffer.from(`<sst>${`<si><t>${'x'.repeat(2000)}</t></si>`.repeat(60_000)}</sst>`),
        },
      ]),
    ),
}
