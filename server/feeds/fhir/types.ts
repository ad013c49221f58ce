import type { z } from 'zod'
import type { Permission } from '../../../contract/access.ts'
import type { ClinicalFact, EventKind } from '../../../contract/timeline.ts'
import { conceptTerms, factCode, withdrawnAs } from './concept.ts'
import * as schema from './schema.ts'
import type { Concept, Reference } from './schema.ts'
import { observed, quantityText } from './value.ts'

/** A resource as JSON; details are in its schema. */
export type Resource = { resourceType: string; id?: string; [element: string]: unknown }

/** A search parameter; `on`: how it is searched (see `search.ts`). */
export type SearchParameter = {
  type: 'token' | 'string' | 'date' | 'reference' | 'uri'
  on:
    | 'identifier'
    | 'term'
    | 'name'
    | 'phone'
    | 'date'
    | 'birthdate'
    | 'gender'
    | 'person'
    | 'encounter-status'
    | 'url'
    | 'version'
    | 'named'
}

type When = { start?: string | undefined; end?: string | undefined }
type Fact = { kind: EventKind; data: ClinicalFact | { title: string; status: string } }

export type Definition = {
  schema: z.ZodType
  /** FHIRPath of the reference to the patient; null for types without a person. */
  patientPath: string | null
  patient: (resource: never) => Reference | undefined
  /** Whether it may be of no person at all. */
  mayLackPatient: boolean
  encounter: (resource: never) => Reference | undefined
  /** Its time, for date search and timeline. */
  when: (resource: never) => When
  terms: (resource: never) => string[]
  /** What the timeline shows of it. */
  facts: (resource: never) => Fact[]
  search: Record<string, SearchParameter>
  /** Patient, Encounter and Condition: read from their tables, so that changes by HL7 and staff are included. */
  composed: boolean
  /** Made here (sessions and their places): FHIR reads and searches them, and changes them by booking. */
  readOnly: boolean
  /** What reading takes, beyond reading persons. */
  permission: Permission
}

type Parts<T> = {
  patient?: [path: string, get: (resource: T) => Reference | undefined]
  mayLackPatient?: boolean
  encounter?: (resource: T) => Reference | undefined
  when?: (resource: T) => When
  terms?: (resource: T) => string[]
  facts?: (resource: T) => Fact[]
  search?: Record<string, SearchParameter>
  composed?: boolean
  readOnly?: boolean
  permission?: Permission
}

const by = (type: SearchParameter['type'], on: SearchParameter['on']): SearchParameter => ({ type, on })
const token = by('token', 'term')
const person = by('reference', 'person')
const at = by('date', 'date')
const named = by('reference', 'named')

function define<S extends z.ZodType>(schemaOf: S, parts: Parts<z.output<S>>): Definition {
  const [patientPath, patient] = parts.patient ?? [null, () => undefined]
  return {
    schema: schemaOf,
    patientPath,
    patient: patient,
    mayLackPatient: parts.mayLackPatient ?? false,
    encounter: parts.encounter ?? (() => undefined),
    when: parts.when ?? (() => ({})),
    terms: parts.terms ?? (() => []),
    facts: parts.facts ?? (() => []),
    search: {
      identifier: by('token', 'identifier'),
      ...(patientPath !== null && { patient: person }),
      ...(patientPath === 'subject' && { subject: person }),
      ...parts.search,
    },
    composed: parts.composed ?? false,
    readOnly: parts.readOnly ?? false,
    permission: parts.permission ?? 'person.read',
  }
}

const instantOf = (text: string | undefined): When => ({ start: text, end: text })

/** Withdrawn by its verification, else its clinical status. */
const statusOf = (one: { verificationStatus?: Concept | undefined; clinicalStatus?: Concept | undefined }) =>
  withdrawnAs(one.verificationStatus) ?? one.clinicalStatus?.coding?.[0]?.code

const appointmentKinds: Partial<Record<string, EventKind>> = {
  booked: 'appointment.booked',
  pending: 'appointment.booked',
  cancelled: 'appointment.cancelled',
  'entered-in-error': 'appointment.cancelled',
  noshow: 'appointment.missed',
}

