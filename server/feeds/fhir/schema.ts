import { z } from 'zod'
import { type Decimal, isNumber } from './json.ts'

// The elements of FHIR R4 (4.0.1) that we read, with their cardinality, type and required codes. Other elements are stored as sent. A
// subject that is optional in FHIR may be required here, because our data belong to a person.

// Primitive types are checked for every element by element.ts; these say which one is meant.
const text = z.string()
const code = text
const date = text
const dateTime = text
const instant = text
const decimal = z.custom<Decimal>(isNumber, 'expected number')

const coding = z.looseObject({
  system: text.optional(),
  code: code.optional(),
  display: text.optional(),
})
const concept = z.looseObject({ coding: z.array(coding).optional(), text: text.optional() })
const identifier = z.looseObject({
  system: text.optional(),
  value: text.optional(),
  type: concept.optional(),
})
const reference = z.looseObject({
  reference: text.optional(),
  identifier: identifier.optional(),
  display: text.optional(),
})
const period = z.looseObject({ start: dateTime.optional(), end: dateTime.optional() })
const quantity = z.looseObject({
  value: decimal.optional(),
  comparator: z.enum(['<', '<=', '>=', '>']).optional(),
  unit: text.optional(),
  code: code.optional(),
})
const humanName = z.looseObject({
  use: z.enum(['usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden']).optional(),
  text: text.optional(),
  family: text.optional(),
  given: z.array(text).optional(),
})
const contactPoint = z.looseObject({
  system: z.enum(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']).optional(),
  value: text.optional(),
  use: z.enum(['home', 'work', 'temp', 'old', 'mobile']).optional(),
})
/** The extension geolocation: latitude and longitude inside. */
const extension = z.looseObject({
  url: text,
  extension: z.array(z.looseObject({ url: text, valueDecimal: decimal.optional() })).optional(),
})
const address = z.looseObject({
  use: z.enum(['home', 'work', 'temp', 'old', 'billing']).optional(),
  text: text.optional(),
  line: z.array(text).optional(),
  city: text.optional(),
  district: text.optional(),
  state: text.optional(),
  postalCode: text.optional(),
  extension: z.array(extension).optional(),
})
const gender = z.enum(['male', 'female', 'other', 'unknown'])

const referenceRange = z.looseObject({
  low: quantity.optional(),
  high: quantity.optional(),
  text: text.optional(),
})
/** The value of an Observation or a component. */
const valued = {
  valueQuantity: quantity.optional(),
  valueCodeableConcept: concept.optional(),
  valueString: text.optional(),
  valueBoolean: z.boolean().optional(),
  valueInteger: z.number().optional(),
  valueRange: z.looseObject({ low: quantity.optional(), high: quantity.optional() }).optional(),
  valueRatio: z.looseObject({ numerator: quantity.optional(), denominator: quantity.optional() }).optional(),
  valueTime: text.optional(),
  valueDateTime: dateTime.optional(),
  valuePeriod: period.optional(),
  dataAbsentReason: concept.optional(),
  interpretation: z.array(concept).optional(),
  referenceRange: z.array(referenceRange).optional(),
}

export type Quantity = z.infer<typeof quantity>
export type ReferenceRange = z.infer<typeof referenceRange>
export type Coding = z.infer<typeof coding>
export type Concept = z.infer<typeof concept>
export type FhirIdentifier = z.infer<typeof identifier>
export type Reference = z.infer<typeof reference>
export type HumanName = z.infer<typeof humanName>
export type ContactPoint = z.infer<typeof contactPoint>
export type FhirAddress = z.infer<typeof address>

const resource = <T extends z.ZodRawShape>(shape: T) =>
  z.looseObject({
    id: text.optional(),
    meta: z.looseObject({ lastUpdated: instant.optional() }).optional(),
    identifier: z.array(identifier).optional(),
    ...shape,
  })

export const patient = resource({
  active: z.boolean().optional(),
  name: z.array(humanName).optional(),
  telecom: z.array(contactPoint).optional(),
  gender: gender.optional(),
  birthDate: date.optional(),
  deceasedBoolean: z.boolean().optional(),
  deceasedDateTime: dateTime.optional(),
  address: z.array(address).optional(),
  maritalStatus: concept.optional(),
  link: z
    .array(z.looseObject({ other: reference, type: z.enum(['replaced-by', 'replaces', 'refer', 'seealso']) }))
    .optional(),
  communication: z
    .array(z.looseObject({ language: concept.optional(), preferred: z.boolean().optional() }))
    .optional(),
  contact: z
    .array(
      z.looseObject({
        relationship: z.array(concept).optional(),
        name: humanName.optional(),
        telecom: z.array(contactPoint).optional(),
      }),
    )
    .optional(),
})
export const relatedPerson = resource({
  patient: reference,
  relationship: z.array(concept).optional(),
  name: z.array(humanName).optional(),
  telecom: z.array(contactPoint).optional(),
  gender: gender.optional(),
  birthDate: date.optional(),
})
export const encounter = resource({
  status: z.enum([
    'planned',
    'arrived',
    'triaged',
    'in-progress',
    'onleave',
    'finished',
    'cancelled',
    'entered-in-error',
    'unknown',
  ]),
  class: coding,
  subject: reference,
  participant: z
    .array(z.looseObject({ type: z.array(concept).optional(), individual: reference.optional() }))
    .optional(),
  period: period.optional(),
  diagnosis: z.array(z.looseObject({ condition: reference, use: concept.optional() })).optional(),
  hospitalization: z.looseObject({ dischargeDisposition: concept.optional() }).optional(),
  location: z.array(z.looseObject({ location: reference, physicalType: concept.optional() })).optional(),
  serviceProvider: reference.optional(),
})
export const condition = resource({
  clinicalStatus: concept.optional(),
  verificationStatus: concept.optional(),
  category: z.array(concept).optional(),
  code: concept.optional(),
  subject: reference,
  encounter: reference.optional(),
  onsetDateTime: dateTime.optional(),
  onsetPeriod: period.optional(),
  recordedDate: dateTime.optional(),
})
export const observation = resource({
  status: z.enum([
    'registered',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'cancelled',
    'entered-in-error',
    'unknown',
  ]),
  category: z.array(concept).optional(),
  code: concept,
  subject: reference,
  encounter: reference.optional(),
  effectiveDateTime: dateTime.optional(),
  effectivePeriod: period.optional(),
  effectiveInstant: instant.optional(),
  issued: instant.optional(),
  ...valued,
  component: z.array(z.looseObject({ code: concept, ...valued })).optional(),
})
export const immunization = resource({
  status: z.enum(['completed', 'entered-in-error', 'not-done']),
  vaccineCode: concept,
  patient: reference,
  encounter: reference.optional(),
  occurrenceDateTime: dateTime.optional(),
  occurrenceString: text.optional(),
  doseQuantity: quantity.optional(),
  lotNumber: text.optional(),
}).refine((one) => one.occurrenceDateTime !== undefined || one.occurrenceString !== undefined, {
  path: ['occurrence[x]'],
  message: 'is required: occurrenceDateTime or occurrenceString',
})
export const medicationRequest = resource({
  status: z.enum([
    'active',
    'on-hold',
    'cancelled',
    'completed',
    'entered-in-error',
    'stopped',
    'draft',
    'unknown',
  ]),
  intent: z.enum([
    'proposal',
    'plan',
    'order',
    'original-order',
    'reflex-order',
    'filler-order',
    'instance-order',
    'option',
  ]),
  doNotPerform: z.boolean().optional(),
  medicationCodeableConcept: concept.optional(),
  medicationReference: reference.optional(),
  subject: reference,
  encounter: reference.optional(),
  authoredOn: dateTime.optional(),
  dosageInstruction: z.array(z.looseObject({ text: text.optional() })).optional(),
}).refine((one) => one.medicationCodeableConcept !== undefined || one.medicationReference !== undefined, {
  path: ['medication[x]'],
  message: 'is required: medicationCodeableConcept or medicationReference',
})
export const procedure = resource({
  status: z.enum([
    'preparation',
    'in-progress',
    'not-done',
    'on-hold',
    'stopped',
    'completed',
    'entered-in-error',
    'unknown',
  ]),
  code: concept.optional(),
  subject: reference,
  encounter: reference.optional(),
  performedDateTime: dateTime.optional(),
  performedPeriod: period.optional(),
})
export const allergyIntolerance = resource({
  clinicalStatus: concept.optional(),
  verificationStatus: concept.optional(),
  type: z.enum(['allergy', 'intolerance']).optional(),
  category: z.array(z.enum(['food', 'medication', 'environment', 'biologic'])).optional(),
  criticality: z.enum(['low', 'high', 'unable-to-assess']).optional(),
  code: concept.optional(),
  patient: reference,
  encounter: reference.optional(),
  onsetDateTime: dateTime.optional(),
  recordedDate: dateTime.optional(),
})
export const appointment = resource({
  status: z.enum([
    'proposed',
    'pending',
    'booked',
    'arrived',
    'fulfilled',
    'cancelled',
    'noshow',
    'entered-in-error',
    'checked-in',
    'waitlist',
  ]),
  serviceType: z.array(concept).optional(),
  appointmentType: concept.optional(),
  description: z.string().optional(),
  comment: z.string().optional(),
  cancelationReason: concept.optional(),
  slot: z.array(reference).optional(),
  start: instant.optional(),
  end: instant.optional(),
  participant: z
    .array(
      z.looseObject({
        actor: reference.optional(),
        status: z.enum(['accepted', 'declined', 'tentative', 'needs-action']),
      }),
    )
    .min(1),
})
/** Never written by FHIR. */
export const madeHere = z.looseObject({})
export const organization = resource({
  active: z.boolean().optional(),
  type: z.array(concept).optional(),
  name: text.optional(),
  partOf: reference.optional(),
}).refine((one) => one.name !== undefined || (one.identifier?.length ?? 0) > 0, {
  path: ['name'],
  message: 'is required, or an identifier (rule org-1)',
})
export const location = resource({
  status: z.enum(['active', 'suspended', 'inactive']).optional(),
  name: text.optional(),
  physicalType: concept.optional(),
  managingOrganization: reference.optional(),
})
export const practitioner = resource({
  active: z.boolean().optional(),
  name: z.array(humanName).optional(),
  telecom: z.array(contactPoint).optional(),
  gender: gender.optional(),
  birthDate: date.optional(),
})
export const practitionerRole = resource({
  active: z.boolean().optional(),
  practitioner: reference.optional(),
  organization: reference.optional(),
  location: z.array(reference).optional(),
  code: z.array(concept).optional(),
  specialty: z.array(concept).optional(),
})

type Item = { linkId: string; type?: string | undefined; item?: Item[] | undefined }
const questionItem: z.ZodType<Item> = z.lazy(() =>
  z.looseObject({ linkId: text, type: code, item: z.array(questionItem).optional() }),
)
/** External content is not fetched: neither its type nor its readers are known. */
const attachment = z
  .looseObject({ url: z.string().optional(), data: z.string().optional() })
  .refine(({ url = '', data }) => data !== undefined || !/^\w[\w+.-]*:\/\//.test(url), {
    message: 'Files at addresses elsewhere are not fetched. Send the file itself as data.',
    path: ['url'],
  })
const answerItem: z.ZodType<Item> = z.lazy(() =>
  z.looseObject({
    linkId: text,
    answer: z
      .array(
        z.looseObject({
          valueAttachment: attachment.optional(),
          item: z.array(answerItem).optional(),
        }),
      )
      .optional(),
    item: z.array(answerItem).optional(),
  }),
)
export const questionnaire = resource({
  url: text.optional(),
  title: text.optional(),
  name: text.optional(),
  date: dateTime.optional(),
  status: z.enum(['draft', 'active', 'retired', 'unknown']),
  item: z.array(questionItem).optional(),
})
/** The only type whose identifier is no list. */
export const questionnaireResponse = resource({
  identifier: identifier.optional(),
  questionnaire: text.optional(),
  status: z.enum(['in-progress', 'completed', 'amended', 'entered-in-error', 'stopped']),
  subject: reference,
  encounter: reference.optional(),
  authored: dateTime.optional(),
  item: z.array(answerItem).optional(),
})
/** Stored and returned as sent; only the patient is checked. */
export const ofSubject = resource({ subject: reference, encounter: reference.optional() })
export const ofPatient = resource({ patient: reference })
/** Pumps and scales of a ward are nobody's. */
export const device = resource({ patient: reference.optional() })
