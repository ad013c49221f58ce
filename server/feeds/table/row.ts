import type { Point } from '../../../contract/geo.ts'
import { type ImportField, type ImportKind, requiredFields } from '../../../contract/import.ts'
import type { GroupStatement } from '../../modules/group/upsert.ts'
import { lineOf } from '../../modules/person/phone.ts'
import type { PersonInput } from '../../modules/person/upsert.ts'
import { aside } from '../../platform/statement.ts'
import type { AdtMessage } from '../../modules/hl7/map-adt.ts'
import type { FactStatement } from '../../modules/hl7/map-facts.ts'
import { Cells, type Row, type RowContext, type RowError } from './cells.ts'
import { appointmentOf, chargeOf, fileSource } from './row-fact.ts'
import { groupOf, memberOf, type MemberRow } from './row-group.ts'

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

/** The statement of one row. */
export type RowStatement = {
  /** About a person, as a message of the HL7 feed. */
  message?: AdtMessage
  group?: GroupStatement
  member?: MemberRow
}

/** Reads one row; returns its statement or all of its errors. */
export function readRow(row: Row, context: RowContext): { stated: RowStatement } | { errors: RowError[] } {
  const errors: RowError[] = []
  if (row.cells.slice(context.columns).some((value) => value !== ''))
    errors.push({ field: null, value: String(row.cells.length), problem: 'wrong-number-of-columns' })
  const cells = new Cells(row, context, errors)
  for (const field of requiredFields[context.kind])
    if (!cells.has(field)) errors.push({ field, value: null, problem: 'missing' })
  const stated = readers[context.kind](cells, context, errors)
  return errors.length > 0 ? { errors } : { stated }
}

const readers: Record<ImportKind, (cells: Cells, context: RowContext, errors: RowError[]) => RowStatement> = {
  persons: (cells, context) => ({ message: messageOf(context, 'A31', personOf(cells, context), {}) }),
  encounters: (cells, context, errors) => {
    const person = personOf(cells, context)
    const encounter = encounterOf(cells, context, errors)
    return {
      message: messageOf(context, encounter.status === 'finished' ? 'A03' : 'A01', person, {
        at: encounter.endsAt ?? encounter.startsAt ?? context.at,
        encounter,
        visitNumber: encounter.visitNumber,
      }),
    }
  },
  charges: (cells, context) => factMessage('DFT^P03', chargeOf(cells, context), cells, context),
  appointments: (cells, context) => factMessage('SIU^S12', appointmentOf(cells, context), cells, context),
  groups: (cells) => ({ group: groupOf(cells) }),
  'group-members': (cells, context) => {
    const member = memberOf(cells)
    const person = personOf(cells, context)
    // An external list creates persons and fills gaps; it does not override the registration.
    return { message: messageOf(context, 'A31', { ...person, sourceTime: aside(context.at) }, {}), member }
  },
}

function messageOf(
  context: RowContext,
  event: string,
  person: AdtMessage['person'],
  more: Partial<AdtMessage>,
): AdtMessage {
  return {
    event,
    siteCode: context.siteCode,
    at: context.at,
    person,
    encounter: null,
    visitNumber: null,
    facts: [],
    merges: [],
    ...more,
  }
}

function factMessage(event: string, fact: FactStatement, cells: Cells, context: RowContext): RowStatement {
  const person = personOf(cells, context)
  return {
    message: messageOf(
      context,
      event,
      { ...person, sourceTime: aside(context.at) },
      {
        facts: [fact],
        rememberedFor: fileSource(context.siteCode),
        visitNumber: cells.short('visitNumber'),
      },
    ),
  }
}

/** WGS 84, degrees; one without the other, or out of range, is an error. */
function positionIn(cells: Cells): Point | null {
  const degrees = (field: 'latitude' | 'longitude', most: number) => {
    const value = cells.number(field)
    return value !== null && Math.abs(value) > most ? cells.wrong(field, 'not-a-number') : value
  }
  const [latitude, longitude] = [degrees('latitude', 90), degrees('longitude', 180)]
  if (latitude !== null && longitude !== null) return { latitude, longitude }
  if (latitude !== null && !cells.has('longitude')) cells.wrong('longitude', 'missing')
  if (longitude !== null && !cells.has('latitude')) cells.wrong('latitude', 'missing')
  return null
}

function personOf(cells: Cells, { source, siteCode, at }: RowContext): AdtMessage['person'] {
  const recordNumber = cells.short('recordNumber') ?? ''
  const nationalId = cells.text('nationalId')?.toUpperCase() ?? null
  if (nationalId !== null && !/^(\d{17}[\dX]|\d{15}|[A-Z][A-Z0-9]\d{8})$/.test(nationalId))
    cells.wrong('nationalId', 'not-a-national-id')
  const email = cells.email('email')
  const phones = cells.phones('phone')
  const address = cells.short('address')
  const position = positionIn(cells)
  const contact = cells.short('contactName')
  const [contactPhone] = cells.phones('contactPhone')
  return {
    source,
    sourceTime: at,
    identifiers: [
      // External lists may have none; the substitute is derived with the group customer.
      ...(recordNumber ? [{ system: `mrn:${siteCode}`, value: recordNumber, ofSite: true }] : []),
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
      ...phones.map((one) => ({ system: 'phone' as const, use: lineOf(one.value), ...one })),
      ...(email ? [{ system: 'email' as const, value: email, use: 'home' as const }] : []),
    ],
    addresses: address
      ? [
          {
            use: 'home',
            text: address,
            district: null,
            city: null,
            province: null,
            postalCode: null,
            position,
          },
        ]
      : [],
    relationships: contact
      ? [
          {
            relation: cells.short('contactRelation') ?? '联系人',
            name: contact,
            phone: contactPhone?.value ?? null,
            extension: contactPhone?.extension ?? null,
          },
        ]
      : [],
  }
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
