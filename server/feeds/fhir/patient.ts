import { readEmail } from '../../../contract/email.ts'
import type { Point } from '../../../contract/geo.ts'
import { sql } from 'kysely'
import type { z } from 'zod'
import { deceasedOf } from '../../modules/event/record.ts'
import { maskAddress, maskIdentifier, maskTelecom } from '../../modules/person/mask.ts'
import { lineOf, readPhones, usualCountry } from '../../modules/person/phone.ts'
import type { Address, Identifier, PersonInput, Telecom } from '../../modules/person/upsert.ts'
import type { Db } from '../../platform/db.ts'
import { nameText } from './concept.ts'
import type { Sender } from './context.ts'
import { numberOf } from './json.ts'
import { type IdentifierSystems, isNational, ownSystem, ownValue, toFhirIdentifier } from './identifier.ts'
import type * as schema from './schema.ts'
import type { Concept, ContactPoint, FhirAddress } from './schema.ts'
import { startOf, wholeDate } from './time.ts'
import type { Resource } from './types.ts'

export type Patient = z.output<typeof schema.patient>

/** A Patient in our terms. The first identifier is the hospital's own number, which decides the identity. */
export function toPersonInput(patient: Patient, sender: Sender, fallback: Identifier): PersonInput {
  const deceased = patient.deceasedDateTime
  return {
    source: sender.source,
    sourceTime: sender.at,
    identifiers: identifiersOf(patient, sender, fallback),
    name: nameText(patient.name),
    sex: patient.gender === 'unknown' ? null : (patient.gender ?? null),
    birthDate: wholeDate(patient.birthDate),
    deceasedAt: startOf(deceased, sender.site.timeZone),
    deceased: deceased !== undefined || patient.deceasedBoolean === true,
    maritalStatus: patient.maritalStatus?.coding?.[0]?.code ?? null,
    language: languageOf(patient.communication),
    telecoms: (patient.telecom ?? []).flatMap((one) => toTelecom(one, sender.site.country)),
    addresses: (patient.address ?? [])
      .filter((one) => one.use !== 'old')
      .slice(0, 1)
      .map(toAddress),
    relationships: (patient.contact ?? []).flatMap((one) => {
      const name = one.name && nameText([one.name])
      return name ? [toRelationship(name, one.relationship, one.telecom, sender.site.country)] : []
    }),
  }
}

function identifiersOf(patient: Patient, sender: Sender, fallback: Identifier): Identifier[] {
  const all = (patient.identifier ?? []).flatMap((one): Identifier[] => {
    const system = ownSystem(one, sender.systems)
    if (!system || !one.value) return []
    const siteId = system.startsWith('mrn:') ? sender.sites.get(system.slice('mrn:'.length)) : undefined
    return [{ system, value: ownValue(system, one.value), siteId: siteId ?? null }]
  })
  // A national number alone is not enough: mother and newborn often share one.
  const first =
    all.find((one) => one.system.startsWith('mrn:')) ?? all.find((one) => !isNational(one.system)) ?? fallback
  // A sender bound to one site identifies persons by numbers of that site only. Other numbers must be confirmed by name, sex and birth
  // date; otherwise knowing a number would give access to another hospital's patient.
  const bound = !sender.reach.all && first.siteId === null
  const own = bound ? { system: `fhir:${sender.site.code}`, value: `${first.system}|${first.value}` } : first
  const siteId = first.siteId ?? sender.site.id
  const others = all.filter((one) => one.system !== own.system || one.value !== own.value)
  return [{ ...own, siteId }, ...new Map(others.map((one) => [`${one.system}|${one.value}`, one])).values()]
}

/** The preferred language, else the first. */
function languageOf(all: Patient['communication'] = []): string | null {
  const { language } = all.find((one) => one.preferred) ?? all[0] ?? {}
  return language?.coding?.[0]?.code ?? language?.text ?? null
}

