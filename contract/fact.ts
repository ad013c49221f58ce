import type { Permission } from './access.ts'

export type FactType = 'number' | 'text' | 'choice' | 'codes' | 'date' | 'boolean'

type Definition = {
  type: FactType
  /** What a rule's author has to be allowed besides segments; without it, nothing more. */
  needs?: Permission
  /** About money or value: closed to whatever orders clinical work, see {@link ClinicalFact}. */
  worth?: true
}

/**
 * All facts of a person for conditions, each defined once. The server has one SQL expression per fact (`server/modules/person/fact.ts`),
 * used for segments and look-ups; its names in three languages are under `questionnaires.fact`.
 */
export const personFacts = {
  'person.sex': { type: 'choice' },
  'person.ageYears': { type: 'number' },
  'person.birthDate': { type: 'date' },
  'person.language': { type: 'text' },
  'person.city': { type: 'text' },
  'person.district': { type: 'text' },
  /** From the home address to the site of the last visit, as the crow flies; unknown without a position. */
  'person.distanceKm': { type: 'number' },
  /** never, in-hospital, after-discharge (30 days), active (a visit within a year), lapsed */
  'person.stage': { type: 'choice' },
  'person.departmentCode': { type: 'choice' },
  'person.conditionCodes': { type: 'codes', needs: 'person.read' },
  'person.visits': { type: 'number' },
  'person.stays': { type: 'number' },
  'person.visitsInYear': { type: 'number' },
  'person.staysInYear': { type: 'number' },
  'person.chargesInYear': { type: 'number', needs: 'figure.read', worth: true },
  'person.daysSinceFirstVisit': { type: 'number' },
  'person.daysSinceVisit': { type: 'number' },
  'person.daysSinceDischarge': { type: 'number' },
  'person.daysUntilVisit': { type: 'number' },
  'person.firstVisitDate': { type: 'date' },
  'person.lastVisitDate': { type: 'date' },
  'person.lastDischargeDate': { type: 'date' },
  'person.nextVisitDate': { type: 'date' },
  'person.segments': { type: 'codes' },
  /** Persons reached by the same number or address, including the person. */
  'person.householdSize': { type: 'number', needs: 'person.read' },
  /** Consents that stand, as `purpose:channel`, such as `marketing:all`. */
  'person.consents': { type: 'codes', needs: 'person.read' },
  /** Refusals of contact, as `purpose:channel`. */
  'person.optOuts': { type: 'codes', needs: 'person.read' },
} as const satisfies Record<string, Definition>

export type PersonFact = keyof typeof personFacts
/** What is worth money, or who is: never a reason to treat somebody sooner [A26 D46]. */
export type WorthFact = {
  [Name in PersonFact]: (typeof personFacts)[Name] extends { worth: true } ? Name : never
}[PersonFact]
/** Facts that may order clinical work. */
export type ClinicalFact = Exclude<PersonFact, WorthFact>

export const personFactNames = Object.keys(personFacts) as PersonFact[]
export const clinicalFactNames = personFactNames.filter(
  (name): name is ClinicalFact => !('worth' in personFacts[name]),
)
/** The definition of a fact, without its literal type. */
export const factOf = (name: PersonFact): Definition => personFacts[name]
/** A date of a person that schedules can count from. */
export const dateFacts = personFactNames.filter((name) => personFacts[name].type === 'date')

export const stages = ['never', 'in-hospital', 'after-discharge', 'active', 'lapsed'] as const

export function isPersonFact(name: string): name is PersonFact {
  return Object.hasOwn(personFacts, name)
}
