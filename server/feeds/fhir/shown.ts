import { maskIdentifier, maskNumbersIn, maskTelecom } from '../../modules/person/mask.ts'
import { type Element, tables } from './element.ts'
import type { Resource } from './types.ts'

/**
 * What leaves for readers who may not exchange whole persons (S21), by type: what happened to whom and when. Whatever is not listed stays:
 * extensions, narratives, notes, files, addresses, telephone numbers, positions, and the words of references. Patients are composed from the
 * masked tables instead (`maskedPatient`).
 */
const shown: Readonly<Record<string, string>> = {
  Age: 'value comparator unit system code',
  AllergyIntolerance:
    'identifier clinicalStatus verificationStatus type category criticality code patient encounter onsetDateTime onsetAge onsetPeriod onsetRange recordedDate recorder asserter lastOccurrence reaction',
  'AllergyIntolerance.reaction': 'substance manifestation onset severity exposureRoute',
  Appointment:
    'identifier status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode priority description start end minutesDuration slot created participant requestedPeriod',
  'Appointment.participant': 'type actor required status period',
  Attachment: 'contentType language size creation',
  CarePlan:
    'identifier basedOn replaces partOf status intent category title description subject encounter period created author careTeam addresses goal activity',
  'CarePlan.activity': 'outcomeCodeableConcept reference detail',
  'CarePlan.activity.detail':
    'kind code reasonCode goal status statusReason doNotPerform scheduledTiming scheduledPeriod productCodeableConcept dailyAmount quantity description',
  CareTeam:
    'identifier status category name subject encounter period participant reasonCode managingOrganization',
  'CareTeam.participant': 'role member onBehalfOf period',
  Claim: 'identifier status type subType use patient billablePeriod created insurer provider priority total',
  CodeableConcept: 'coding text',
  Coding: 'system version code display userSelected',
  Condition:
    'identifier clinicalStatus verificationStatus category severity code bodySite subject encounter onsetDateTime onsetAge onsetPeriod onsetRange onsetString abatementDateTime abatementAge abatementPeriod abatementRange abatementString recordedDate recorder asserter stage evidence',
  'Condition.evidence': 'code detail',
  'Condition.stage': 'summary assessment type',
  ContactPoint: 'system use value',
  Count: 'value comparator unit system code',
  Device:
    'identifier status type patient manufacturer modelNumber manufactureDate expirationDate deviceName owner location',
  'Device.deviceName': 'name type',
  DiagnosticReport:
    'identifier basedOn status category code subject encounter effectiveDateTime effectivePeriod issued performer resultsInterpreter specimen result imagingStudy conclusion conclusionCode',
  Distance: 'value comparator unit system code',
  DocumentReference:
    'masterIdentifier identifier status docStatus type category subject date author authenticator custodian relatesTo securityLabel content context',
  'DocumentReference.content': 'attachment format',
  'DocumentReference.context': 'encounter event period facilityType practiceSetting',
  'DocumentReference.relatesTo': 'code target',
  Dosage:
    'sequence text additionalInstruction patientInstruction timing asNeededBoolean asNeededCodeableConcept site route method doseAndRate maxDosePerPeriod maxDosePerAdministration maxDosePerLifetime',
  'Dosage.doseAndRate': 'type doseRange doseQuantity rateRatio rateRange rateQuantity',
  Duration: 'value comparator unit system code',
  Encounter:
    'identifier status statusHistory class classHistory type serviceType priority subject basedOn participant appointment period length reasonCode diagnosis hospitalization location serviceProvider partOf',
  'Encounter.classHistory': 'class period',
  'Encounter.diagnosis': 'condition use rank',
  'Encounter.hospitalization': 'admitSource reAdmission dischargeDisposition',
  'Encounter.location': 'location status physicalType period',
  'Encounter.participant': 'type period individual',
  'Encounter.statusHistory': 'status period',
  ExplanationOfBenefit:
    'identifier status type subType use outcome patient billablePeriod created insurer provider claim total',
  'ExplanationOfBenefit.total': 'category amount',
  Goal: 'identifier lifecycleStatus achievementStatus category priority description subject startDate startCodeableConcept target statusDate addresses outcomeCode',
  'Goal.target':
    'measure detailQuantity detailRange detailCodeableConcept detailBoolean detailInteger detailRatio dueDate dueDuration',
  HumanName: 'use text family given prefix suffix',
  Identifier: 'use type system value',
  ImagingStudy:
    'identifier status modality subject encounter started basedOn referrer interpreter numberOfSeries numberOfInstances procedureCode location reasonCode description series',
  'ImagingStudy.series': 'number modality description numberOfInstances bodySite laterality started',
  Immunization:
    'identifier status statusReason vaccineCode patient encounter occurrenceDateTime occurrenceString recorded primarySource reportOrigin location manufacturer lotNumber expirationDate site route doseQuantity performer reasonCode isSubpotent reaction protocolApplied',
  'Immunization.performer': 'function actor',
  'Immunization.protocolApplied':
    'series authority targetDisease doseNumberPositiveInt doseNumberString seriesDosesPositiveInt seriesDosesString',
  'Immunization.reaction': 'date detail reported',
  Location:
    'identifier status operationalStatus name alias mode type physicalType managingOrganization partOf',
  MedicationRequest:
    'identifier status statusReason intent category priority doNotPerform reportedBoolean medicationCodeableConcept medicationReference subject encounter authoredOn requester performer performerType recorder reasonCode basedOn groupIdentifier courseOfTherapyType dosageInstruction dispenseRequest substitution priorPrescription',
  'MedicationRequest.dispenseRequest':
    'dispenseInterval validityPeriod numberOfRepeatsAllowed quantity expectedSupplyDuration performer',
  'MedicationRequest.substitution': 'allowedBoolean allowedCodeableConcept reason',
  Meta: 'profile',
  Money: 'value currency',
  Observation:
    'identifier basedOn partOf status category code subject encounter effectiveDateTime effectivePeriod effectiveTiming effectiveInstant issued performer valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason interpretation bodySite method specimen referenceRange hasMember derivedFrom component',
  'Observation.component':
    'code valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason interpretation referenceRange',
  'Observation.referenceRange': 'low high type appliesTo age text',
  Organization: 'identifier active type name alias partOf',
  Period: 'start end',
  Practitioner: 'identifier active name qualification',
  'Practitioner.qualification': 'code',
  PractitionerRole: 'identifier active period practitioner organization code specialty location',
  Procedure:
    'identifier basedOn partOf status statusReason category code subject encounter performedDateTime performedPeriod performedString performedAge performedRange recorder asserter performer location reasonCode bodySite outcome report complication followUp usedCode',
  'Procedure.performer': 'function actor onBehalfOf',
  Quantity: 'value comparator unit system code',
  Questionnaire:
    'url identifier version name title derivedFrom status experimental subjectType date publisher description purpose copyright approvalDate lastReviewDate effectivePeriod code item',
  'Questionnaire.item':
    'linkId definition code prefix text type enableWhen enableBehavior required repeats readOnly maxLength answerValueSet answerOption initial item',
  'Questionnaire.item.answerOption':
    'valueInteger valueDate valueTime valueString valueCoding initialSelected',
  'Questionnaire.item.enableWhen':
    'question operator answerBoolean answerDecimal answerInteger answerDate answerDateTime answerTime answerString answerCoding answerQuantity',
  'Questionnaire.item.initial':
    'valueBoolean valueDecimal valueInteger valueDate valueDateTime valueTime valueString valueCoding valueQuantity',
  QuestionnaireResponse:
    'identifier basedOn partOf questionnaire status subject encounter authored author source item',
  'QuestionnaireResponse.item': 'linkId definition text answer item',
  'QuestionnaireResponse.item.answer':
    'valueBoolean valueDecimal valueInteger valueDate valueDateTime valueTime valueString valueAttachment valueCoding valueQuantity item',
  Range: 'low high',
  Ratio: 'numerator denominator',
  Reference: 'reference',
  RelatedPerson: 'identifier active patient relationship name telecom gender birthDate period',
  SampledData: 'origin period factor lowerLimit upperLimit dimensions data',
  ServiceRequest:
    'identifier basedOn replaces requisition status intent category priority doNotPerform code orderDetail quantityQuantity quantityRatio quantityRange subject encounter occurrenceDateTime occurrencePeriod occurrenceTiming asNeededBoolean asNeededCodeableConcept authoredOn requester performerType performer reasonCode specimen bodySite patientInstruction',
  Timing: 'event repeat code',
  'Timing.repeat':
    'boundsDuration boundsRange boundsPeriod count countMax duration durationMax durationUnit frequency frequencyMax period periodMax periodUnit dayOfWeek timeOfDay when offset',
}
const lists = new Map(Object.entries(shown).map(([type, names]) => [type, new Set(names.split(' '))]))

