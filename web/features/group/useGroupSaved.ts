import { useTranslation } from 'react-i18next'
import { getGroup, listGroupMembers, listGroups } from '../../../contract/group.ts'
import { getPerson } from '../../../contract/person.ts'

/** What every change of a group customer says, and where its new state appears. */
export function useGroupSaved(onDone: () => void) {
  const { t } = useTranslation()
  return { done: t('groups.saved'), stale: [getGroup, listGroups, listGroupMembers, getPerson], onDone }
}
