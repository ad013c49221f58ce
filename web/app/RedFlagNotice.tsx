import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { liveEvents } from './live.tsx'

/** A red flag that waits says so on every page, until it is opened or put away. */
export function RedFlagNotice() {
  const { t } = useTranslation()
  const { notification } = App.useApp()
  const navigate = useNavigate()
  useEffect(() => {
    const show = (event: Event) => {
      const { taskId, reminded } = (event as CustomEvent<{ taskId: number; reminded: boolean }>).detail
      const key = `red-flag-${taskId}`
      notification.warning({
        key,
        duration: 0,
        role: 'alert',
        title: t(reminded ? 'frame.redFlag.reminder' : 'frame.redFlag.more'),
        // Notices stand outside of the router: a link would know no page.
        actions: (
          <Button
            size="small"
            onClick={() => {
              notification.destroy(key)
              void navigate({ to: '/desk/$taskId', params: { taskId: String(taskId) } })
            }}
          >
            {t('frame.redFlag.open')}
          </Button>
        ),
      })
    }
    liveEvents.addEventListener('red-flag', show)
    return () => liveEvents.removeEventListener('red-flag', show)
  }, [notification, navigate, t])
  return null
}
