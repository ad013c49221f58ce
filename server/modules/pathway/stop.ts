import { holds } from '../../../contract/condition.ts'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import type { StopRule } from '../../../contract/stop-rule.ts'
import type { EventKind } from '../../../contract/timeline.ts'
import type { AnyEvent } from '../event/event.ts'
import { sameSubject, type Subject, subjectKind, subjectKinds, subjectOf } from '../event/subject.ts'

/** Event facts for stop rules. */
export type Occurrence = Pick<AnyEvent, 'kind' | 'at' | 'encounterId' | 'data'>

/** The enrolment an event is checked against; a new one has no id yet. */
export type StopTarget = { id: number | null; subject: Subject | null; enteredAt: Date }

export type StopRules = Pick<PathwayDefinition, 'purpose' | 'stopOn'>

/** Applies to every pathway: no routine contact during an open dispute. */
const always: StopRule[] = [{ event: 'person.dispute-opened', reason: 'dispute' }]

/** Why an event ends an enrolment, or null. The only evaluation of stop rules. */
export function stopReason(
  event: Occurrence,
  target: StopTarget,
  { purpose, stopOn }: StopRules,
): string | null {
  const { subject } = target
  const subjectOver = subject && subjectKind(subject.kind)?.endedBy[event.kind]
  if (subjectOver !== undefined && subjectOver !== null && sameSubject(subject, subjectOf(event)))
    return subjectOver
  const fact = (name: string): unknown => {
    if (name === 'event.ownSubject') return sameSubject(subject, subjectOf(event))
    if (name === 'event.ownEnrollment') return target.id !== null && event.data['enrollmentId'] === target.id
    if (name === 'event.afterEntry') return event.at.getTime() > target.enteredAt.getTime()
    if (name === 'event.ofPurpose')
      return ['all', purpose, undefined].includes(event.data['purpose'] as string | undefined)
    return name.startsWith('event.') ? event.data[name.slice('event.'.length)] : undefined
  }
  const rule = [...always, ...stopOn].find(
    (one) => one.event === event.kind && (!one.when || holds(one.when, { fact })),
  )
  return rule?.reason ?? null
}

/** The first reason among several events, in their order. */
export function firstStop<E extends Occurrence>(
  events: readonly E[],
  target: StopTarget,
  rules: StopRules,
): { event: E; reason: string } | null {
  for (const event of events) {
    const reason = stopReason(event, target, rules)
    if (reason !== null) return { event, reason }
  }
  return null
}

/** Kinds of events that can end an enrolment, by these rules or always. */
export function stopEvents(stopOn: readonly StopRule[]): EventKind[] {
  return [...new Set([...always, ...stopOn].map(({ event }) => event))]
}

/** Kinds of events that end a subject. */
export function subjectEnds(): EventKind[] {
  return subjectKinds().flatMap(({ endedBy }) => Object.keys(endedBy) as EventKind[])
}