/** A resource as far as it may leave. What an unknown modifier changes the meaning of stays, too. */
export function shownOf(resource: Resource): Resource {
  const { resourceType, id } = resource
  const meta = part(resource['meta'], 'Meta')
  return {
    resourceType,
    ...(id !== undefined && { id }),
    ...(meta !== undefined && { meta }),
    ...part(resource, resourceType),
  }
}

/** @returns undefined when nothing of it is left */
function part(value: unknown, type: string): object | undefined {
  const [list, table] = [lists.get(type), tables.get(type)]
  if (!list || !table || typeof value !== 'object' || value === null || 'modifierExtension' in value)
    return undefined
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const element = list.has(name) ? table.get(name) : undefined
    const left = element && leftOf(inner, element)
    return left === undefined ? [] : [[name, left] as const]
  })
  if (kept.length === 0) return undefined
  const left = Object.fromEntries(kept)
  if (type === 'Reference') return isOfHere(left['reference']) ? left : undefined
  if (typeof left['value'] !== 'string') return left
  if (type === 'Identifier') return { ...left, value: maskIdentifier(left['value']) }
  if (type !== 'ContactPoint') return left
  const { system } = left
  return {
    ...left,
    value: maskTelecom({ system: typeof system === 'string' ? system : 'other', value: left['value'] }),
  }
}

function leftOf(value: unknown, { type, many }: Element): unknown {
  if (!many) return one(value, type)
  if (!Array.isArray(value)) return undefined
  const all = value.map((inner) => one(inner, type)).filter((inner) => inner !== undefined)
  return all.length > 0 ? all : undefined
}

/** Free text may name a number that is masked elsewhere. */
function one(value: unknown, type: string): unknown {
  if (tables.has(type)) return part(value, type)
  return (type === 'string' || type === 'markdown') && typeof value === 'string'
    ? maskNumbersIn(value)
    : value
}

/** `Type/id`: an address elsewhere may be one of a person, such as `tel:` or `mailto:`. */
const isOfHere = (reference: unknown) =>
  typeof reference === 'string' && /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(reference)
