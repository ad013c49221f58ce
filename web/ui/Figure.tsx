import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

type FigureProps = {
  label: string
  value: string
  /** How many of how many: a rate alone does not say whether it is of three or of three hundred. */
  note?: string | null
  target?: string | undefined
  /** Change against the previous period, already worded (`+3.2%`), and whether it is welcome (null: nothing to judge). */
  change?: { text: string; direction: 'up' | 'down' | 'flat'; welcome: boolean | null } | undefined
  /** Met, missed, or nothing to judge. */
  state?: 'met' | 'missed' | undefined
  spark?: (number | null)[] | undefined
  /** "How is this counted?" */
  help?: ReactNode
  onOpen?: (() => void) | undefined
}

/** One number with its target, its change and its recent course. */
export function Figure({ label, value, note, target, change, state, spark, help, onOpen }: FigureProps) {
  const { t } = useTranslation()
  return (
    <section className="figure" aria-label={label}>
      <div className="figure-label">
        <span>{label}</span>
        {help}
      </div>
      <div className="figure-line">
        {onOpen ? (
          <button type="button" className="plain-button figure-value" onClick={onOpen}>
            {value}
          </button>
        ) : (
          <span className="figure-value">{value}</span>
        )}
        {spark && spark.length > 1 && <Sparkline values={spark} />}
      </div>
      <div className="figure-foot small">
        {note && <span className="secondary">{note}</span>}
        {target && (
          <span className={state === 'missed' ? 'text-danger' : 'secondary'}>
            {t('common.target', { value: target })}
          </span>
        )}
        {change && (
          <span
            className={
              change.direction === 'flat' || change.welcome === null
                ? 'secondary'
                : change.welcome
                  ? 'text-success'
                  : 'text-danger'
            }
          >
            {change.direction === 'up' && <ArrowUpOutlined aria-hidden />}
            {change.direction === 'down' && <ArrowDownOutlined aria-hidden />}{' '}
            {t('common.change', { value: change.text })}
          </span>
        )}
      </div>
    </section>
  )
}

/** The course of a number; the number itself stands beside it. */
export function Sparkline({ values }: { values: (number | null)[] }) {
  const known = values.filter((value) => value !== null)
  const low = Math.min(...known)
  const high = Math.max(...known)
  const points = values
    .map((value, index) =>
      value === null
        ? null
        : `${((index / (values.length - 1)) * 88 + 1).toFixed(1)},${(25 - ((value - low) / (high - low || 1)) * 22).toFixed(1)}`,
    )
    .filter((point) => point !== null)
  return (
    <svg className="sparkline" viewBox="0 0 90 28" aria-hidden="true">
      <polyline points={points.join(' ')} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  )
}
