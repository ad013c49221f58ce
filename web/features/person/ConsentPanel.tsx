import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listConsents, withdrawConsent } from '../../../contract/contact.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useDo } from '../../ui/useDo.ts'

const ConsentDialog = lazy(async () => ({ default: (await import('./dialogs.tsx')).ConsentDialog }))

/** What the person agreed to. Without a consent nothing is sent for marketing. */
export function ConsentPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [adding, setAdding] = useState(false)
  const list = useCall(listConsents, { params: { id: person.id } })
  const withdraw = useDo(withdrawConsent, { stale: [listConsents, getTimeline] })
  const items = list.data?.items ?? []

  return (
    <section className="panel" aria-label={t('person.consents')}>
      <div className="panel-head">
        <h2>{t('person.consents')}</h2>
        {person.abilities.write && (
          <button type="button" className="plain-button" onClick={() => setAdding(true)}>
            {t('person.consentAdd')}
          </button>
        )}
      </div>
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <p className="secondary">{t('person.consentNone')}</p>}
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id}>
            <div>
              <strong>
                {code('purpose', one.purpose)} · {code('channel', one.channel)}
              </strong>{' '}
              {one.withdrawnAt && (
                <StatusTag tone="neutral">{code('eventKind', 'consent.withdrawn')}</StatusTag>
              )}
              <p className="secondary small">
                {[
                  time.day(one.givenAt),
                  code('consentProof', one.proof),
                  one.reference,
                  one.recordedByName,
                  one.withdrawnAt && `→ ${time.day(one.withdrawnAt)} ${one.withdrawnByName ?? ''}`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            {person.abilities.write && !one.withdrawnAt && (
              <Button
                disabled={withdraw.isPending}
                onClick={() => withdraw.mutate({ params: { id: person.id, consentId: one.id }, body: {} })}
              >
                {t('person.consentWithdraw')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Suspense fallback={null}>
        {adding && <ConsentDialog person={person} onClose={() => setAdding(false)} />}
      </Suspense>
    </section>
  )
}
