import {
  type PathwayDefinition,
  type PathwayProblem,
  type PathwayStep,
  successors,
} from '../../../contract/pathway.ts'
import type { Purpose } from '../../../contract/contact.ts'
import { templateChannels } from '../../../contract/message-template.ts'
import { isPersonFact } from '../../../contract/fact.ts'
import { comparisonsOf, partsOf } from '../../../contract/questionnaire-check.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { AppError } from '../../platform/errors.ts'
import { subjectKinds } from '../event/subject.ts'
import { type Decided, worthIn } from '../segment/reach.ts'
import { conditionSql } from '../segment/rule.ts'
import { isSettingKey } from '../setting/definitions.ts'
import { textProblems } from '../template/lint.ts'
import { actProblem } from './act.ts'
import type { Known } from './asked-problems.ts'

/**
 * Problems of a definition, each with its step and fix. A pathway has no cycle: each step happens at most once per enrolment, which is
 * what makes "never twice" provable by a primary key.
 * @param questionnaires existing ones by code, with their body where a branch uses their answers
 * @param templates purposes of the published ones by code; a site's own may differ
 * @param decided segments and pathways that conditions may ask about
 * @param mayOverride an emergency notice that two people approved
 */
export function problemsOf(
  definition: PathwayDefinition,
  questionnaires: Known,
  templates: ReadonlyMap<string, Purpose[]>,
  decided: readonly Decided[],
  mayOverride = false,
): PathwayProblem[] {
  const problems: PathwayProblem[] = []
  if (definition.emergency && !mayOverride)
    problems.push({
      step: null,
      message: 'Overrides the rules of contact, which only a campaign with two approvals may.',
    })
  const steps = new Map(definition.steps.map((step) => [step.key, step]))
  if (steps.size !== definition.steps.length)
    problems.push({ step: null, message: 'Two steps have the same key; rename one.' })
  if (!steps.has(definition.start))
    problems.push({ step: null, message: `The start step "${definition.start}" does not exist.` })
  for (const [name, variable] of Object.entries(definition.variables))
    if ('setting' in variable && !isSettingKey(variable.setting))
      problems.push({
        step: null,
        message: `Variable ${name} refers to the setting "${variable.setting}", which does not exist.`,
      })
  const { event, calendar, when } = definition.entry
  if (event !== null && calendar)
    problems.push({ step: null, message: 'Is entered by an event and by the calendar; choose one.' })
  if (calendar && when)
    for (const { fact } of comparisonsOf(when))
      if (!isPersonFact(fact))
        problems.push({
          step: null,
          message: `Asks for "${fact}" at entry by the calendar, which knows the person only.`,
        })
  const known = (when: Condition | undefined, step: string | null) => {
    for (const { fact } of when ? comparisonsOf(when) : [])
      if (!isKnown(fact)) problems.push({ step, message: `Asks for "${fact}", which is not known.` })
    for (const part of when ? partsOf(when) : [])
      if ('events' in part || 'household' in part) {
        const message = ruleProblem(part)
        if (message) problems.push({ step, message })
      }
  }
  const worth = worthIn(definition, decided)
  if (worth !== null)
    problems.push({
      step: null,
      message: `Is of clinical purpose and asks for "${worth}", which is about money or value: nobody is treated sooner for being worth more.`,
    })
  for (const { when: stop } of definition.stopOn)
    if (stop && partsOf(stop).some((part) => 'events' in part || 'household' in part))
      problems.push({
        step: null,
        message: 'A stop rule asks about earlier events; it knows its own event only.',
      })
  known(when, null)
  for (const step of definition.steps) {
    if (step.kind === 'branch') known(step.when, step.key)
    for (const next of successors(step))
      if (next !== null && !steps.has(next))
        problems.push({ step: step.key, message: `Leads to "${next}", which does not exist.` })
    for (const name of variablesIn(step))
      if (!Object.hasOwn(definition.variables, name))
        problems.push({ step: step.key, message: `Uses the variable "${name}", which is not declared.` })
    if (step.kind === 'task' && step.machineFirst && (step.task !== 'follow-up-call' || !step.questionnaire))
      problems.push({
        step: step.key,
        message: 'The machine can call first only for a follow-up call with a questionnaire.',
      })
    if (step.kind === 'task' && step.machineFirst && definition.purpose === 'marketing')
      problems.push({ step: step.key, message: 'The machine makes no marketing calls.' })
    if (
      (step.kind === 'task' || step.kind === 'questionnaire') &&
      step.questionnaire &&
      !questionnaires.has(step.questionnaire)
    )
      problems.push({
        step: step.key,
        message: `Uses the questionnaire "${step.questionnaire}", which does not exist.`,
      })
    if (step.kind === 'message')
      problems.push(...messageProblems(step, templates).map((message) => ({ step: step.key, message })))
    if (step.kind === 'branch')
      for (const key of outcomesIn(step.when))
        if (steps.get(key)?.kind !== 'task')
          problems.push({
            step: step.key,
            message: `Asks for the result of "${key}", which is no task here.`,
          })
    if (step.kind === 'wait') {
      const time = /^subject\.(.*)$/.exec(step.since)?.[1]
      if (time !== undefined && !subjectKinds().some(({ times }) => times.includes(time)))
        problems.push({ step: step.key, message: `Waits for the time "${time}", which nothing has.` })
      if (time === undefined && step.before)
        problems.push({
          step: step.key,
          message: 'Waits before a time that has come already; count from a time of the subject.',
        })
    }
    if (step.kind === 'act') {
      const message = actProblem(step.act, step.input)
      if (message) problems.push({ step: step.key, message })
    }
    if (step.kind === 'wait' && step.at && step.at.from >= step.at.to)
      problems.push({ step: step.key, message: 'The hours end before they begin.' })
  }
  const circle = findCircle(definition, steps)
  if (circle)
    problems.push({
      step: circle,
      message: 'Can be reached from itself; a step happens at most once. Copy the step instead.',
    })
  const reached = reachable(definition.start, steps)
  for (const step of definition.steps)
    if (!reached.has(step.key))
      problems.push({ step: step.key, message: 'Cannot be reached from the start; connect or delete it.' })
  return problems
}

