import { type FactLookup, holds, isLookedUp, type Qualified } from '../../../contract/condition.ts'
import { type AskedFact, readFactName } from '../../../contract/pathway-fact.ts'
import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import type { Answers } from '../../../contract/questionnaire.ts'
import { render, renderText } from '../../../contract/template.ts'
import { addWorkingDays, type Calendar, nextOpening } from '../../platform/calendar.ts'
import { AppError } from '../../platform/errors.ts'
import { addDays, ageYears, localDate, localMinute } from '../../platform/clock.ts'
import type { Subject } from '../event/subject.ts'
import { filledAtSending } from '../message/placeholder.ts'
import type { MessageText, NewMessage } from '../message/write.ts'
import type { NewTask, Place } from '../task/create.ts'
import { languageFor, messageTexts, type TemplatesAt } from '../template/text.ts'

/** Data available to the steps of one enrolment. */
export type Enrolled = {
  id: number
  pathwayVersionId: number
  /** The enrolled record; null for an organisation. */
  personId: number | null
  groupId: number | null
  /** Of the person or the organisation. */
  name: string
  /** As the person's record has it; null: not known, or an organisation. */
  language: string | null
  sex: string | null
  birthDate: string | null
  /** Facts of the person by name; only those the pathway uses. */
  person: Record<string, unknown>
  subject: Subject | null
  /** Facts of the subject by name, and its times. */
  facts: Record<string, unknown>
  times: Record<string, Date | null>
  /** Name of the subject in texts, such as the diagnoses of a visit. */
  subjectWords: string | null
  place: Place
  siteName: string
  departmentName: string | null
  timeZone: string
  enteredAt: Date
  /** The part in a trial. */
  variant: string | null
  stepKey: string | null
  /** The current wait by a time of the subject. */
  waitKey: string | null
  variables: Record<string, number>
  /** Outcomes of this enrolment's finished tasks by step key. */
  outcomes: Record<string, string>
  /** Latest responses on this enrolment by questionnaire code; only those the pathway uses. */
  latestResponses: Record<string, LatestResponse>
  /** Latest results by code; only those the pathway uses. */
  results: Record<string, Result>
}

export type LatestResponse = { at: Date; score: number | null; band: string | null; answers: Answers }
export type Result = { at: Date; value: unknown; unit: string | null }

/** An act of another module triggered by a step. */
export type NewAct = { enrolled: Enrolled; stepKey: string; act: string; input: Record<string, unknown> }

/** The result of executing one enrolment's due steps. */
export type Advance = {
  steps: { key: string; result: string }[]
  tasks: NewTask[]
  messages: NewMessage[]
  acts: NewAct[]
  status: 'active' | 'waiting' | 'completed'
  stepKey: string | null
  waitKey: string | null
  waitingFor: string | null
  dueAt: Date | null
  stopReason: string | null
}

export type StepContext = {
  now: Date
  calendar: Calendar
  questionnaires: Map<string, number>
  templates: TemplatesAt
}

/**
 * Walks from the due step to the next wait or end. Pure: the caller writes the result in the transaction that holds the row.
 * @throws {AppError} calendar-unknown when a working-day wait leaves the known calendar
 */
export function advance(enrolled: Enrolled, definition: PathwayDefinition, context: StepContext): Advance {
  const steps = stepsOf(definition)
  const result: Advance = {
    steps: [],
    tasks: [],
    messages: [],
    acts: [],
    status: 'completed',
    stepKey: null,
    waitKey: null,
    waitingFor: null,
    dueAt: null,
    stopReason: null,
  }
  const walk = { enrolled, context, steps, result, emergency: definition.emergency === true }
  const waiting = enrolled.waitKey === null ? undefined : steps.get(enrolled.waitKey)
  if (waiting?.kind === 'wait' && !isOver(waiting, walk)) return { ...result, stepKey: enrolled.stepKey }
  let key: string | null = enrolled.stepKey
  while (key !== null) {
    const step: PathwayStep | undefined = steps.get(key)
    if (!step) throw new Error(`The pathway version ${enrolled.pathwayVersionId} has no step "${key}"`)
    const next: string | null = handlers[step.kind](step as never, walk)
    if (result.status !== 'completed') return { ...result, stepKey: next }
    key = next
  }
  return result
}

/** Cached: definitions do not change, and the executor walks the same few. */
const stepMaps = new WeakMap<PathwayDefinition, Map<string, PathwayStep>>()

function stepsOf(definition: PathwayDefinition): Map<string, PathwayStep> {
  let steps = stepMaps.get(definition)
  if (!steps) stepMaps.set(definition, (steps = new Map(definition.steps.map((step) => [step.key, step]))))
  return steps
}

type Walk = {
  enrolled: Enrolled
  context: StepContext
  steps: Map<string, PathwayStep>
  result: Advance
  emergency: boolean
}
type Step<K extends PathwayStep['kind']> = Extract<PathwayStep, { kind: K }>
/** Executes a step and returns the next step's key. */
type Handlers = { [K in PathwayStep['kind']]: (step: Step<K>, walk: Walk) => string | null }

