import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  type AuditObject,
  auditObjects,
  auditOutcome,
  listAudit,
  listAuditActors,
  verifyAudit,
} from '../../../contract/audit.ts'
import { listSites } from '../../../contract/setting.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { type ItemOf, useAct, useCall } from '../../query.ts'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import { dayBegins, dayEnds } from './days.ts'
import { useSentence } from './useSentence.ts'

type Row = ItemOf<typeof listAudit>

const objects = Object.keys(auditObjects) as AuditObject[]
const keyOfFilter: Record<string, string> = { actor: 'actorId', site: 'siteId' }
const tones = { allowed: 'success', refused: 'warning', failed: 'danger' } as const

export default function AuditPage() {
  const { t } = useTranslation()
  const code = useCode()
  const sentence = useSentence()
  const [filters, setFilters] = useFilters()
  const text = (key: string) => first(filters[key])
  const outcome = auditOutcome.options.filter((one) => list(filters['outcome']).includes(one))
  const object = objects.find((one) => one === text('object'))
  const number = (key: string) => Number(text(key)) || undefined
  const given = {
    actorId: text('actorId'),
    action: text('action'),
    recordNumber: text('recordNumber'),
    object,
    personId: number('personId'),
    siteId: number('siteId'),
    from: dayBegins(text('from')),
    to: dayEnds(text('to')),
    ...(outcome.length > 0 && { outcome }),
  }
  const entries = useList(listAudit, {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)),
  })
  const actors = useCall(listAuditActors).data?.items ?? []
  const sites = useCall(listSites).data?.sites ?? []
  const verify = useAct(verifyAudit)

  const columns: Column<Row>[] = [
    column('at', t('audit.at'), 150, (one) => <TimeText at={one.at} show="moment" />),
    column('what', t('audit.what'), { text: (one) => sentence(one).join('') }, (one) => {
      const [who, did, person, rest] = sentence(one)
      return (
        <>
          <button
            type="button"
            className="plain-button"
            title={t('audit.onlyActor', { name: one.actorName })}
            onClick={() => setFilters({ actorId: one.actorId })}
          >
            {who}
          </button>
          {did}
          {person && (
            <button
              type="button"
              className="plain-button"
              title={t('audit.onlyPerson')}
              onClick={() => setFilters({ personId: String(one.personId) })}
            >
              {person}
            </button>
          )}
          {rest}
          {one.fields.length > 0 && (
            <p className="secondary small">
              {t('audit.about', { list: one.fields.map((field) => code('eventField', field)).join('、') })}
            </p>
          )}
        </>
      )
    }),
    column('outcome', t('audit.outcome'), 90, (one) => (
      <StatusTag tone={tones[one.outcome]}>{code('auditOutcome', one.outcome)}</StatusTag>
    )),
    column('address', t('audit.address'), { width: 120, wideOnly: true }, (one) => (
      <span className="small">{one.address ?? '—'}</span>
    )),
    column('seq', t('audit.seq'), { width: 80, align: 'right' }, (one) => (
      <span className="secondary small" title={one.hash}>
        {one.seq}
      </span>
    )),
  ]
  const actions = Object.entries(t('audit.action', { returnObjects: true }) as Record<string, string>).map(
    ([key, words]) => ({ value: key.replaceAll('_', '.'), text: words }),
  )
  const pick = (name: string, all: string, options: { value: string; text: string }[]) => (
    <SelectFilter
      label={t(`audit.filter.${name as 'actor'}`)}
      all={all}
      of={keyOfFilter[name] ?? name}
      options={options}
    />
  )

  return (
    <ListPage
      title={t('audit.title')}
      actions={
        <span className="button-line">
          <LinkButton to="/audit/assistant">{t('assistant.logTitle')}</LinkButton>
          <Button disabled={verify.isPending} onClick={() => verify.mutate({})}>
            {t(verify.isPending ? 'audit.verifying' : 'audit.verify')}
          </Button>
        </span>
      }
      filters={
        <>
          <PeriodFilter labels={[t('audit.filter.from'), t('audit.filter.to')]} />
          {pick('action', t('audit.filter.allActions'), actions)}
          {pick(
            'actor',
            t('audit.filter.allActors'),
            actors.map((one) => ({ value: one.id, text: one.name })),
          )}
          {pick(
            'object',
            t('audit.filter.allObjects'),
            objects.map((value) => ({ value, text: t(`audit.objects.${value}`) })),
          )}
          {sites.length > 1 &&
            pick(
              'site',
              t('audit.filter.allSites'),
              sites.map((one) => ({ value: String(one.id), text: one.name })),
            )}
          {pick(
            'outcome',
            t('audit.filter.allOutcomes'),
            auditOutcome.options.map((value) => ({ value, text: code('auditOutcome', value) })),
          )}
          <TextFilter label={t('audit.filter.record')} of="recordNumber" />
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
      empty={{ title: t('audit.empty'), hint: t('audit.emptyHint') }}
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
