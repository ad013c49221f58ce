import { useTranslation } from 'react-i18next'
import { heldOut } from '../../../contract/pathway.ts'

/** What the sides of a trial are called: a single variant is simply the campaign. */
export function useSides(variants: number) {
  const { t } = useTranslation()
  return (variant: string) =>
    variant === heldOut
      ? t('campaigns.heldOutSide')
      : variants === 1
        ? t('campaigns.effect.treated')
        : t('campaigns.variant', { name: variant })
}
