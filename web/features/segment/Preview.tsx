import { useTranslation } from 'react-i18next'
import type { Condition } from '../../../contract/questionnaire.ts'
import { countSegment, type SegmentCount, type SplitBy } from '../../../contract/segment.ts'
import { count, percent } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useSplitWords } from './useSplitWords.ts'

const shown: SplitBy[] = ['sex', 'age', 'district']

/** How many meet a rule now, how they divide, and some of them; asked again a moment after the last change, and an older question is dropped. */
export function Preview({ condition, siteId }: { condition: Condition | null; siteId: number | null }) {
  const { t } = useTranslation()
  const code = useCode()
  const words = useSplitWords()
  const body = { rule: condition, siteId, by: shown, sample: 10 }
  const answer = useCall(
    countSegment,
    { body },
    { placeholderData: (previous) => previous, staleTime: 60_000 },
  )
  const everybody = useCall(countSegment, { body: { rule: null, siteId } }, { staleTime: 300_000 })
  const { data } = answer
  return (
    <aside className="panel segment-preview" aria-label={t('segments.preview')}>
      <div className="panel-head">
        <h2>{t('segments.preview')}</h2>
        <span className="secondary small" role="status">
          {answer.isFetching ? t('segments.counting') : ''}
        </span>
      </div>
      {answer.isError ? (
        <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
      ) : !data ? (
        <span className="skeleton" style={{ height: 240 }} />
      ) : (
        <>
          <p className="segment-count" aria-live="polite">
            {count(data.count)}
          </p>
          {everybody.data && everybody.data.count > 0 && (
            <p className="secondary">
              {t('segments.of', { share: percent(data.count / everybody.data.count) })}
            </p>
          )}
          {data.count === 0 && <p className="secondary">{t('segments.noneMeet')}</p>}
          {data.count > 0 &&
            shown.map((by) => (
              <Split
                key={by}
                title={t(`segments.split.${by}`)}
                counts={data.split[by] ?? []}
                say={(value) => words(by, value)}
              />
            ))}
          {data.sample.length > 0 && (
            <section>
              <h3>{t('segments.sample')}</h3>
              <p className="secondary small">{t('segments.sampleHint')}</p>
              <ul className="segment-sample">
                {data.sample.map((one) => (
                  <li key={one.personId}>
                    <span>{one.name}</span>
                    <span className="secondary">
                      {[code('sex', one.sex), one.age]
                        .filter((part) => part !== null && part !== '')
                        .join(' ')}
                    </span>
                    <TimeText at={one.lastVisitAt} />
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
    </aside>
  )
}

const mostBars = 6

type SplitProps = {
  title: string
  counts: NonNullable<SegmentCount['split'][SplitBy]>
  say: (value: string) => string
}

/** The most frequent values as bars of words: read without colour, and by a screen reader. */
function Split({ title, counts, say }: SplitProps) {
  const most = Math.max(...counts.map((one) => one.count), 1)
  return (
    <section>
      <h3>{title}</h3>
      <ul className="segment-bars">
        {counts.slice(0, mostBars).map((one) => (
          <li key={one.value}>
            <span>{say(one.value)}</span>
            <span className="segment-bar" aria-hidden style={{ width: `${(100 * one.count) / most}%` }} />
            <span className="segment-number">{count(one.count)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
