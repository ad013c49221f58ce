import { z } from 'zod'
import { condition } from './questionnaire.ts'
import { eventKind } from './timeline.ts'

/**
 * An event of the person, or of the enrolment's subject, that ends the enrolment. `when` may use the event's data as `event.<name>`, and
 * `event.ownSubject`, `event.ownEnrollment`, `event.afterEntry` and `event.ofPurpose` for how it relates to the enrolment.
 */
export const stopRule = z.strictObject({
  event: eventKind,
  when: condition.optional(),
  /** A word for lists and figures, such as `death`. */
  reason: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
})
export type StopRule = z.infer<typeof stopRule>

const is = (fact: string, value: unknown = true) => ({ fact: `event.${fact}`, op: '=' as const, value })

/** Rules that most pathways share, by their reason. */
export const standardStops = {
  death: [{ event: 'person.deceased', reason: 'death' }],
  readmission: [
    {
      event: 'encounter.admitted',
      when: { all: [is('class', 'inpatient'), is('afterEntry'), { not: is('ownSubject') }] },
      reason: 'readmission',
    },
    {
      event: 'contact.attempted',
      when: { all: [is('ownEnrollment'), is('outcome', 'readmitted')] },
      reason: 'readmission',
    },
  ],
  'opt-out': [
    {
      event: 'person.opted-out',
      when: { all: [is('channel', 'all'), is('ofPurpose')] },
      reason: 'opt-out',
    },
  ],
  refusal: [
    {
      event: 'contact.attempted',
      when: { all: [is('ownEnrollment'), is('outcome', 'refused')] },
      reason: 'refusal',
    },
  ],
} as const satisfies Record<string, StopRule[]>

export type StandardStop = keyof typeof standardStops
export const standardStopNames = Object.keys(standardStops) as StandardStop[]

/** The rules of these reasons. */
export function stopsOn(...reasons: StandardStop[]): StopRule[] {
  return reasons.flatMap(
    (reason): StopRule[] => structuredClone<readonly StopRule[]>(standardStops[reason]) as StopRule[],
  )
}

/** Reasons of rules, each once. */
export function reasonsOf(rules: readonly StopRule[]): string[] {
  return [...new Set(rules.map(({ reason }) => reason))]
}
