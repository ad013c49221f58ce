import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listDisputes, resumeDispute } from '../../../contract/dispute.ts'
import { createEnrollment, resumeEnrollment } from '../../../contract/pathway.ts'
import { type PersonDetail, getPerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ClockTags } from '../../ui/ClockTags.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { CloseDisputeDialog, OpenDisputeDialog, PauseDisputeDialog } from './DisputeDialogs.tsx'
import { makeStale, useDo } from '../../ui/useDo.ts'

const stale = [getPerson, getTimeline, listDisputes]

/** Disputes of this person with their words, for those who deal with them; others see the mark beside the name only. */
export function DisputePanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const me = useMe()
  const [opening, setOpening] = useState(false)
  const [closing, setClosing] = useState<number | null>(null)
  const [pausing, setPausing] = useState<number | null>(null)
  const reads = may(me, 'dispute.read')
  const writes = may(me, 'dispute.write')
  const list = useCall(listDisputes, { params: { id: person.id } }, { enabled: reads })
  if (!reads) return null
  const items = list.data?.items ?? []
  const offers = list.data?.offers ?? []
  const done = () => {
    setOpening(false)
    setClosing(null)
    setPausing(null)
    makeStale(stale)
  }
  return (
    <section className="panel" aria-label={t('disputes.title')}>
      <div className="panel-head">
        <h2>{t('disputes.title')}</h2>
        {writes && <Button onClick={() => setOpening(true)}>{t('disputes.open')}</Button>}
      </div>
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <p className="secondary small">{t('disputes.none')}</p>}
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id}>
            <div>
              <StatusTag tone={one.outcome ? 'neutral' : 'danger'}>
                {one.outcome ? code('disputeOutcome', one.outcome) : code('personTag', 'open-dispute')}
              </StatusTag>
              {one.clock && !one.outcome && (
                <ClockTags clock={one.clock} late={one.clock.breachedAt !== null} />
              )}
              <p className="pre-line">{one.reason}</p>
              {one.note && <p className="pre-line small">{one.note}</p>}
              <p className="secondary small">
                {[
                  one.departmentName,
                  !one.outcome && one.clock?.dueAt && t('clock.due', { time: time.moment(one.clock.dueAt) }),
                  t('disputes.opened', { name: one.openedByName, time: time.moment(one.openedAt) }),
                  one.closedAt &&
                    t('disputes.closed', { name: one.closedByName ?? '', time: time.moment(one.closedAt) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            {writes && !one.outcome && (
              <span className="button-line">
                {one.clock && one.clock.pausedAt === null && (
                  <Button onClick={() => setPausing(one.id)}>{t('disputes.pause')}</Button>
                )}
                {one.clock && one.clock.pausedAt !== null && <LetRun id={one.id} onDone={done} />}
                <Button onClick={() => setClosing(one.id)}>{t('disputes.close')}</Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {offers.length > 0 && may(me, 'enrollment.write') && <Offers person={person} offers={offers} />}
      {opening && <OpenDisputeDialog person={person} onDone={done} onClose={() => setOpening(false)} />}
      {pausing !== null && <PauseDisputeDialog id={pausing} onDone={done} onClose={() => setPausing(null)} />}
      {closing !== null && <CloseDisputeDialog id={closing} onDone={done} onClose={() => setClosing(null)} />}
    </section>
  )
}

function LetRun({ id, onDone }: { id: number; onDone: () => void }) {
  const { t } = useTranslation()
  const act = useDo(resumeDispute, {
    done: t('disputes.running'),
    onDone: () => {
      onDone()
    },
  })
  return (
    <Button disabled={act.isPending} onClick={() => act.mutate({ params: { id } })}>
      {t('disputes.letRun')}
    </Button>
  )
}

type Offer = { pathwayId: number; pathwayName: string; encounterId: number; enrollmentId: number | null }

/** What was halted goes on only when somebody wants it to. */
function Offers({ person, offers }: { person: PersonDetail; offers: Offer[] }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const handlers = { done: t('disputes.resumed'), stale }
  const resume = useDo(resumeEnrollment, handlers)
  const enroll = useDo(createEnrollment, handlers)
  return (
    <>
      <p className="small">{t('disputes.offer')}</p>
      <ul className="row-list">
        {offers.map(({ pathwayId, pathwayName, encounterId, enrollmentId }) => (
          <li key={pathwayId}>
            <strong>{shipped(pathwayName)}</strong>
            <Button
              disabled={resume.isPending || enroll.isPending}
              onClick={() => {
                if (enrollmentId === null)
                  enroll.mutate({ body: { pathwayId, personId: person.id, encounterId } })
                else resume.mutate({ params: { id: enrollmentId } })
              }}
            >
              {t(enrollmentId === null ? 'disputes.enroll' : 'disputes.resume')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
