import type { Question } from '../../contract/questionnaire.ts'

/** What stands on one screen: a section below its heading, or one question with the words before it. */
export type Step = { key: string; items: Question[] }

/** Cuts the questions that apply into screens; every question is on exactly one, in order. */
export function stepsOf(shown: Question[]): Step[] {
  const steps: Step[] = []
  let inSection = false
  let waiting: Question[] = []
  for (const item of shown) {
    if (item.type === 'group') {
      if (waiting.length > 0) steps.push({ key: waiting[0]?.linkId ?? '', items: waiting })
      waiting = []
      steps.push({ key: item.linkId, items: [item] })
      inSection = true
    } else if (inSection) steps.at(-1)?.items.push(item)
    else if (item.type === 'display') waiting.push(item)
    else {
      const items = [...waiting, item]
      steps.push({ key: items[0]?.linkId ?? '', items })
      waiting = []
    }
  }
  if (waiting.length > 0) steps.push({ key: waiting[0]?.linkId ?? '', items: waiting })
  return steps
}
