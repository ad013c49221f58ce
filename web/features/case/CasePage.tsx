import { Link, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CaseDetail, getCase, revealComplainant } from '../../../contract/case.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { Fact } from '../../ui/Fact.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { PromisePanel } from '../promise/PromisePanel.tsx'
import { CaseActions } from './CaseActions.tsx'
import { ConsultationPanel } from './ConsultationPanel.tsx'
import { GrantPanel } from './GrantPanel.tsx'
import { CaseTags } from './status.tsx'
import './case.css'

/** One case: what was said, what comes next, and everything that was done. */
export default function CasePage() {
  const { t } = useTranslation()
  const code = useCode()
  const { id } = useParams({ strict: false })
  const query = useCall(getCase, { params: { id: Number(id) } })
  if (query.isError || query.isPending) return <Unloaded page query={query} height={360} />
  const one = query.data
  return (
    <div className="page">
      <PageHeader title={`${one.number} ${code('caseKind', one.kind)}`} extra={<CaseActions one={one} />}>
        <CaseTags one={one} />
      </PageHeader>
      <Warnings one={one} />
      <div className="case-columns">
        <div className="case-main">
          <section className="panel" aria-label={t('cases.description')}>
            <div className="panel-head">
              <h2>{t('cases.description')}</h2>
            </div>
            <p className="pre-line">{one.description}</p>
          </section>
          <Result one={one} />
          <ConsultationPanel one={one} />
          <GrantPanel one={one} />
          <PromisePanel
            source={{ kind: 'case', id: one.id }}
            person={one.personId === null ? null : { id: one.personId, name: one.personName ?? '' }}
            siteId={one.siteId}
            toName={one.complainant === 'named' ? one.personName : null}
          />
        </div>
        <div className="case-side">
          <Facts one={one} />
          <Log one={one} />
        </div>
      </div>
    </div>
  )
}

function Warnings({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  const shipped = useShipped()
  return (
    <div className="stack">
      {one.severity === 'serious' && one.disputeId === null && one.abilities.dispute && (
        <Notice tone="warning" title={t('cases.seriousAsk')} />
      )}
      {one.reportClock && one.reportedAt === null && one.reportClock.dueAt && (
        <Notice tone="info" title={t('cases.reportDue', { time: time.moment(one.reportClock.dueAt) })} />
      )}
      {one.careMark && (
        <Notice tone="warning" title={`${t('cases.markTitle')}：${one.careMark.reason}`}>
          {one.guidance && (
            <details>
              <summary>{shipped(one.guidance.title)}</summary>
              <p className="pre-line">{shipped(one.guidance.body)}</p>
            </details>
          )}
        </Notice>
      )}
    </div>
  )
}

function Result({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  return (
    <section className="panel" aria-label={t('cases.result')}>
      <div className="panel-head">
        <h2>{t('cases.result')}</h2>
      </div>
      {one.answer === null ? (
        <p className="secondary">{t('cases.noResult')}</p>
      ) : (
        <>
          <p className="pre-line">{one.answer}</p>
          <p className="secondary small">
            {[
              one.answeredByName,
              one.answeredAt && time.moment(one.answeredAt),
              one.toldAt && one.toldHow
                ? `${t(`cases.toldBy.${one.toldHow}`)} ${time.moment(one.toldAt)}`
                : one.abilities.reach && t('cases.notTold'),
              one.satisfaction !== null &&
                `${t('cases.satisfaction')} ${t('cases.stars', { n: one.satisfaction })}`,
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </>
      )}
      {one.closedAt && (
        <p>
          <strong>{code('caseOutcome', one.outcome)}</strong> {one.closeNote}
          <br />
          <span className="secondary small">
            {t('cases.closedBy', { name: one.closedByName ?? '', time: time.moment(one.closedAt) })}
          </span>
        </p>
      )}
    </section>
  )
}

function Facts({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const time = useTime()
  const [revealing, setRevealing] = useState(false)
  const [shown, setShown] = useState<string | null>(null)
  return (
    <section className="panel" aria-label={t('cases.facts')}>
      <div className="panel-head">
        <h2>{t('cases.facts')}</h2>
      </div>
      <dl className="facts">
        <Fact name={t('cases.complainantLabel')}>
          {one.personId === null ? (
            (one.personName ?? t('cases.anonymous'))
          ) : (
            <Link to="/persons/$id" params={{ id: String(one.personId) }}>
              {one.personName}
            </Link>
          )}
        </Fact>
        {one.phone && (
          <Fact name={t('cases.phone')}>
            {shown ?? one.phone}{' '}
            {one.abilities.reveal && shown === null && (
              <Button size="small" onClick={() => setRevealing(true)}>
                {t('cases.reveal')}
              </Button>
            )}
          </Fact>
        )}
        <Fact name={t('cases.channelLabel')}>
          {[t(`cases.channel.${one.channel}`), one.externalNumber].filter(Boolean).join(' ')}
        </Fact>
        <Fact name={t('cases.category')}>{shipped(one.categoryName)}</Fact>
        <Fact name={t('cases.severityLabel')}>{t(`cases.severity.${one.severity}`)}</Fact>
        <Fact name={t('cases.departments')}>
          {one.departments.map((department) => department.name).join('、') || '—'}
        </Fact>
        {one.staff.length > 0 && (
          <Fact name={t('cases.staff')}>{one.staff.map((staff) => staff.name).join('、')}</Fact>
        )}
        {one.encounters.length > 0 && (
          <Fact name={t('cases.encounters')}>
            {one.encounters
              .map((visit) =>
                [visit.departmentName, visit.start && time.day(visit.start)].filter(Boolean).join(' '),
              )
              .join('、')}
          </Fact>
        )}
        <Fact name={t('cases.owner')}>{one.ownerName}</Fact>
        {one.status !== 'closed' && (
          <Fact name={t('cases.due')}>
            <TimeText at={one.clock?.dueAt ?? null} show="moment" />
          </Fact>
        )}
        {one.reportedAt && (
          <Fact name="12320">{t('cases.reportedAt', { time: time.moment(one.reportedAt) })}</Fact>
        )}
        <Fact name={t('cases.opened')}>
          {t('cases.openedBy', { name: one.openedByName, time: time.moment(one.openedAt) })}
          {one.reopened > 0 && ` · ${t('cases.reopenedTimes', { n: one.reopened })}`}
        </Fact>
      </dl>
      {revealing && (
        <ReasonDialog
          contract={revealComplainant}
          params={{ id: one.id }}
          title={t('cases.reveal')}
          okText={t('cases.reveal')}
          label={t('cases.revealReason')}
          onDone={(answer) => setShown(answer.phone)}
          onClose={() => setRevealing(false)}
        />
      )}
    </section>
  )
}

function Log({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <section className="panel" aria-label={t('cases.log')}>
      <div className="panel-head">
        <h2>{t('cases.log')}</h2>
      </div>
      <ul className="row-list">
        {one.log.map((line) => (
          <li key={line.id}>
            <div>
              <strong>{t(`cases.logKind.${line.kind}`)}</strong>{' '}
              {line.level !== null && t(`cases.level.${line.level as 0 | 1 | 2 | 3}`)}
              {line.text && <p className="pre-line">{line.text}</p>}
              <p className="secondary small">
                {line.byName} · {time.moment(line.at)}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
