import { useTranslation } from 'react-i18next'
import { type EventFact, eventFactOf, type FieldType, fieldChoices } from '../../../contract/event-fact.ts'
import { groupKinds, listGroups, memberRoles } from '../../../contract/group.ts'
import { listCampaigns } from '../../../contract/campaign.ts'
import { listPathways } from '../../../contract/pathway.ts'
import { listQuestionnaires } from '../../../contract/questionnaire.ts'
import { listSites } from '../../../contract/setting.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { useLocalized } from '../task/localized.ts'
import { useFieldValue } from './useEventWords.ts'

export type EventField = {
  name: string
  text: string
  type: FieldType
  options: { value: string; text: string }[]
}

/** What an event can be asked for, in words, with the values that it may have. */
export function useEventFields(of: EventFact): EventField[] {
  const { t } = useTranslation()
  const me = useMe()
  const said = useFieldValue()
  const localized = useLocalized()
  const shipped = useShipped()
  const sites = useCall(listSites)
  const pathways = useCall(listPathways, {}, { enabled: of === 'pathway' && may(me, 'pathway.read') })
  const questionnaires = useCall(
    listQuestionnaires,
    {},
    { enabled: of === 'answer' && may(me, 'questionnaire.read') },
  )
  const campaigns = useCall(
    listCampaigns,
    { query: { limit: 200 } },
    { enabled: of === 'campaign' && may(me, 'campaign.read') },
  )
  const groups = useCall(
    listGroups,
    { query: { limit: 200 } },
    { enabled: of === 'membership' && may(me, 'group.read') },
  )
  const named = (items: readonly { code: string; name: string }[] | undefined) =>
    (items ?? []).map((one) => ({ value: one.code, text: shipped(one.name) }))
  const optionsOf = (name: string) => {
    const fixed = fieldChoices[`${of}.${name}`]
    if (fixed) return fixed.map((value) => ({ value, text: said(name, value) }))
    if (name === 'department') return named(sites.data?.departments.filter((one) => one.active))
    if (name === 'site') return named(sites.data?.sites)
    if (name === 'pathway') return named(pathways.data?.items)
    if (name === 'campaign')
      return (campaigns.data?.items ?? []).map((one) => ({ value: `campaign-${one.id}`, text: one.name }))
    if (name === 'group') return named(groups.data?.items)
    if (name === 'questionnaire')
      return (questionnaires.data?.items ?? []).map((one) => ({
        value: one.code,
        text: localized(one.title),
      }))
    if (of === 'membership' && name === 'kind')
      return groupKinds.map((value) => ({ value, text: t(`groups.kinds.${value}`) }))
    if (of === 'membership' && name === 'role')
      return memberRoles.map((value) => ({ value, text: t(`groups.memberRoles.${value}`) }))
    return []
  }
  return Object.entries(eventFactOf(of).fields).map(([name, type]) => ({
    name,
    type,
    text: t(`segments.field.${name as 'code'}`),
    options: optionsOf(name),
  }))
}
