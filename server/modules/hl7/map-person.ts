import type { Hl7Message } from '@medplum/core'
import type { Address, Identifier, PersonInput, Relationship } from '../person/upsert.ts'
import { aside } from '../../platform/statement.ts'
import type { SenderContext } from './map-adt.ts'
import { mapTelecoms, phoneOf } from './map-telecom.ts'
import { type Fields, firstPart, MappingError, segments, whole } from './message.ts'

/** What a message states about the patient; sites are still codes. */
export type PersonStatement = Omit<PersonInput, 'identifiers'> & {
  identifiers: (Omit<Identifier, 'siteId'> & { ofSite: boolean })[]
}

/** HL7 table 0001, and the digits of GB/T 2261.1 that Chinese systems send. */
const sexes: Record<string, PersonInput['sex']> = {
  M: 'male',
  F: 'female',
  O: 'other',
  A: 'other',
  1: 'male',
  2: 'female',
}

/** PID and NK1 to our terms. @throws {MappingError} no record number, or an invalid date */
export function mapPerson(
  message: Hl7Message,
  pid: Fields,
  context: SenderContext,
  siteCode: string,
  at: Date,
): PersonStatement {
  const identifiers = mapIdentifiers(pid, context.facility || siteCode)
  const names = pid.repetitions(5)
  const legal = names.find((name) => ['L', 'I', ''].includes(name[6] ?? '')) ?? names[0]
  const sex = pid.component(8, 1)?.toUpperCase() ?? ''
  const deceasedAt = pid.time(29, context.timeZone)
  return {
    source: context.source,
    sourceTime: at,
    identifiers,
    name: legal ? displayName(legal) || null : null,
    sex: sexes[context.codes.sex[sex] ?? sex] ?? null,
    birthDate: pid.date(7),
    deceasedAt,
    deceased: deceasedAt !== null || pid.component(30, 1)?.toUpperCase() === 'Y',
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
  }
}

/** MRG: the patient's former record. @throws {MappingError} no number */
export function mapMergedRecord(
  mrg: Fields,
  context: SenderContext,
  siteCode: string,
  at: Date,
): PersonStatement {
  const [name] = mrg.repetitions(7)
  return {
    source: context.source,
    sourceTime: aside(at),
    identifiers: identifiersIn(mrg.repetitions(1), context.facility || siteCode, `${mrg.name}-1`),
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

/** Assigning authorities of national numbers, as Chinese and Taiwanese senders write the identifier type (PID-3.5, table 0203). */
const nationalTypes: Record<string, string> = {
  NI: 'national-id',
  NNCHN: 'national-id',
  SFZ: 'national-id',
  NNTWN: 'national-id',
  PPN: 'passport',
}

function mapIdentifiers(pid: Fields, facility: string): PersonStatement['identifiers'] {
  const numbers = pid.repetitions(3)
  return identifiersIn(numbers.length > 0 ? numbers : pid.repetitions(2), facility, 'PID-3')
}

function identifiersIn(
  repetitions: string[][],
  facility: string,
  location: string,
): PersonStatement['identifiers'] {
  const all = repetitions
    .filter((components) => components[0])
    .map((components) => {
      const value = whole(components[0])
      const type = (components[4] ?? '').toUpperCase()
      const authority = firstPart(components[3])
      const national = nationalTypes[type]
      if (national) return { system: national, value: value.toUpperCase(), ofSite: false }
      const kind = type === '' || type === 'MR' || type === 'PI' || type === 'PK' ? 'mrn' : type.toLowerCase()
      return { system: `${kind}:${authority || facility}`, value, ofSite: kind === 'mrn' }
    })
  // A national number alone is not enough: mother and newborn often share one.
  const first =
    all.find((one) => one.ofSite) ?? all.find((one) => !Object.values(nationalTypes).includes(one.system))
  if (!first) throw new MappingError(location, 'The patient has no record number')
  const others = all.filter((one) => one.system !== first.system || one.value !== first.value)
  return [...new Map([first, ...others].map((one) => [`${one.system}|${one.value}`, one])).values()]
}

/** XPN: family ^ given; Chinese names are written without a space, Latin ones given name first. */
export function displayName(components: string[]): string {
  const [family = '', given = '', middle = ''] = components
  const surname = firstPart(family)
  if (/\p{Script=Han}/u.test(surname + given)) return surname + given
  return [given, middle, surname].filter(Boolean).join(' ')
}

function mapAddress(components: string[]): Address {
  const [street = '', other = '', city = '', province = '', postalCode = ''] = components.map(firstPart)
  const district = /^(.*?[市州盟])?(.+?[区县市旗])/.exec(city)
  return {
    use: 'home',
    text: [province, city, street, other].filter(Boolean).join(''),
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
  const phone = phoneOf(nk1.repetitions(5), country)
  return text
    ? {
        relation: nk1.component(3, 1) ?? 'OTH',
        name: text,
        phone: phone?.value ?? null,
        extension: phone?.extension ?? null,
      }
    : null
}
