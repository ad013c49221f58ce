import { unfold } from './answer.ts'
import type { DraftBody } from './questionnaire-design.ts'
import type { Condition, Localized, Question } from './questionnaire.ts'

/** A problem that prevents publication. `linkId` is null if it concerns no single question. */
export type Problem = {
  linkId: string | null
  kind:
    | 'no-questions'
    | 'no-title'
    | 'duplicate-linkId'
    | 'no-text'
    | 'no-options'
    | 'no-rows'
    | 'duplicate-option'
    | 'no-option-text'
    | 'range'
    | 'unknown-question'
    | 'later-question'
    | 'unknown-option'
    | 'no-flag-text'
    | 'bands-without-score'
    | 'bands-order'
    | 'last-band'
    | 'no-band-text'
    | 'duplicate-band'
  /** What it is about: the linkId of another question, the value of an option, the code of a band. */
  about: string
}

type Draft = { title: Localized; body: DraftBody }

/** All problems, by question; used by server and screen. */
export function problemsOf({ title, body }: Draft): Problem[] {
  const problems: Problem[] = []
  const report = (linkId: string | null, kind: Problem['kind'], about = '') =>
    problems.push({ linkId, kind, about })
  if (isBlank(title)) report(null, 'no-title')
  const answered = unfold(body.items).filter(({ type }) => type !== 'group' && type !== 'display')
  if (answered.length === 0) report(null, 'no-questions')
  const seen = new Set<string>()
  const all = new Map(answered.map((item) => [item.linkId, item]))
  for (const item of body.items) {
    const own = [item.linkId, ...(item.rows ?? []).map((row) => row.linkId)]
    for (const linkId of own)
      if (seen.has(linkId) || own.indexOf(linkId) !== own.lastIndexOf(linkId))
        report(item.linkId, 'duplicate-linkId', linkId)
    checkQuestion(item, (kind, about) => report(item.linkId, kind, about))
    // A question may depend on earlier ones; a red flag also on its own answer.
    if (item.enableWhen)
      for (const problem of conditionProblems(item.enableWhen, seen, all)) report(item.linkId, ...problem)
    for (const linkId of own) seen.add(linkId)
    if (item.redFlag) {
      for (const problem of conditionProblems(item.redFlag.when, seen, all)) report(item.linkId, ...problem)
      if (isBlank(item.redFlag.text)) report(item.linkId, 'no-flag-text')
    }
  }
  checkBands(body, report)
  return problems
}

function isBlank(text: Localized): boolean {
  return text['zh-CN'].trim() === ''
}

function checkQuestion(item: Question, report: (kind: Problem['kind'], about?: string) => void): void {
  if (isBlank(item.text)) report('no-text')
  if (item.min !== undefined && item.max !== undefined && item.min > item.max) report('range')
  if (item.type === 'scale' && (item.max ?? 10) - (item.min ?? 0) > 20) report('range')
  if (!['choice', 'multiple', 'matrix'].includes(item.type)) return
  const options = item.options ?? []
  if (options.length < (item.type === 'multiple' ? 1 : 2)) report('no-options')
  const values = options.map((option) => option.value)
  for (const [at, option] of options.entries()) {
    if (option.value === '' || values.indexOf(option.value) !== at) report('duplicate-option', option.value)
    if (isBlank(option.text)) report('no-option-text', option.value)
  }
  if (item.type !== 'matrix') return
  if (!item.rows?.length) report('no-rows')
  for (const row of item.rows ?? []) if (isBlank(row.text)) report('no-text', row.linkId)
}

type Found = [kind: Problem['kind'], about: string]

/** The parts of a condition that are no groups. */
export function partsOf(
  condition: Condition,
): Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown }>[] {
  if ('all' in condition) return condition.all.flatMap(partsOf)
  if ('any' in condition) return condition.any.flatMap(partsOf)
  if ('not' in condition) return partsOf(condition.not)
  return [condition]
}

/** Comparisons of single facts within a condition. */
export function comparisonsOf(condition: Condition): Extract<Condition, { fact: string }>[] {
  return partsOf(condition).flatMap((part) => ('fact' in part ? [part] : []))
}

function conditionProblems(condition: Condition, before: Set<string>, all: Map<string, Question>): Found[] {
  return partsOf(condition).flatMap((part): Found[] => {
    // Events and the household are for rules over persons.
    if (!('fact' in part)) return 'sample' in part ? [] : [['unknown-question', Object.keys(part)[0] ?? '']]
    const { fact, value } = part
    if (!fact.startsWith('answers.')) return [['unknown-question', fact]]
    const linkId = fact.slice('answers.'.length)
    const question = all.get(linkId)
    if (!question) return [['unknown-question', linkId]]
    if (!before.has(linkId)) return [['later-question', linkId]]
    if (!question.options) return []
    const known = new Set(question.options.map((option) => option.value))
    return (Array.isArray(value) ? value : [value])
      .filter((one): one is string => typeof one === 'string' && !known.has(one))
      .map((one) => ['unknown-option', one])
  })
}

function checkBands(
  body: DraftBody,
  report: (linkId: null, kind: Problem['kind'], about?: string) => void,
): void {
  const bands = body.bands ?? []
  if (bands.length === 0) return
  if (body.scoring === 'none') report(null, 'bands-without-score')
  const codes = bands.map((band) => band.code)
  let last = -Infinity
  for (const [at, band] of bands.entries()) {
    if (codes.indexOf(band.code) !== at) report(null, 'duplicate-band', band.code)
    if (isBlank(band.text)) report(null, 'no-band-text', band.code)
    // A band reached by a single question may have no range of its own.
    if (band.singleItem !== undefined && (band.upTo ?? last) === last) continue
    if ((band.upTo ?? Infinity) <= last) report(null, 'bands-order', band.code)
    last = band.upTo ?? Infinity
  }
  if (last !== Infinity) report(null, 'last-band', bands.at(-1)?.code)
}
