import { personColumn } from '../../app/personColumn.tsx'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type EnrollmentSummary,
  enrollmentStatus,
  listEnrollments,
  listPathways,
} from '../../../contract/pathway.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { StopDialog } from './StopDialog.tsx'

const tones: Record<EnrollmentSummary['status'], Tone> = {
  active: 'primary',
  waiting: 'info',
  blocked: 'danger',
  completed: 'success',
  stopped: 'neutral',
  'held-out': 'neutral',
}

export default function EnrollmentsPage() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const me = useMe()
  const [filters] = useFilters()
  const [stopping, setStopping] = useState<EnrollmentSummary | null>(null)
  const pathwayId = Number(first(filters['pathwayId'])) || undefined
  const status = enrollmentStatus.options.find((one) => one === first(filters['status']))
  const pathways = useCall(listPathways, {}, { enabled: may(me, 'pathway.read') })
  const enrollments = useList(listEnrollments, {
    ...(pathwayId ? { pathwayId } : {}),
    ...(status ? { status } : {}),
  })

  const columns: Column<EnrollmentSummary>[] = [
    personColumn(t('pathways.enrollments.person'), (one) => ({ id: one.personId, name: one.name })),
    column('status', t('pathways.enrollments.status'), (one) => (
      <StatusTag tone={tones[one.status]}>{code('enrollmentStatus', one.status)}</StatusTag>
    )),
    column('pathway', t('pathways.enrollments.pathway'), (one) => (
      <>
        {shipped(one.pathwayName)}{' '}
        <span className="secondary small">{t('pathways.versionOf', { n: one.version })}</span>
      </>
    )),
    column('step', t('pathways.enrollments.step'), (one) => shipped(one.stepTitle ?? one.stepKey ?? '—')),
    column('due', t('pathways.enrollments.due'), (one) => <TimeText at={one.dueAt} />),
    column('started', t('pathways.enrollments.started'), (one) => <TimeText at={one.startedAt} show="day" />),
    column('ended', t('pathways.enrollments.ended'), { wideOnly: true }, (one) => (
      <TimeText at={one.endedAt} show="day" />
    )),
    column('reason', t('pathways.enrollments.reason'), (one) => code('stopReason', one.stopReason) || '—'),
  ]
  if (may(me, 'enrollment.write')) {
    columns.push({
      key: 'actions',
      title: '',
      align: 'right',
      render: (one) =>
        one.endedAt === null && (
          <button type="button" className="plain-button" onClick={() => setStopping(one)}>
            {t('pathways.enrollments.stop')}
          </button>
        ),
    })
  }

  return (
    <>
      <ListPage
        title={t('pathways.enrollments.title')}
        filters={
          <>
            <SelectFilter
              label={t('pathways.enrollments.pathway')}
              all={t('pathways.enrollments.allPathways')}
              of="pathwayId"
              options={(pathways.data?.items ?? []).map((one) => ({ value: String(one.id), text: one.name }))}
            />
            <SelectFilter
              label={t('pathways.enrollments.status')}
              all={t('pathways.enrollments.allStatus')}
              of="status"
              options={enrollmentStatus.options.map((value) => ({
                value,
                text: code('enrollmentStatus', value),
              }))}
            />
          </>
        }
        source={enrollments}
        columns={columns}
        rowKey={(one) => one.id}
        empty={{ title: t('pathways.enrollments.empty'), hint: t('pathways.enrollments.emptyHint') }}
      />
      {stopping && <StopDialog enrollment={stopping} onClose={() => setStopping(null)} />}
    </>
  )
}
