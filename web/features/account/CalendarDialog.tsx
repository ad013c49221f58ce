import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getCalendarFeed, makeCalendarFeed, revokeCalendarFeed } from '../../../contract/calendar-feed.ts'
import { languages } from '../../i18n/language.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { SecretDialog } from '../user/SecretDialog.tsx'
import '../user/user.css'

/** One's own clinics in the calendar of a telephone: an address that is made, shown once and ended. */
export default function CalendarDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const [url, setUrl] = useState<string | null>(null)
  const feed = useCall(getCalendarFeed)
  const make = useDo(makeCalendarFeed, { stale: [getCalendarFeed], onDone: (made) => setUrl(made.url) })
  const revoke = useDo(revokeCalendarFeed, { done: t('account.calendar.revoked'), stale: [getCalendarFeed] })
  if (url !== null)
    return (
      <SecretDialog
        title={t('account.calendar.title')}
        hint={t('account.calendar.copy')}
        secret={url}
        onClose={() => setUrl(null)}
      />
    )
  const createdAt = feed.data?.createdAt ?? null
  const language = languages.find((one) => one === i18n.language) ?? 'zh-CN'
  return (
    <Dialog
      title={t('account.calendar.title')}
      onClose={onClose}
      footer={
        feed.data && (
          <>
            {createdAt !== null && (
              <Button danger loading={revoke.isPending} onClick={() => revoke.mutate({})}>
                {t('account.calendar.revoke')}
              </Button>
            )}
            <Button
              type="primary"
              loading={make.isPending}
              onClick={() => make.mutate({ body: { language } })}
            >
              {t(createdAt === null ? 'account.calendar.make' : 'account.calendar.makeNew')}
            </Button>
          </>
        )
      }
    >
      {feed.isError && <ErrorState error={feed.error} onRetry={() => void feed.refetch()} />}
      {feed.data && (
        <>
          <p>{t('account.calendar.hint')}</p>
          {createdAt !== null && (
            <p className="secondary">
              {t('account.calendar.since')} <TimeText at={createdAt} show="moment" />
            </p>
          )}
        </>
      )}
    </Dialog>
  )
}
