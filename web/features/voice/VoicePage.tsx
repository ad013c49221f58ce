import './voice.css'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import {
  getVoiceCall,
  getVoiceToday,
  listVoiceCalls,
  pauseVoice,
  type VoiceCall,
  voiceOutcomes,
} from '../../../contract/voice.ts'
import { liveEvents } from '../../app/live.tsx'
import { personColumn } from '../../app/personColumn.tsx'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { makeStale, useDo } from '../../ui/useDo.ts'
import { StopDialog } from './StopDialog.tsx'
import { VoiceSteps } from './VoiceSteps.tsx'

const stale = [getVoiceToday, listVoiceCalls]
const tones: Partial<Record<NonNullable<VoiceCall['outcome']>, Tone>> = {
  completed: 'success',
  'red-flag': 'danger',
  'asked-for-person': 'warning',
  partly: 'info',
  unknown: 'warning',
  'line-fault': 'warning',
}
const views = ['live', 'ended', 'all'] as const

/** The machine's calls of today: how they go, who was called and how it ended; pause and stop. */
export default function VoicePage() {
  const { t } = useTranslation()
  const me = useMe()
  const shipped = useShipped()
  const [filters] = useFilters()
  const [open, setOpen] = useState<VoiceCall | null>(null)
  const view = views.find((one) => one === first(filters['state'])) ?? 'all'
  const outcome = voiceOutcomes.find((one) => one === first(filters['outcome']))
  const source = useList(listVoiceCalls, {
    today: true,
    ...(view !== 'all' && { state: view }),
    ...(outcome && { outcome }),
  })
  useEffect(() => {
    const refresh = () => makeStale(stale)
    liveEvents.addEventListener('voice', refresh)
    return () => liveEvents.removeEventListener('voice', refresh)
  }, [])
  const columns: Column<VoiceCall>[] = [
    column('at', t('voice.at'), {}, (one) => <TimeText at={one.plannedAt} show="moment" />),
    personColumn(t('voice.person'), (one) => ({ id: one.personId, name: one.personName })),
    column('task', t('voice.task'), {}, (one) =>
      may(me, 'task.read') ? (
        <Link to="/desk/$taskId" params={{ taskId: String(one.taskId) }}>
          {shipped(one.taskTitle)}
        </Link>
      ) : (
        shipped(one.taskTitle)
      ),
    ),
    column('attempt', t('voice.attempt'), { align: 'right' }, (one) => one.attempt),
    column('state', t('voice.state'), {}, (one) =>
      one.outcome ? (
        <>
          <StatusTag tone={tones[one.outcome] ?? 'neutral'}>{t(`voice.outcome.${one.outcome}`)}</StatusTag>
          {one.handedOver && <span className="secondary small"> {t('voice.handedOver')}</span>}
        </>
      ) : (
        <StatusTag tone="primary">{t(`voice.stateWord.${one.state}`)}</StatusTag>
      ),
    ),
    column('seconds', t('voice.seconds'), { align: 'right' }, (one) =>
      one.seconds === null ? '—' : t('voice.secondsOf', { n: one.seconds }),
    ),
  ]
  return (
    <>
      <ListPage
        title={t('voice.title')}
        actions={
          <span className="button-line">
            <Link to="/voice/prompts">{t('voice.prompts')}</Link>
            {may(me, 'setting.read') && (
              <Link to="/settings" search={{ search: t('voice.title') } as never}>
                {t('voice.settings')}
              </Link>
            )}
          </span>
        }
        above={<Sites />}
        filters={
          <>
            <SelectFilter
              label={t('voice.state')}
              of="state"
              all={t('voice.view.all')}
              options={(['live', 'ended'] as const).map((value) => ({
                value,
                text: t(`voice.view.${value}`),
              }))}
            />
            <SelectFilter
              label={t('voice.outcomes')}
              of="outcome"
              all={t('voice.view.all')}
              options={voiceOutcomes.map((value) => ({ value, text: t(`voice.outcome.${value}`) }))}
            />
          </>
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={setOpen}
        empty={{ title: t('voice.none'), hint: t('voice.noneHint') }}
      />
      {open && <CallDialog call={open} onClose={() => setOpen(null)} />}
    </>
  )
}

function CallDialog({ call, onClose }: { call: VoiceCall; onClose: () => void }) {
  const { t } = useTranslation()
  const detail = useCall(getVoiceCall, { params: { id: call.id } })
  return (
    <Dialog title={t('voice.callOf', { name: call.personName })} onClose={onClose}>
      {detail.data ? <VoiceSteps steps={detail.data.steps} /> : <Unloaded query={detail} />}
    </Dialog>
  )
}

function Sites() {
  const today = useCall(getVoiceToday, {}, { refetchInterval: 10_000 })
  if (!today.data) return <Unloaded query={today} height={160} />
  return (
    <div className="voice-sites">
      {today.data.sites.map((site) => (
        <SiteCard key={site.siteId} site={site} />
      ))}
    </div>
  )
}

type Site = z.output<typeof getVoiceToday.response>['sites'][number]

/** How calling goes at one site. */
function SiteCard({ site }: { site: Site }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState<'pause' | 'stop' | null>(null)
  const resume = useDo(pauseVoice, { done: t('voice.resumed'), stale })
  const live = site.live.dialling + site.live.talking + site.live.leaving
  const counts = [
    [t('voice.waiting'), site.waiting],
    [t('voice.dialling'), site.live.dialling],
    [t('voice.talking'), site.live.talking],
    [t('voice.leaving'), site.live.leaving],
  ] as const
  return (
    <section className="panel" aria-label={site.siteName}>
      <div className="panel-head">
        <h2>{site.siteName}</h2>
        <StatusTag tone={site.working ? 'success' : site.why === 'hours' ? 'neutral' : 'warning'}>
          {site.why === null ? t('voice.working') : t(`voice.why.${site.why}`)}
        </StatusTag>
      </div>
      {site.why !== null && <p className="secondary small">{t(`voice.whyHint.${site.why}`)}</p>}
      {site.paused && (
        <p>
          {t('voice.paused', { name: site.paused.byName, time: '' })}{' '}
          <TimeText at={site.paused.at} show="moment" />
          {site.paused.reason && ` · ${site.paused.reason}`}
        </p>
      )}
      <div className="voice-counts">
        {counts.map(([name, n]) => (
          <div key={name}>
            <span className="secondary small">{name}</span>
            <b>{n}</b>
          </div>
        ))}
      </div>
      <p>
        <span className="secondary">{t('voice.outcomes')}：</span>
        {site.outcomes.length === 0
          ? t('voice.noOutcomes')
          : site.outcomes.map((one) => `${t(`voice.outcome.${one.outcome}`)} ${one.calls}`).join(' · ')}
      </p>
      {site.mayPause && (
        <span className="button-line">
          {site.paused ? (
            <Button
              loading={resume.isPending}
              onClick={() => resume.mutate({ body: { siteId: site.siteId, paused: false } })}
            >
              {t('voice.resume')}
            </Button>
          ) : (
            <Button onClick={() => setAsking('pause')}>{t('voice.pause')}</Button>
          )}
          <Button danger disabled={live === 0} onClick={() => setAsking('stop')}>
            {t('voice.stop')}
          </Button>
        </span>
      )}
      {asking && (
        <StopDialog
          site={site}
          live={live}
          stop={asking === 'stop'}
          stale={stale}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  )
}
