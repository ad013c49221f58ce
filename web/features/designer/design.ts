import { unfold } from '../../../contract/answer.ts'
import type { DraftBody } from '../../../contract/questionnaire-design.ts'
import type { Condition, Localized, Question } from '../../../contract/questionnaire.ts'

/** What is being designed. */
export type Design = { title: Localized; source: string | null; body: DraftBody }

/** A design with the way back. `selected` is the place of the question that is open. */
export type DesignState = { now: Design; past: Design[]; future: Design[]; selected: number | null }

export type DesignAction =
  | { do: 'about'; patch: Partial<Pick<Design, 'title' | 'source'>> }
  | { do: 'body'; patch: Partial<Omit<DraftBody, 'items'>> }
  | { do: 'add'; type: Question['type'] }
  | { do: 'copy'; at: number }
  | { do: 'remove'; at: number }
  | { do: 'move'; at: number; by: 1 | -1 }
  | { do: 'change'; at: number; patch: Partial<Question> }
  | { do: 'rename'; from: string; to: string }
  | { do: 'select'; at: number | null }
  | { do: 'load'; design: Design }
  | { do: 'undo' }
  | { do: 'redo' }

const steps = 100

export function startDesign(now: Design): DesignState {
  return { now, past: [], future: [], selected: now.body.items.length > 0 ? 0 : null }
}

/** Pure: the same actions always lead to the same design. What changes nothing leaves no step to undo. */
export function designReducer(state: DesignState, action: DesignAction): DesignState {
  switch (action.do) {
    case 'select':
      return { ...state, selected: within(action.at, state.now) }
    case 'load':
      return startDesign(action.design)
    case 'undo': {
      const before = state.past.at(-1)
      if (!before) return state
      return {
        now: before,
        past: state.past.slice(0, -1),
        future: [state.now, ...state.future],
        selected: within(state.selected, before),
      }
    }
    case 'redo': {
      const [after, ...future] = state.future
      if (!after) return state
      return { now: after, past: [...state.past, state.now], future, selected: within(state.selected, after) }
    }
    default: {
      const { design, selected } = edit(state, action)
      if (design === state.now) return { ...state, selected }
      return { now: design, past: [...state.past.slice(1 - steps), state.now], future: [], selected }
    }
  }
}

/** All names under which something is or could be answered. */
export function linkIdsOf(items: Question[]): string[] {
  return items.flatMap((item) => [item.linkId, ...(item.rows ?? []).map((row) => row.linkId)])
}

/** The first of q1, q2 … that nothing has yet. */
export function freeLinkId(taken: Iterable<string>, stem = 'q'): string {
  const known = new Set(taken)
  let n = 1
  while (known.has(`${stem}${n}`)) n++
  return `${stem}${n}`
}

/** Questions whose answers the one at this place may ask about. */
export function earlierQuestions(items: Question[], at: number): Question[] {
  return unfold(items.slice(0, at)).filter(({ type }) => type !== 'group' && type !== 'display')
}

function within(at: number | null, { body }: Design): number | null {
  if (at === null || body.items.length === 0) return null
  return Math.min(Math.max(at, 0), body.items.length - 1)
}

type Edit = Exclude<DesignAction, { do: 'select' | 'load' | 'undo' | 'redo' }>

function edit({ now, selected }: DesignState, action: Edit): { design: Design; selected: number | null } {
  const { items } = now.body
  const put = (next: Question[], open = selected) => {
    const design = { ...now, body: { ...now.body, items: next } }
    return { design, selected: within(open, design) }
  }
  const same = { design: now, selected }
  switch (action.do) {
    case 'about':
      return { design: { ...now, ...action.patch }, selected }
    case 'body':
      return { design: { ...now, body: tidy({ ...now.body, ...action.patch }) }, selected }
    case 'add': {
      const at = selected === null ? items.length : selected + 1
      const made = blankQuestion(action.type, linkIdsOf(items))
      return put([...items.slice(0, at), made, ...items.slice(at)], at)
    }
    case 'copy': {
      const from = items[action.at]
      if (!from) return same
      return put(
        [...items.slice(0, action.at + 1), copyOf(from, items), ...items.slice(action.at + 1)],
        action.at + 1,
      )
    }
    case 'remove':
      if (!items[action.at]) return same
      return put(
        items.filter((_, at) => at !== action.at),
        action.at,
      )
    case 'move': {
      const [one, other] = [items[action.at], items[action.at + action.by]]
      if (!one || !other) return same
      const to = action.at + action.by
      return put(
        items.map((item, at) => (at === action.at ? other : at === to ? one : item)),
        to,
      )
    }
    case 'change': {
      const item = items[action.at]
      if (!item) return same
      return put(items.map((one, at) => (at === action.at ? tidy({ ...one, ...action.patch }) : one)))
    }
    case 'rename': {
      const taken = new Set(linkIdsOf(items))
      if (!taken.has(action.from) || taken.has(action.to) || !/^[\w.-]{1,60}$/.test(action.to)) return same
      return put(items.map((item) => renamed(item, action.from, action.to)))
    }
  }
}

/** Without keys that were cleared. */
export function tidy<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}

function blankQuestion(type: Question['type'], taken: string[]): Question {
  const linkId = freeLinkId(taken)
  const text = { 'zh-CN': '' }
  const options = ['1', '2'].map((value) => ({ value, text: { 'zh-CN': '' } }))
  if (type === 'choice' || type === 'multiple') return { linkId, type, text, options }
  if (type === 'matrix')
    return {
      linkId,
      type,
      text,
      options,
      rows: [{ linkId: freeLinkId([...taken, linkId], `${linkId}-`), text }],
    }
  if (type === 'scale') return { linkId, type, text, min: 0, max: 10 }
  return { linkId, type, text }
}

/** The same question under names of its own; what it asked about itself, it asks about itself again. */
function copyOf(from: Question, items: Question[]): Question {
  const taken = new Set(linkIdsOf(items))
  const fresh = (stem: string) => {
    const linkId = freeLinkId(taken, stem)
    taken.add(linkId)
    return linkId
  }
  const names = new Map([[from.linkId, fresh('q')]])
  for (const row of from.rows ?? []) names.set(row.linkId, fresh('q'))
  return [...names].reduce((item, [old, name]) => renamed(item, old, name), from)
}

function renamed(item: Question, from: string, to: string): Question {
  const name = (linkId: string) => (linkId === from ? to : linkId)
  return {
    ...item,
    linkId: name(item.linkId),
    ...(item.rows && { rows: item.rows.map((row) => ({ ...row, linkId: name(row.linkId) })) }),
    ...(item.enableWhen && { enableWhen: renamedIn(item.enableWhen, from, to) }),
    ...(item.redFlag && { redFlag: { ...item.redFlag, when: renamedIn(item.redFlag.when, from, to) } }),
  }
}

function renamedIn(condition: Condition, from: string, to: string): Condition {
  if ('all' in condition) return { all: condition.all.map((part) => renamedIn(part, from, to)) }
  if ('any' in condition) return { any: condition.any.map((part) => renamedIn(part, from, to)) }
  if ('not' in condition) return { not: renamedIn(condition.not, from, to) }
  if (!('fact' in condition) || condition.fact !== `answers.${from}`) return condition
  return { ...condition, fact: `answers.${to}` }
}
