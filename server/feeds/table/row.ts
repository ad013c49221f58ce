import { z } from 'zod'
import type { ImportField, ImportKind, ImportMapping, ImportProblem } from '../../../contract/import.ts'
import { requiredFields } from '../../../contract/import.ts'
import { fromLocal } from '../../platform/clock.ts'
import { normalisePhone } from '../../modules/person/phone.ts'
import type { PersonInput } from '../../modules/person/upsert.ts'
import type { AdtMessage } from '../hl7/map-adt.ts'
import type { Row } from './file.ts'

export type RowError = { field: ImportField | null; value: string | null; problem: ImportProblem }

export type RowContext = {
  kind: ImportKind
  mapping: ImportMapping
  columns: number
  source: string
  siteCode: string
  timeZone: string
  /** When the file was uploaded: what a row says counts as said then. */
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

/** GB/T 2261.1 digits, HL7 table 0001 letters, and words. */
const sexes: Record<string, PersonInput['sex']> = {
  男: 'male',
  m: 'male',
  male: 'male',
  1: 'male',
  女: 'female',
  f: 'female',
  female: 'female',
  2: 'female',
  0: 'unknown',
  9: 'unknown',
  未知: 'unknown',
  不详: 'unknown',
  u: 'unknown',
  unknown: 'unknown',
  其他: 'other',
  o: 'other',
  other: 'other',
}

type Encounter = NonNullable<AdtMessage['encounter']>
const classes: Record<string, NonNullable<Encounter['class']>> = {
  住院: 'inpatient',
  i: 'inpatient',
  inpatient: 'inpatient',
  imp: 'inpatient',
  门诊: 'outpatient',
  門診: 'outpatient',
  o: 'outpatient',
  outpatient: 'outpatient',
  amb: 'outpatient',
  急诊: 'emergency',
  急診: 'emergency',
  e: 'emergency',
  emergency: 'emergency',
  emer: 'emergency',
}

/** 离院方式 of the Chinese front page of the medical record (国卫医 2011-84: 1 home, 5 died) to HL7 table 0112 (01 home, 20 expired). */
const dispositions: Record<string, string> = { 1: '01', 医嘱离院: '01', 5: '20', 死亡: '20', 20: '20' }

/** Reads one row; either everything in it is right or all that is wrong is told. */
export function readRow(row: Row, context: RowContext): { message: AdtMessage } | { errors: RowError[] } {
  const errors: RowError[] = []
  if (row.length > context.columns && row.slice(context.columns).some((value) => value !== ''))
    errors.push({ field: null, value: String(row.length), problem: 'wrong-number-of-columns' })
  const cells = new Cells(row, context, errors)
  for (const field of requiredFields[context.kind])
    if (cells.text(field) === null) errors.push({ field, value: null, problem: 'missing' })
  const person = personOf(cells, context)
  const encounter = context.kind === 'encounters' ? encounterOf(cells, context, errors) : null
  if (errors.length > 0) return { errors }
  const event = encounter ? (encounter.status === 'finished' ? 'A03' : 'A01') : 'A31'
  return {
    message: {
      event,
      siteCode: context.siteCode,
      at: encounter?.endsAt ?? encounter?.startsAt ?? context.at,
      person,
      encounter,
      visitNumber: encounter?.visitNumber ?? null,
      facts: [],
      merges: [],
    },
  }
}

class Cells {
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

  /** Tells a problem of the field and answers null in its place. */
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

  date(field: ImportField): string | null {
    const value = this.text(field)
    if (value === null) return null
    const date = dateIn(value)
    if (!date) return this.wrong(field, 'not-a-date')
    if (new Date(date) > this.#context.at) return this.wrong(field, 'in-the-future')
    return date < '1880' ? this.wrong(field, 'too-old') : date
  }

  time(field: ImportField): Date | null {
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
    if (at.getTime() > this.#context.at.getTime() + 86_400_000) return this.wrong(field, 'in-the-future')
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
  // The 31st of April is no day: Date would make it the 1st of May.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null
  return date.toISOString().slice(0, 10)
}

const isEmail = (text: string) => z.email().safeParse(text).success

function personOf(cells: Cells, { source, siteCode, at }: RowContext): AdtMessage['person'] {
  const recordNumber = cells.short('recordNumber') ?? ''
  const nationalId = cells.text('nationalId')?.toUpperCase() ?? null
  if (nationalId !== null && !/^(\d{17}[\dX]|\d{15}|[A-Z][A-Z0-9]\d{8})$/.test(nationalId))
    cells.wrong('nationalId', 'not-a-national-id')
  const email = cells.text('email')
  if (email !== null && !isEmail(email)) cells.wrong('email', 'not-an-email')
  const phone = phoneOf(cells, 'phone')
  const address = cells.short('address')
  const contact = cells.short('contactName')
  return {
    source,
    sourceTime: at,
    identifiers: [
      { system: `mrn:${siteCode}`, value: recordNumber, ofSite: true },
      ...(nationalId ? [{ system: 'national-id', value: nationalId, ofSite: false }] : []),
    ],
    name: cells.short('name'),
    sex: cells.coded('sex', sexes, 'not-a-sex'),
    birthDate: cells.date('birthDate'),
    deceasedAt: null,
    deceased: false,
    maritalStatus: cells.short('maritalStatus'),
    language: null,
    telecoms: [
      ...(phone ? [{ system: 'phone' as const, value: phone, use: 'mobile' as const }] : []),
      ...(email ? [{ system: 'email' as const, value: email, use: 'home' as const }] : []),
    ],
    addresses: address
      ? [{ use: 'home', text: address, district: null, city: null, province: null, postalCode: null }]
      : [],
    relationships: contact
      ? [
          {
            relation: cells.short('contactRelation') ?? '联系人',
            name: contact,
            phone: phoneOf(cells, 'contactPhone'),
          },
        ]
      : [],
  }
}

function phoneOf(cells: Cells, field: ImportField): string | null {
  const text = cells.text(field)
  if (text === null) return null
  const phone = normalisePhone(text)
  return /^\+?\d{5,16}$/.test(phone) ? phone : cells.wrong(field, 'not-a-phone')
}

function encounterOf(cells: Cells, context: RowContext, errors: RowError[]): Encounter {
  const startsAt = cells.time('startsAt')
  const endsAt = cells.time('endsAt')
  if (startsAt && endsAt && endsAt < startsAt)
    errors.push({ field: 'endsAt', value: cells.text('endsAt'), problem: 'ends-before-it-starts' })
  const named = (code: ImportField, name: ImportField, known: Map<string, string>) => {
    const text = cells.short(name)
    const key = cells.short(code) ?? (text && known.get(text)) ?? text
    return key ? { code: key, name: text } : null
  }
  const text = cells.short('conditionText')
  const code = cells.short('conditionCode')
  const disposition = cells.short('disposition')
  return {
    visitNumber: cells.short('visitNumber') ?? '',
    class: cells.coded('class', classes, 'not-a-class') ?? (endsAt ? 'inpatient' : 'outpatient'),
    status: endsAt ? 'finished' : 'in-progress',
    bed: cells.short('bed'),
    startsAt,
    endsAt,
    disposition: disposition && (dispositions[disposition] ?? disposition),
    conditions:
      text || code
        ? [{ role: endsAt ? 'discharge' : 'admission', code: code ?? '', text: text ?? code ?? '' }]
        : [],
    department: named('departmentCode', 'departmentName', context.departments),
    attending: named('doctorCode', 'doctorName', context.staff),
    source: context.source,
    sourceTime: context.at,
  }
}
