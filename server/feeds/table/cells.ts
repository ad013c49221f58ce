import { readEmail } from '../../../contract/email.ts'
import type { ImportField, ImportKind, ImportMapping, ImportProblem } from '../../../contract/import.ts'
import { type Phone, readPhones, withExtension } from '../../modules/person/phone.ts'
import { ambiguous, type DateOrder, type DateOrders, readDay, readInstant } from './when.ts'

/** A row as text with the number that a spreadsheet program shows beside it. */
export type Row = { number: number; cells: string[] }

export type RowError = { field: ImportField | null; value: string | null; problem: ImportProblem }

export type RowContext = {
  kind: ImportKind
  mapping: ImportMapping
  columns: number
  source: string
  siteCode: string
  timeZone: string
  /** Of telephone numbers without a country code. */
  country: string
  /** The order of day and month that somebody chose for the file, else what the values of each column show. */
  dateOrder: DateOrder | null
  dateOrders: Partial<Record<number, DateOrders>>
  /** Upload time, which is the time of the rows' statements. */
  at: Date
  /** Codes of the site's departments and staff by name, for files that have names only. */
  departments: Map<string, string>
  staff: Map<string, string>
}

const longest: Partial<Record<ImportField, number>> = {
  recordNumber: 60,
  visitNumber: 60,
  name: 100,
  address: 300,
  conditionText: 300,
  departmentName: 100,
  doctorName: 100,
}

/** Fields whose value tells one person, visit or thing from another: a digit lost makes two of them one. */
const numbers: ReadonlySet<ImportField> = new Set<ImportField>([
  'recordNumber',
  'visitNumber',
  'nationalId',
  'phone',
  'contactPhone',
  'groupPhone',
  'chargeNumber',
  'appointmentNumber',
  'employeeNumber',
  'groupCode',
  'taxId',
  'agreementNumber',
  'itemCode',
  'departmentCode',
  'doctorCode',
])

/** An error of a formula, or a column that was too narrow for its number. */
const spreadsheetError = /^#(?:#+|N\/A|REF!|NAME\?|VALUE!|DIV\/0!|NUM!|NULL!|SPILL!|CALC!|FORMULA)$/
/**
 * What programs make of a number that they take for a quantity or a date: `1.23457E+11`, `12345.0`, `2-Jan`, `1月2日`. Without a sign or a
 * fraction, `2E5` may be somebody's number.
 */
const spoiltNumber =
  /^[+-]?(?:\d+(?:[.,]\d+E[+-]?|E[+-])\d+|\d+\.0+)$|^\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$|^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}$|^\d{1,2}月\d{1,2}日$|^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?$/i

/** The cells of one row by field; problems are added to the given list. */
export class Cells {
  #row: Row
  #context: RowContext
  #errors: RowError[]
  #texts = new Map<ImportField, string[]>()

  constructor(row: Row, context: RowContext, errors: RowError[]) {
    this.#row = row
    this.#context = context
    this.#errors = errors
  }

  /** What stands in the field's columns, each value once. */
  #given(field: ImportField): string[] {
    const at = this.#context.mapping[field] ?? []
    const given = (Array.isArray(at) ? at : [at])
      .map((column) => this.#row.cells[column]?.trim() ?? '')
      .filter((value) => value !== '' && !/^(null|nan|-|—|无|無|\/)$/i.test(value))
    return given.length > 1 ? [...new Set(given)] : given
  }

  has(field: ImportField): boolean {
    return this.#given(field).length > 0
  }

  /** All values of a field that may have several; those that cannot be used are reported, once. */
  texts(field: ImportField): string[] {
    const known = this.#texts.get(field)
    if (known) return known
    const given = this.#given(field).map((value) =>
      // An apostrophe is how people keep a spreadsheet from touching a number.
      numbers.has(field) ? value.replace(/^'(?=[\d+])/, '') : value,
    )
    const texts = given.filter((value) => {
      const problem = spoiltIn(field, value)
      if (problem) this.#errors.push({ field, value: value.slice(0, 200), problem })
      return !problem
    })
    this.#texts.set(field, texts)
    return texts
  }

  /** The value of a field; columns of one name with different values are a problem. */
  text(field: ImportField): string | null {
    const texts = this.texts(field)
    if (texts.length > 1 && field === 'note') return texts.join('；')
    if (texts.length > 1) {
      this.#errors.push({ field, value: texts.join(' | ').slice(0, 200), problem: 'columns-differ' })
      this.#texts.set(field, [])
      return null
    }
    return texts[0] ?? null
  }

