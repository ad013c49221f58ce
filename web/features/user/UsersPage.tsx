import './user.css'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { KeysTab } from './KeysTab.tsx'
import { UsersTab } from './UsersTab.tsx'

export default function UsersPage() {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters()
  return (
    <div className="page">
      <PageHeader title={t('users.title')} />
      <Tabs
        activeKey={first(filters['tab']) === 'keys' ? 'keys' : 'users'}
        onChange={(tab) => setFilters({ tab: tab === 'keys' ? 'keys' : undefined, search: undefined })}
        destroyOnHidden
        items={[
          { key: 'users', label: t('users.tab.users'), children: <UsersTab /> },
          { key: 'keys', label: t('users.tab.keys'), children: <KeysTab /> },
        ]}
      />
    </div>
  )
}
