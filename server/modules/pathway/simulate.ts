import type { PathwayDefinition } from '../../../contract/pathway.ts'
import type { Calendar } from '../../platform/calendar.ts'
import { AppError } from '../../platform/errors.ts'
import type { NewTask } from '../task/create.ts'
import { advance, type Advance, draw, type Enrolled } from './step.ts'
import { firstStop, type Occurrence } from './stop.ts'

/** Final outcomes of a kind of task with their shares in this site's history; they add up to 1. */
export type OutcomeShares = Map<NewTask['kind'], { outcome: string; share: number }[]>

export type Walk = {
  /** Tasks worked on their due day, as the pathway had not ended before. */
  tasks: NewTask[]
  messages: { at: Date }[]
  /** Tasks cancelled before they were due. */
  prevented: number
  stopped: boolean
  /** Enrolments that were blocked, such as by a missing calendar. */
  blocked: boolean
}

type Surroundings = {
  calendar: Calendar
  shares: OutcomeShares
  /** What happened to the person after entry, in order of time. */
  later: readonly Occurrence[]
}

/** Events that a result would create, which may end the enrolment. */
function eventsOf(outcome: string, { enrollmentId, encounterId, dueAt: at }: NewTask): Occurrence[] {
  const attempt: Occurrence = { kind: 'contact.attempted', at, encounterId, data: { enrollmentId, outcome } }
  return outcome === 'deceased'
    ? [attempt, { kind: 'person.deceased', at, encounterId: null, data: {} }]
    : [attempt]
}

/**
 * Walks a person through a pathway in simulated time with the engine's own `advance`, from entry to the end. Pure. Each task is answered
 * at its due time: `done`, or by the shares of the site's history.
 */
export function simulate(
  entered: Enrolled,
  definition: PathwayDefinition,
  { calendar, shares, later }: Surroundings,
): Walk {
  const made: NewTask[] = []
  const messages: { at: Date }[] = []
  const target = { id: entered.id, subject: entered.subject, enteredAt: entered.enteredAt }
  let end = firstStop(later, target, definition)?.event.at ?? null
  let blocked = false
  let stopped = false
  const enrolled = { ...entered }
  let now = entered.enteredAt
  for (;;) {
    if (end && end.getTime() <= now.getTime()) {
      stopped = true
      break
    }
    let result: Advance
    try {
      result = advance(enrolled, definition, { now, calendar, ...discarded })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      blocked = true
      break
    }
    for (const task of result.tasks) {
      made.push(task)
      if (firstStop(eventsOf(outcomeOf(task, shares), task), target, definition))
        end = earlier(end, task.dueAt)
    }
    const at = now
    messages.push(...result.messages.map(() => ({ at })))
    if (result.stepKey === null || result.status === 'completed') break
    const next =
      result.status === 'active'
        ? result.dueAt
        : made.findLast((one) => one.stepKey === result.waitingFor)?.dueAt
    // A result may come after its due time, but never before the task exists.
    if (next && next.getTime() > now.getTime()) now = next
    enrolled.stepKey = result.stepKey
    enrolled.waitKey = result.waitKey
    enrolled.outcomes = outcomesBy(made, now, shares)
  }
  const last = end?.getTime() ?? Infinity
  const tasks = made.filter((task) => task.dueAt.getTime() <= last)
  const prevented = made.length - tasks.length
  return { tasks, messages, prevented, stopped: stopped || prevented > 0, blocked }
}

/** Texts and questionnaires are not looked at: only when something would happen counts. */
const discarded = {
  questionnaires: new Map<string, number>(),
  templates: () => ({ 'zh-CN': { sms: { body: '' } } }),
}

function earlier(one: Date | null, other: Date): Date {
  return one && one.getTime() < other.getTime() ? one : other
}

function outcomesBy(tasks: NewTask[], now: Date, shares: OutcomeShares): Record<string, string> {
  const outcomes: Record<string, string> = {}
  for (const task of tasks)
    if (task.stepKey !== null && task.dueAt.getTime() <= now.getTime())
      outcomes[task.stepKey] = outcomeOf(task, shares)
  return outcomes
}

/** Deterministic for an enrolment and step. */
function outcomeOf(task: NewTask, shares: OutcomeShares): string {
  const known = shares.get(task.kind)
  if (!known) return 'done'
  let left = draw(`outcome:${task.stepKey ?? ''}:${task.enrollmentId ?? 0}`)
  for (const { outcome, share } of known) {
    left -= share
    if (left < 0) return outcome
  }
  return known.at(-1)?.outcome ?? 'done'
}