export function toRelationship(
  name: string,
  relationship: Concept[] | undefined,
  telecom: ContactPoint[] | undefined,
  country: string,
): PersonInput['relationships'][number] {
  const phone = (telecom ?? [])
    .flatMap((one) => toTelecom(one, country))
    .find((one) => one.system === 'phone')
  return {
    relation: relationship?.[0]?.coding?.[0]?.code ?? relationship?.[0]?.text ?? 'OTH',
    name,
    phone: phone?.value ?? null,
    extension: phone?.extension ?? null,
  }
}

export function toTelecom({ system, value, use }: ContactPoint, country: string): Telecom[] {
  if (!value || use === 'old') return []
  const of = use === 'home' || use === 'work' || use === 'mobile' ? use : 'other'
  if (system === 'email') {
    const address = readEmail(value)
    return address === null ? [] : [{ system: 'email', value: address, use: of }]
  }
  if (system !== 'phone' && system !== 'sms') return []
  return readPhones(value, country).map((phone) => ({
    system: 'phone',
    use: use === undefined ? lineOf(phone.value) : of,
    ...phone,
  }))
}

function toAddress(one: FhirAddress): Address {
  const { line = [], city, district, state, postalCode } = one
  const parts = [state, city, district, ...line].filter((part) => part !== undefined)
  const text =
    one.text ?? (/\p{Script=Han}/u.test(parts.join('')) ? parts.join('') : parts.reverse().join(', '))
  return {
    use: 'home',
    text,
    district: district ?? null,
    city: city ?? null,
    province: state ?? null,
    postalCode: postalCode ?? null,
    position: positionOf(one),
  }
}

const geolocation = 'http://hl7.org/fhir/StructureDefinition/geolocation'

/** The standard extension geolocation (FHIR R4), if both coordinates are present and valid. */
function positionOf(one: FhirAddress): Point | null {
  const parts = one.extension?.find((extension) => extension.url === geolocation)?.extension ?? []
  const degrees = (url: string, most: number) => {
    const value = parts.find((part) => part.url === url)?.valueDecimal
    const number = value === undefined ? null : numberOf(value)
    return number !== null && Math.abs(number) <= most ? number : null
  }
  const [latitude, longitude] = [degrees('latitude', 90), degrees('longitude', 180)]
  return latitude !== null && longitude !== null ? { latitude, longitude } : null
}

function geolocationOf({ latitude, longitude }: PersonRow['addresses'][number]) {
  if (latitude === null || longitude === null) return {}
  const inside = [
    { url: 'latitude', valueDecimal: latitude },
    { url: 'longitude', valueDecimal: longitude },
  ]
  return { extension: [{ url: geolocation, extension: inside }] }
}

/** A stored person. */
export type PersonRow = {
  id: number
  name: string
  sex: 'male' | 'female' | 'other' | 'unknown'
  birth_date: string | null
  deceased: boolean
  deceased_at: Date | null
  marital_status: string | null
  updated_at: Date
  /** The record this one was merged into, and those merged into this one. */
  survivor_id: number | null
  merged_ids: number[]
  identifiers: { system: string; value: string }[]
  telecoms: {
    system: Telecom['system']
    value: string
    extension: string | null
    use: Telecom['use']
    valid: boolean
  }[]
  addresses: {
    text: string
    district: string | null
    city: string | null
    province: string | null
    postal_code: string | null
    latitude: number | null
    longitude: number | null
  }[]
  relationships: { relation: string; name: string; phone: string | null }[]
  /** Ids known to FHIR senders. */
  fhir_ids: string[]
}

