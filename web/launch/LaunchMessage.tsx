import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/EmptyState.tsx'
import type { Refusal } from './enter.ts'

type State = Refusal | 'ended' | 'left'

/** Why there is no desk here, and that the workstation can open it again. */
export function LaunchMessage({ state }: { state: State }) {
  return (
    <main id="main" className="launch-main">
      <MessageBody state={state} />
    </main>
  )
}

export function MessageBody({ state }: { state: State }) {
  const { t } = useTranslation()
  return <EmptyState page title={t(`launch.${state}`)} hint={t(`launch.${state}Hint`)} />
}
