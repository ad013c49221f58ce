import type { PathwayDefinition, PathwayStep } from '../../../contract/pathway.ts'
import { standardStopNames, stopsOn } from '../../../contract/stop-rule.ts'

/** Kinds that can be put in; an act is written by the module that brings it. */
export type StepKind = Exclude<PathwayStep['kind'], 'act'>
export type Exit = 'next' | 'otherwise'
/** Where a step can be put in: behind an exit of another one, or before the first. */
export type Spot = { after: string; exit: Exit } | 'start'

export type Change =
  | { do: 'insert'; at: Spot; kind: StepKind; title: string }
  | { do: 'delete'; key: string }
  | { do: 'duplicate'; key: string; title: string }
  /** Lets an exit lead elsewhere; null is the end of the pathway. */
  | { do: 'connect'; key: string; exit: Exit; to: string | null }
  /** The same step with other fields; `field` joins the strokes of one field to one undo. */
  | { do: 'step'; step: PathwayStep; field?: string }
  | { do: 'definition'; patch: Partial<PathwayDefinition>; field?: string }
  | { do: 'replace'; definition: PathwayDefinition }

export type EditAction = Change | { do: 'select'; key: string | null } | { do: 'undo' } | { do: 'redo' }

export type Editing = {
  present: PathwayDefinition
  past: PathwayDefinition[]
  future: PathwayDefinition[]
  /** Key of the step whose form is open; null: the form of the pathway itself. */
  selected: string | null
  /** The field the last change was made in. */
  field: string | null
}

const kept = 200

export function startEditing(definition: PathwayDefinition): Editing {
  return { present: definition, past: [], future: [], selected: null, field: null }
}

/** Exits a step has: a branch two, an end none. */
export function exitsOf(step: PathwayStep): { exit: Exit; to: string | null }[] {
  if (step.kind === 'stop') return []
  const next = { exit: 'next' as const, to: step.next }
  return step.kind === 'branch' ? [next, { exit: 'otherwise', to: step.otherwise }] : [next]
}

/** The editing of a pathway: every change can be undone, and what was undone done again until the next change. */
export function edit(editing: Editing, action: EditAction): Editing {
  const { past, present, future } = editing
  switch (action.do) {
    case 'select':
      return { ...editing, selected: known(present, action.key), field: null }
    case 'undo': {
      const before = past.at(-1)
      return before ? moved(editing, before, past.slice(0, -1), [present, ...future]) : editing
    }
    case 'redo': {
      const [after, ...rest] = future
      return after ? moved(editing, after, [...past, present], rest) : editing
    }
    default: {
      const { definition, selected } = changed(present, action, editing.selected)
      if (definition === present || JSON.stringify(definition) === JSON.stringify(present)) return editing
      const field = 'field' in action ? (action.field ?? null) : null
      const goesOn = field !== null && field === editing.field && past.length > 0
      return {
        present: definition,
        past: goesOn ? past : [...past, present].slice(-kept),
        future: [],
        selected: known(definition, selected),
        field,
      }
    }
  }
}

function moved(
  editing: Editing,
  present: PathwayDefinition,
  past: PathwayDefinition[],
  future: PathwayDefinition[],
): Editing {
  return { present, past, future, selected: known(present, editing.selected), field: null }
}

function known({ steps }: PathwayDefinition, key: string | null): string | null {
  return steps.some((step) => step.key === key) ? key : null
}

type Changed = { definition: PathwayDefinition; selected: string | null }

function changed(definition: PathwayDefinition, change: Change, selected: string | null): Changed {
  const same = { definition, selected }
  switch (change.do) {
    case 'insert': {
      const key = newKey(definition, change.kind)
      return put(definition, change.at, newStep(change.kind, key, change.title)) ?? same
    }
    case 'duplicate': {
      const step = definition.steps.find((one) => one.key === change.key)
      if (!step) return same
      const copy = { ...structuredClone(step), key: newKey(definition, step.kind), title: change.title }
      return put(definition, step.kind === 'stop' ? null : { after: step.key, exit: 'next' }, copy) ?? same
    }
    case 'delete': {
      const without = removed(definition, change.key)
      return without ? { definition: without.definition, selected: without.heir } : same
    }
    case 'connect':
      return {
        selected,
        definition: {
          ...definition,
          steps: definition.steps.map((step) =>
            step.key === change.key && exitsOf(step).some(({ exit }) => exit === change.exit)
              ? { ...step, [change.exit]: change.to }
              : step,
          ),
        },
      }
    case 'step':
      return {
        selected,
        definition: {
          ...definition,
          steps: definition.steps.map((step) => (step.key === change.step.key ? change.step : step)),
        },
      }
    case 'definition':
      return { selected, definition: { ...definition, ...change.patch } }
    case 'replace':
      return { selected: null, definition: change.definition }
  }
}