/** Persons with their parts, in one statement. */
export async function loadPersons(db: Db, ids: number[]): Promise<Map<number, PersonRow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<PersonRow>`
    select p.id, p.name, p.sex, p.birth_date, ${deceasedOf(sql`p.id`, sql`p.deceased`)} as deceased, p.deceased_at,
      p.marital_status, p.updated_at, p.survivor_id, array(select m.id from person m where m.survivor_id = p.id order by m.id) as merged_ids,
      (select coalesce(jsonb_agg(to_jsonb(i) order by i.system, i.value), '[]') from person_identifier i where i.person_id = p.id) as identifiers,
      (select coalesce(jsonb_agg(to_jsonb(t) order by t.valid desc, t.updated_at desc, t.id), '[]') from person_telecom t where t.person_id = p.id) as telecoms,
      (select coalesce(jsonb_agg(to_jsonb(a) order by a.id), '[]') from person_address a where a.person_id = p.id) as addresses,
      (select coalesce(jsonb_agg(to_jsonb(k) order by k.id), '[]') from person_relationship k where k.person_id = p.id) as relationships,
      array(select r.id from fhir_resource r where r.type = 'Patient' and r.person_id = p.id order by r.seq) as fhir_ids
    from person p where p.id = any(${[...new Set(ids)]}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * The current Patient: the state of the tables, plus all elements of the stored resource that we do not model.
 * @param sent the stored resource, if any
 */
export function composePatient(
  row: PersonRow,
  id: string,
  sent: Resource | undefined,
  systems: IdentifierSystems,
): Resource {
  const original = (sent ?? {}) as Partial<Patient>
  const { deceasedBoolean, deceasedDateTime, ...rest } = original
  const numbers = new Set((original.identifier ?? []).map((one) => one.value?.trim().toUpperCase()))
  const identifier = [
    ...(original.identifier ?? []),
    ...row.identifiers
      .filter((one) => !numbers.has(one.value.toUpperCase()) && !one.system.startsWith('fhir:'))
      .map((one) => toFhirIdentifier(one, systems)),
  ]
  const birthDate = row.birth_date ?? original.birthDate
  return {
    ...rest,
    resourceType: 'Patient',
    id,
    ...(identifier.length > 0 && { identifier }),
    name: nameText(original.name) === row.name ? original.name : [{ use: 'official', text: row.name }],
    ...telecomOf(row, original),
    gender: row.sex,
    ...(birthDate !== undefined && { birthDate }),
    ...(row.deceased && {
      ...(deceasedDateTime !== undefined && sameTime(deceasedDateTime, row.deceased_at)
        ? { deceasedDateTime }
        : row.deceased_at
          ? { deceasedDateTime: row.deceased_at.toISOString() }
          : { deceasedBoolean: true }),
    }),
    ...(!row.deceased && deceasedBoolean === false && { deceasedBoolean }),
    ...addressOf(row, original),
    ...(row.marital_status && {
      maritalStatus:
        original.maritalStatus?.coding?.[0]?.code === row.marital_status
          ? original.maritalStatus
          : {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus',
                  code: row.marital_status,
                },
              ],
            },
    }),
    ...contactOf(row, original),
    ...linksOf(row, id, original.link),
  }
}

/** Other ids of the same record, and merged records. */
function linksOf(row: PersonRow, id: string, sent: Patient['link'] = []) {
  const to = (type: string) => (other: string | number) => ({
    other: { reference: `Patient/${other}` },
    type,
  })
  const link = [
    ...[...new Set([String(row.id), ...row.fhir_ids])].filter((other) => other !== id).map(to('seealso')),
    ...row.merged_ids.map(to('replaces')),
    ...(row.survivor_id === null ? [] : [row.survivor_id]).map(to('replaced-by')),
  ]
  const ours = new Set(link.map((one) => one.other.reference))
  const all = [...sent.filter((one) => !ours.has(one.other.reference ?? '')), ...link]
  return {
    ...(row.survivor_id !== null && { active: false }),
    ...(all.length > 0 && { link: all }),
  }
}

/** A date without a time was kept as its first moment in the zone of its site, which is at most 14 hours from UTC. */
function sameTime(text: string, at: Date | null): boolean {
  const apart = at && Math.abs((startOf(text, 'UTC')?.getTime() ?? 0) - at.getTime())
  if (apart === null) return false
  return text.includes('T') ? apart === 0 : apart <= 14 * 3_600_000 && apart % 900_000 === 0
}

function telecomOf(row: PersonRow, original: Partial<Patient>) {
  const said = new Set<PersonRow['telecoms'][number]>()
  const sent = (original.telecom ?? []).map((one) => {
    // Without its country code a number was completed when it was stored.
    const read = toTelecom(one, usualCountry)
    const digits = { system: 'phone', value: (one.value ?? '').replaceAll(/\D/g, '') }
    const ends = [...read, ...(read[0]?.system === 'phone' ? [digits] : [])]
    const ours = row.telecoms.filter((known) =>
      ends.some(
        ({ system, value }) => system === known.system && known.value.endsWith(value.replace(/^0+/, '')),
      ),
    )
    for (const known of ours) said.add(known)
    // A number marked as wrong is returned with use `old`.
    return ours.some((known) => !known.valid) ? { ...one, use: 'old' as const } : one
  })
  const others = row.telecoms.filter((known) => !said.has(known)).map(toContactPoint)
  return sent.length + others.length > 0 ? { telecom: [...sent, ...others] } : {}
}

function toContactPoint({
  system,
  value,
  extension,
  use,
  valid,
}: PersonRow['telecoms'][number]): ContactPoint {
  return {
    system: system === 'phone' || system === 'email' ? system : 'other',
    value: extension ? `${value};ext=${extension}` : value,
    ...(valid ? use !== 'other' && { use } : { use: 'old' as const }),
  }
}

function addressOf(row: PersonRow, original: Partial<Patient>) {
  const [ours] = row.addresses
  if (!ours) return original.address ? { address: original.address } : {}
  const current = (original.address ?? []).find((one) => one.use !== 'old')
  if (current && toAddress(current).text === ours.text) return { address: original.address }
  const { text, district, city, province, postal_code: postalCode } = ours
  return {
    address: [
      {
        use: 'home' as const,
        text,
        ...(district && { district }),
        ...(city && { city }),
        ...(province && { state: province }),
        ...(postalCode && { postalCode }),
        ...geolocationOf(ours),
      },
    ],
  }
}

function contactOf(row: PersonRow, original: Partial<Patient>) {
  const names = new Set((original.contact ?? []).map((one) => one.name && nameText([one.name])))
  const others = row.relationships
    .filter((one) => !names.has(one.name))
    .map(({ relation, name, phone }) => ({
      relationship: [{ coding: [{ code: relation }] }],
      name: { text: name },
      ...(phone && { telecom: [{ system: 'phone' as const, value: phone }] }),
    }))
  const contact = [...(original.contact ?? []), ...others]
  return contact.length > 0 ? { contact } : {}
}

/** The view for readers of persons without the right to export contact data: the same as on the screen (S21). */
export function maskedPatient(row: PersonRow, id: string, systems: IdentifierSystems): Resource {
  const plain = composePatient(
    {
      ...row,
      identifiers: row.identifiers.map((one) =>
        one.system.startsWith('mrn:') ? one : { ...one, value: maskIdentifier(one.value) },
      ),
      telecoms: row.telecoms.map(({ system, value, use, valid }) => ({
        system,
        value: maskTelecom({ system, value }),
        extension: null,
        use,
        valid,
      })),
      addresses: row.addresses.map(({ district, city, province }) => ({
        text: maskAddress({ city, district }),
        district,
        city,
        province,
        postal_code: null,
        latitude: null,
        longitude: null,
      })),
      relationships: row.relationships.map(({ relation, name, phone }) => ({
        relation,
        name,
        phone: phone && maskTelecom({ system: 'phone', value: phone }),
      })),
    },
    id,
    undefined,
    systems,
  )
  return plain
}
