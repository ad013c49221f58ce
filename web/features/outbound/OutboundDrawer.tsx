import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  getOutboundMessage,
  type OutboundMessage,
  type OutboundMessageDetail,
  revealOutboundMessage,
} from '../../../contract/outbound.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Segments } from '../intake/Segments.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { useOutboundReason } from './useOutboundReason.ts'
import { SidePanel } from '../../ui/Dialog.tsx'

const tones: Record<OutboundMessage['status'], Tone> = {
  queued: 'primary',
  sent: 'info',
  acknowledged: 'success',
  rejected: 'danger',
  unknown: 'warning',
  cancelled: 'neutral',
}

export function OutboundStatusTag({ status }: { status: OutboundMessage['status'] }) {
  const code = useCode()
  return <StatusTag tone={tones[status]}>{code('outboundStatus', status)}</StatusTag>
}

/** What can be taken out of the queue; a rejected one is settled that way. */
export const cancellable = (one: OutboundMessage) => ['queued', 'unknown', 'rejected'].includes(one.status)
export const replayable = (one: OutboundMessage) => ['rejected', 'cancelled'].includes(one.status)

type OutboundDrawerProps = {
  id: number
  onClose: () => void
  /** Left out for who may only look. */
  actions?: { busy: boolean; onReplay: () => void; onCancel: () => void }
}

export function OutboundDrawer({ id, onClose, actions }: OutboundDrawerProps) {
  const { t } = useTranslation()
  const me = useMe()
  const why = useOutboundReason()
  const [asking, setAsking] = useState(false)
  const message = useCall(getOutboundMessage, { params: { id } })
  const [revealed, setRevealed] = useState<string | null>(null)
  const { data } = message
  return (
    <SidePanel
      title={t('outbound.detail.title', { id: data?.controlId ?? id })}
      onClose={onClose}
      extra={
        actions &&
        data && (
          <span className="intake-actions">
            {cancellable(data) && (
              <Button disabled={actions.busy} onClick={actions.onCancel}>
                {t('outbound.cancelThis')}
              </Button>
            )}
            {replayable(data) && (
              <Button disabled={actions.busy} onClick={actions.onReplay}>
                {t('outbound.replayThis')}
              </Button>
            )}
            {revealed === null && <Button onClick={() => setAsking(true)}>{t('outbound.reveal')}</Button>}
          </span>
        )
      }
    >
      {message.isError || !data ? (
        <Unloaded query={message} />
      ) : (
        <>
          {data.reason && (
            <Notice tone={data.status === 'rejected' ? 'danger' : 'warning'} title={why(data.reason)} />
          )}
          <dl className="intake-facts">
            <Fact name={t('outbound.column.status')}>
              <OutboundStatusTag status={data.status} />
            </Fact>
            <Fact name={t('outbound.column.kind')}>
              <span className="mono">{data.kind}</span>
            </Fact>
            <Fact name={t('outbound.column.channel')}>{data.channelName}</Fact>
            <Fact name={t('outbound.column.created')}>
              <TimeText at={data.createdAt} show="moment" />
            </Fact>
            <Fact name={t('outbound.detail.finished')}>
              <TimeText at={data.finishedAt} show="moment" />
            </Fact>
            {may(me, 'person.read') && (
              <Fact name={t('intake.detail.person')}>
                <Link to="/persons/$id" params={{ id: String(data.personId) }}>
                  {t('intake.detail.openPerson')}
                </Link>
              </Fact>
            )}
          </dl>
          <h2 className="outbound-head">{t('outbound.detail.sendings')}</h2>
          {data.sendings.length === 0 ? (
            <p className="secondary">{t('outbound.detail.none')}</p>
          ) : (
            <ol className="sendings">
              {data.sendings.map((one) => (
                <Sending key={one.number} one={one} />
              ))}
            </ol>
          )}
          <h2 className="outbound-head">
            {t(revealed !== null ? 'outbound.detail.plain' : 'outbound.detail.segments')}
          </h2>
          <Segments
            label={t(revealed !== null ? 'outbound.detail.plain' : 'outbound.detail.segments')}
            segments={revealed?.split('\r').filter(Boolean) ?? data.segments}
          />
        </>
      )}
      {asking && (
        <ReasonDialog
          contract={revealOutboundMessage}
          params={{ id }}
          title={t('outbound.revealTitle')}
          okText={t('outbound.show')}
          label={t('outbound.reason')}
          labelHint={t('outbound.reasonHint')}
          onDone={({ text }) => setRevealed(text)}
          onClose={() => setAsking(false)}
        />
      )}
    </SidePanel>
  )
}

function Sending({ one }: { one: OutboundMessageDetail['sendings'][number] }) {
  const { t } = useTranslation()
  const why = useOutboundReason()
  return (
    <li>
      <div className="sending-head">
        <strong>
          {one.resend ? t('outbound.detail.again', { n: one.number }) : t('outbound.detail.first')}
        </strong>
        {one.outcome ? (
          one.outcome === 'unknown' ? (
            <StatusTag tone="warning">{t('outbound.detail.unclear')}</StatusTag>
          ) : (
            <OutboundStatusTag status={one.outcome} />
          )
        ) : (
          <span className="secondary">{t('outbound.detail.noAnswer')}</span>
        )}
        <span className="secondary small">
          <TimeText at={one.sentAt} show="moment" />
        </span>
      </div>
      {one.reason && <div className="small">{why(one.reason)}</div>}
      {one.answer.length > 0 && <div className="mono sending-answer">{one.answer.join('\n')}</div>}
    </li>
  )
}