/** Puts a step into a spot, so that the way goes on behind it as before; without a spot it stands by itself. */
function put(definition: PathwayDefinition, at: Spot | null, step: PathwayStep): Changed | undefined {
  const { steps, start } = definition
  const leads = (to: string | null): PathwayStep =>
    step.kind === 'stop'
      ? { ...step, next: null }
      : step.kind === 'branch'
        ? { ...step, next: to, otherwise: to }
        : { ...step, next: to }
  if (at === null) return { definition: { ...definition, steps: [...steps, step] }, selected: step.key }
  if (at === 'start')
    return {
      definition: { ...definition, start: step.key, steps: [leads(start), ...steps] },
      selected: step.key,
    }
  const index = steps.findIndex((one) => one.key === at.after)
  const before = steps[index]
  const exit = before && exitsOf(before).find((one) => one.exit === at.exit)
  if (!exit) return undefined
  return {
    definition: {
      ...definition,
      steps: [
        ...steps.slice(0, index),
        { ...before, [at.exit]: step.key },
        leads(exit.to),
        ...steps.slice(index + 1),
      ],
    },
    selected: step.key,
  }
}

/** What led to the step leads to where it led; the last step stays, because a pathway has at least one. */
function removed(definition: PathwayDefinition, key: string) {
  const step = definition.steps.find((one) => one.key === key)
  const steps = definition.steps.filter((one) => one.key !== key)
  const [first] = steps
  if (!step || !first) return undefined
  const heir = exitsOf(step).find(({ to }) => to !== null && to !== key)?.to ?? null
  const past = (to: string | null) => (to === key ? heir : to)
  return {
    heir: heir ?? definition.steps.find((one) => exitsOf(one).some(({ to }) => to === key))?.key ?? null,
    definition: {
      ...definition,
      start: definition.start === key ? (heir ?? first.key) : definition.start,
      steps: steps.map((one) =>
        one.kind === 'branch'
          ? { ...one, next: past(one.next), otherwise: past(one.otherwise) }
          : { ...one, next: past(one.next) },
      ),
    },
  }
}

function newKey({ steps }: PathwayDefinition, kind: PathwayStep['kind']): string {
  const taken = new Set(steps.map((step) => step.key))
  let n = 1
  while (taken.has(`${kind}-${n}`)) n += 1
  return `${kind}-${n}`
}

/** A step of a kind as it begins: what it needs at least, to be filled in. */
function newStep(kind: StepKind, key: string, title: string): PathwayStep {
  const base = { key, title, next: null }
  const days = (value: number) => ({ value, unit: 'days' as const })
  switch (kind) {
    case 'wait':
      return { ...base, kind, since: 'here', for: days(1) }
    case 'branch':
      return { ...base, kind, when: { fact: 'person.ageYears', op: '>=', value: 65 }, otherwise: null }
    case 'task':
      return {
        ...base,
        kind,
        task: 'follow-up-call',
        assignee: 'nurse',
        dueSince: 'here',
        dueIn: days(3),
        priority: 'routine',
        waitFor: 'nothing',
      }
    case 'message':
      return { ...base, kind, channel: 'preferred', purpose: 'clinical', subject: '', body: '' }
    case 'questionnaire':
      return { ...base, kind, questionnaire: '', assignee: 'nurse', dueIn: days(3) }
    case 'pathway':
      return { ...base, kind, pathway: '' }
    case 'stop':
      return { ...base, kind, reason: '' }
  }
}

/** A pathway that is begun from nothing: one step, entered by discharge from a ward. */
export function blankPathway(title: string): PathwayDefinition {
  return {
    purpose: 'clinical',
    entry: {
      event: 'encounter.discharged',
      when: { fact: 'encounter.class', op: '=', value: 'inpatient' },
      maxAgeDays: 30,
    },
    variables: {},
    stopOn: stopsOn(...standardStopNames),
    start: 'wait-1',
    steps: [newStep('wait', 'wait-1', title)],
  }
}
