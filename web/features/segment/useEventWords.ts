import { useTranslation } from 'react-i18next'
import { type EventFilter, type EventQuestion } from '../../../contract/event-fact.ts'
import { useCode } from '../../i18n/useCode.ts'

const signs = { '=': '=', '!=': '≠', '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const
const groups: Partial<Record<string, Parameters<ReturnType<typeof useCode>>[0]>> = {
  class: 'encounterClass',
  disposition: 'disposition',
  outcome: 'outcome',
  purpose: 'purpose',
}

/** The value of a field as people say it. */
export function useFieldValue() {
  const { t, i18n } = useTranslation()
  const code = useCode()
  return (field: string, value: string): string => {
    const key = `segments.choice.${value}`
    if (field === 'state' && i18n.exists(key)) return String(t(key as never))
    const group = groups[field]
    return group ? code(group, value) : value
  }
}

/** A question about events as a sentence part: 90 天内就诊（科室 是 心内科） ≥ 2 次. */
export function useEventWords() {
  const { t } = useTranslation()
  const said = useFieldValue()
  const op = (one: string) =>
    one === 'in' || one === 'contains' ? t(`questionnaires.condition.${one}`) : signs[one as '=']
  const value = (field: string, of: unknown) =>
    [of]
      .flat()
      .map((one) => said(field, String(one)))
      .join(t('questionnaires.condition.comma'))
  const filter = ({ field, question, op: than, value: of }: EventFilter) =>
    [t(`segments.field.${field as 'code'}`), question, op(than), value(field, of)].filter(Boolean).join(' ')

  return (asked: EventQuestion): string => {
    const { of, measure, field, where = [], withinDays, from, to } = asked
    const when =
      withinDays !== undefined
        ? t('segments.said.within', { n: withinDays })
        : from !== undefined || to !== undefined
          ? t('segments.said.between', { from: from ?? '…', to: to ?? '…' })
          : ''
    const words = {
      when,
      event: t(`segments.event.${of}`),
      where: where.length > 0 ? t('segments.said.where', { filters: where.map(filter).join('，') }) : '',
      field: field ? t(`segments.field.${field as 'code'}`) : '',
      op: op(asked.op),
      value: value(field ?? '', asked.value),
    }
    const none = measure === 'count' && asked.op === '=' && asked.value === 0
    const some =
      measure === 'count' &&
      ((asked.op === '>=' && asked.value === 1) || (asked.op === '>' && asked.value === 0))
    return t(`segments.said.${none ? 'none' : some ? 'some' : measure}`, words).trim()
  }
}
