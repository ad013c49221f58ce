/**
 * All facts of a person for conditions, each defined once. The server has one SQL expression per fact (`server/modules/person/fact.ts`),
 * used for segments and look-ups; its names in three languages are under `questionnaires.fact`.
 */
export const personFacts = {
  'person.sex': 'choice',
  'person.ageYears': 'number',
  'person.birthDate': 'date',
  'person.language': 'text',
  'person.city': 'text',
  'person.district': 'text',
  /** never, in-hospital, after-discharge (30 days), active (a visit within a year), lapsed */
  'person.stage': 'choice',
  'person.departmentCode': 'choice',
  'person.conditionCodes': 'codes',
  'person.visits': 'number',
  'person.stays': 'number',
  'person.visitsInYear': 'number',
  'person.staysInYear': 'number',
  'person.chargesInYear': 'number',
  'person.daysSinceVisit': 'number',
  'person.daysSinceDischarge': 'number',
  'person.daysUntilVisit': 'number',
  'person.firstVisitDate': 'date',
  'person.lastVisitDate': 'date',
  'person.lastDischargeDate': 'date',
  'person.nextVisitDate': 'date',
  'person.segments': 'codes',
  /** Consents that stand, as `purpose:channel`, such as `marketing:all`. */
  'person.consents': 'codes',
  /** Refusals of contact, as `purpose:channel`. */
  'person.optOuts': 'codes',
} as const satisfies Record<string, FactType>

export type FactType = 'number' | 'text' | 'choice' | 'codes' | 'date' | 'boolean'
export type PersonFact = keyof typeof personFacts
export const personFactNames = Object.keys(personFacts) as PersonFact[]
/** A date of a person that schedules can count from. */
export const dateFacts = personFactNames.filter((name) => personFacts[name] === 'date')

export const stages = ['never', 'in-hospital', 'after-discharge', 'active', 'lapsed'] as const

export function isPersonFact(name: string): name is PersonFact {
  return Object.hasOwn(personFacts, name)
}
