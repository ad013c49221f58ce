import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useExplain } from '../../ui/useExplain.ts'

export function PickOne({ canStart, onStart }: { canStart: boolean; onStart: () => Promise<unknown> }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const explain = useExplain()
  const [busy, setBusy] = useState(false)

  async function start() {
    setBusy(true)
    try {
      if ((await onStart()) === null) void message.info(t('desk.nothingNext'))
    } catch (error) {
      void message.error(explain(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <section className="desk-pick" aria-label={t('desk.work')}>
      <EmptyState
        title={t('desk.pick')}
        hint={t('desk.pickHint')}
        action={
          canStart && (
            <Button type="primary" size="large" loading={busy} onClick={() => void start()}>
              {t('desk.startFirst')}
            </Button>
          )
        }
      />
    </section>
  )
}
