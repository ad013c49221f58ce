import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { listSites, updateDepartment, listStaff } from '../../../contract/setting.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { type Column, ListTable, column } from '../../ui/ListPage.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { DepartmentDialog } from './DepartmentDialog.tsx'
import { SiteDialog } from './SiteDialog.tsx'
import { useDo } from '../../ui/useDo.ts'

type Places = z.output<typeof listSites.response>
export type Site = Places['sites'][number]
export type Department = Places['departments'][number]

type Open =
  | { kind: 'site'; site: Site | null }
  | { kind: 'department'; siteId: number; department: Department | null }
  | null

export function OrganizationTab() {
  const { t } = useTranslation()
  const me = useMe()
  const places = useCall(listSites)
  const [open, setOpen] = useState<Open>(null)
  const confirm = useDo(updateDepartment, {
    done: t('settings.organization.confirmed'),
    stale: [listSites, listStaff],
  })
  const mayEdit = may(me, 'setting.write')
  if (places.isError) return <ErrorState error={places.error} onRetry={() => void places.refetch()} />
  const sites = places.data?.sites ?? []
  const departments = places.data?.departments ?? []
  const toReview = departments.filter((one) => one.needsReview).length

  const columns: Column<Department>[] = [
    column('name', t('settings.organization.name'), (one) => one.name),
    column('code', t('settings.organization.code'), 140, (one) => (
      <span className="setting-key small">{one.code}</span>
    )),
    column('specialty', t('settings.organization.specialty'), 160, (one) =>
      one.specialty ? <span className="mono">{one.specialty}</span> : '—',
    ),
    column('state', t('settings.organization.state'), 130, (one) =>
      one.needsReview ? (
        <StatusTag tone="warning">{t('settings.organization.needsReview')}</StatusTag>
      ) : (
        <StatusTag tone={one.active ? 'success' : 'neutral'}>
          {t(one.active ? 'settings.organization.active' : 'settings.organization.inactive')}
        </StatusTag>
      ),
    ),
  ]
  if (mayEdit) {
    columns.push({
      key: 'actions',
      title: '',
      width: 180,
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
          <button
            type="button"
            className="plain-button"
            onClick={() => setOpen({ kind: 'department', siteId: one.siteId, department: one })}
          >
            {t('common.edit')}
          </button>
        </span>
      ),
    })
  }

  const addSite = mayEdit && (
    <Button onClick={() => setOpen({ kind: 'site', site: null })}>
      {t('settings.organization.addSite')}
    </Button>
  )

  return (
    <>
      {toReview > 0 && (
        <Notice tone="warning" title={t('settings.organization.reviewHint', { n: toReview })} />
      )}
      {places.data && sites.length === 0 ? (
        <EmptyState
          title={t('settings.organization.emptySites')}
          hint={t('settings.organization.emptySitesHint')}
          action={addSite}
        />
      ) : (
        addSite
      )}
      {places.isPending && (
        <span className="skeleton setting-skeleton" role="status" aria-label={t('common.loading')} />
      )}
      {sites.map((site) => (
        <section key={site.id} aria-label={site.name}>
          <div className="section-head">
            <h2>
              {site.name}{' '}
              <span className="secondary small">
                {site.code} · {site.timeZone}
              </span>
            </h2>
            {mayEdit && (
              <span className="button-line">
                <Button onClick={() => setOpen({ kind: 'site', site })}>
                  {t('settings.organization.editSite')}
                </Button>
                <Button onClick={() => setOpen({ kind: 'department', siteId: site.id, department: null })}>
                  {t('settings.organization.addDepartment')}
                </Button>
              </span>
            )}
          </div>
          <ListTable
            label={site.name}
            source={{ ...places, items: departments.filter((one) => one.siteId === site.id) }}
            columns={columns}
            rowKey={(one) => one.id}
            empty={{
              title: t('settings.organization.emptyDepartments'),
              hint: t('settings.organization.emptyDepartmentsHint'),
            }}
          />
        </section>
      ))}
      {open?.kind === 'site' && <SiteDialog site={open.site} onClose={() => setOpen(null)} />}
      {open?.kind === 'department' && (
        <DepartmentDialog siteId={open.siteId} department={open.department} onClose={() => setOpen(null)} />
      )}
    </>
  )
}
