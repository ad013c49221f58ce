import { useTranslation } from 'react-i18next'
import type { stages } from '../../../contract/fact.ts'
import type { ConditionGroup, SplitBy } from '../../../contract/segment.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'

/** The value of a split as people say it. */
export function useSplitWords() {
  const { t } = useTranslation()
  const code = useCode()
  const sites = useCall(listSites)
  return (by: SplitBy, value: string): string => {
    if (value === '') return t('segments.unknown')
    if (by === 'age') return t(`segments.ageBand.${value as '0'}`)
    if (by === 'sex') return code('sex', value)
    if (by === 'stage') return t(`pathways.stage.${value as (typeof stages)[number]}`)
    if (by === 'conditions') return t(`segments.conditionGroup.${value as ConditionGroup}`)
    if (by === 'department') return sites.data?.departments.find((one) => one.code === value)?.name ?? value
    return value
  }
}
