import { z } from 'zod'
import type { ImportField, ImportKind, ImportMapping, ImportProblem } from '../../../contract/import.ts'
import { type Phone, readPhones, withExtension } from '../../modules/person/phone.ts'
import { fromLocal } from '../../platform/clock.ts'
import type { Row } from './file.ts'

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

/** The cells of one row by field; problems are added to the given list. */
export class Cells {
  #row: Row
  #context: RowContext
  #errors: RowError[]

  constructor(row: Row, context: RowContext, errors: RowError[]) {
    this.#row = row
    this.#context = context
    this.#errors = errors
  }

  text(field: ImportField): string | null {
    const at = this.#context.mapping[field]
    const value = at === undefined ? '' : (this.#row[at]?.trim() ?? '')
    if (value === '' || /^(null|nan|-|—|无|無|\/)$/i.test(value)) return null
    return value
  }

  /** Adds a problem of the field and returns null. */
  wrong(field: ImportField, problem: ImportProblem): null {
    this.#errors.push({ field, value: this.text(field)?.slice(0, 200) ?? null, problem })
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

  /** All numbers in a cell; zeros alone stand for none. */
  phones(field: ImportField): Phone[] {
    const text = this.text(field)
    if (text === null || /^[0\s-]+$/.test(text)) return []
    const phones = readPhones(text, this.#context.country)
    if (phones.length === 0) this.wrong(field, 'not-a-phone')
    return phones
  }

  /** The first number with its extension in one text. */
  phone(field: ImportField): string | null {
    const [phone] = this.phones(field)
    return phone ? withExtension(phone) : null
  }

  email(field: ImportField): string | null {
    const text = this.text(field)
    return text === null || z.email().safeParse(text).success ? text : this.wrong(field, 'not-an-email')
  }

  /** A date; not in the future unless `ahead`, such as the last day of an agreement. */
  date(field: ImportField, ahead = false): string | null {
    const value = this.text(field)
    if (value === null) return null
    const date = dateIn(value)
    if (!date) return this.wrong(field, 'not-a-date')
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
    const date = dateIn(value)
    const [, hour = '0', minute = '0', second = '0'] =
      /[ T日号號](\d{1,2})[:：时時点點](\d{1,2})?(?:[:：分](\d{1,2}))?/.exec(value) ??
      /^\d{8}(\d{2})(\d{2})(\d{2})?$/.exec(value) ??
      []
    if (!date || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
      return this.wrong(field, 'not-a-date')
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
    const at = fromLocal(
      { year, month, day, hour: Number(hour), minute: Number(minute), second: Number(second) },
      this.#context.timeZone,
    )
    if (at.getTime() > this.#context.at.getTime() + aheadDays * 86_400_000)
      return this.wrong(field, 'in-the-future')
    return date < '1970' ? this.wrong(field, 'too-old') : at
  }
}

/** `2026-03-05`, `2026/3/5`, `20260305…`, `2026年3月5日`, and years of the Republic when they say so (`民國75年3月2日`). */
export function dateIn(text: string): string | null {
  const republic = /民[國国]/.test(text)
  const [, year, month, day] =
    /(\d{2,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})(?:\d{4}(?:\d{2})?)?$/.exec(text) ??
    []
  if (!year || !month || !day || (!republic && year.length !== 4)) return null
  const full = Number(year) + (republic ? 1911 : 0)
  const date = new Date(Date.UTC(full, Number(month) - 1, Number(day)))
  // Date would turn 31 April into 1 May.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null
  return date.toISOString().slice(0, 10)
}
