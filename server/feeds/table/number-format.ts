/** What a number format shows (ECMA-376 Part 1, 18.8.30 and 18.8.31), as far as a table of persons needs it. */
export type CellFormat =
  | { kind: 'plain' }
  | { kind: 'date'; day: boolean; clock: boolean }
  | { kind: 'percent' }
  /** Signs and at least so many digits, such as `00000000` and `"A-"0000`, filled from the right. */
  | { kind: 'digits'; parts: string[] }

const plain: CellFormat = { kind: 'plain' }

/** Numbers of built-in formats of dates: the general ones and those of Chinese, Japanese and Korean programs. */
const builtInDates: [from: number, to: number, day: boolean, clock: boolean][] = [
  [14, 17, true, false],
  [18, 21, false, true],
  [22, 22, true, true],
  [27, 31, true, false],
  [32, 35, false, true],
  [36, 36, true, false],
  [45, 47, false, true],
  [50, 54, true, false],
  [55, 56, false, true],
  [57, 58, true, false],
]

/** The formats of a workbook's cells, by the number of their style. */
export function formatsIn(styles: string): CellFormat[] {
  const codes = new Map<number, string>()
  for (const [tag] of styles.matchAll(/<(?:\w+:)?numFmt\s[^>]*>/g))
    codes.set(Number(/\snumFmtId\s*=\s*["'](\d+)/.exec(tag)?.[1]), decoded(tag))
  const [cellStyles = ''] = /<(?:\w+:)?cellXfs[\s>].*?<\/(?:\w+:)?cellXfs/s.exec(styles) ?? []
  return [...cellStyles.matchAll(/<(?:\w+:)?xf(?=[\s/>])[^>]*>/g)].map(([tag]) => {
    const id = Number(/\snumFmtId\s*=\s*["'](\d+)/.exec(tag)?.[1] ?? 0)
    const code = codes.get(id)
    if (code !== undefined) return formatOf(code)
    const date = builtInDates.find(([from, to]) => id >= from && id <= to)
    if (date) return { kind: 'date', day: date[2], clock: date[3] }
    return id === 9 || id === 10 ? { kind: 'percent' } : plain
  })
}

function decoded(tag: string): string {
  const [, double, single] = /\sformatCode\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(tag) ?? []
  return (double ?? single ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** What a format code shows of a positive number. */
export function formatOf(code: string): CellFormat {
  const parts = (/^(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*/s.exec(code)?.[0] ?? '').match(
    /"[^"]*"|\\.|\[[^\]]*\]|[_*].|AM\/PM|A\/P|上午\/下午|General|./gsu,
  )
  const signs = (parts ?? []).filter((part) => !/^["\\_*]/.test(part) && !/^\[(?!h+\]|m+\]|s+\])/i.test(part))
  const bare = signs.join('')
  if (/^General$/i.test(bare)) return plain
  if (/[ymdhs]/i.test(bare.replaceAll(/General/gi, '')))
    return { kind: 'date', day: /[yd]|^[^hs]*m[^hs]*$/i.test(bare), clock: /[hs]/i.test(bare) }
  if (bare.includes('%')) return { kind: 'percent' }
  // Fractions, powers of ten, decimals and thousands say nothing that the number does not say.
  if (/[,.E/@]/i.test(bare)) return plain
  const shown = (parts ?? []).flatMap((part) => {
    if (part.startsWith('"')) return [`"${part.slice(1, -1)}`]
    if (part.startsWith('\\')) return [`"${part.slice(1)}`]
    if (/^[_*]/.test(part)) return []
    if (part.startsWith('[')) return [`"${/^\[\$([^-\]]*)/.exec(part)?.[1] ?? ''}`]
    return /^[0#?]$/.test(part) ? [part] : [`"${part}`]
  })
  // `0"人"` is a number with its unit.
  const places = shown.filter((part) => !part.startsWith('"'))
  const lead = shown.findLastIndex((part) => !part.startsWith('"')) >= places.length
  return places.filter((place) => place === '0').length > 1 || (lead && places.length > 0)
    ? { kind: 'digits', parts: shown }
    : plain
}

/**
 * The text that a cell with a number shows. A number of more than fifteen digits has lost its last ones (a double holds no more): it is
 * shown as a power of ten, which no reader takes for a number of somebody.
 */
export function shownNumber(text: string, format: CellFormat = plain, from1904 = false): string {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) return text
  if (format.kind === 'date') return shownDate(value, format, from1904)
  if (Math.abs(value) >= 1e15) return value.toExponential().replace('e', 'E')
  if (format.kind === 'percent') return `${decimal(value * 100)}%`
  if (format.kind === 'digits' && Number.isInteger(value) && value >= 0)
    return shownDigits(String(value), format.parts)
  return decimal(value)
}

/** Fifteen digits, as spreadsheets count, without a power of ten. */
function decimal(value: number): string {
  const rounded = Number(value.toPrecision(15))
  const text = String(rounded)
  return /e/.test(text) ? rounded.toFixed(20).replace(/\.?0+$/, '') : text
}

function shownDigits(digits: string, parts: string[]): string {
  const places = parts.filter((part) => !part.startsWith('"')).length
  let left = digits === '0' ? '' : digits
  const out: string[] = []
  let seen = 0
  for (const part of [...parts].reverse()) {
    if (part.startsWith('"')) {
      out.push(part.slice(1))
      continue
    }
    seen += 1
    // The first place takes all digits that are left.
    const taken = seen === places ? left : left.slice(-1)
    left = seen === places ? '' : left.slice(0, -1)
    out.push(taken === '' && part === '0' ? '0' : taken)
  }
  return out.reverse().join('').trim()
}

/**
 * Days since 1899-12-30 as date and time, rounded to seconds: a third of a day is no exact number. Before March 1900 Excel counts one day too
 * many; a workbook of 1904 begins 1,462 days later.
 */
function shownDate(value: number, format: { day: boolean; clock: boolean }, from1904: boolean): string {
  const seconds = Math.round(value * 86_400)
  if (seconds < 0) return decimal(value)
  const days = Math.floor(seconds / 86_400)
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19)
  if (!format.day) return days === 0 ? clock : decimal(value)
  const early = !from1904 && days < 60 ? 1 : 0
  const at = new Date(Date.UTC(1899, 11, 30) + (days + early + (from1904 ? 1462 : 0)) * 86_400_000)
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999) return decimal(value)
  const date = at.toISOString().slice(0, 10)
  return seconds % 86_400 === 0 && !format.clock ? date : `${date} ${clock}`
}
