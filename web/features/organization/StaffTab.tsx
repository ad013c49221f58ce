import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type StaffView, listSites, listStaff, updateStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListTable, column, useList, useNarrowed } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { StaffDialog } from './StaffDialog.tsx'
import { useDo } from '../../ui/useDo.ts'

export function StaffTab() {
  const { t } = useTranslation()
  const { emptyOf } = useNarrowed()
  const me = useMe()
  const [filters] = useFilters()
  const [open, setOpen] = useState<StaffView | 'new' | null>(null)
  const places = useCall(listSites)
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const search = first(filters['search'])
  const staff = useList(listStaff, {
    ...(departmentId ? { departmentId } : {}),
    ...(search ? { search } : {}),
  })
  const confirm = useDo(updateStaff, {
    done: t('settings.organization.confirmed'),
    stale: [listSites, listStaff],
  })
  const mayEdit = may(me, 'setting.write')

  const columns: Column<StaffView>[] = [
    column('name', t('settings.staff.name'), (one) => one.name),
    column('role', t('settings.staff.role'), (one) => t(`settings.staff.role_.${one.role}`)),
    column(
      'department',
      t('settings.staff.department'),
      (one) => one.departmentName ?? t('settings.staff.none'),
    ),
    column('title', t('settings.staff.titleField'), (one) => one.title ?? '—'),
    column('code', t('settings.staff.code'), (one) => <span className="setting-key small">{one.code}</span>),
    column('state', t('settings.organization.state'), (one) =>
      one.needsReview ? (
        <StatusTag tone="warning">{t('settings.organization.needsReview')}</StatusTag>
      ) : (
        <StatusTag tone={one.active ? 'success' : 'neutral'}>
          {t(one.active ? 'settings.staff.active' : 'settings.staff.inactive')}
        </StatusTag>
      ),
    ),
  ]
  if (mayEdit) {
    columns.push({
      key: 'actions',
      title: '',
      align: 'right',
      render: (one) => (
        <span className="row-actions">
          {one.needsReview && (
            <button
              type="button"
              className="plain-button"
              disabled={confirm.isPending}
              onClick={() => confirm.mutate({ params: { id: one.id }, body: { name: one.name } })}
            >
              {t('settings.organization.confirm')}
            </button>
          )}
          <button type="button" className="plain-button" onClick={() => setOpen(one)}>
            {t('common.edit')}
          </button>
        </span>
      ),
    })
  }

  const add = mayEdit && <Button onClick={() => setOpen('new')}>{t('settings.staff.add')}</Button>
  return (
    <>
      <div className="section-head">
        <div className="filter-bar">
          <TextFilter label={t('settings.staff.search')} of="search" />
          <SelectFilter
            label={t('settings.staff.department')}
            all={t('settings.staff.allDepartments')}
            of="departmentId"
            options={(places.data?.departments ?? []).map((one) => ({
              value: String(one.id),
              text: one.name,
            }))}
          />
        </div>
        {add}
      </div>
      <ListTable
        label={t('settings.tab.staff')}
        source={staff}
        columns={columns}
        rowKey={(one) => one.id}
        empty={emptyOf({
          title: t('settings.staff.empty'),
          hint: t('settings.staff.emptyHint'),
          action: add,
        })}
      />
      {open && (
        <StaffDialog
          staff={open === 'new' ? null : open}
          sites={places.data?.sites ?? []}
          departments={places.data?.departments ?? []}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  )
}
