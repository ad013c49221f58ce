import { LinkButton } from '../../ui/LinkButton.tsx'
import { Button } from 'antd'
import './figure.css'
import './report.css'
import { ArrowLeftOutlined, DownloadOutlined, FilePdfOutlined, PrinterOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { exportMonthlyReport, getMonthlyReport, printMonthlyReport } from '../../../contract/report.ts'
import { listSites } from '../../../contract/setting.ts'
import { addressOf } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { language } from '../../i18n/language.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { useAppearance } from '../../theme/appearance.ts'
import { cssVariables, light } from '../../theme/tokens.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { MonthFilter } from '../../ui/DateFilter.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { ReportCharts } from './ReportCharts.tsx'
import { DepartmentTables, DoctorTable, LevelTable, RedFlagTable } from './ReportTables.tsx'

function lastMonth(today = new Date()): string {
  const at = new Date(Date.UTC(today.getFullYear(), today.getMonth() - 1, 1))
  return at.toISOString().slice(0, 7)
}

/** The month for management, as a sheet of paper: light in every mode, printed on A4. */
export default function ReportPage() {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const { size, density } = useAppearance()
  const [filters] = useFilters()
  const wanted = first(filters['month'])
  const month = wanted && /^\d{4}-(0[1-9]|1[0-2])$/.test(wanted) ? wanted : lastMonth()
  const places = useCall(listSites, { query: { within: 'figure.read' } })
  const sites = places.data?.sites ?? []
  const siteId = sites.find((site) => site.id === Number(first(filters['siteId'])))?.id
  const query = { month, ...(siteId === undefined ? {} : { siteId }) }
  const report = useCall(getMonthlyReport, { query }, { placeholderData: (previous) => previous })
  const { data } = report

  return (
    <div className="page report-page">
      <div className="report-bar">
        <LinkButton to="/figures">
          <ArrowLeftOutlined aria-hidden /> {t('figures.rows.back')}
        </LinkButton>
        <MonthFilter label={t('spotChecks.month')} of="month" initial={month} />
        {sites.length > 1 && (
          <SelectFilter
            label={t('figures.site')}
            all={t('figures.allSites')}
            of="siteId"
            options={sites.map((site) => ({ value: String(site.id), text: site.name }))}
          />
        )}
        <Button onClick={() => window.print()}>
          <PrinterOutlined aria-hidden /> {t('report.print')}
        </Button>
        {may(me, 'figure.export') && (
          <>
            <Button
              href={addressOf(printMonthlyReport, { query: { ...query, language: language() } })}
              download
            >
              <FilePdfOutlined aria-hidden /> {t('report.pdf')}
            </Button>
            <Button href={addressOf(exportMonthlyReport, { query })} download>
              <DownloadOutlined aria-hidden /> {t('figures.exportXlsx')}
            </Button>
          </>
        )}
      </div>
      {report.isError || !data ? (
        <Unloaded query={report} height={600} />
      ) : (
        <article
          className="report"
          aria-busy={report.isPlaceholderData}
          style={{ ...cssVariables(light, size, density), colorScheme: 'light' }}
        >
          <header className="report-head">
            <p className="report-place">{data.siteNames.join('、')}</p>
            <h1>{t('report.title', { month: data.month })}</h1>
            <p className="secondary">
              {t('report.period', { from: data.from, to: data.to })} ·{' '}
              {t('report.made', { name: data.madeByName, time: time.moment(data.madeAt) })}
            </p>
          </header>
          <section>
            <h2>{t('report.levels')}</h2>
            <LevelTable report={data} siteId={siteId} />
            <p className="secondary small">
              {t('report.levelsHint')} <span className="no-print">{t('report.linksHint')}</span>
            </p>
          </section>
          <ReportCharts report={data} />
          <DepartmentTables report={data} siteId={siteId} />
          <section>
            <h2>{t('report.redFlags')}</h2>
            <RedFlagTable report={data} />
            <p className="secondary small">{t('report.redFlagsHint')}</p>
          </section>
          <section>
            <h2>{t('report.spotChecks')}</h2>
            <DoctorTable report={data} siteId={siteId} />
            <p className="secondary small">{t('report.spotChecksHint', { n: data.scoreMinimum })}</p>
          </section>
        </article>
      )}
    </div>
  )
}
