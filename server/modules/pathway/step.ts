import { type FactLookup, holds, type Qualified } from '../../../contract/condition.ts'
import { type AskedFact, readFactName } from '../../../contract/pathway-fact.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import { addWorkingDays, type Calendar, nextOpening } from '../../platform/calendar.ts'
import { addDays, ageYears, localDate } from '../../platform/clock.ts'
import type { NewTask, Place } from '../task/create.ts'

/** Everything the steps of one enrolment may look at. */
export type Enrolled = {
  id: number
  pathwayVersionId: number
  personId: number
  personName: string
  sex: string
  birthDate: string | null
  encounterId: number | null
  encounter: {
    class: string | null
    departmentCode: string | null
    lengthOfStayDays: number | null
    conditionCodes: string[]
  }
  conditionText: string | null
  place: Place
  siteName: string
  departmentName: string | null
  timeZone: string
  enteredAt: Date
  stepKey: string
  variables: Record<string, number>
  /** Outcomes of this enrolment's finished tasks by step key. */
  outcomes: Record<string, string>
  /** What was last answered on this enrolment, by the code of the questionnaire; only what the pathway asks for. */
  said: Record<string, Said>
  /** The last results by their code; only what the pathway asks for. */
  results: Record<string, Result>
}

export type Said = { at: Date; score: number | null; band: string | null; answers: Answers }
export type Result = { at: Date; value: unknown; unit: string | null }

export type NewMessage = {
  enrollmentId: number
  stepKey: string
  personId: number
  channel: 'email'
  purpose: 'clinical' | 'service' | 'marketing'
  subject: string
  body: string
}

/** What executing one enrolment's due steps came to. */
export type Advance = {
  steps: { key: string; result: string }[]
  tasks: NewTask[]
  messages: NewMessage[]
  status: 'active' | 'waiting' | 'completed'
  stepKey: string | null
  waitingFor: string | null
  dueAt: Date | null
  stopReason: string | null
}

export type StepContext = { now: Date; calendar: Calendar; questionnaires: Map<string, number> }

/**
 * Walks from the due step to the next wait or end. Pure: the caller writes what comes out in the transaction that holds the row.
 * @throws {AppError} calendar-unknown when a working-day wait leaves the known calendar
 */
export function advance(enrolled: Enrolled, definition: PathwayDefinition, context: StepContext): Advance {
  const steps = stepsOf(definition)
  const result: Advance = {
    steps: [],
    tasks: [],
    messages: [],
    status: 'completed',
    stepKey: null,
    waitingFor: null,
    dueAt: null,
    stopReason: null,
  }
  let key: string | null = enrolled.stepKey
  while (key !== null) {
    const step: PathwayStep | undefined = steps.get(key)
    if (!step) throw new Error(`The pathway version ${enrolled.pathwayVersionId} has no step "${key}"`)
    const next: string | null = execute(step, enrolled, context, result)
    if (result.status !== 'completed') return { ...result, stepKey: next }
    key = next
  }
  return result
}

/** Definitions do not change, and the executor walks the same few again and again. */
const stepMaps = new WeakMap<PathwayDefinition, Map<string, PathwayStep>>()

function stepsOf(definition: PathwayDefinition): Map<string, PathwayStep> {
  let steps = stepMaps.get(definition)
  if (!steps) stepMaps.set(definition, (steps = new Map(definition.steps.map((step) => [step.key, step]))))
  return steps
}

function execute(
  step: PathwayStep,
  enrolled: Enrolled,
  context: StepContext,
  result: Advance,
): string | null {
  const done = (word: string) => result.steps.push({ key: step.key, result: word })
  switch (step.kind) {
    case 'wait': {
      const until = waitUntil(step, enrolled, context)
      done('waited')
      if (until.getTime() > context.now.getTime()) {
        result.status = 'active'
        result.dueAt = until
      }
      return step.next
    }
    case 'branch': {
      const yes = holds(step.when, {
        fact: factsOf(enrolled, context.now),
        variable: (name) => enrolled.variables[name],
        draw: (seed) => draw(enrolled.id, seed),
      })
      done(yes ? 'yes' : 'no')
      return yes ? step.next : step.otherwise
    }
    case 'task':
      result.tasks.push(taskOf(step, enrolled, context))
      done('task')
      if (step.waitFor === 'result') {
        result.status = 'waiting'
        result.waitingFor = step.key
      }
      return step.next
    case 'questionnaire': {
      const { assignee, dueIn, questionnaire } = step
      const form = {
        ...step,
        kind: 'task' as const,
        task: 'other' as const,
        assignee,
        dueIn,
        questionnaire,
        dueSince: 'here' as const,
      }
      result.tasks.push(taskOf({ ...form, priority: 'routine', waitFor: 'nothing' }, enrolled, context))
      done('task')
      return step.next
    }
    case 'message':
      result.messages.push({
        enrollmentId: enrolled.id,
        stepKey: step.key,
        personId: enrolled.personId,
        channel: step.channel,
        purpose: step.purpose,
        subject: fill(step.subject, enrolled),
        body: fill(step.body, enrolled),
      })
      done('message')
      return step.next
    case 'pathway':
      throw new Error(`Step "${step.key}" runs a pathway whose steps were not put in when it was published`)
    case 'stop':
      done('stop')
      result.stopReason = step.reason
      return null
  }
}

