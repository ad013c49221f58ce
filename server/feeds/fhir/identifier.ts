import type { FhirIdentifier } from './schema.ts'

/** From the settings: the sender's identifier system → ours, such as `http://his.example/mrn` → `mrn:NH`. */
export type IdentifierSystems = { toOurs: Map<string, string>; toFhir: Map<string, string> }

/** Reads `uri=mrn:NH; uri=national-id`. */
export function identifierSystems(setting: string): IdentifierSystems {
  const pairs = setting
    .split(/[;,\s]+/)
    .map((pair) => /^(.+)=([^=]+)$/.exec(pair))
    .flatMap((match) => (match?.[1] && match[2] ? [[match[1], match[2]] as const] : []))
  return { toOurs: new Map(pairs), toFhir: new Map(pairs.map(([uri, ours]) => [ours, uri])) }
}

/** National identifiers, by identifier type (table 0203 of HL7 v2, as in FHIR). */
const nationalTypes: Record<string, string> = {
  NI: 'national-id',
  NNCHN: 'national-id',
  NNTWN: 'national-id',
  // TW Core: the country is a suffix of the code.
  NNXXX: 'national-id',
  PPN: 'passport',
}
/** Registers of countries: TW Core (twcore.mohw.gov.tw/ig/twcore), and the OID of the identity card in Chinese health records (WS/T 306). */
const registers: Record<string, string> = {
  'http://www.moi.gov.tw': 'national-id',
  'http://www.boca.gov.tw': 'passport',
  'urn:oid:2.16.156.10011.1.3': 'national-id',
}
const recordTypes = new Set(['MR', 'PI', 'PK'])
const own = 'urn:careloop:'

/**
 * Our name of an identifier's system, shared with HL7. Null without a value, and without a system: a bare number is everybody's, so it
 * identifies nobody. Only types that name their authority, such as the country's, stand without one.
 */
export function ownSystem(identifier: FhirIdentifier, systems: IdentifierSystems): string | null {
  const { system, value, type } = identifier
  if (!value?.trim()) return null
  const known = system === undefined ? undefined : ownName(system, systems)
  if (known) return known
  const code = type?.coding?.find((one) => one.code)?.code?.toUpperCase()
  const national = code && nationalTypes[code]
  if (national) return national
  if (system === undefined) return null
  const kind = code === undefined ? 'id' : recordTypes.has(code) ? 'mrn' : code.toLowerCase()
  return `${kind}:${system}`
}

export const isNational = (system: string) => system === 'national-id' || system === 'passport'

/** Normalises a value: some senders write the final X of identity numbers in lower case. */
export function ownValue(system: string, value: string): string {
  return isNational(system) ? value.trim().toUpperCase() : value.trim()
}

/** An identifier of ours as FHIR writes it. */
export function toFhirIdentifier(
  one: { system: string; value: string },
  systems: IdentifierSystems,
): FhirIdentifier {
  const [kind = '', ...rest] = one.system.split(':')
  const authority = rest.join(':')
  const codes: Record<string, string> = { mrn: 'MR', 'national-id': 'NI', passport: 'PPN' }
  const code = codes[kind] ?? (kind === 'id' ? undefined : kind.toUpperCase())
  const system =
    systems.toFhir.get(one.system) ?? (authority.includes(':') ? authority : `${own}${one.system}`)
  return {
    ...(code && {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] },
    }),
    system,
    value: one.value,
  }
}

/** Our name of a FHIR system, if it does not depend on the identifier's type. */
export function ownName(system: string, systems: IdentifierSystems): string | undefined {
  return (
    systems.toOurs.get(system) ??
    registers[system.replace(/\/$/, '')] ??
    (system.startsWith(own) ? system.slice(own.length) : undefined)
  )
}
