import { useTranslation } from 'react-i18next'
import type { CampaignPlan } from '../../../contract/campaign.ts'
import { useCode } from '../../i18n/useCode.ts'

/** When persons enter, in words. */
export function useEntryWords() {
  const { t } = useTranslation()
  const code = useCode()
  return ({ entry }: CampaignPlan): string => {
    if (entry.kind === 'event') return code('eventKind', entry.event)
    const { on, hour } =
      entry.kind === 'once'
        ? { on: { every: 'once' as const, date: entry.date }, hour: entry.hour }
        : entry.schedule
    return t(`pathways.calendar.${on.every}`, {
      date: 'date' in on ? on.date : '',
      month: 'month' in on ? on.month : '',
      day: 'day' in on ? on.day : '',
      daysBefore: 'daysBefore' in on ? on.daysBefore : '',
      fact:
        'fact' in on
          ? t(`questionnaires.fact.${on.fact.replaceAll('.', '_')}` as 'questionnaires.fact.person_sex')
          : '',
      hour,
    })
  }
}
