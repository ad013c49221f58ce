import './audit.css'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { auditOutcome, listAudit, verifyAudit } from '../../../contract/audit.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { type ItemOf, useAct } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { type Column, ListPage, useList } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { DateFilter } from '../../ui/DateFilter.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import { dayBegins, dayEnds } from './days.ts'

type Row = ItemOf<typeof listAudit>

const tones = { allowed: 'success', refused: 'warning', failed: 'danger' } as const

export default function AuditPage() {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const text = (key: string) => first(filters[key])
  const outcome = auditOutcome.options.filter((one) => list(filters['outcome']).includes(one))
  const personId = Number(text('personId')) || undefined
  const [actorId, action, from, to] = [
    text('actorId'),
    text('action'),
    dayBegins(text('from')),
    dayEnds(text('to')),
  ]
  const entries = useList(listAudit, {
    ...(actorId ? { actorId } : {}),
    ...(personId ? { personId } : {}),
    ...(action ? { action } : {}),
    ...(outcome.length > 0 ? { outcome } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  })
  const verify = useAct(verifyAudit)
  const actionWords = (name: string) => {
    const key = `audit.action.${name.replaceAll('.', '_')}`
    return i18n.exists(key) ? String(t(key as never)) : name
  }

  const reasonWords = (reason: string) => {
    const key = `audit.why.${reason.replaceAll(' ', '-')}`
    return i18n.exists(key) ? String(t(key as never)) : reason
  }

  const columns: Column<Row>[] = [
    { key: 'at', title: t('audit.at'), width: 150, render: (one) => <TimeText at={one.at} show="moment" /> },
    {
      key: 'actor',
      title: t('audit.actor'),
      width: 110,
      render: (one) => (
        <button
          type="button"
          className="plain-button"
          title={t('audit.onlyActor', { name: one.actorName })}
          onClick={() => setFilters({ actorId: one.actorId })}
        >
          {one.actorName}
        </button>
      ),
    },
    {
      key: 'what',
      title: t('audit.what'),
      width: 150,
      render: (one) => <span title={one.action}>{actionWords(one.action)}</span>,
    },
    {
      key: 'outcome',
      title: t('audit.outcome'),
      width: 90,
      render: (one) => <StatusTag tone={tones[one.outcome]}>{code('auditOutcome', one.outcome)}</StatusTag>,
    },
    {
      key: 'person',
      title: t('audit.person'),
      width: 120,
      render: (one) =>
        one.personId === null ? (
          '—'
        ) : (
          <>
            <button
              type="button"
              className="plain-button"
              title={t('audit.onlyPerson')}
              onClick={() => setFilters({ personId: String(one.personId) })}
            >
              {t('audit.patient', { id: one.personId })}
            </button>{' '}
            {may(me, 'person.read') && (
              <Link className="small" to="/persons/$id" params={{ id: String(one.personId) }}>
                {t('audit.open')}
              </Link>
            )}
          </>
        ),
    },
    {
      key: 'subject',
      title: t('audit.subject'),
      width: 200,
      render: (one) =>
        one.subject === null ? (
          '—'
        ) : (
          <span className="mono audit-subject" title={one.subject}>
            {one.subject}
          </span>
        ),
    },
    {
      key: 'fields',
      title: t('audit.fields'),
      width: 140,
      wideOnly: true,
      render: (one) => (
        <span className="small">
          {one.fields.map((field) => code('eventField', field)).join(', ') || '—'}
        </span>
      ),
    },
    {
      key: 'reason',
      title: t('audit.reason'),
      render: (one) => (one.reason ? reasonWords(one.reason) : '—'),
    },
    {
      key: 'address',
      title: t('audit.address'),
      wideOnly: true,
      render: (one) => <span className="small">{one.address ?? '—'}</span>,
    },
    {
      key: 'seq',
      title: t('audit.seq'),
      align: 'right',
      render: (one) => (
        <span className="secondary small" title={one.hash}>
          {one.seq}
        </span>
      ),
    },
  ]
  const names = ['actorId', 'personId', 'action', 'outcome', 'from', 'to'] as const
  const clear = () => setFilters(Object.fromEntries(names.map((name) => [name, undefined])))
  const narrowed = names.some((name) => filters[name] !== undefined)

  return (
    <ListPage
      title={t('audit.title')}
      actions={
        <button
          type="button"
          className="soft-button"
          disabled={verify.isPending}
          onClick={() => verify.mutate({})}
        >
          {t(verify.isPending ? 'audit.verifying' : 'audit.verify')}
        </button>
      }
      filters={
        <>
          <DateFilter
            label={t('audit.filter.from')}
            value={text('from')}
            onChange={(value) => setFilters({ from: value })}
          />
          <DateFilter
            label={t('audit.filter.to')}
            value={text('to')}
            onChange={(value) => setFilters({ to: value })}
          />
          <SelectFilter
            label={t('audit.filter.outcome')}
            all={t('audit.filter.allOutcomes')}
            value={outcome[0]}
            options={auditOutcome.options.map((value) => ({ value, text: code('auditOutcome', value) }))}
            onChange={(value) => setFilters({ outcome: value })}
          />
          <TextFilter
            label={t('audit.filter.action')}
            value={action}
            onChange={(value) => setFilters({ action: value })}
          />
          <TextFilter
            label={t('audit.filter.actor')}
            value={actorId}
            onChange={(value) => setFilters({ actorId: value })}
          />
          <TextFilter
            label={t('audit.filter.person')}
            numeric
            value={text('personId')}
            onChange={(value) => setFilters({ personId: value })}
          />
          {narrowed && (
            <button type="button" className="plain-button" onClick={clear}>
              {t('common.clearFilters')}
            </button>
          )}
        </>
      }
      above={
        verify.isError ? (
          <ErrorState error={verify.error} onRetry={() => verify.mutate({})} />
        ) : (
          verify.data && <VerifyResult result={verify.data} />
        )
      }
      source={entries}
      columns={columns}
      rowKey={(one) => one.seq}
      empty={
        narrowed
          ? { title: t('audit.emptyFiltered') }
          : { title: t('audit.empty'), hint: t('audit.emptyHint') }
      }
    />
  )
}

function VerifyResult({
  result,
}: {
  result: NonNullable<ReturnType<typeof useAct<typeof verifyAudit>>['data']>
}) {
  const { t } = useTranslation()
  const n = count(result.checked)
  if (result.intact) {
    return (
      <Notice tone="success" title={t('audit.intact')}>
        {result.checked === 0
          ? t('audit.intactEmpty')
          : t('audit.intactHint', { n, first: count(result.firstSeq), last: count(result.lastSeq) })}
      </Notice>
    )
  }
  return (
    <Notice tone="danger" title={t('audit.broken', { n: count(result.problems.length) })}>
      <ul>
        {result.problems.map((one, index) => (
          <li key={index}>
            {one.seq !== null && <b>{t('audit.brokenAt', { seq: one.seq })} </b>}
            {one.message}
          </li>
        ))}
      </ul>
      {t('audit.checked', { n })}
    </Notice>
  )
}
