import { useTranslation } from 'react-i18next'
import type { StepKind } from '../editing.ts'
import { stepIcons } from '../stepIcons.ts'

export const stepKinds = Object.keys(stepIcons).filter((kind) => kind !== 'act') as StepKind[]

/** Kinds of steps as entries of a menu. */
export function useInsertItems() {
  const { t } = useTranslation()
  return stepKinds.map((kind) => {
    const Icon = stepIcons[kind]
    return { key: kind, icon: <Icon aria-hidden />, label: t(`pathways.kind.${kind}`) }
  })
}
