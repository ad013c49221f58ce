import { useTranslation } from 'react-i18next'

/** When somebody answers, in the time of the hospital. */
export function useOpens() {
  const { t, i18n } = useTranslation()
  return (open: boolean, opensAt: string | null, timeZone = 'Asia/Shanghai') => {
    if (open) return t('chat.open')
    if (opensAt === null) return t('chat.closed')
    const at = new Intl.DateTimeFormat(i18n.language, {
      timeZone,
      month: 'numeric',
      day: 'numeric',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(new Date(opensAt))
    return t('chat.opensAt', { at })
  }
}

export function ChatProblem({ id }: { id: string | null }) {
  const { t, i18n } = useTranslation()
  const known = id !== null && i18n.exists(`chat.error.${id}`) ? id : 'other'
  return (
    <p role="alert" className="book-problem">
      {id !== null && t(`chat.error.${known as 'other'}`)}
    </p>
  )
}
