import { useTranslation } from 'react-i18next'
import type { SpotCheckScore } from '../../../contract/spot-check.ts'
import { percent } from '../../format/number.ts'

/** A score is always shown with its interval; too few checks are marked as such. */
export function ScoreText({ score, checked }: { score: SpotCheckScore; checked: number }) {
  const { t } = useTranslation()
  if (checked === 0) return <span className="secondary">—</span>
  if (!score) return <span className="secondary">{t('spotChecks.tooFew', { n: checked })}</span>
  return (
    <span>
      {percent(score.value)}{' '}
      <span className="secondary small">
        {percent(score.low)}–{percent(score.high)}
      </span>
    </span>
  )
}
