import { useTranslation } from 'react-i18next'
import type { SpotCheckDoctor } from '../../../contract/spot-check.ts'
import { ScoreText } from './ScoreText.tsx'

const columns = [
  'candidates',
  'drawn',
  'agree',
  'disagree',
  'unclear',
  'unreached',
  'open',
  'appealed',
  'undecided',
  'upheld',
] as const

type DoctorTableProps = {
  doctors: SpotCheckDoctor[]
  chosen: number
  onChoose: (staffId: number | undefined) => void
}

/** How every doctor of the sample stands; a name narrows the list below. */
export function DoctorTable({ doctors, chosen, onChoose }: DoctorTableProps) {
  const { t } = useTranslation()
  const title = t('spotChecks.doctors')
  return (
    <section className="panel figures-table">
      <div className="panel-head">
        <h2>{title}</h2>
        <span className="secondary small">{t('spotChecks.doctorsHint')}</span>
      </div>
      <div className="figures-table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="number-table">
          <thead>
            <tr>
              <th scope="col">{t('spotChecks.doctor')}</th>
              <th scope="col">{t('figures.spotCheck')}</th>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {t(`spotChecks.column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {doctors.map((one) => (
              <tr key={one.staffId}>
                <th scope="row">
                  <button
                    type="button"
                    className="plain-button"
                    aria-pressed={chosen === one.staffId}
                    onClick={() => onChoose(chosen === one.staffId ? undefined : one.staffId)}
                  >
                    {one.staffName}
                  </button>{' '}
                  <span className="secondary small">{one.departmentName}</span>
                </th>
                <td data-label={t('figures.spotCheck')}>
                  <ScoreText score={one.score} checked={one.agree + one.disagree - one.upheld} />
                </td>
                {columns.map((name) => (
                  <td key={name} data-label={t(`spotChecks.column.${name}`)}>
                    {one[name] === 0 ? <span className="secondary">0</span> : one[name]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
