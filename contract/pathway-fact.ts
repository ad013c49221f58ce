import { isPersonFact } from './fact.ts'
import { comparisonsOf } from './questionnaire-check.ts'
import type { Condition } from './questionnaire.ts'

/** Facts for branches besides person, stay and task results: answers on this pathway, and laboratory results. */
export type AskedFact =
  | { of: 'score' | 'band'; questionnaire: string }
  | { of: 'answer'; questionnaire: string; linkId: string }
  | { of: 'observation'; code: string }

/** `questionnaire.phq-9.score`, `questionnaire.phq-9.band`, `questionnaire.phq-9.answers.sleep`, `observation.4548-4`. */
export function factName(fact: AskedFact): string {
  if (fact.of === 'observation') return `observation.${fact.code}`
  return `questionnaire.${fact.questionnaire}.${fact.of === 'answer' ? `answers.${fact.linkId}` : fact.of}`
}

/** Null for facts of another kind. */
export function readFactName(name: string): AskedFact | null {
  const code = /^observation\.(.*)$/s.exec(name)?.[1]
  if (code !== undefined) return { of: 'observation', code }
  const [, questionnaire, rest = '', linkId] =
    /^questionnaire\.([^.]*)\.(score|band|answers\.(.+))$/s.exec(name) ?? []
  if (questionnaire === undefined) return null
  if (linkId !== undefined) return { of: 'answer', questionnaire, linkId }
  return { of: rest === 'band' ? 'band' : 'score', questionnaire }
}

/** Look-ups needed by the branches of a pathway, stored with its version so that other pathways skip them. */
export type Asks = {
  questionnaires: string[]
  /** Those whose band is used. */
  bands: string[]
  /** The longest look-back of any branch for a code. */
  observations: { code: string; days: number }[]
  /** Facts of the person besides sex and age, which are always loaded. */
  person: string[]
}

/** Null when none are used. */
export function asksOf(steps: readonly ({ kind: string } & { when?: Condition })[]): Asks | null {
  const questionnaires = new Set<string>()
  const bands = new Set<string>()
  const days = new Map<string, number>()
  const person = new Set<string>()
  for (const { when } of steps)
    for (const { fact: name, withinDays = 0 } of when ? comparisonsOf(when) : []) {
      if (isPersonFact(name) && name !== 'person.sex' && name !== 'person.ageYears') person.add(name)
      const fact = readFactName(name)
      if (fact?.of === 'observation') days.set(fact.code, Math.max(days.get(fact.code) ?? 0, withinDays))
      else if (fact) questionnaires.add(fact.questionnaire)
      if (fact?.of === 'band') bands.add(fact.questionnaire)
    }
  if (questionnaires.size === 0 && days.size === 0 && person.size === 0) return null
  return {
    questionnaires: [...questionnaires],
    bands: [...bands],
    observations: [...days].map(([code, longest]) => ({ code, days: longest })),
    person: [...person],
  }
}