const kept = define(schema.ofSubject, {
  patient: ['subject', (one) => one.subject],
  encounter: (one) => one.encounter,
})
const keptOfPatient = define(schema.ofPatient, { patient: ['patient', (one) => one.patient] })

/** All supported resource types. The CapabilityStatement is generated from this. */
export const definitions: Partial<Record<string, Definition>> = {
  Patient: define(schema.patient, {
    composed: true,
    search: {
      name: by('string', 'name'),
      phone: by('token', 'phone'),
      birthdate: by('date', 'birthdate'),
      gender: by('token', 'gender'),
    },
  }),
  RelatedPerson: define(schema.relatedPerson, {
    patient: ['patient', (one) => one.patient],
    when: (one) => instantOf(one.birthDate),
    search: { name: by('string', 'name'), phone: by('token', 'phone'), birthdate: at },
  }),
  Encounter: define(schema.encounter, {
    composed: true,
    patient: ['subject', (one) => one.subject],
    when: (one) => one.period ?? {},
    terms: (one) => [`status:${one.status}`],
    search: { date: at, status: by('token', 'encounter-status') },
  }),
  Condition: define(schema.condition, {
    composed: true,
    patient: ['subject', (one) => one.subject],
    encounter: (one) => one.encounter,
    when: (one) => one.onsetPeriod ?? instantOf(one.onsetDateTime ?? one.recordedDate),
    terms: (one) => [
      ...conceptTerms('code', [one.code]),
      ...conceptTerms('clinical-status', [one.clinicalStatus]),
      ...conceptTerms('category', one.category ?? []),
    ],
    facts: (one) => [
      { kind: 'condition.recorded', data: { code: factCode(one.code, 'Condition'), status: statusOf(one) } },
    ],
    search: { code: token, 'clinical-status': token, category: token, 'onset-date': at },
  }),
  Observation: define(schema.observation, {
    patient: ['subject', (one) => one.subject],
    encounter: (one) => one.encounter,
    when: (one) =>
      one.effectivePeriod ?? instantOf(one.effectiveDateTime ?? one.effectiveInstant ?? one.issued),
    terms: (one) => [
      `status:${one.status}`,
      ...conceptTerms('code', [one.code]),
      ...conceptTerms('category', one.category ?? []),
    ],
    facts: (one) => observed(one).map((data) => ({ kind: 'observation.recorded', data })),
    search: { code: token, category: token, status: token, date: at },
  }),
  Immunization: define(schema.immunization, {
    patient: ['patient', (one) => one.patient],
    encounter: (one) => one.encounter,
    when: (one) => instantOf(one.occurrenceDateTime),
    terms: (one) => [`status:${one.status}`, ...conceptTerms('vaccine-code', [one.vaccineCode])],
    facts: (one) =>
      one.status === 'not-done'
        ? []
        : [
            {
              kind: 'immunization.recorded',
              data: {
                code: factCode(one.vaccineCode, 'Immunization'),
                status: one.status,
                dose: quantityText(one.doseQuantity),
              },
            },
          ],
    search: { 'vaccine-code': token, status: token, date: at },
  }),
  MedicationRequest: define(schema.medicationRequest, {
    patient: ['subject', (one) => one.subject],
    encounter: (one) => one.encounter,
    when: (one) => instantOf(one.authoredOn),
    terms: (one) => [
      `status:${one.status}`,
      `intent:${one.intent}`,
      ...conceptTerms('code', [one.medicationCodeableConcept]),
    ],
    facts: (one) => [
      {
        kind: 'medication.requested',
        data: {
          code: factCode(one.medicationCodeableConcept, one.medicationReference?.display ?? 'Medication'),
          status: one.doNotPerform === true && one.status === 'active' ? 'do-not-perform' : one.status,
          dose: one.dosageInstruction?.[0]?.text,
        },
      },
    ],
    search: { code: token, status: token, intent: token, authoredon: at },
  }),
  Procedure: define(schema.procedure, {
    patient: ['subject', (one) => one.subject],
    encounter: (one) => one.encounter,
    when: (one) => one.performedPeriod ?? instantOf(one.performedDateTime),
    terms: (one) => [`status:${one.status}`, ...conceptTerms('code', [one.code])],
    facts: (one) =>
      one.status === 'not-done' || one.status === 'preparation'
        ? []
        : [
            {
              kind: 'procedure.performed',
              data: { code: factCode(one.code, 'Procedure'), status: one.status },
            },
          ],
    search: { code: token, status: token, date: at },
  }),
  AllergyIntolerance: define(schema.allergyIntolerance, {
    patient: ['patient', (one) => one.patient],
    encounter: (one) => one.encounter,
    when: (one) => instantOf(one.recordedDate ?? one.onsetDateTime),
    terms: (one) => [
      ...conceptTerms('code', [one.code]),
      ...conceptTerms('clinical-status', [one.clinicalStatus]),
    ],
    facts: (one) => [
      { kind: 'allergy.recorded', data: { code: factCode(one.code, 'Allergy'), status: statusOf(one) } },
    ],
    search: { code: token, 'clinical-status': token, date: at },
  }),
  Appointment: define(schema.appointment, {
    patient: [
      'participant.actor',
      (one) =>
        one.participant
          .map((participant) => participant.actor)
          .find((actor) => actor?.reference?.startsWith('Patient/')),
    ],
    when: (one) => ({ start: one.start, end: one.end }),
    terms: (one) => [`status:${one.status}`, ...conceptTerms('service-type', one.serviceType ?? [])],
    facts: (one) => {
      const kind = appointmentKinds[one.status]
      const code = factCode(one.serviceType?.[0] ?? one.appointmentType, one.description ?? 'Appointment')
      const performer = one.participant
        .map(({ actor }) => actor)
        .find((actor) => actor?.display && !actor.reference?.startsWith('Patient/'))?.display
      return kind
        ? [{ kind, data: { code, status: one.status, start: one.start, end: one.end, performer } }]
        : []
    },
    search: { status: token, 'service-type': token, date: at, slot: named },
  }),
  Schedule: define(schema.madeHere, {
    readOnly: true,
    permission: 'schedule.read',
    search: { actor: named, date: at, 'service-type': token, specialty: token, active: token },
  }),
  Slot: define(schema.madeHere, {
    readOnly: true,
    permission: 'schedule.read',
    // `actor` is that of the schedule, because chains are not supported.
    search: {
      schedule: named,
      status: token,
      start: at,
      actor: named,
      'service-type': token,
      specialty: token,
    },
  }),
  Organization: define(schema.organization, {
    terms: (one) => conceptTerms('type', one.type ?? []),
    search: { name: by('string', 'name'), type: token },
  }),
  Location: define(schema.location, {
    terms: (one) => (one.status ? [`status:${one.status}`] : []),
    search: { name: by('string', 'name'), status: token },
  }),
  Practitioner: define(schema.practitioner, {
    search: { name: by('string', 'name') },
  }),
  PractitionerRole: define(schema.practitionerRole, {
    terms: (one) => conceptTerms('specialty', one.specialty ?? []),
    search: { specialty: token },
  }),
  Questionnaire: define(schema.questionnaire, {
    when: (one) => instantOf(one.date),
    terms: (one) => [`status:${one.status}`],
    search: {
      name: by('string', 'name'),
      url: by('uri', 'url'),
      version: by('token', 'version'),
      status: token,
      date: at,
    },
  }),
  QuestionnaireResponse: define(schema.questionnaireResponse, {
    patient: ['subject', (one) => one.subject],
    encounter: (one) => one.encounter,
    when: (one) => instantOf(one.authored),
    terms: (one) => [`status:${one.status}`],
    facts: (one) =>
      one.status === 'completed' || one.status === 'amended'
        ? [
            {
              kind: 'questionnaire.completed',
              data: { title: one.questionnaire?.split('/').at(-1) ?? 'Questionnaire', status: one.status },
            },
          ]
        : [],
    search: { status: token, authored: at },
  }),
  // Types without use in CareLoop; stored with their patient, so that a complete record can be exported.
  CarePlan: kept,
  CareTeam: kept,
  DiagnosticReport: kept,
  DocumentReference: kept,
  Goal: kept,
  ImagingStudy: kept,
  ServiceRequest: kept,
  Claim: keptOfPatient,
  Device: define(schema.device, { patient: ['patient', (one) => one.patient], mayLackPatient: true }),
  ExplanationOfBenefit: keptOfPatient,
}
