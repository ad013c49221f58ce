import type { Address, PersonInput, Relationship } from '../person/upsert.ts'
import { aside } from '../../platform/statement.ts'
import type { SenderContext } from './map-adt.ts'
import { type Fields, whole, wholeOfParts } from './fields.ts'
import { identifiersOf, recordIdentifiers, type StatedIdentifier } from './map-identifier.ts'
import { mapTelecoms, phoneOf } from './map-telecom.ts'
import { segments } from './message.ts'
import type { Message } from './note.ts'

/** What a message states about the patient; sites are still codes. */
export type PersonStatement = Omit<PersonInput, 'identifiers'> & { identifiers: StatedIdentifier[] }

/** HL7 table 0001, and the digits of GB/T 2261.1 that Chinese systems send. */
const sexes: Record<string, PersonInput['sex']> = {
  M: 'male',
  F: 'female',
  O: 'other',
  A: 'other',
  1: 'male',
  2: 'female',
  男: 'male',
  女: 'female',
}
/** Unknown, not applicable, ambiguous … : known codes that state nothing. */
const noSex = new Set(['', 'U', 'N', 'X', '0', '9'])

/** PID and NK1 to our terms. @throws {MappingError} no record number */
export function mapPerson(
  message: Message,
  pid: Fields,
  context: SenderContext,
  siteCode: string,
  at: Date,
): PersonStatement {
  const identifiers = identifiersOf(pid, context, context.facility || siteCode)
  const { name, names } = namesOf(pid)
  const birthDate = pid.pastDate(7)
  return {
    source: context.source,
    sourceTime: at,
    identifiers,
    name,
    names,
    sex: sexOf(pid, context),
    birthDate,
    ...deathOf(pid, birthDate),
    maritalStatus: pid.component(16, 1),
    language: pid.component(15, 1),
    telecoms: [
      ...mapTelecoms(pid.repetitions(13), 'mobile', context.country),
      ...mapTelecoms(pid.repetitions(14), 'work', context.country),
    ],
    addresses: pid.repetitions(11).slice(0, 1).map(mapAddress),
    relationships: segments(message, 'NK1')
      .map((nk1) => mapRelationship(nk1, context.country))
      .filter((one) => one !== null),
    deleted: {
      fields: erasable.filter(([field]) => pid.deleted(field)).map(([, name]) => name),
      phones: [
        ...(pid.deleted(13) ? (['mobile', 'home'] as const) : []),
        ...(pid.deleted(14) ? (['work'] as const) : []),
      ],
    },
  }
}

/** Fields of PID that a sender may delete with `""`. */
const erasable = [
  [7, 'birthDate'],
  [8, 'sex'],
  [11, 'address'],
  [15, 'language'],
  [16, 'maritalStatus'],
  [29, 'deceased'],
] as const

function sexOf(pid: Fields, { codes }: SenderContext): PersonInput['sex'] {
  const sent = pid.component(8, 1)?.toUpperCase() ?? ''
  const sex = sexes[codes.sex[sent] ?? sent]
  if (!sex && !noSex.has(codes.sex[sent] ?? sent)) pid.note(8, 'unknown-code', sent)
  return sex ?? null
}

/** Names other than the legal one, by type (table 0200): maiden and birth names are former ones. */
const formerTypes = new Set(['M', 'B'])

/** The legal name, in Chinese characters where it is also written otherwise (XPN.8), and all others of PID-5 and PID-9. */
function namesOf(pid: Fields): Pick<PersonInput, 'name' | 'names'> {
  const all = pid.repetitions(5).flatMap((one) => {
    const text = displayName(one)
    return text ? [{ text, type: one[6]?.toUpperCase() ?? '', han: /\p{Script=Han}/u.test(text) }] : []
  })
  const legal = all.filter((one) => ['L', 'I', 'D', ''].includes(one.type))
  const main = legal.find((one) => one.han) ?? legal[0] ?? all[0]
  const aliases = pid.repetitions(9).flatMap((one) => displayName(one) || [])
  const others = [
    ...all.map(({ text, type }) => ({
      text,
      use: formerTypes.has(type) ? ('former' as const) : ('other' as const),
    })),
    ...aliases.map((text) => ({ text, use: 'other' as const })),
  ]
  return { name: main?.text ?? null, names: others.filter((one) => one.text !== main?.text) }
}

/** A death in the future, before the birth or denied beside its date is noted and stops nothing. */
function deathOf(pid: Fields, birthDate: string | null): Pick<PersonInput, 'deceased' | 'deceasedAt'> {
  const at = pid.past(29, true)
  const flag = pid.component(30, 1)?.toUpperCase()
  const doubted = at === null && pid.time(29) !== null
  // A day of tolerance for time zones.
  const beforeBirth = at !== null && birthDate !== null && at.getTime() + 86_400_000 < Date.parse(birthDate)
  if (beforeBirth || (at !== null && flag === 'N')) {
    pid.note(29, 'contradiction', pid.component(29, 1))
    return { deceased: false, deceasedAt: null }
  }
  return {
    deceased: !doubted && (at !== null || flag === 'Y'),
    deceasedAt: at,
  }
}

/** MRG: the patient's former record. @param facility the authority of numbers without one. @throws {MappingError} no number */
export function mapMergedRecord(
  mrg: Fields,
  context: SenderContext,
  facility: string,
  at: Date,
): PersonStatement {
  const [name] = mrg.repetitions(7)
  return {
    source: context.source,
    sourceTime: aside(at),
    identifiers: recordIdentifiers(mrg.repetitions(1), context, facility, `${mrg.name}-1`),
    name: name ? displayName(name) || null : null,
    sex: null,
    birthDate: null,
    deceasedAt: null,
    deceased: false,
    maritalStatus: null,
    language: null,
    telecoms: [],
    addresses: [],
    relationships: [],
  }
}

/** XPN: family ^ given; Chinese names are written without a space, Latin ones given name first. */
export function displayName(components: string[]): string {
  const [family = '', given = '', middle = ''] = components
  const surname = wholeOfParts(family)
  if (/\p{Script=Han}/u.test(surname + given)) return surname + whole(given)
  return [given, middle].map(whole).concat(surname).filter(Boolean).join(' ')
}

function mapAddress([street, ...others]: string[]): Address {
  const [other = '', city = '', province = '', postalCode = ''] = others.map(whole)
  const district = /^(.*?[市州盟])?(.+?[区县市旗])/.exec(city)
  return {
    use: 'home',
    text: [province, city, wholeOfParts(street), other].filter(Boolean).join(''),
    district: district?.[2] ?? null,
    city: district?.[1] ?? (city || null),
    province: province || null,
    postalCode: postalCode || null,
  }
}

function mapRelationship(nk1: Fields, country: string): Relationship | null {
  const name = nk1.repetitions(2)[0]
  if (!name) return null
  const text = displayName(name)
  const phone = phoneOf([...nk1.repetitions(5), ...nk1.repetitions(6)], country)
  return text
    ? {
        relation: nk1.component(3, 1) ?? 'OTH',
        name: text,
        phone: phone?.value ?? null,
        extension: phone?.extension ?? null,
      }
    : null
}
