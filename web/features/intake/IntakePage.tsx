import './intake.css'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { first, useFilters } from '../../ui/filters.ts'
import { OutboundTab } from '../outbound/OutboundTab.tsx'
import { IntakeMessages } from './IntakeMessages.tsx'
import { NotesTab } from './NotesTab.tsx'
import { ProfilesTab } from './ProfilesTab.tsx'

const tabs = [
  { key: 'messages', children: <IntakeMessages /> },
  { key: 'notes', children: <NotesTab /> },
  { key: 'outbound', children: <OutboundTab /> },
  { key: 'profiles', children: <ProfilesTab /> },
] as const

export default function IntakePage() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  const active = tabs.find((tab) => tab.key === first(filters['tab']))?.key ?? 'messages'
  return (
    <Tabs
      className="intake-tabs"
      activeKey={active}
      onChange={(tab) =>
        setFilters({
          ...Object.fromEntries(Object.keys(filters).map((key) => [key, undefined])),
          tab: tab === 'messages' ? undefined : tab,
        })
      }
      destroyOnHidden
      items={tabs.map(({ key, children }) => ({ key, label: t(`intake.tab.${key}`), children }))}
    />
  )
}
