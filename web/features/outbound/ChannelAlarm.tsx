import { useTranslation } from 'react-i18next'
import { type ChannelState, listOutboundChannels } from '../../../contract/outbound.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { useOutboundReason } from './useOutboundReason.ts'

const tones: Record<ChannelState, Tone> = {
  up: 'success',
  down: 'danger',
  silent: 'warning',
  held: 'warning',
  off: 'neutral',
}

export function ChannelStateTag({ state }: { state: ChannelState }) {
  const code = useCode()
  return <StatusTag tone={tones[state]}>{code('channelState', state)}</StatusTag>
}

/** Channels that are down, silent or held, beside the senders that are silent: one look tells whether a line is broken. */
export function ChannelAlarm() {
  const { t } = useTranslation()
  const code = useCode()
  const why = useOutboundReason()
  const { data } = useCall(listOutboundChannels, {}, { refetchInterval: 60_000 })
  const troubled = (data?.items ?? []).filter((one) => one.state !== 'up' && one.state !== 'off')
  if (troubled.length === 0) return null
  return (
    <div className="intake-alarm">
      <Notice tone="warning" title={t('outbound.alarm', { n: troubled.length })}>
        {troubled.map((one) => (
          <div key={one.id}>
            <strong>{one.name}</strong> {code('channelState', one.state)} ·{' '}
            {one.state === 'held'
              ? t('outbound.rejected', { n: one.rejected })
              : t('outbound.waiting', { n: one.waiting })}
            {one.state === 'down' && one.lastError && ` · ${why(one.lastError)}`}
          </div>
        ))}
      </Notice>
    </div>
  )
}
