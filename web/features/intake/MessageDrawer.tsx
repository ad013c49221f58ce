import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getIntakeMessage } from '../../../contract/intake.ts'
import { bytes } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { CorrectDialog } from './CorrectDialog.tsx'
import { IntakeStatusTag } from './IntakeStatusTag.tsx'
import { NoteList } from './NoteList.tsx'
import { Segments } from './Segments.tsx'
import { readLocation, viewSegments } from './segments.ts'
import { useIntakeReason } from './useIntakeReason.ts'
import { SidePanel } from '../../ui/Dialog.tsx'

type MessageDrawerProps = {
  id: number
  onClose: () => void
  onReplay?: () => void
  replaying?: boolean
  onCorrected?: (copy: number) => void
}

export function MessageDrawer({ id, onClose, onReplay, replaying = false, onCorrected }: MessageDrawerProps) {
  const [correcting, setCorrecting] = useState(false)
  const { t } = useTranslation()
  const why = useIntakeReason()
  const me = useMe()
  const message = useCall(getIntakeMessage, { params: { id } })
  const { data } = message
  const fault = readLocation(data?.location ?? null)
  const segments = data ? viewSegments(data.segments, data.location) : []
  const notThere = fault && data && !segments.some((one) => one.marked) ? fault.segment : null

  return (
    <SidePanel
      title={t('intake.detail.title', { id: data?.controlId || id })}
      onClose={onClose}
      extra={
        <span className="intake-actions">
          {onCorrected && (data?.status === 'dead' || data?.status === 'rejected') && (
            <Button onClick={() => setCorrecting(true)}>{t('intake.correct.open')}</Button>
          )}
          {onReplay && data?.status === 'dead' && (
            <Button disabled={replaying} onClick={onReplay}>
              {t('intake.replayThis')}
            </Button>
          )}
        </span>
      }
    >
      {message.isError ? (
        <ErrorState error={message.error} onRetry={() => void message.refetch()} />
      ) : !data ? (
        <div role="status" aria-label={t('common.loading')}>
          <span className="skeleton intake-skeleton" />
        </div>
      ) : (
        <>
          {data.reason && (
            <Notice
              tone={data.status === 'dead' || data.status === 'rejected' ? 'danger' : 'info'}
              title={why(data.reason)}
            >
              {data.location && t('intake.detail.at', { location: data.location })}
              {notThere && <div>{t('intake.detail.notThere', { segment: notThere })}</div>}
            </Notice>
          )}
          {data.notes.length > 0 && (
            <Notice tone="warning" title={t('intake.notes.notUsed')}>
              <NoteList notes={data.notes} />
            </Notice>
          )}
          <dl className="intake-facts">
            <div>
              <dt>{t('intake.column.status')}</dt>
              <dd>
                <IntakeStatusTag status={data.status} />
              </dd>
            </div>
            <div>
              <dt>{t('intake.column.type')}</dt>
              <dd className="mono">{data.messageType || '—'}</dd>
            </div>
            <div>
              <dt>{t('intake.column.sender')}</dt>
              <dd>{data.sender || '—'}</dd>
            </div>
            <div>
              <dt>{t('intake.detail.facility')}</dt>
              <dd>{data.facility || '—'}</dd>
            </div>
            <div>
              <dt>{t('intake.detail.received')}</dt>
              <dd>
                <TimeText at={data.receivedAt} show="moment" />
              </dd>
            </div>
            <div>
              <dt>{t('intake.detail.applied')}</dt>
              <dd>
                <TimeText at={data.appliedAt} show="moment" />
              </dd>
            </div>
            <div>
              <dt>{t('intake.detail.attempts')}</dt>
              <dd>
                {data.attempts}
                {data.duplicates > 0 && (
                  <span className="secondary small"> · {t('intake.duplicates', { n: data.duplicates })}</span>
                )}
              </dd>
            </div>
            <div>
              <dt>{t('intake.detail.charset')}</dt>
              <dd>
                {data.charset || '—'} · {bytes(data.bytes)}
              </dd>
            </div>
            {data.personId !== null && may(me, 'person.read') && (
              <div>
                <dt>{t('intake.detail.person')}</dt>
                <dd>
                  <Link to="/persons/$id" params={{ id: String(data.personId) }}>
                    {t('intake.detail.openPerson')}
                  </Link>
                </dd>
              </div>
            )}
          </dl>
          {(data.correctsId ?? data.correctedById) !== null && (
            <p>
              <Link
                to="."
                search={
                  ((old: object) => ({ ...old, message: data.correctsId ?? data.correctedById })) as never
                }
              >
                {t(data.correctsId !== null ? 'intake.correct.original' : 'intake.correct.copy')}
              </Link>
            </p>
          )}
          <h3>{t('intake.detail.segments')}</h3>
          <Segments label={t('intake.detail.segments')} segments={data.segments} location={data.location} />
        </>
      )}
      {correcting && data && onCorrected && (
        <CorrectDialog
          message={data}
          onDone={(copy) => {
            setCorrecting(false)
            onCorrected(copy)
          }}
          onClose={() => setCorrecting(false)}
        />
      )}
    </SidePanel>
  )
}
