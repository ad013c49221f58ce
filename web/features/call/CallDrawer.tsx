import './call.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getCall, revealCallNumber } from '../../../contract/call.ts'
import { listCallReviews, reviewCall } from '../../../contract/call-quality.ts'
import { duration, nothing } from '../../format/number.ts'
import { grouped } from '../../format/phone.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { SidePanel } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { Callers } from './Callers.tsx'
import { stateTone } from './state.ts'
import { WrapUp } from './WrapUp.tsx'

/** One call: who, when, who answered, what came of it, and its recording for who may hear it. */
export function CallDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useCall(getCall, { params: { id } })
  const [number, setNumber] = useState<string | null>(null)
  const [playing, setPlaying] = useState(false)
  const me = useMe()
  const reveal = useDo(revealCallNumber, { onDone: (shown) => setNumber(shown.number) })
  const review = useDo(reviewCall, { done: t('callQuality.sent'), stale: [listCallReviews] })
  const { data: call } = query
  return (
    <SidePanel title={t('calls.detail', { n: id })} onClose={onClose}>
      {query.isError || !call ? (
        <Unloaded query={query} />
      ) : (
        <div className="stack">
          <StatusTag tone={stateTone[call.state]}>{t(`calls.states.${call.state}`)}</StatusTag>
          <dl className="facts">
            <Fact name={t('calls.at')}>
              <TimeText at={call.startedAt} show="moment" />
            </Fact>
            <Fact name={t('calls.direction')}>
              {call.direction ? t(`calls.directions.${call.direction}`) : nothing}
              {call.queue && ` · ${t('calls.queue')} ${call.queue}`}
            </Fact>
            <Fact name={t('calls.number')}>
              {number ? grouped(number) : (call.number ?? t('calls.withheld'))}{' '}
              {call.abilities.reveal && !number && (
                <Button
                  size="small"
                  loading={reveal.isPending}
                  onClick={() => reveal.mutate({ params: { id }, body: { reason: t('calls.revealReason') } })}
                >
                  {t('calls.reveal')}
                </Button>
              )}
            </Fact>
            {call.talkedSeconds !== null && (
              <Fact name={t('calls.talked')}>{duration(call.talkedSeconds)}</Fact>
            )}
            {call.disposition && (
              <Fact name={t('calls.disposition')}>{t(`calls.dispositions.${call.disposition}`)}</Fact>
            )}
            {call.note && (
              <Fact name={t('calls.note')}>
                <span className="pre-line">{call.note}</span>
              </Fact>
            )}
            {call.abilities.listen && (
              <Fact name={t('calls.recording')}>
                {playing ? (
                  <audio
                    controls
                    autoPlay
                    src={`/api/v1/calls/${id}/recording`}
                    aria-label={t('calls.recording')}
                  />
                ) : (
                  <Button size="small" onClick={() => setPlaying(true)}>
                    {t('calls.play')}
                  </Button>
                )}
              </Fact>
            )}
          </dl>
          <Callers call={call} />
          {call.legs.length > 0 && (
            <PlainTable
              label={t('calls.legs')}
              columns={[
                t('calls.leg.extension'),
                t('calls.leg.agent'),
                t('calls.leg.rang'),
                t('calls.leg.answered'),
                t('calls.leg.ended'),
              ]}
              rows={call.legs.map((leg) => [
                leg.extension,
                leg.userName ?? nothing,
                <TimeText key="rang" at={leg.ringingAt} show="moment" />,
                <TimeText key="answered" at={leg.answeredAt} show="moment" />,
                <TimeText key="ended" at={leg.endedAt} show="moment" />,
              ])}
            />
          )}
          {may(me, 'call-review.write') && call.endedAt !== null && call.answeredAt !== null && (
            <div>
              <Button loading={review.isPending} onClick={() => review.mutate({ params: { id } })}>
                {t('callQuality.send')}
              </Button>
            </div>
          )}
          {call.abilities.work && call.endedAt !== null && call.disposition === null && (
            <WrapUp call={call} />
          )}
        </div>
      )}
    </SidePanel>
  )
}
