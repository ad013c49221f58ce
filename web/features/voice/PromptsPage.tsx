import './voice.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import {
  hearVoicePrompt,
  listVoicePrompts,
  listVoiceQuestionnaires,
  resetVoicePrompt,
  type VoicePrompt,
} from '../../../contract/voice.ts'
import { addressOf, asCaller } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'
import { useLocalized } from '../task/localized.ts'
import { playWav } from './recorder.ts'
import { RecordDialog } from './RecordDialog.tsx'

const stale = [listVoicePrompts, listVoiceQuestionnaires]

/** Which questionnaires the machine can ask, and everything that it says: hear it, record it better, take it back. */
export default function PromptsPage() {
  const { t } = useTranslation()
  const localized = useLocalized()
  const [filters, setFilters] = useFilters()
  const all = useCall(listVoiceQuestionnaires)
  const places = useCall(listSites, { query: { within: 'voice.read' } })
  const sites = places.data?.sites ?? []
  const siteId = Number(first(filters['siteId'])) || sites[0]?.id
  const chosen = Number(first(filters['questionnaire'])) || undefined
  if (!all.data || !places.data) return <Unloaded page query={[all, places]} />
  const { items } = all.data
  const one = items.find(({ id }) => id === chosen)
  return (
    <div className="page">
      <PageHeader title={one ? `${t('voice.prompts')}：${localized(one.title)}` : t('voice.prompts')}>
        <div className="filter-bar">
          <SelectFilter
            label={t('voice.site')}
            value={String(siteId)}
            onChange={(value) => setFilters({ siteId: value })}
            options={sites.map((site) => ({ value: String(site.id), text: site.name }))}
          />
          <SelectFilter
            label={t('voice.questionnaire')}
            of="questionnaire"
            all={t('voice.pick')}
            options={items.map((item) => ({ value: String(item.id), text: localized(item.title) }))}
          />
        </div>
      </PageHeader>
      {one && siteId !== undefined ? (
        <Prompts questionnaireId={one.id} siteId={siteId} />
      ) : (
        <PlainTable
          label={t('voice.prompts')}
          columns={[t('voice.questionnaire'), t('voice.ready'), t('voice.voiceNow')]}
          rows={items.map((item) => [
            <Button key="q" type="link" onClick={() => setFilters({ questionnaire: String(item.id) })}>
              {localized(item.title)}
            </Button>,
            <div key="r">
              <StatusTag tone={item.ready ? 'success' : 'warning'}>
                {t(item.ready ? 'voice.isReady' : 'voice.notReady')}
              </StatusTag>
              {item.problems.map((problem) => (
                <p key={problem.linkId ?? ''} className="secondary small">
                  {problem.text && `“${localized(problem.text)}” `}
                  {t(`voice.problem.${problem.why}`)} · {t(problem.blocks ? 'voice.blocks' : 'voice.leftOut')}
                </p>
              ))}
            </div>,
            t('voice.recorded', { n: item.recorded, all: item.prompts }),
          ])}
        />
      )}
    </div>
  )
}

function Prompts({ questionnaireId, siteId }: { questionnaireId: number; siteId: number }) {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const [recording, setRecording] = useState<VoicePrompt | null>(null)
  const [resetting, setResetting] = useState<VoicePrompt | null>(null)
  const list = useCall(listVoicePrompts, { params: { id: questionnaireId }, query: { siteId } })
  const reset = useDo(resetVoicePrompt, {
    done: t('voice.resetDone'),
    stale,
    onDone: () => setResetting(null),
  })
  if (!list.data) return <Unloaded query={list} />
  const writes = may(me, 'voice.write')
  return (
    <>
      <PlainTable
        label={t('voice.prompts')}
        columns={[t('voice.words'), t('voice.voiceNow'), t('voice.acts')]}
        rows={list.data.items.map((prompt) => [
          <div key="w" lang={prompt.language}>
            {prompt.text}
            <p className="secondary small">
              {t(`voice.language.${prompt.language}`)} ·{' '}
              {t(prompt.linkId ? 'voice.ofQuestion' : 'voice.ofMachine')}
            </p>
          </div>,
          prompt.recording
            ? t('voice.recordedBy', {
                name: prompt.recording.byName,
                time: time.moment(prompt.recording.at),
                n: Math.round(prompt.recording.seconds),
              })
            : t('voice.synthetic'),
          <span key="a" className="button-line">
            <ListenButton prompt={prompt} />
            {writes && (
              <Button size="small" onClick={() => setRecording(prompt)}>
                {t('voice.record')}
              </Button>
            )}
            {writes && prompt.recording && (
              <Button size="small" onClick={() => setResetting(prompt)}>
                {t('voice.reset')}
              </Button>
            )}
          </span>,
        ])}
      />
      {recording && <RecordDialog prompt={recording} stale={stale} onClose={() => setRecording(null)} />}
      {resetting && (
        <Dialog
          title={t('voice.resetTitle')}
          size="small"
          onClose={() => setResetting(null)}
          ok={{
            text: t('voice.reset'),
            loading: reset.isPending,
            onClick: () => reset.mutate({ body: { language: resetting.language, hash: resetting.hash } }),
          }}
        >
          <p>{t('voice.resetHint')}</p>
        </Dialog>
      )}
    </>
  )
}

function ListenButton({ prompt }: { prompt: VoicePrompt }) {
  const { t } = useTranslation()
  const [loading, setLoading] = useState(false)
  const listen = async () => {
    setLoading(true)
    try {
      const { headers, credentials } = asCaller()
      const answer = await fetch(addressOf(hearVoicePrompt), {
        method: 'POST',
        credentials,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ language: prompt.language, text: prompt.text }),
      })
      if (answer.ok) await playWav(await answer.arrayBuffer())
    } finally {
      setLoading(false)
    }
  }
  return (
    <Button size="small" loading={loading} onClick={() => void listen()}>
      {t('voice.listen')}
    </Button>
  )
}
