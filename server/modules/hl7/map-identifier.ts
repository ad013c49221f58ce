import type { Identifier } from '../person/upsert.ts'
import type { SenderContext } from './map-adt.ts'
import { authorityParts, type Fields, whole } from './fields.ts'
import { MappingError } from './note.ts'

/** A number of a person; sites are still codes. */
export type StatedIdentifier = Omit<Identifier, 'siteId'> & { ofSite: boolean }

/** Identifier types (PID-3.5, table 0203, and what Chinese and Taiwanese senders write) of numbers that a country assigns. */
const nationalTypes: Record<string, string> = {
  NI: 'national-id',
  NNCHN: 'national-id',
  SFZ: 'national-id',
  NNTWN: 'national-id',
  PPN: 'passport',
}
const isNational = (one: StatedIdentifier) => Object.values(nationalTypes).includes(one.system)

/** A mainland identity number (GB 11643-1999, 15 digits before) or one of Taiwan: senders put them into PID-19 without a type. */
const nationalNumber = /^(?:\d{15}|\d{17}[\dX]|[A-Z][1289A-D]\d{8})$/

/**
 * All numbers of a patient (PID-3, -2, -4, -18, -19, -20), the record number first. PID-18 is the account, PID-19 in China the identity
 * number.
 * @throws {MappingError} no record number
 */
export function identifiersOf(pid: Fields, context: SenderContext, facility: string): StatedIdentifier[] {
  const listed = pid.repetitions(3)
  const numbers = listed.length > 0 ? listed : pid.repetitions(2)
  const record = recordIdentifiers(numbers, context, facility, `${pid.name}-3`)
  const others = [
    ...(listed.length > 0
      ? pid.repetitions(2).flatMap((one) => identifier(one, context, facility, 'PT'))
      : []),
    ...pid.repetitions(4).flatMap((one) => identifier(one, context, facility, 'ALT')),
    ...pid.repetitions(18).flatMap((one) => identifier(one, context, facility, 'AN')),
    ...pid.repetitions(19).flatMap((one) => identifier(one, context, facility, 'SS')),
    ...pid
      .repetitions(20)
      .flatMap(([number = '', state = '']) =>
        number ? [{ system: `dl:${state || facility}`, value: number, ofSite: false }] : [],
      ),
  ]
  // A number that only repeats the record number says nothing new.
  const known = new Set(record.map((one) => one.value))
  const fresh = others.filter((one) => !known.has(one.value))
  return [...new Map([...record, ...fresh].map((one) => [`${one.system}|${one.value}`, one])).values()]
}

/** Numbers of a list that must hold a record number, which comes first. @throws {MappingError} it holds none */
export function recordIdentifiers(
  repetitions: string[][],
  context: SenderContext,
  facility: string,
  location: string,
): StatedIdentifier[] {
  const all = repetitions.flatMap((one) => identifier(one, context, facility, 'MR'))
  // A national number alone is not enough: mother and newborn often share one.
  const first = all.find((one) => one.ofSite) ?? all.find((one) => !isNational(one))
  if (!first) throw new MappingError(location, 'The patient has no record number')
  return [first, ...all.filter((one) => one.system !== first.system || one.value !== first.value)]
}

function identifier(
  components: string[],
  context: SenderContext,
  facility: string,
  usualType: string,
): StatedIdentifier[] {
  const value = whole(components[0])
  // Zeros stand for no number: under them strangers would be one person.
  if (/^0*$/.test(value)) return []
  const type = (components[4] ?? '').toUpperCase() || usualType
  const plain = value.replaceAll(/\s/g, '').toUpperCase()
  const national =
    nationalTypes[type] ?? (type === 'SS' && nationalNumber.test(plain) ? 'national-id' : undefined)
  if (national) return [{ system: national, value: plain, ofSite: false }]
  const kind = ['MR', 'PI', 'PK'].includes(type) ? 'mrn' : type.toLowerCase()
  const { name, written } = authorityOf(components, context, facility)
  return [
    {
      system: `${kind}:${written}`,
      value,
      ofSite: kind === 'mrn',
      // Before version 0.3 the name alone was the authority.
      ...(written !== name && name && { formerSystem: `${kind}:${name}` }),
    },
  ]
}

/**
 * The authority that assigned a number: CX.4 whole, else CX.6, else the sending facility. Two houses may use one name, and two names may
 * share an id: only what is equal in all parts is one authority. A careless sender's profile says what to go by instead.
 */
function authorityOf(
  components: string[],
  { authority }: SenderContext,
  facility: string,
): { name: string; written: string } {
  if (authority === 'facility') return { name: facility, written: facility }
  const own = authorityParts(components[3])
  const parts = own.name || own.id ? own : authorityParts(components[5])
  const { name, id, type } = parts
  if (id === '' || (authority === 'name' && name !== ''))
    return { name: name || facility, written: name || facility }
  // As FHIR writes an OID, so that both feeds mean one authority.
  const bare = type === 'ISO' || /^[\d.]+$/.test(id) ? `urn:oid:${id}` : id
  return { name: name || facility, written: name ? `${name}&${id}&${type}` : bare }
}
