import { BellOutlined, DisconnectOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { countTasks, listTasks } from '../../contract/task.ts'
import { keyOf, queryClient } from '../query.ts'
import { useLive } from './live.tsx'

export function LiveBadge() {
  const { t } = useTranslation()
  const { newTasks, connected, seen } = useLive()
  const navigate = useNavigate()
  const words = !connected
    ? t('frame.liveOff')
    : newTasks > 0
      ? t('frame.live', { n: newTasks })
      : t('frame.liveNone')

  const show = () => {
    seen()
    void queryClient.invalidateQueries({ queryKey: keyOf(listTasks) })
    void queryClient.invalidateQueries({ queryKey: keyOf(countTasks) })
    void navigate({ to: '/desk' })
  }

  return (
    <button type="button" className="bar-button" title={words} onClick={show}>
      <span aria-hidden="true">{connected ? <BellOutlined /> : <DisconnectOutlined />}</span>
      <span role="status" className={newTasks > 0 && connected ? 'live-words' : 'visually-hidden'}>
        {words}
      </span>
    </button>
  )
}
