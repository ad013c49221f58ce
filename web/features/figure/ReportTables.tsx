import { useTranslation } from 'react-i18next'
import type { FollowUpCounts } from '../../../contract/figure.ts'
import { monthPeriod } from '../../../contract/month.ts'
import type { MonthlyReport, RedFlags } from '../../../contract/report.ts'
import { proofClass } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { ScoreText } from '../spot-check/ScoreText.tsx'
import type { FigureName } from './measures.ts'
import type { FigureScope, Period } from './period.ts'
import {
  changeText,
  departmentColumns,
  doctorColumns,
  flagColumns,
  flagText,
  levelColumns,
  listedLevels,
  rateColumns,
} from './report-sheet.ts'
import { RateText } from './RateText.tsx'
import { RowsLink } from './RowsLink.tsx'
import type { RowsAt } from './rows.ts'

type Props = { report: MonthlyReport; siteId: number | undefined }

/** What a number of the report opens: the same days, level and site on the page of rows. */
function scopeOf(period: Period, level: number, siteId: number | undefined): FigureScope {
  return {
    preset: 'custom',
    query: {
      ...period,
      level,
      by: 'department',
      compare: 'before',
      ...(siteId === undefined ? {} : { siteId }),
    },
  }
}

type CellsProps = {
  counts: FollowUpCounts | null
  columns: readonly FigureName[]
  scope: FigureScope
  at?: Omit<RowsAt, 'name'>
}

function Cells({ counts, columns, scope, at = {} }: CellsProps) {
  return columns.map((name) => (
    <td key={name}>{counts ? <RateText counts={counts} name={name} scope={scope} at={at} /> : '—'}</td>
  ))
}

export function LevelTable({ report, siteId }: Props) {
  const { t } = useTranslation()
  const periods = [
    { name: 'now', back: 0, word: report.month },
    { name: 'before', back: 1, word: t('report.before') },
    { name: 'lastYear', back: 12, word: t('report.lastYear') },
  ] as const
  return (
    <table className="number-table report-table">
      <thead>
        <tr>
          <th scope="col">{t('figures.level.label')}</th>
          <th scope="col">{t('report.when')}</th>
          {levelColumns.map((name) => (
            <th key={name} scope="col">
              {t(`figures.name.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      {report.levels.map((one) => (
        <tbody key={one.level}>
          {periods.map(({ name, back, word }) => (
            <tr key={name} className={name === 'now' ? 'is-now' : 'secondary'}>
              {name === 'now' && (
                <th scope="rowgroup" rowSpan={periods.length}>
                  {t(`figures.level.l${one.level as 1 | 2 | 3}`)}
                </th>
              )}
              <td>{word}</td>
              <Cells
                counts={one[name]}
                columns={levelColumns}
                scope={scopeOf(monthPeriod(report.month, back), one.level, siteId)}
              />
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  )
}

export function DepartmentTables({ report, siteId }: Props) {
  const { t } = useTranslation()
  const code = useCode()
  return listedLevels(report).map((one) => {
    const scope = scopeOf(report, one.level, siteId)
    return (
      <section key={one.level}>
        <h2>{t('report.departments', { level: t(`figures.level.l${one.level as 1 | 2 | 3}`) })}</h2>
        <table className="number-table report-table">
          <thead>
            <tr>
              <th scope="col">{t('figures.department')}</th>
              {departmentColumns.map((name) => (
                <th key={name} scope="col">
                  {t(`figures.name.${name}`)}
                </th>
              ))}
              <th scope="col">{t('report.change')}</th>
              {rateColumns.map((name) => (
                <th key={name} scope="col">
                  {t(`figures.name.${name}`)}
                </th>
              ))}
              {proofClass.options.map((proof) => (
                <th key={proof} scope="col">
                  {code('evidence', proof)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {one.departments.map(({ departmentId, departmentName, now, before, proof }) => {
              const label = departmentName ?? t('report.noDepartment')
              const at = {
                by: 'department' as const,
                key: departmentId === null ? '-' : String(departmentId),
                label,
              }
              return (
                <tr key={departmentId ?? '-'}>
                  <th scope="row">{label}</th>
                  <Cells counts={now} columns={departmentColumns} scope={scope} at={at} />
                  <td>{changeText(now.coverage, before?.coverage ?? null)}</td>
                  <Cells counts={now} columns={rateColumns} scope={scope} at={at} />
                  {proofClass.options.map((name) => (
                    <td key={name}>
                      {proof[name] === 0 ? (
                        <span className="secondary">0</span>
                      ) : (
                        <RowsLink scope={scope} at={{ ...at, name: name === 'stated' ? 'stated' : 'proven' }}>
                          {proof[name]}
                        </RowsLink>
                      )}
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </section>
    )
  })
}

export function RedFlagTable({ report }: { report: MonthlyReport }) {
  const { t } = useTranslation()
  const { now, before, lastYear, departments } = report.redFlags
  const line = (key: string, label: string, flags: RedFlags) => (
    <tr key={key}>
      <th scope="row">{label}</th>
      {flagColumns.map((name) => {
        return <td key={name}>{flagText(flags[name])}</td>
      })}
    </tr>
  )
  return (
    <table className="number-table report-table">
      <thead>
        <tr>
          <th scope="col">{t('figures.department')}</th>
          {flagColumns.map((name) => (
            <th key={name} scope="col">
              {t(`report.flag.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {departments.map((one) =>
          line(String(one.departmentId ?? '-'), one.departmentName ?? t('report.noDepartment'), one.now),
        )}
      </tbody>
      <tfoot>
        {line('now', t('figures.total'), now)}
        {line('before', t('report.before'), before)}
        {line('lastYear', t('report.lastYear'), lastYear)}
      </tfoot>
    </table>
  )
}

export function DoctorTable({ report, siteId }: Props) {
  const { t } = useTranslation()
  if (report.doctors.length === 0) return <p>{t('report.noChecks')}</p>
  const scope = scopeOf(report, 1, siteId)
  return (
    <table className="number-table report-table">
      <thead>
        <tr>
          <th scope="col">{t('figures.doctor')}</th>
          <th scope="col">{t('figures.name.checked')}</th>
          <th scope="col">{t('figures.name.agreed')}</th>
          <th scope="col">{t('figures.name.disagreed')}</th>
          <th scope="col">{t('figures.spotCheck')}</th>
        </tr>
      </thead>
      <tbody>
        {report.doctors.map(({ staffId, staffName, departmentName, now }) => (
          <tr key={staffId}>
            <th scope="row">
              {staffName} <span className="secondary small">{departmentName}</span>
            </th>
            <Cells
              counts={now}
              columns={doctorColumns}
              scope={scope}
              at={{ by: 'doctor', key: String(staffId), label: staffName }}
            />
            <td>
              <ScoreText score={now.spotCheck} checked={now.checked} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
