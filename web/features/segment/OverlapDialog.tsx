import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { overlapSegments, type Segment } from '../../../contract/segment.ts'
import { count } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { Chart } from '../../ui/Chart.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ChecksField } from '../../ui/fields.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { barsOf } from './bars.ts'
import { isCounting } from './counting.ts'

const most = 4

/** How many persons are in each combination of segments: bars rather than circles, whose areas nobody can read. */
export function OverlapDialog({ segments, onClose }: { segments: readonly Segment[]; onClose: () => void }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<number[]>([])
  const counting = segments.some((one) => isCounting(one) && chosen.includes(one.id))
  const answer = useCall(
    overlapSegments,
    { body: { segmentIds: chosen } },
    { enabled: chosen.length > 1 && !counting },
  )
  const nameOf = (id: number) => segments.find((one) => one.id === id)?.name ?? ''
  const rows = (answer.data?.combinations ?? []).map(({ segmentIds, persons }) => ({
    persons,
    text:
      segmentIds.length === 1
        ? t('segments.overlapOnly', { name: nameOf(segmentIds[0] ?? 0) })
        : segmentIds.length === chosen.length
          ? t('segments.overlapAll')
          : t('segments.overlapBoth', { names: segmentIds.map(nameOf).join('、') }),
  }))
  return (
    <Dialog title={t('segments.overlap')} size="large" onClose={onClose}>
      <div className="stack">
        <p className="secondary">{t('segments.overlapHint')}</p>
        <ChecksField
          label={t('segments.overlapPick')}
          options={segments.map((one) => ({ value: String(one.id), text: one.name }))}
          value={chosen.map(String)}
          onChange={(next) => setChosen(next.slice(-most).map(Number))}
        />
        {chosen.length > 1 &&
          (counting ? (
            <EmptyState title={t('segments.overlapCounting')} />
          ) : !answer.data ? (
            <Unloaded query={answer} />
          ) : rows.length === 0 ? (
            <EmptyState title={t('segments.overlapNone')} />
          ) : (
            <Chart
              title={t('segments.overlap')}
              option={barsOf(rows)}
              height={60 + 36 * rows.length}
              table={{
                columns: [t('segments.combination'), t('segments.persons')],
                rows: rows.map((one) => [one.text, count(one.persons)]),
              }}
            />
          ))}
      </div>
    </Dialog>
  )
}
