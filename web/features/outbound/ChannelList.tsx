import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  listOutboundChannels,
  type OutboundChannel,
  retryOutboundChannel,
} from '../../../contract/outbound.ts'
import { count } from '../../format/number.ts'
import { may, useMe } from '../../session.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { ChannelStateTag } from './ChannelAlarm.tsx'
import { useOutboundReason } from './useOutboundReason.ts'
import { useDo } from '../../ui/useDo.ts'

type ChannelListProps = { channels: OutboundChannel[]; onEdit: (channel: OutboundChannel) => void }

export function ChannelList({ channels, onEdit }: ChannelListProps) {
  const { t } = useTranslation()
  const me = useMe()
  const why = useOutboundReason()
  const retry = useDo(retryOutboundChannel, { done: t('outbound.retried'), stale: [listOutboundChannels] })
  return (
    <ul className="channel-list" aria-label={t('outbound.channels')}>
      {channels.map((one) => (
        <li key={one.id} className="panel">
          <div className="channel-head">
            <strong>{one.name}</strong>
            <ChannelStateTag state={one.state} />
          </div>
          <div className="secondary small mono">
            {one.host}:{one.port}
            {one.tls && ' · TLS'} · {one.receivingApplication}/{one.receivingFacility}
          </div>
          <div>
            {t('outbound.waiting', { n: count(one.waiting) })}
            {one.oldestWaitingAt && (
              <span className="secondary">
                {' '}
                · {t('outbound.oldest')} <TimeText at={one.oldestWaitingAt} />
              </span>
            )}
            {one.rejected > 0 && (
              <b className="text-danger"> · {t('outbound.rejected', { n: count(one.rejected) })}</b>
            )}
          </div>
          <div className="secondary small">
            {one.lastAnswerAt ? (
              <>
                {t('outbound.lastAnswer')} <span className="mono">{one.lastAnswerCode}</span>{' '}
                <TimeText at={one.lastAnswerAt} />
              </>
            ) : (
              t('outbound.never')
            )}{' '}
            · {t('outbound.today', { n: count(one.today) })}
          </div>
          {one.lastError && one.lastErrorAt && (
            <div className="text-danger small">
              {why(one.lastError)} (<TimeText at={one.lastErrorAt} />)
            </div>
          )}
          <div className="intake-actions">
            {may(me, 'setting.write') && (
              <Button aria-label={`${t('outbound.edit')} ${one.name}`} onClick={() => onEdit(one)}>
                {t('outbound.edit')}
              </Button>
            )}
            {may(me, 'intake.replay') && one.state === 'down' && (
              <Button disabled={retry.isPending} onClick={() => retry.mutate({ params: { id: one.id } })}>
                {t('outbound.retry')}
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
