import { futureBeyond } from '../../platform/believable.ts'
import type { Sender } from './context.ts'
import type { Item } from './item.ts'
import { FhirError, type Issue } from './outcome.ts'
import { spanOf } from './time.ts'

type Stated = [path: string, text: string | undefined]

/** What has happened already, by type and status; a plan may lie ahead. */
const happened: Partial<Record<string, (one: never) => Stated[]>> = {
  Patient: (one: { birthDate?: string; deceasedDateTime?: string }) => [
    ['birthDate', one.birthDate],
    ['deceasedDateTime', one.deceasedDateTime],
  ],
  RelatedPerson: (one: { birthDate?: string }) => [['birthDate', one.birthDate]],
  Practitioner: (one: { birthDate?: string }) => [['birthDate', one.birthDate]],
  Encounter: ({ status, period = {} }: { status: string; period?: { start?: string; end?: string } }) => [
    ...(running.has(status) || status === 'finished' ? [['period.start', period.start] as Stated] : []),
    ...(status === 'finished' ? [['period.end', period.end] as Stated] : []),
  ],
  Condition: (one: { recordedDate?: string }) => [['recordedDate', one.recordedDate]],
  AllergyIntolerance: (one: { recordedDate?: string }) => [['recordedDate', one.recordedDate]],
  Observation: (one: { status: string; effectiveDateTime?: string; issued?: string }) =>
    ['final', 'amended', 'corrected'].includes(one.status)
      ? [
          ['effectiveDateTime', one.effectiveDateTime],
          ['issued', one.issued],
        ]
      : [],
  Immunization: (one: { status: string; occurrenceDateTime?: string }) =>
    one.status === 'completed' ? [['occurrenceDateTime', one.occurrenceDateTime]] : [],
  Procedure: (one: { status: string; performedDateTime?: string }) =>
    one.status === 'completed' ? [['performedDateTime', one.performedDateTime]] : [],
  QuestionnaireResponse: (one: { authored?: string }) => [['authored', one.authored]],
}
const running = new Set(['arrived', 'triaged', 'in-progress', 'onleave'])

/**
 * Refuses times that cannot be true: what has happened lies in the future, a death before the birth. They would start follow-up, or stop
 * it, for nothing. Periods that end before they start are no FHIR (see `element.ts`).
 * @throws {FhirError} 422 naming each
 */
export function refuseUnbelievable(items: Item[], sender: Sender): void {
  const { timeZone } = sender.site
  const issues = items.flatMap((item): Issue[] => {
    const stated = happened[item.type]?.(item.resource as never) ?? []
    const future = stated.flatMap(([path, text]): Issue[] => {
      const at = text === undefined ? undefined : spanOf(text, timeZone)?.start
      return at && futureBeyond(at, sender.now)
        ? [issue(item, path, `${path} is ${text ?? ''}: it lies in the future, so it cannot have happened.`)]
        : []
    })
    const { birthDate, deceasedDateTime } = item.resource as { birthDate?: string; deceasedDateTime?: string }
    return item.type === 'Patient' && endsBefore(deceasedDateTime, birthDate, timeZone)
      ? [...future, issue(item, 'deceasedDateTime', 'deceasedDateTime is before birthDate.')]
      : future
  })
  if (issues.length > 0) throw new FhirError(422, ...issues.slice(0, 50))
}

const issue = ({ path }: Item, element: string, diagnostics: string): Issue => ({
  code: 'business-rule',
  diagnostics,
  expression: `${path}.${element}`,
})

/** Whether all of one time is before another, each with its own precision. */
export function endsBefore(text: string | undefined, other: string | undefined, timeZone: string): boolean {
  const [one, second] = [text, other].map((each) => (each === undefined ? undefined : spanOf(each, timeZone)))
  return one !== undefined && second !== undefined && one.end <= second.start
}
