import { useTranslation } from 'react-i18next'
import type { Condition, Question } from '../../../contract/questionnaire.ts'
import { percent } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useEventWords } from '../segment/useEventWords.ts'
import { conditionInWords } from './conditionWords.ts'
import { useLocalized } from '../task/localized.ts'

type Extra = {
  /** Questions by which `answers.<linkId>` and option values get their words. */
  questions?: readonly Question[]
  rate?: (name: string) => string
  /** Words for facts of a place of its own, such as results of earlier steps. */
  fact?: (name: string) => string | undefined
  value?: (fact: string, value: unknown) => string | undefined
}

const codeGroups = {
  'encounter.class': 'encounterClass',
  'encounter.disposition': 'disposition',
  'task.outcome': 'outcome',
  'person.sex': 'sex',
} as const

export function useConditionWords({ questions = [], rate, fact: ownFact, value: ownValue }: Extra = {}): (
  condition: Condition,
) => string {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const localized = useLocalized()
  const events = useEventWords()
  const questionOf = (fact: string) => questions.find((one) => `answers.${one.linkId}` === fact)
  const isCoded = (fact: string): fact is keyof typeof codeGroups => Object.hasOwn(codeGroups, fact)

  return (condition) =>
    conditionInWords(condition, {
      fact: (name) => {
        const question = questionOf(name)
        if (question) return localized(question.text)
        const own = ownFact?.(name)
        if (own) return own
        const key = `questionnaires.fact.${name.replaceAll('.', '_')}`
        return i18n.exists(key) ? String(t(key as never)) : name
      },
      value: (fact, value) => {
        const own = ownValue?.(fact, value)
        if (own) return own
        if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
        if (/^task\..+\.outcome$/.test(fact)) return code('outcome', String(value))
        if (isCoded(fact)) return code(codeGroups[fact], String(value))
        const option = questionOf(fact)?.options?.find((one) => one.value === value)
        return option ? localized(option.text) : String(value)
      },
      rate: (of) => (typeof of === 'number' ? percent(of) : (rate?.(of.var) ?? of.var)),
      say: (key, words) =>
        t(`questionnaires.condition.${key}`, {
          when: '',
          fact: '',
          op: '',
          value: '',
          rate: '',
          days: 0,
          ...words,
        }),
      events,
      household: (when) => t('segments.said.household', { when }),
      join: {
        all: t('questionnaires.condition.all'),
        any: t('questionnaires.condition.any'),
        comma: t('questionnaires.condition.comma'),
      },
      op: {
        in: t('questionnaires.condition.in'),
        contains: t('questionnaires.condition.contains'),
        is: t('questionnaires.condition.is'),
        isNot: t('questionnaires.condition.isNot'),
      },
    })
}
