import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { first, useFilters } from '../../ui/filters.ts'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { CalendarTab } from './CalendarTab.tsx'
import { SetupTab } from './SetupTab.tsx'
import { WeeklyTab } from './WeeklyTab.tsx'
import './appointment.css'

const tabs = [
  { key: 'calendar', children: <CalendarTab /> },
  { key: 'weekly', children: <WeeklyTab /> },
  { key: 'setup', children: <SetupTab /> },
] as const

/** Who sees patients when and where: the clinics of these days, the weekly schedules they come from, and what these consist of. */
export default function SchedulesPage() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const active = tabs.find((tab) => tab.key === first(filters['tab']))?.key ?? 'calendar'
  return (
    <div className="page">
      <PageHeader title={t('schedules.title')} />
      <Tabs
        activeKey={active}
        onChange={(tab) => setFilters({ tab: tab === 'calendar' ? undefined : tab })}
        destroyOnHidden
        items={tabs.map(({ key, children }) => ({ key, label: t(`schedules.tab.${key}`), children }))}
      />
    </div>
  )
}
