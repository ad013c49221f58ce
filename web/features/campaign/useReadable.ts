import { useTranslation } from 'react-i18next'
import { renderText } from '../../../contract/template.ts'

/** A text for reading: what will be filled in stands there as words. */
export function useReadable() {
  const { t } = useTranslation()
  const values = {
    name: t('campaigns.fill.name'),
    hospital: t('campaigns.fill.hospital'),
    department: t('campaigns.fill.department'),
  }
  return (text: string) => renderText(text, values)
}
