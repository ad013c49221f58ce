import { LinkButton } from '../../../ui/LinkButton.tsx'
import { Button } from 'antd'
import '../pathway.css'
import '../../figure/figure.css'
import './rehearsal.css'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useShipped } from '../../../i18n/useShipped.ts'
import { asksOf } from '../../../../contract/pathway-fact.ts'
import { getPathwayDraft } from '../../../../contract/pathway-draft.ts'
import { getPathway } from '../../../../contract/pathway.ts'
import { cancelRehearsal, getRehearsal, type Rehearsal } from '../../../../contract/rehearsal.ts'
import { count } from '../../../format/number.ts'
import { useTime } from '../../../format/useTime.ts'
import { keyOf, queryClient, useAct, useCall } from '../../../query.ts'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { Unloaded } from '../../../ui/Unloaded.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { PageHeader } from '../../../ui/PageHeader.tsx'
import { RehearsalForm } from './RehearsalForm.tsx'
import { RehearsalResult } from './RehearsalResult.tsx'

const going = (one: Rehearsal | null | undefined) => one?.status === 'waiting' || one?.status === 'running'

/** What the draft of a pathway, else the version in force, would have made of past discharges. */
export default function RehearsalPage() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const time = useTime()
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const pathway = useCall(getPathway, { params: { id } }, { staleTime: 0 })
  const draft = useCall(getPathwayDraft, { params: { id } }, { staleTime: 0 })
  const first = useCall(getRehearsal, { params: { id } }, { staleTime: 0 })
  const running = going(first.data?.rehearsal)
  const query = useCall(getRehearsal, { params: { id } }, running ? { refetchInterval: 700 } : {})
  const rehearsal = query.data?.rehearsal
  const back = (
    <>
      <LinkButton to="/pathways/$id" params={{ id: String(id) }}>
        <ArrowLeftOutlined aria-hidden /> {t('common.back')}
      </LinkButton>
      <LinkButton to="/pathways/$id/edit" params={{ id: String(id) }}>
        {t(pathway.data?.draftSavedAt ? 'editor.openDraft' : 'pathways.edit')}
      </LinkButton>
    </>
  )
  if (
    pathway.isError ||
    draft.isError ||
    query.isError ||
    !pathway.data ||
    !draft.data ||
    rehearsal === undefined
  )
    return <Unloaded page query={[pathway, draft, query]} height={400} />
  const definition = draft.data.draft?.definition ?? pathway.data.definition
  const byHand = definition.entry.event === null
  const stale =
    rehearsal?.status === 'finished' && rehearsal.revision !== (draft.data.draft?.revision ?? null)
  return (
    <div className="page">
      <PageHeader title={t('rehearsal.title', { name: shipped(pathway.data.name) })} extra={back}>
        <p className="secondary">{t('rehearsal.hint')}</p>
        <p>
          {t('rehearsal.what')}{' '}
          <b>
            {draft.data.draft
              ? t('rehearsal.draft', { time: time.moment(draft.data.draft.savedAt) })
              : t('rehearsal.current', { n: pathway.data.version ?? 1 })}
          </b>
        </p>
        {!byHand && <RehearsalForm id={id} last={rehearsal} running={running} />}
      </PageHeader>
      {byHand && <Notice tone="info" title={t('rehearsal.noEvent')} />}
      {running && rehearsal && <Progress id={id} rehearsal={rehearsal} />}
      {rehearsal?.status === 'failed' && <Notice tone="danger" title={t('rehearsal.failed')} />}
      {rehearsal?.status === 'cancelled' && <Notice tone="info" title={t('rehearsal.cancelled')} />}
      {stale && <Notice tone="warning" title={t('rehearsal.stale')} />}
      {rehearsal?.status === 'finished' && (
        <RehearsalResult rehearsal={rehearsal} asks={asksOf(definition.steps) !== null} />
      )}
      {rehearsal === null && !byHand && (
        <EmptyState title={t('rehearsal.never')} hint={t('rehearsal.neverHint')} />
      )}
    </div>
  )
}

function Progress({ id, rehearsal }: { id: number; rehearsal: Rehearsal }) {
  const { t } = useTranslation()
  const cancel = useAct(cancelRehearsal, {
    onSettled: () => void queryClient.invalidateQueries({ queryKey: keyOf(getRehearsal) }),
  })
  const percent = Math.floor(rehearsal.progress * 100)
  const words =
    rehearsal.status === 'waiting'
      ? t('rehearsal.waiting')
      : t('rehearsal.running', { n: percent, events: count(rehearsal.events) })
  return (
    <section className="panel rehearsal-progress" aria-live="polite">
      <progress max={100} value={percent} aria-label={t('rehearsal.open')} />
      <span>{words}</span>
      <Button disabled={cancel.isPending} onClick={() => cancel.mutate({ params: { id } })}>
        {t('rehearsal.cancel')}
      </Button>
    </section>
  )
}
