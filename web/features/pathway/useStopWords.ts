import { useTranslation } from 'react-i18next'
import { eventKinds } from '../../../contract/timeline.ts'
import { useCode } from '../../i18n/useCode.ts'

/** What ends a pathway, by its reason: one of the usual words, or the event that it is named after. */
export function useStopWords() {
  const { t, i18n } = useTranslation()
  const code = useCode()
  return (reason: string): string => {
    const key = `pathways.stop.${reason}`
    if (i18n.exists(key)) return t(key as 'pathways.stop.death')
    const event = eventKinds.find((kind) => kind.replace('.', '-') === reason)
    return event ? code('eventKind', event) : reason
  }
}