function quantity(value: number | { var: string }, enrolled: Enrolled): number {
  return typeof value === 'number' ? value : (enrolled.variables[value.var] ?? 0)
}

type Duration = Extract<PathwayStep, { kind: 'wait' }>['for']

function after(since: Date, duration: Duration, enrolled: Enrolled, calendar: Calendar): Date {
  const value = quantity(duration.value, enrolled)
  if (duration.unit === 'minutes') return new Date(since.getTime() + value * 60_000)
  if (duration.unit === 'hours') return new Date(since.getTime() + value * 3600_000)
  if (duration.unit === 'days') return addDays(since, value, enrolled.timeZone)
  return addWorkingDays(since, value, enrolled.timeZone, calendar)
}

function waitUntil(
  step: Extract<PathwayStep, { kind: 'wait' }>,
  enrolled: Enrolled,
  { now, calendar }: StepContext,
): Date {
  const until = after(step.since === 'entry' ? enrolled.enteredAt : now, step.for, enrolled, calendar)
  // A wait that is over when it is reached still keeps to the hours.
  const earliest = until.getTime() > now.getTime() ? until : now
  return step.at ? nextOpening(earliest, step.at, enrolled.timeZone, calendar) : until
}

const priorities = { routine: 0, urgent: 1, stat: 2 } as const

function taskOf(
  step: Extract<PathwayStep, { kind: 'task' }>,
  enrolled: Enrolled,
  { now, calendar, questionnaires }: StepContext,
): NewTask {
  const dueAt = after(step.dueSince === 'entry' ? enrolled.enteredAt : now, step.dueIn, enrolled, calendar)
  return {
    kind: step.task,
    level: step.level ?? null,
    title: step.title,
    description: step.description ? fill(step.description, enrolled) : null,
    personId: enrolled.personId,
    encounterId: enrolled.encounterId,
    enrollmentId: enrolled.id,
    stepKey: step.key,
    cause: null,
    place: enrolled.place,
    assignee: step.assignee,
    priority: priorities[step.priority],
    startAt: now,
    dueAt,
    questionnaireVersionId: step.questionnaire ? (questionnaires.get(step.questionnaire) ?? null) : null,
  }
}

function factsOf(enrolled: Enrolled, now: Date): FactLookup {
  return (name, qualified = {}) => {
    const asked = readFactName(name)
    if (asked) return askedFact(asked, qualified, enrolled, now)
    if (name === 'person.sex') return enrolled.sex
    if (name === 'person.ageYears') return ageYears(enrolled.birthDate, localDate(now, enrolled.timeZone))
    if (name.startsWith('variables.')) return enrolled.variables[name.slice(10)]
    const outcome = /^task\.(.+)\.outcome$/.exec(name)
    if (outcome?.[1]) return enrolled.outcomes[outcome[1]]
    if (name.startsWith('encounter.')) return (enrolled.encounter as Record<string, unknown>)[name.slice(10)]
    return undefined
  }
}

function askedFact(
  asked: AskedFact,
  { withinDays, unit }: Qualified,
  enrolled: Enrolled,
  now: Date,
): unknown {
  const found = asked.of === 'observation' ? enrolled.results[asked.code] : enrolled.said[asked.questionnaire]
  if (!found) return undefined
  if (withinDays !== undefined && now.getTime() - found.at.getTime() > withinDays * 86_400_000)
    return undefined
  if ('value' in found) return unit === undefined || unit === found.unit ? found.value : undefined
  return asked.of === 'answer' ? found.answers[asked.linkId] : asked.of === 'band' ? found.band : found.score
}

/** A number in [0, 1) that is always the same for an enrolment and a seed, so that a sample can be drawn again and checked. */
export function draw(enrollmentId: number, seed: string): number {
  let hash = 0x811c9dc5
  for (const sign of `${seed}:${enrollmentId}`) hash = Math.imul(hash ^ sign.charCodeAt(0), 0x01000193)
  // FNV's low bits are weak for short inputs; the finaliser of MurmurHash3 mixes them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

const fields: Record<string, (enrolled: Enrolled) => string> = {
  name: (enrolled) => enrolled.personName,
  hospital: (enrolled) => enrolled.siteName,
  department: (enrolled) => enrolled.departmentName ?? enrolled.siteName,
  condition: (enrolled) => enrolled.conditionText ?? '',
}

/** Puts facts into `{{name}}` and the like; an unknown name stays as it is, so that its author sees it. */
export function fill(text: string, enrolled: Enrolled): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => fields[name]?.(enrolled) ?? whole)
}
