import './call.css'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type CallWall, getCallWall, superviseCall } from '../../../contract/call.ts'
import { listSites } from '../../../contract/setting.ts'
import { count, duration, nothing, percent } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { stateTone } from './state.ts'
import { useLine } from './useLine.ts'

/** The call centre as it is now, for who leads it. */
export default function CallWallPage() {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const siteId = Number(first(filters['siteId'])) || undefined
  const places = useCall(listSites, { query: { within: 'call.supervise' } })
  const wall = useCall(getCallWall, { query: { ...(siteId && { siteId }) } }, { refetchInterval: 5000 })
  const sites = places.data?.sites ?? []
  return (
    <div className="page">
      <PageHeader
        title={t('calls.wallPage.title')}
        extra={
          sites.length > 1 && (
            <SelectFilter
              label={t('calls.wallPage.site')}
              all={t('calls.wallPage.allSites')}
              of="siteId"
              options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
            />
          )
        }
      />
      {wall.isError || !wall.data ? <Unloaded query={wall} /> : <Wall wall={wall.data} />}
    </div>
  )
}

function Wall({ wall }: { wall: CallWall }) {
  const { t } = useTranslation()
  const { today, target } = wall
  // Who hung up at once counts neither as answered nor as abandoned.
  const served = today.answered + today.abandoned
  const level = served === 0 ? null : today.inTime / served
  const seconds = (value: number | null) => (value === null ? nothing : duration(Math.round(value)))
  return (
    <div className="stack">
      <div className="wall-figures">
        <Figure label={t('calls.wallPage.waiting')} value={count(wall.waiting)} />
        <Figure label={t('calls.wallPage.longest')} value={seconds(wall.longestWaitSeconds)} />
        <Figure
          label={t('calls.wallPage.serviceLevel')}
          value={percent(level)}
          note={`${count(today.inTime)} / ${count(served)}`}
          target={t('calls.wallPage.serviceTarget', target)}
          state={level === null ? undefined : level * 100 >= target.percent ? 'met' : 'missed'}
        />
        <Figure
          label={t('calls.wallPage.answered')}
          value={count(today.answered)}
          note={`${t('calls.wallPage.offered')} ${count(today.offered)}`}
        />
        <Figure
          label={t('calls.wallPage.abandoned')}
          value={count(today.abandoned)}
          note={t('calls.wallPage.abandonRate', {
            rate: percent(served === 0 ? null : today.abandoned / served),
          })}
        />
        <Figure
          label={t('calls.wallPage.answerTime')}
          value={seconds(today.averageAnswerSeconds)}
          note={`${t('calls.wallPage.talkTime')} ${seconds(today.averageTalkSeconds)}`}
        />
      </div>
      <p className="secondary small">{t('calls.wallPage.how')}</p>
      <h2>{t('calls.wallPage.agents')}</h2>
      {wall.agents.length === 0 ? (
        <EmptyState title={t('calls.wallPage.noAgents')} />
      ) : (
        <PlainTable
          label={t('calls.wallPage.agents')}
          columns={[
            t('calls.agent'),
            t('lineDialog.extension'),
            t('calls.wallPage.agentState'),
            t('calls.at'),
            t('calls.wallPage.answeredToday'),
          ]}
          rows={wall.agents.map((one) => [
            one.name,
            one.extension,
            <StatusTag
              key="state"
              tone={one.callId ? 'warning' : one.presence === 'available' ? 'success' : 'neutral'}
            >
              {one.callId ? t('calls.wallPage.onCall') : t(`line.presences.${one.presence}`)}
            </StatusTag>,
            <TimeText key="since" at={one.callSince ?? one.presenceSince} />,
            count(one.answeredToday),
          ])}
        />
      )}
      <h2>{t('calls.wallPage.live')}</h2>
      <LiveCalls wall={wall} />
    </div>
  )
}

function LiveCalls({ wall }: { wall: CallWall }) {
  const { t } = useTranslation()
  const line = useLine()
  const supervise = useDo(superviseCall, { done: t('calls.pop.sent') })
  if (wall.calls.length === 0) return <EmptyState title={t('calls.wallPage.noCalls')} />
  const seated = Boolean(line?.data?.line)
  return (
    <>
      {!seated && <p className="secondary small">{t('calls.wallPage.sit')}</p>}
      <PlainTable
        label={t('calls.wallPage.live')}
        columns={[
          t('calls.at'),
          t('calls.direction'),
          t('calls.party'),
          t('calls.state'),
          t('calls.agent'),
          t('calls.wallPage.listenIn'),
        ]}
        rows={wall.calls.map((one) => [
          <TimeText key="at" at={one.startedAt} />,
          one.direction ? t(`calls.directions.${one.direction}`) : nothing,
          one.personName ?? one.number ?? t('calls.withheld'),
          <StatusTag key="state" tone={stateTone[one.state]}>
            {t(`calls.states.${one.state}`)}
          </StatusTag>,
          one.agentName ?? nothing,
          seated && (one.state === 'talking' || one.state === 'held') ? (
            <span key="act" className="button-line">
              {(['listen', 'whisper', 'barge'] as const).map((act) => (
                <Button
                  key={act}
                  size="small"
                  aria-label={`${t(`calls.wallPage.${act}`)} ${one.agentName ?? ''}`}
                  onClick={() => supervise.mutate({ params: { id: one.id }, body: { act } })}
                >
                  {t(`calls.wallPage.${act}`)}
                </Button>
              ))}
            </span>
          ) : null,
        ])}
      />
    </>
  )
}
