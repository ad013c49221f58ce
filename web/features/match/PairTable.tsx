import './match.css'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Agreement, PersonPair, RecordCounts } from '../../../contract/match.ts'
import { useCode } from '../../i18n/useCode.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'

const tones: Record<Agreement, Tone> = {
  same: 'success',
  similar: 'info',
  different: 'danger',
  missing: 'neutral',
}

type PairTableProps = {
  pair: PersonPair
  /** Which of the two stays; the other is merged into it. */
  survivor: 'left' | 'right'
  onSurvivor: (side: 'left' | 'right') => void
}

const sides = ['left', 'right'] as const

/** Two persons side by side: what agrees, what does not, and what hangs on each. */
export function PairTable({ pair, survivor, onSurvivor }: PairTableProps) {
  const { t } = useTranslation()
  const code = useCode()
  const words = (field: string, values: string[]) =>
    values.map((value) => (field === 'sex' ? code('sex', value) : value)).join('、') || '—'
  return (
    <table className="list-table plain-table pair-table">
      <caption className="visually-hidden">{t('match.compareTitle')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('match.field')}</th>
          {sides.map((side) => (
            <th key={side} scope="col" className={survivor === side ? 'is-survivor' : undefined}>
              <label className="pair-choice">
                <input
                  type="radio"
                  name="survivor"
                  checked={survivor === side}
                  onChange={() => onSurvivor(side)}
                />
                {t(survivor === side ? 'match.stays' : 'match.goesIn')}
                <kbd>{side === 'left' ? '1' : '2'}</kbd>
              </label>
              <Link to="/persons/$id" params={{ id: String(pair[side].person.id) }}>
                {pair[side].person.name}
              </Link>
            </th>
          ))}
          <th scope="col">{t('match.agreement')}</th>
        </tr>
      </thead>
      <tbody>
        {pair.rows.map((row) => (
          <tr key={row.field} className={`pair-${row.agreement}`}>
            <th scope="row">{code('comparedField', row.field)}</th>
            {sides.map((side) => (
              <td key={side}>{words(row.field, row[side])}</td>
            ))}
            <td>
              {/* Record numbers of two records differ always. */}
              {row.field !== 'recordNumber' && (
                <StatusTag tone={tones[row.agreement]}>{code('agreement', row.agreement)}</StatusTag>
              )}
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">{t('match.lastVisit')}</th>
          {sides.map((side) => (
            <td key={side}>
              <TimeText at={pair[side].person.lastVisitAt} />{' '}
              {[pair[side].person.lastDepartmentName, pair[side].person.lastConditionText]
                .filter(Boolean)
                .join(' · ')}
            </td>
          ))}
          <td />
        </tr>
        <tr>
          <th scope="row">{t('match.attached')}</th>
          {sides.map((side) => (
            <td key={side}>
              <CountsLine counts={pair[side].counts} />
            </td>
          ))}
          <td />
        </tr>
      </tbody>
    </table>
  )
}

/** What hangs on a record, in one line: only what there is. */
export function CountsLine({ counts }: { counts: RecordCounts }) {
  const { t } = useTranslation()
  const kinds = ['encounters', 'tasks', 'enrollments', 'messages', 'responses', 'events'] as const
  const shown = kinds.filter((kind) => counts[kind] > 0)
  if (shown.length === 0) return <>{t('match.nothing')}</>
  return <>{shown.map((kind) => t(`match.counts.${kind}`, { n: counts[kind] })).join('，')}</>
}
