import { Dialog } from '../../ui/Dialog.tsx'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { listSessions, revokeSession } from '../../../contract/access.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'

/** "Chrome · Windows" out of a user-agent string; whatever is not recognised stays as it came. */
function deviceName(userAgent: string | null): string {
  if (!userAgent) return '—'
  const browser = /Edg|Firefox|Chrome|Safari/.exec(userAgent)?.[0].replace('Edg', 'Edge')
  const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/
    .exec(userAgent)?.[0]
    .replace('Mac OS X', 'macOS')
  return [browser, system].filter(Boolean).join(' · ') || userAgent.slice(0, 60)
}

export default function SessionsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const sessions = useCall(listSessions)
  const revoke = useDo(revokeSession, { done: t('account.ended'), stale: [listSessions] })
  return (
    <Dialog title={t('account.sessions')} onClose={onClose}>
      <p className="secondary">{t('account.sessionsHint')}</p>
      {sessions.isError && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <ul className="row-list">
        {sessions.data?.items.map((session) => (
          <li key={session.id}>
            <div>
              <strong>{deviceName(session.userAgent)}</strong>{' '}
              {session.openedBy && <span>{t('account.openedBy', { name: session.openedBy })} </span>}
              <span className="secondary">{session.ipAddress}</span>
              <div className="secondary small">
                {t('account.lastSeen')} <TimeText at={session.lastSeenAt} /> · {t('account.signedInAt')}{' '}
                <TimeText at={session.createdAt} show="moment" />
              </div>
            </div>
            {session.current ? (
              <span className="secondary">{t('account.thisSession')}</span>
            ) : (
              <Button
                disabled={revoke.isPending}
                onClick={() => revoke.mutate({ params: { id: session.id } })}
              >
                {t('account.endSession')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
