import { useTranslation } from 'react-i18next'
import type { Age } from '../../contract/age.ts'

/** An age as it is said: years, of small children months or days; null when the birth date is not known. */
export function useAge() {
  const { t } = useTranslation()
  return (age: Age | undefined) => (age ? t(`common.age.${age.unit}`, { n: age.n }) : null)
}