function messageProblems(
  { template, purpose, channel, subject, body }: Extract<PathwayStep, { kind: 'message' }>,
  templates: ReadonlyMap<string, Purpose[]>,
): string[] {
  if (template !== undefined) {
    const known = templates.get(template)
    if (!known) return [`Uses the template "${template}", which is not published.`]
    // Marketing may say only what was looked at as marketing.
    return purpose === 'marketing' && known.some((one) => one !== 'marketing')
      ? [`Uses the template "${template}" for marketing, which it is not written for.`]
      : []
  }
  if (!subject.trim() || !body.trim()) return ['The message has no subject or no text.']
  const written = templateChannels.find((one) => one === channel) ?? 'sms'
  return textProblems({ purpose, channel: written, subject, body })
    .filter((one) => one.blocks)
    .map(({ rule, words }) =>
      words
        ? `The text says "${words}", which breaks the rule ${rule}.`
        : `The text breaks the rule ${rule}.`,
    )
}

const named = /^(event|variables|task|questionnaire|observation)\.|^enrollment\.variant$/

/** Whether anything can be asked by that name. */
function isKnown(fact: string): boolean {
  const [of = '', name = ''] = fact.split(/\.(.*)/s)
  return (
    named.test(fact) ||
    isPersonFact(fact) ||
    subjectKinds().some(({ kind, facts }) => kind === of && facts.includes(name))
  )
}

/** What is wrong with a part that is asked of the database. */
function ruleProblem(part: Condition): string | null {
  try {
    conditionSql(part)
    return null
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const [issue] = error.fields ?? []
    return issue ? `"${issue.path}" ${issue.message}.` : error.message
  }
}

function eachPart(condition: Condition, visit: (part: Condition) => void): void {
  visit(condition)
  if ('all' in condition) for (const part of condition.all) eachPart(part, visit)
  else if ('any' in condition) for (const part of condition.any) eachPart(part, visit)
  else if ('not' in condition) eachPart(condition.not, visit)
}

/** Steps whose results a condition uses. */
function outcomesIn(condition: Condition): string[] {
  const keys: string[] = []
  eachPart(condition, (part) => {
    const key = 'fact' in part ? /^task\.(.+)\.outcome$/.exec(part.fact)?.[1] : undefined
    if (key) keys.push(key)
  })
  return keys
}

function variablesIn(step: PathwayStep): string[] {
  const names: string[] = []
  const quantity = (value: number | { var: string }) => {
    if (typeof value !== 'number') names.push(value.var)
  }
  if (step.kind === 'wait') quantity(step.for.value)
  if (step.kind === 'task' || step.kind === 'questionnaire') quantity(step.dueIn.value)
  if (step.kind === 'branch')
    eachPart(step.when, (part) => {
      if ('sample' in part) quantity(part.sample.rate)
    })
  return names
}

function findCircle(definition: PathwayDefinition, steps: Map<string, PathwayStep>): string | undefined {
  const done = new Set<string>()
  const open = new Set<string>()
  const visit = (key: string): string | undefined => {
    if (open.has(key)) return key
    const step = steps.get(key)
    if (!step || done.has(key)) return undefined
    open.add(key)
    for (const next of successors(step)) {
      const found = next === null ? undefined : visit(next)
      if (found) return found
    }
    open.delete(key)
    done.add(key)
    return undefined
  }
  return visit(definition.start)
}

function reachable(start: string, steps: Map<string, PathwayStep>): Set<string> {
  const reached = new Set<string>()
  const queue = [start]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const step = steps.get(key)
    if (!step || reached.has(key)) continue
    reached.add(key)
    for (const next of successors(step)) if (next !== null) queue.push(next)
  }
  return reached
}
