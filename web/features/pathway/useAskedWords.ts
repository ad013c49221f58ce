import { useTranslation } from 'react-i18next'
import { unfold } from '../../../contract/answer.ts'
import { readFactName } from '../../../contract/pathway-fact.ts'
import type { Localized, QuestionnaireDefinition } from '../../../contract/questionnaire.ts'
import { useLocalized } from '../task/localized.ts'

/** Answers, totals and results that a branch asks for, in words. */
export function useAskedWords(questionnaires: readonly QuestionnaireDefinition[]) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const find = (name: string) => {
    const fact = readFactName(name)
    if (!fact || fact.of === 'observation') return { fact }
    const questionnaire = questionnaires.find((one) => one.code === fact.questionnaire)
    const question =
      fact.of === 'answer'
        ? unfold(questionnaire?.items ?? []).find((one) => one.linkId === fact.linkId)
        : undefined
    return { fact, questionnaire, question }
  }
  return {
    fact: (name: string): string | undefined => {
      const { fact, questionnaire, question } = find(name)
      if (!fact) return undefined
      if (fact.of === 'observation') return t('editor.resultOfCode', { code: fact.code })
      const title = localized(questionnaire?.title) || fact.questionnaire
      if (fact.of !== 'answer') return t(fact.of === 'score' ? 'editor.scoreOf' : 'editor.bandOf', { title })
      return t('editor.answerTo', { title, question: localized(question?.text) || fact.linkId })
    },
    value: (name: string, value: unknown): string | undefined => {
      const { fact, questionnaire, question } = find(name)
      const texts: { key: string; text: Localized }[] =
        fact?.of === 'band'
          ? (questionnaire?.bands ?? []).map((band) => ({ key: band.code, text: band.text }))
          : (question?.options ?? []).map((option) => ({ key: option.value, text: option.text }))
      return localized(texts.find((one) => one.key === value)?.text) || undefined
    },
  }
}
