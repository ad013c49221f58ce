import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getIntakeMessage } from '../../../contract/intake.ts'
import { bytes } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Fact } from '../../ui/Fact.tsx'
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
      {message.isError || !data ? (
        <Unloaded query={message} />
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
            <Fact name={t('intake.column.status')}>
              <IntakeStatusTag status={data.status} />
            </Fact>
            <Fact name={t('intake.column.type')}>
              <span className="mono">{data.messageType || '—'}</span>
            </Fact>
            <Fact name={t('intake.column.sender')}>{data.sender || '—'}</Fact>
            <Fact name={t('intake.detail.facility')}>{data.facility || '—'}</Fact>
            <Fact name={t('intake.detail.received')}>
              <TimeText at={data.receivedAt} show="moment" />
            </Fact>
            <Fact name={t('intake.detail.applied')}>
              <TimeText at={data.appliedAt} show="moment" />
            </Fact>
            <Fact name={t('intake.detail.attempts')}>
              {data.attempts}
              {data.duplicates > 0 && (
                <span className="secondary small"> · {t('intake.duplicates', { n: data.duplicates })}</span>
              )}
            </Fact>
            <Fact name={t('intake.detail.charset')}>
              {data.charset || '—'} · {bytes(data.bytes)}
            </Fact>
            {data.personId !== null && may(me, 'person.read') && (
              <Fact name={t('intake.detail.person')}>
                <Link to="/persons/$id" params={{ id: String(data.personId) }}>
                  {t('intake.detail.openPerson')}
                </Link>
              </Fact>
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
