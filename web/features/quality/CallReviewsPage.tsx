import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CallReview, callReviewStates, listCallReviews } from '../../../contract/call-quality.ts'
import { personColumn } from '../../app/personColumn.tsx'
import { count, duration, nothing } from '../../format/number.ts'
import { may, useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { CriticalTags } from './CriticalTags.tsx'
import { ReviewPanel } from './ReviewPanel.tsx'

const tones = { open: 'warning', done: 'neutral', acknowledged: 'success' } as const

/** Calls that are scored; agents find their own. */
export default function CallReviewsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters] = useFilters()
  const [opened, setOpened] = useState<number | null>(null)
  const scores = may(me, 'call-review.write')
  const state = callReviewStates.find((one) => one === first(filters['state']))
  const critical = first(filters['critical'])
  const userId = first(filters['userId'])
  const source = useList(listCallReviews, {
    ...(state && { state }),
    ...(userId && { userId }),
    ...(critical && { critical: critical as never }),
  })
  const columns: Column<CallReview>[] = [
    column('at', t('callQuality.callAt'), (one) => <TimeText at={one.callAt} show="moment" />),
    ...(scores ? [column('agent', t('calls.agent'), (one: CallReview) => one.userName)] : []),
    personColumn(t('calls.party'), (one) => ({
      id: one.personId,
      name: one.personName ?? t('calls.unknownParty'),
    })),
    column('talked', t('calls.talked'), { align: 'right' }, (one) =>
      one.talkedSeconds === null ? nothing : duration(one.talkedSeconds),
    ),
    column('state', t('calls.state'), (one) => (
      <StatusTag tone={tones[one.state]}>{t(`callQuality.states.${one.state}`)}</StatusTag>
    )),
    column('score', t('callQuality.score'), { align: 'right' }, (one) =>
      one.score === null ? nothing : count(Math.round(one.score)),
    ),
    column('critical', t('callQuality.critical'), (one) => <CriticalTags review={one} />),
    column('origin', t('callQuality.origin'), { wideOnly: true }, (one) =>
      one.week ? t('callQuality.drawnFrom', { date: one.week }) : t('callQuality.chosen'),
    ),
    column('by', t('callQuality.scoredBy'), { wideOnly: true }, (one) => one.reviewedByName ?? nothing),
  ]
  return (
    <>
      <ListPage
        title={t(scores ? 'callQuality.reviews' : 'callQuality.myReviews')}
        filters={
          <>
            <SelectFilter
              label={t('calls.state')}
              all={t('calls.allStates')}
              of="state"
              options={callReviewStates
                .filter((one) => scores || one !== 'open')
                .map((value) => ({ value, text: t(`callQuality.states.${value}`) }))}
            />
            <SelectFilter
              label={t('callQuality.critical')}
              all={t('callQuality.allCritical')}
              of="critical"
              options={(['true', 'false'] as const).map((value) => ({
                value,
                text: t(value === 'true' ? 'callQuality.withCritical' : 'callQuality.withoutCritical'),
              }))}
            />
          </>
        }
        source={source}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => setOpened(one.id)}
        empty={{
          title: t('callQuality.none'),
          hint: t(scores ? 'callQuality.noneHint' : 'callQuality.noneOwnHint'),
        }}
      />
      {opened !== null && <ReviewPanel id={opened} onClose={() => setOpened(null)} />}
    </>
  )
}
