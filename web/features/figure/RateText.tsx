import { useTranslation } from 'react-i18next'
import type { FollowUpCounts } from '../../../contract/figure.ts'
import { type FigureName, fractionOf, isRate, show } from './measures.ts'
import type { FigureScope } from './period.ts'
import { RowsLink } from './RowsLink.tsx'
import type { RowsAt } from './rows.ts'

type RateTextProps = {
  counts: FollowUpCounts
  name: FigureName
  scope: FigureScope
  at?: Omit<RowsAt, 'name'>
}

/** A number that opens its rows, with what it is a share of beside it; without anybody a dash that says why. */
export function RateText({ counts, name, scope, at = {} }: RateTextProps) {
  const { t } = useTranslation()
  const value = counts[name]
  if (value === null && isRate(name) && /overage$/.test(name) && counts.pending > 0)
    return <span className="secondary small">{t('figures.notDue', { n: counts.pending })}</span>
  if (value === null || value === 0) {
    const why = value === null && isRate(name) ? t(`figures.dash.${name}`) : undefined
    return (
      <span className="secondary" title={why}>
        {show(counts, name)} <small>{fractionOf(counts, name)}</small>
      </span>
    )
  }
  return (
    <>
      <RowsLink scope={scope} at={{ ...at, name }}>
        {show(counts, name)}
      </RowsLink>{' '}
      <small className="secondary">{fractionOf(counts, name)}</small>
    </>
  )
}
