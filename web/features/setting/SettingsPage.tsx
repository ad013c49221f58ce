import './setting.css'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { may, useMe } from '../../session.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { ChannelsTab } from '../channel/ChannelsTab.tsx'
import { CalendarTab } from '../organization/CalendarTab.tsx'
import { OrganizationTab } from '../organization/OrganizationTab.tsx'
import { StaffTab } from '../organization/StaffTab.tsx'
import { RulesTab } from './RulesTab.tsx'

const tabs = [
  { key: 'rules', children: <RulesTab /> },
  { key: 'channels', children: <ChannelsTab /> },
  { key: 'organization', children: <OrganizationTab /> },
  { key: 'staff', children: <StaffTab /> },
  { key: 'calendar', children: <CalendarTab /> },
] as const

export default function SettingsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const [filters, setFilters] = useFilters()
  const active = tabs.find((tab) => tab.key === first(filters['tab']))?.key ?? 'rules'
  return (
    <div className="page">
      <PageHeader title={t('settings.title')} />
      {!may(me, 'setting.write') && <Notice tone="info" title={t('settings.readOnly')} />}
      <Tabs
        activeKey={active}
        onChange={(tab) =>
          setFilters({
            ...Object.fromEntries(Object.keys(filters).map((key) => [key, undefined])),
            tab: tab === 'rules' ? undefined : tab,
          })
        }
        destroyOnHidden
        items={tabs.map(({ key, children }) => ({ key, label: t(`settings.tab.${key}`), children }))}
      />
    </div>
  )
}
