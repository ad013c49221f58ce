import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { MonthlyReport } from '../../../contract/report.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { coverageByDepartment, coverageOverTime, departmentsHeight } from './report-sheet.ts'

/** Two questions: is it getting better, and where is coverage proven. */
export function ReportCharts({ report }: { report: MonthlyReport }) {
  const { t } = useTranslation()

  const overTime = useCallback(
    (colours: Palette) =>
      coverageOverTime(
        report,
        {
          level: (n) => t('desk.level', { n }),
          before: t('report.before'),
          lastYear: t('report.lastYear'),
        },
        colours,
      ),
    [report, t],
  )
  const byDepartment = useCallback(
    (colours: Palette) =>
      coverageByDepartment(
        report.levels[0]?.departments ?? [],
        {
          proven: t('figures.name.provenCoverage'),
          stated: t('figures.name.statedCoverage'),
          noDepartment: t('report.noDepartment'),
        },
        colours,
      ),
    [report, t],
  )

  return (
    <div className="report-charts">
      <Chart
        paper
        title={t('report.chart.overTime')}
        option={overTime}
        height={220}
        table={{ columns: [], rows: [] }}
      />
      <Chart
        paper
        title={t('report.chart.byDepartment')}
        option={byDepartment}
        height={departmentsHeight(report.levels[0]?.departments.length ?? 0)}
        table={{ columns: [], rows: [] }}
      />
    </div>
  )
}