const handlers: Handlers = {
  wait(step, walk) {
    const late = step.late === 'skip' && isLate(step, walk)
    done(walk, step, late ? 'late' : 'waited')
    if (late) return walk.steps.get(step.next ?? '')?.next ?? null
    isOver(step, walk)
    return step.next
  },
  branch(step, walk) {
    const { enrolled, context } = walk
    const yes = holds(step.when, {
      fact: factsOf(enrolled, context.now),
      variable: (name) => enrolled.variables[name],
      draw: (seed) => draw(`${seed}:${enrolled.id}`),
    })
    done(walk, step, yes ? 'yes' : 'no')
    return yes ? step.next : step.otherwise
  },
  task(step, walk) {
    walk.result.tasks.push(taskOf(step, walk))
    done(walk, step, 'task')
    if (step.waitFor === 'result') {
      walk.result.status = 'waiting'
      walk.result.waitingFor = step.key
    }
    return step.next
  },
  questionnaire(step, walk) {
    const form = { ...step, kind: 'task' as const, task: 'other' as const, dueSince: 'here' as const }
    walk.result.tasks.push(taskOf({ ...form, priority: 'routine', waitFor: 'nothing' }, walk))
    done(walk, step, 'task')
    return step.next
  },
  message(step, walk) {
    const { enrolled, result } = walk
    if (enrolled.personId === null) throw new AppError('invalid', onlyPersons(step))
    result.messages.push({
      step: { enrollmentId: enrolled.id, key: step.key },
      ...(enrolled.subject && { about: enrolled.subject }),
      personId: enrolled.personId,
      channel: step.channel,
      purpose: step.purpose,
      ...textOf(step, walk),
      ...(step.bestHour && { bestHour: true }),
      ...(walk.emergency && { emergency: true }),
    })
    done(walk, step, 'message')
    return step.next
  },
  act(step, walk) {
    walk.result.acts.push({ enrolled: walk.enrolled, stepKey: step.key, act: step.act, input: step.input })
    done(walk, step, 'act')
    return step.next
  },
  pathway(step) {
    throw new Error(`Step "${step.key}" runs a pathway whose steps were not put in when it was published`)
  },
  stop(step, walk) {
    done(walk, step, 'stop')
    walk.result.stopReason = step.reason
    return null
  },
}

/**
 * The text of a message. Of a template in the person's language; while the channel is left open, with the texts for each channel.
 * @throws {AppError} invalid when the template has no published text
 */
function textOf(
  step: Step<'message'>,
  { enrolled, context }: Walk,
): MessageText & Pick<NewMessage, 'texts' | 'template'> {
  const values = valuesOf(enrolled)
  if (step.template === undefined) {
    const body = render(step.body, values, filledAtSending)
    return { subject: renderText(step.subject, values), body: body.text, later: body.later }
  }
  const published = context.templates(step.template, enrolled.place.siteId)
  const texts = published && messageTexts(published, languageFor(published, enrolled), values)
  const [first] = Object.values(texts ?? {})
  if (!texts || !first) throw new AppError('invalid', `The template "${step.template}" is not published.`)
  const chosen: MessageText | undefined = (texts as Partial<Record<string, MessageText>>)[step.channel]
  return { ...(chosen ?? { ...first, texts }), template: { code: step.template, values } }
}

function done({ result }: Walk, { key }: PathwayStep, word: string): void {
  result.steps.push({ key, result: word })
}

/** Whether a wait is over; else the enrolment waits, indefinitely while the subject has no such time. */
function isOver(step: Step<'wait'>, { enrolled, context, result }: Walk): boolean {
  const until = waitUntil(step, enrolled, context)
  if (until !== null && until.getTime() <= context.now.getTime()) return true
  result.status = 'active'
  result.dueAt = until
  result.waitKey = step.since.startsWith('subject.') ? step.key : null
  return false
}

function isLate(step: Step<'wait'>, { enrolled, context }: Walk): boolean {
  const since = sinceOf(step, enrolled, context.now)
  return since !== null && ending(step, since, enrolled, context).getTime() < context.now.getTime()
}

function quantity(value: number | { var: string }, enrolled: Enrolled): number {
  return typeof value === 'number' ? value : (enrolled.variables[value.var] ?? 0)
}

type Duration = Step<'wait'>['for']

function after(
  since: Date,
  duration: Duration,
  enrolled: Enrolled,
  calendar: Calendar,
  sign: 1 | -1 = 1,
): Date {
  const value = sign * quantity(duration.value, enrolled)
  if (duration.unit === 'minutes') return new Date(since.getTime() + value * 60_000)
  if (duration.unit === 'hours') return new Date(since.getTime() + value * 3600_000)
  if (duration.unit === 'days') return addDays(since, value, enrolled.timeZone)
  return addWorkingDays(since, value, enrolled.timeZone, calendar)
}

