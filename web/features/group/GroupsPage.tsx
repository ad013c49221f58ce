import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupKinds, groupStatuses, type GroupSummary, listGroups } from '../../../contract/group.ts'
import { count } from '../../format/number.ts'
import { may, useMe } from '../../session.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
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
    column('name', t('groups.name'), (one) => (
      <Link to="/groups/$id" params={{ id: String(one.id) }}>
        {one.name}
      </Link>
    )),
    column('code', t('groups.code'), 120, (one) => <span className="mono">{one.code}</span>),
    column('kind', t('groups.kindLabel'), 120, (one) => t(`groups.kinds.${one.kind}`)),
    column('status', t('groups.statusLabel'), 100, (one) => (
      <StatusTag tone={groupTones[one.status]}>{t(`groups.statuses.${one.status}`)}</StatusTag>
    )),
    column('agreement', t('groups.agreement'), 220, (one) =>
      one.agreement ? (
        <AgreementEnd {...one.agreement} />
      ) : (
        <span className="secondary">{t('groups.noAgreement')}</span>
      ),
    ),
    column('members', t('groups.members'), { width: 90, align: 'right' }, (one) => count(one.members)),
    column('owner', t('groups.owner'), { width: 120, wideOnly: true }, (one) => one.ownerName ?? '—'),
    column(
      'site',
      t('groups.site'),
      { width: 150, wideOnly: true },
      (one) => one.siteName ?? t('groups.allSites'),
    ),
  ]

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
            <TextFilter label={t('groups.searchHint')} of="search" />
            <SelectFilter
              label={t('groups.kindLabel')}
              of="kind"
              all={t('groups.allKinds')}
              options={groupKinds.map((value) => ({ value, text: t(`groups.kinds.${value}`) }))}
            />
            <SelectFilter
              label={t('groups.statusLabel')}
              of="status"
              all={t('groups.allStatuses')}
              options={groupStatuses.map((value) => ({ value, text: t(`groups.statuses.${value}`) }))}
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
        empty={{ title: t('groups.empty'), hint: t('groups.emptyHint'), action: add }}
      />
      {adding && <GroupDialog group={null} onClose={() => setAdding(false)} onMade={open} />}
    </>
  )
}