  /** Adds a problem of the field and returns null. */
  wrong(field: ImportField, problem: ImportProblem): null {
    this.#errors.push({ field, value: this.#given(field).join(' | ').slice(0, 200) || null, problem })
    return null
  }

  short(field: ImportField): string | null {
    const value = this.text(field)
    return value !== null && value.length > (longest[field] ?? 100) ? this.wrong(field, 'too-long') : value
  }

  coded<T>(field: ImportField, codes: Record<string, T>, problem: ImportProblem): T | null {
    const value = this.text(field)
    if (value === null) return null
    return codes[value.toLowerCase()] ?? this.wrong(field, problem)
  }

  /** Every telephone number of the field's columns. */
  phones(field: ImportField): Phone[] {
    return this.texts(field).flatMap((text) => this.#phonesIn(field, text))
  }

  /** The first number with its extension in one text. */
  phone(field: ImportField): string | null {
    const [phone] = this.phones(field)
    return phone ? withExtension(phone) : null
  }

  /** Zeros alone stand for none. */
  #phonesIn(field: ImportField, text: string): Phone[] {
    if (/^[0\s-]+$/.test(text)) return []
    const phones = readPhones(text, this.#context.country)
    if (phones.length === 0) this.#errors.push({ field, value: text.slice(0, 200), problem: 'not-a-phone' })
    return phones
  }

  email(field: ImportField): string | null {
    const text = this.text(field)
    return text === null ? null : (readEmail(text) ?? this.wrong(field, 'not-an-email'))
  }

  /** How day and month follow each other in the column of a field. */
  #orders(field: ImportField): DateOrders {
    const { dateOrder, dateOrders, mapping } = this.#context
    if (dateOrder) return { '-': dateOrder, '/': dateOrder, '.': dateOrder }
    const at = mapping[field]
    return typeof at === 'number' ? (dateOrders[at] ?? {}) : {}
  }

  /** A date; not in the future unless `ahead`, such as the last day of an agreement. */
  date(field: ImportField, ahead = false): string | null {
    const value = this.text(field)
    if (value === null) return null
    const date = readDay(value, this.#context.timeZone, this.#orders(field))
    if (date === null) return this.wrong(field, 'not-a-date')
    if (date === ambiguous) return this.wrong(field, 'ambiguous-date')
    if (!ahead && new Date(date) > this.#context.at) return this.wrong(field, 'in-the-future')
    return date < '1880' ? this.wrong(field, 'too-old') : date
  }

  /** `1,234.50`, `¥12`, `-3`, `(12.00)` in accounting notation for credits. */
  number(field: ImportField): number | null {
    const value = this.text(field)
    if (value === null) return null
    const plain = value.replaceAll(/[\s,，]|[¥￥$元]|NT\$|RMB|CNY|TWD/gi, '')
    const [, taken, amount] = /^(\()?([+-]?\d+(?:\.\d+)?)\)?%?$/.exec(plain) ?? []
    if (amount === undefined || Math.abs(Number(amount)) >= 1e12) return this.wrong(field, 'not-a-number')
    return taken ? -Number(amount) : Number(amount)
  }

  /** An instant; `aheadDays`: how far after the upload it may lie. */
  time(field: ImportField, aheadDays = 1): Date | null {
    const value = this.text(field)
    if (value === null) return null
    const at = readInstant(value, this.#context.timeZone, this.#orders(field))
    if (at === null) return this.wrong(field, 'not-a-date')
    if (at === ambiguous) return this.wrong(field, 'ambiguous-date')
    if (at.getTime() > this.#context.at.getTime() + aheadDays * 86_400_000)
      return this.wrong(field, 'in-the-future')
    return at.getTime() < 0 ? this.wrong(field, 'too-old') : at
  }
}

/** Whether a program has changed the value before it came here, so that what it was can no longer be read. */
function spoiltIn(field: ImportField, value: string): ImportProblem | null {
  if (value.includes('\ufffd')) return 'unreadable-characters'
  if (spreadsheetError.test(value)) return 'spoilt'
  if (!numbers.has(field)) return null
  if (spoiltNumber.test(value)) return 'spoilt'
  // Spreadsheets keep fifteen digits: the last three of an identity number become zeros, and its check digit no longer fits.
  return field === 'nationalId' && /^\d{15}000$/.test(value) && !hasCheckDigit(value) ? 'spoilt' : null
}

/** GB 11643-1999 (ISO 7064 MOD 11-2). */
function hasCheckDigit(id: string): boolean {
  const sum = [...id.slice(0, 17)].reduce(
    (rest, digit, at) => rest + Number(digit) * (2 ** (17 - at) % 11),
    0,
  )
  return '10X98765432'[sum % 11] === id[17]
}
