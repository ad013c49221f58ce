import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupKinds, groupStatuses, type GroupSummary, listGroups } from '../../../contract/group.ts'
import { count } from '../../format/number.ts'
import { may, useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { AgreementEnd } from './AgreementEnd.tsx'
import { GroupDialog } from './GroupDialog.tsx'

export const groupTones: Record<GroupSummary['status'], Tone> = {
  prospect: 'info',
  active: 'success',
  dormant: 'warning',
  ended: 'neutral',
}

export default function GroupsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const [filters, setFilters] = useFilters()
  const [adding, setAdding] = useState(false)
  const search = first(filters['search'])
  const kind = groupKinds.find((one) => one === first(filters['kind']))
  const status = groupStatuses.find((one) => one === first(filters['status']))
  const expiring = first(filters['expiring']) === 'true'
  const query = {
    limit: 50,
    ...(search && { search }),
    ...(kind && { kind }),
    ...(status && { status }),
    ...(expiring && { expiring }),
  }
  const groups = useList(listGroups, query)
  const open = (id: number) => void navigate({ to: '/groups/$id', params: { id: String(id) } })
  const add = may(me, 'group.write') && (
    <Button type="primary" onClick={() => setAdding(true)}>
      {t('groups.add')}
    </Button>
  )

  const columns: Column<GroupSummary>[] = [
    {
      key: 'name',
      title: t('groups.name'),
      render: (one) => (
        <Link to="/groups/$id" params={{ id: String(one.id) }}>
          {one.name}
        </Link>
      ),
    },
    {
      key: 'code',
      title: t('groups.code'),
      width: 120,
      render: (one) => <span className="mono">{one.code}</span>,
    },
    { key: 'kind', title: t('groups.kindLabel'), width: 120, render: (one) => t(`groups.kinds.${one.kind}`) },
    {
      key: 'status',
      title: t('groups.statusLabel'),
      width: 100,
      render: (one) => (
        <StatusTag tone={groupTones[one.status]}>{t(`groups.statuses.${one.status}`)}</StatusTag>
      ),
    },
    {
      key: 'agreement',
      title: t('groups.agreement'),
      width: 220,
      render: (one) =>
        one.agreement ? (
          <AgreementEnd {...one.agreement} />
        ) : (
          <span className="secondary">{t('groups.noAgreement')}</span>
        ),
    },
    {
      key: 'members',
      title: t('groups.members'),
      width: 90,
      align: 'right',
      render: (one) => count(one.members),
    },
    {
      key: 'owner',
      title: t('groups.owner'),
      width: 120,
      wideOnly: true,
      render: (one) => one.ownerName ?? '—',
    },
    {
      key: 'site',
      title: t('groups.site'),
      width: 150,
      wideOnly: true,
      render: (one) => one.siteName ?? t('groups.allSites'),
    },
  ]

  const filtered = Boolean(search ?? kind ?? status) || expiring
  return (
    <>
      <ListPage
        title={t('groups.title')}
        actions={add}
        source={groups}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => open(one.id)}
        filters={
          <>
            <TextFilter
              label={t('groups.searchHint')}
              value={search}
              onChange={(value) => setFilters({ search: value })}
            />
            <SelectFilter
              label={t('groups.kindLabel')}
              value={kind}
              all={t('groups.allKinds')}
              options={groupKinds.map((value) => ({ value, text: t(`groups.kinds.${value}`) }))}
              onChange={(value) => setFilters({ kind: value })}
            />
            <SelectFilter
              label={t('groups.statusLabel')}
              value={status}
              all={t('groups.allStatuses')}
              options={groupStatuses.map((value) => ({ value, text: t(`groups.statuses.${value}`) }))}
              onChange={(value) => setFilters({ status: value })}
            />
            <button
              type="button"
              className="chip"
              aria-pressed={expiring}
              onClick={() => setFilters({ expiring: expiring ? undefined : 'true' })}
            >
              {t('groups.expiring')}
            </button>
          </>
        }
        empty={
          filtered
            ? { title: t('groups.notFound'), hint: t('groups.notFoundHint') }
            : { title: t('groups.empty'), hint: t('groups.emptyHint'), action: add }
        }
      />
      {adding && <GroupDialog group={null} onClose={() => setAdding(false)} onMade={open} />}
    </>
  )
}