function sinceOf({ since }: Step<'wait'>, enrolled: Enrolled, now: Date): Date | null {
  if (since === 'entry') return enrolled.enteredAt
  if (since === 'here') return now
  const name = since.slice('subject.'.length)
  if (!Object.hasOwn(enrolled.times, name))
    throw new AppError('invalid', `Nothing that this enrolment is about has the time "${name}".`)
  return enrolled.times[name] ?? null
}

const ending = (step: Step<'wait'>, since: Date, enrolled: Enrolled, { calendar }: StepContext) =>
  after(since, step.for, enrolled, calendar, step.before ? -1 : 1)

function waitUntil(step: Step<'wait'>, enrolled: Enrolled, context: StepContext): Date | null {
  const since = sinceOf(step, enrolled, context.now)
  if (since === null) return null
  const until = ending(step, since, enrolled, context)
  // A wait that is already over still respects the hours.
  const earliest = until.getTime() > context.now.getTime() ? until : context.now
  return step.at ? nextOpening(earliest, step.at, enrolled.timeZone, context.calendar) : until
}

const priorities = { routine: 0, urgent: 1, stat: 2 } as const

const contacts = ['follow-up-call', 'home-visit', 'red-flag', 'return-visit']
/** Whether a step writes to a person, calls or visits one. */
export const contactsPersons = (step: PathwayStep): boolean =>
  step.kind === 'message' || (step.kind === 'task' && contacts.includes(step.task))
const onlyPersons = ({ title, key }: PathwayStep) =>
  `The step "${title || key}" contacts a person; this enrolment is of an organisation.`

/** @throws {AppError} invalid for a contact with an organisation */
function taskOf(step: Step<'task'>, { enrolled, context }: Walk): NewTask {
  if (enrolled.personId === null && contacts.includes(step.task))
    throw new AppError('invalid', onlyPersons(step))
  const { now, calendar, questionnaires } = context
  const dueAt = after(step.dueSince === 'entry' ? enrolled.enteredAt : now, step.dueIn, enrolled, calendar)
  return {
    kind: step.task,
    level: step.level ?? null,
    title: step.title,
    description: step.description ? renderText(step.description, valuesOf(enrolled)) : null,
    personId: enrolled.personId,
    groupId: enrolled.groupId,
    subject: enrolled.subject,
    encounterId: enrolled.subject?.kind === 'encounter' ? enrolled.subject.id : null,
    enrollmentId: enrolled.id,
    stepKey: step.key,
    cause: null,
    place: enrolled.place,
    assignee: step.assignee,
    priority: priorities[step.priority],
    startAt: now,
    dueAt,
    questionnaireVersionId: step.questionnaire ? (questionnaires.get(step.questionnaire) ?? null) : null,
    ...(step.machineFirst && { machineFirst: true }),
  }
}

function factsOf(enrolled: Enrolled, now: Date): FactLookup {
  return (name, qualified = {}) => {
    if (isLookedUp(name)) return enrolled.person[name]
    const asked = readFactName(name)
    if (asked) return askedFact(asked, qualified, enrolled, now)
    const [of = '', key = ''] = name.split(/\.(.*)/s)
    if (name === 'person.sex') return enrolled.sex
    if (name === 'person.ageYears') return ageYears(enrolled.birthDate, localDate(now, enrolled.timeZone))
    if (of === 'person') return enrolled.person[name]
    if (name === 'enrollment.variant') return enrolled.variant
    if (of === 'variables') return enrolled.variables[key]
    if (of === 'task') return enrolled.outcomes[key.replace(/\.outcome$/, '')]
    return of === (enrolled.subject?.kind ?? 'encounter') ? enrolled.facts[key] : undefined
  }
}

function askedFact(
  asked: AskedFact,
  { withinDays, unit }: Qualified,
  enrolled: Enrolled,
  now: Date,
): unknown {
  const found =
    asked.of === 'observation' ? enrolled.results[asked.code] : enrolled.latestResponses[asked.questionnaire]
  if (!found) return undefined
  if (withinDays !== undefined && now.getTime() - found.at.getTime() > withinDays * 86_400_000)
    return undefined
  if ('value' in found) return unit === undefined || unit === found.unit ? found.value : undefined
  return asked.of === 'answer' ? found.answers[asked.linkId] : asked.of === 'band' ? found.band : found.score
}

/** A deterministic number in [0, 1) for a seed, so that a sample can be reproduced. */
export function draw(seed: string): number {
  let hash = 0x811c9dc5
  for (const sign of seed) hash = Math.imul(hash ^ sign.charCodeAt(0), 0x01000193)
  // FNV's low bits are weak for short inputs; the finaliser of MurmurHash3 mixes them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** What the texts of a pathway may name. */
export function valuesOf({ times, timeZone, ...enrolled }: Enrolled): Record<string, string> {
  return {
    name: enrolled.name,
    hospital: enrolled.siteName,
    department: enrolled.departmentName ?? enrolled.siteName,
    condition: enrolled.subjectWords ?? '',
    subject: enrolled.subjectWords ?? '',
    start: times['start'] ? localMinute(times['start'], timeZone) : '',
  }
}
