import { QuestionCircleOutlined } from '@ant-design/icons'
import { Popover } from 'antd'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { getIntakeOverview } from '../../../contract/intake.ts'
import type { AnswerOf } from '../../api.ts'
import { count } from '../../format/number.ts'
import { clock } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { ChannelAlarm } from '../outbound/ChannelAlarm.tsx'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'

type Overview = AnswerOf<typeof getIntakeOverview>

type IntakeOverviewProps = {
  overview: { data: Overview | undefined; isError: boolean; error: unknown; refetch: () => unknown }
  onDead: () => void
}

export function IntakeOverview({ overview, onDead }: IntakeOverviewProps) {
  const { t } = useTranslation()
  const time = useTime()
  const { data } = overview
  if (overview.isError && !data)
    return <ErrorState error={overview.error} onRetry={() => void overview.refetch()} />
  if (!data) {
    return (
      <div className="intake-overview" role="status" aria-label={t('common.loading')}>
        <span className="skeleton intake-skeleton" />
        <span className="skeleton intake-skeleton" />
        <span className="skeleton intake-skeleton" />
      </div>
    )
  }
  const help = (name: 'backlog' | 'dead' | 'oldest' | 'lastHour') => (
    <Popover trigger="click" content={<p className="intake-how">{t(`intake.figure.${name}How`)}</p>}>
      <button
        type="button"
        className="plain-button intake-help"
        aria-label={`${t(`intake.figure.${name}`)}：${t('figures.explain')}`}
      >
        <QuestionCircleOutlined aria-hidden />
      </button>
    </Popover>
  )
  const down = data.senders.filter((one) => one.silent)
  return (
    <>
      {down.length > 0 && (
        <div className="intake-alarm">
          <Notice tone="warning" title={t('intake.alarm', { n: down.length })}>
            {down.map((one) => (
              <div key={`${one.sender}|${one.facility}`}>
                <strong>{one.sender}</strong> {one.facility} · {t('intake.lastReceived')}{' '}
                <TimeText at={one.lastReceivedAt} />
              </div>
            ))}
          </Notice>
        </div>
      )}
      <ChannelAlarm />
      <div className="intake-overview">
        <div className="intake-figures">
          <Figure label={t('intake.figure.backlog')} value={count(data.backlog)} help={help('backlog')} />
          <Figure
            label={t('intake.figure.dead')}
            value={count(data.dead)}
            help={help('dead')}
            onOpen={data.dead > 0 ? onDead : undefined}
          />
          <Figure
            label={t('intake.figure.oldest')}
            value={
              data.oldestWaitingAt ? time.relative(data.oldestWaitingAt) : t('intake.figure.noneWaiting')
            }
            help={help('oldest')}
          />
          <Figure
            label={t('intake.figure.lastHour')}
            value={count(data.perMinute.reduce((sum, one) => sum + one.received, 0))}
            help={help('lastHour')}
          />
        </div>
        <RateChart perMinute={data.perMinute} />
        <section className="panel intake-senders" aria-label={t('intake.senders')}>
          <div className="panel-head">
            <h2>{t('intake.senders')}</h2>
          </div>
          {data.senders.length === 0 ? (
            <p className="secondary">{t('intake.sendersEmpty')}</p>
          ) : (
            <ul>
              {data.senders.map((one) => (
                <li key={`${one.sender}|${one.facility}`}>
                  <div className="intake-sender-name">
                    <strong>{one.sender}</strong> <span className="secondary">{one.facility}</span>
                  </div>
                  <StatusTag tone={one.silent ? 'warning' : 'success'}>
                    {t(one.silent ? 'intake.silent' : 'intake.up')}
                  </StatusTag>
                  <div className="secondary small">
                    {t('intake.lastReceived')} <TimeText at={one.lastReceivedAt} /> ·{' '}
                    {t('intake.today', { n: count(one.today) })}
                    {one.dead > 0 && (
                      <b className="text-danger"> · {t('intake.deadOf', { n: count(one.dead) })}</b>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </>
  )
}

function RateChart({ perMinute }: { perMinute: Overview['perMinute'] }) {
  const { t } = useTranslation()
  const option = useCallback(
    (colours: Palette) => {
      const line = (name: string, data: number[], color: string, type: 'solid' | 'dashed') => ({
        type: 'line' as const,
        name,
        data,
        showSymbol: false,
        lineStyle: { width: 2, color, type },
        itemStyle: { color },
      })
      return {
        legend: { top: 0, right: 0, textStyle: { color: colours.text } },
        grid: { left: 8, right: 12, top: 32, bottom: 4, containLabel: true },
        xAxis: {
          type: 'category' as const,
          data: perMinute.map((one) => clock(new Date(one.minute))),
          axisLabel: { color: colours.textSecondary },
          axisLine: { lineStyle: { color: colours.borderStrong } },
        },
        yAxis: {
          type: 'value' as const,
          minInterval: 1,
          axisLabel: { color: colours.textSecondary },
          splitLine: { lineStyle: { color: colours.border } },
        },
        series: [
          line(
            t('intake.received'),
            perMinute.map((one) => one.received),
            colours.info,
            'solid',
          ),
          line(
            t('intake.applied'),
            perMinute.map((one) => one.applied),
            colours.primary,
            'dashed',
          ),
          {
            type: 'bar' as const,
            name: t('intake.figure.dead'),
            data: perMinute.map((one) => one.dead),
            itemStyle: { color: colours.danger },
          },
        ],
      }
    },
    [perMinute, t],
  )
  return (
    <Chart
      title={t('intake.chart')}
      height={188}
      option={option}
      table={{
        columns: [t('intake.minute'), t('intake.received'), t('intake.applied'), t('intake.figure.dead')],
        rows: perMinute.map((one) => [clock(new Date(one.minute)), one.received, one.applied, one.dead]),
      }}
    />
  )
}
