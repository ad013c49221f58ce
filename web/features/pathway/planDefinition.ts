import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { readFactName } from '../../../contract/pathway-fact.ts'
import { comparisonsOf } from '../../../contract/questionnaire-check.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { exitsOf } from './editing.ts'

/** Units of UCUM; working days have none, so they are described in text beside the days. */
const units = { minutes: 'min', hours: 'h', days: 'd', 'working-days': 'd' } as const

type Duration = Extract<PathwayStep, { kind: 'wait' }>['for']

type Named = {
  code: string
  name: string
  version: number | null
  active: boolean
  definition: PathwayDefinition
}

/**
 * A pathway as a FHIR R4 PlanDefinition: one action a step, tied to those before it. Conditions are our own, as JSON in an expression of
 * their own language; the whole definition is there as an extension, so that nothing is lost.
 */
export function planDefinition({ code, name, version, active, definition }: Named) {
  const numbers = new Map(
    Object.entries(definition.variables).flatMap(([key, one]) =>
      'value' in one ? [[key, one.value] as const] : [],
    ),
  )
  const duration = ({ value, unit }: Duration) => {
    const number = typeof value === 'number' ? value : numbers.get(value.var)
    // A rule of the site has no number outside of it.
    return number === undefined
      ? {}
      : { timingDuration: { value: number, unit, system: 'http://unitsofmeasure.org', code: units[unit] } }
  }
  const leads = definition.steps.flatMap((step) => exitsOf(step).map(({ exit, to }) => ({ step, exit, to })))
  return {
    resourceType: 'PlanDefinition',
    identifier: [{ system: 'urn:careloop:pathway', value: code }],
    version: String(version ?? 0),
    title: name,
    type: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' },
      ],
    },
    status: version === null ? 'draft' : active ? 'active' : 'retired',
    extension: [{ url: 'urn:careloop:pathway-definition', valueString: JSON.stringify(definition) }],
    action: definition.steps.map((step) => {
      const before = leads.filter((one) => one.to === step.key)
      const [only] = before
      const branch = only?.step.kind === 'branch' && before.length === 1 ? only.step : undefined
      return {
        id: step.key,
        title: step.title || step.key,
        ...(step.key === definition.start && definition.entry.event !== null
          ? { trigger: [{ type: 'named-event', name: definition.entry.event }] }
          : {}),
        ...(branch ? inputOf(branch.when) : {}),
        ...(step.key === definition.start && definition.entry.when
          ? { condition: [applicable(definition.entry.when)] }
          : {}),
        ...(branch
          ? { condition: [applicable(only?.exit === 'next' ? branch.when : { not: branch.when })] }
          : {}),
        ...(before.length > 0
          ? {
              relatedAction: [...new Set(before.map((one) => one.step.key))].map((actionId) => ({
                actionId,
                relationship: 'after-end',
              })),
            }
          : {}),
        ...kindOf(step, duration),
      }
    }),
  }
}

/** What has to be known for a condition besides person and stay. */
function inputOf(when: Condition): object {
  const input = comparisonsOf(when).flatMap(({ fact: name, withinDays }): object[] => {
    const fact = readFactName(name)
    if (!fact) return []
    const period = { value: withinDays, unit: 'days', system: 'http://unitsofmeasure.org', code: 'd' }
    if (fact.of !== 'observation') return [{ type: 'QuestionnaireResponse', mustSupport: ['item'] }]
    return [
      {
        type: 'Observation',
        codeFilter: [{ path: 'code', code: [{ code: fact.code }] }],
        ...(withinDays !== undefined && { dateFilter: [{ path: 'effective', valueDuration: period }] }),
      },
    ]
  })
  return input.length > 0 ? { input } : {}
}

function applicable(condition: Condition) {
  return {
    kind: 'applicability',
    expression: {
      language: 'application/vnd.careloop.condition+json',
      expression: JSON.stringify(condition),
    },
  }
}

function kindOf(step: PathwayStep, duration: (of: Duration) => object): object {
  switch (step.kind) {
    case 'wait':
      return {
        description: `wait, counted ${step.before ? 'back ' : ''}from ${step.since}`,
        ...duration(step.for),
      }
    case 'branch':
      return { description: 'branch', selectionBehavior: 'exactly-one' }
    case 'task':
    case 'questionnaire':
      return {
        description: step.kind === 'task' ? (step.description ?? step.task) : 'questionnaire',
        priority: step.kind === 'task' ? step.priority : 'routine',
        participant: [{ type: 'practitioner', role: { text: step.assignee } }],
        ...duration(step.dueIn),
        ...(step.questionnaire
          ? { definitionCanonical: `urn:careloop:questionnaire:${step.questionnaire}` }
          : {}),
      }
    case 'pathway':
      return {
        description: 'pathway',
        definitionCanonical: `urn:careloop:pathway:${step.pathway}${step.version === undefined ? '' : `|${step.version}`}`,
      }
    case 'message':
      return { description: step.subject, textEquivalent: step.body }
    case 'act':
      return { description: step.act }
    case 'stop':
      return { description: step.reason || 'end' }
  }
}
