import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  listResources,
  listVisitTypes,
  type Resource,
  saveResource,
  saveVisitType,
  type VisitType,
} from '../../../contract/clinic-schedule.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { AreaField, CheckField, choices, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { type Column, column, ListTable } from '../../ui/ListPage.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useClinicSite } from './useClinicSite.tsx'

type Open = { type: VisitType | null } | { resource: Resource | null } | null

/** Kinds of visits, rooms and equipment of one hospital. */
export function SetupTab() {
  const { t } = useTranslation()
  const me = useMe()
  const { siteId, sitePicker } = useClinicSite()
  const [open, setOpen] = useState<Open>(null)
  const given = [
    { query: siteId === undefined ? {} : { siteId } },
    { enabled: siteId !== undefined },
  ] as const
  const types = useCall(listVisitTypes, ...given)
  const resources = useCall(listResources, ...given)
  const mayWrite = may(me, 'schedule.write')
  const state = (active: boolean) => (
    <StatusTag tone={active ? 'success' : 'neutral'}>
      {t(active ? 'schedules.active' : 'schedules.inactive')}
    </StatusTag>
  )
  const edit = <T,>(choose: (one: T) => Open): Column<T>[] =>
    mayWrite
      ? [
          {
            key: 'actions',
            title: '',
            width: 90,
            align: 'right',
            render: (one) => (
              <button type="button" className="plain-button" onClick={() => setOpen(choose(one))}>
                {t('common.edit')}
              </button>
            ),
          },
        ]
      : []
  return (
    <div className="stack">
      {sitePicker && <div className="filter-bar">{sitePicker}</div>}
      <section aria-label={t('schedules.types')}>
        <div className="section-head">
          <h2>{t('schedules.types')}</h2>
          {mayWrite && <Button onClick={() => setOpen({ type: null })}>{t('schedules.typeAdd')}</Button>}
        </div>
        <ListTable
          label={t('schedules.types')}
          source={{ ...types, items: types.data?.items ?? [] }}
          columns={[
            column<VisitType>('name', t('schedules.name'), (one) => one.name),
            column<VisitType>('minutes', t('schedules.minutes'), { align: 'right' }, (one) => one.minutes),
            column<VisitType>('fee', t('schedules.fee'), { align: 'right' }, (one) => one.fee ?? '—'),
            column<VisitType>('public', t('schedules.public'), (one) =>
              one.public ? t('settings.on') : t('settings.off'),
            ),
            column<VisitType>('state', t('settings.organization.state'), (one) => state(one.active)),
            ...edit<VisitType>((type) => ({ type })),
          ]}
          rowKey={(one) => one.id}
          empty={{ title: t('schedules.noTypes') }}
        />
      </section>
      <section aria-label={t('schedules.resources')}>
        <div className="section-head">
          <h2>{t('schedules.resources')}</h2>
          {mayWrite && (
            <Button onClick={() => setOpen({ resource: null })}>{t('schedules.resourceAdd')}</Button>
          )}
        </div>
        <ListTable
          label={t('schedules.resources')}
          source={{ ...resources, items: resources.data?.items ?? [] }}
          columns={[
            column<Resource>('name', t('schedules.name'), (one) => one.name),
            column<Resource>('kind', t('schedules.kindLabel'), (one) => t(`schedules.kind.${one.kind}`)),
            column<Resource>('directions', t('schedules.directions'), (one) => one.directions ?? '—'),
            column<Resource>('state', t('settings.organization.state'), (one) => state(one.active)),
            ...edit<Resource>((resource) => ({ resource })),
          ]}
          rowKey={(one) => one.id}
          empty={{ title: t('schedules.noResources') }}
        />
      </section>
      {open && 'type' in open && siteId !== undefined && (
        <TypeDialog siteId={siteId} type={open.type} onClose={() => setOpen(null)} />
      )}
      {open && 'resource' in open && siteId !== undefined && (
        <ResourceDialog siteId={siteId} resource={open.resource} onClose={() => setOpen(null)} />
      )}
    </div>
  )
}

function TypeDialog({
  siteId,
  type,
  onClose,
}: {
  siteId: number
  type: VisitType | null
  onClose: () => void
}) {
  const { t } = useTranslation()
  const form = useContractForm(saveVisitType, {
    values: type ?? { siteId, minutes: 10, fee: null, preparation: null, public: false, active: true },
    done: t('schedules.saved'),
    stale: [listVisitTypes],
    onDone: onClose,
  })
  return (
    <FormDialog title={t(type ? 'schedules.typeEdit' : 'schedules.typeAdd')} form={form} onClose={onClose}>
      <div className="fields-auto">
        <TextField label={t('schedules.name')} autoFocus {...form.text('name')} />
        <TextField label={t('schedules.code')} {...form.text('code')} />
      </div>
      <div className="fields-auto">
        <NumberField label={t('schedules.minutes')} {...form.number('minutes')} />
        <NumberField label={t('schedules.fee')} {...form.number('fee')} />
      </div>
      <AreaField
        label={t('schedules.preparation')}
        hint={t('schedules.preparationHint')}
        {...form.text('preparation')}
      />
      <CheckField label={t('schedules.public')} {...form.check('public')} />
      <CheckField label={t('schedules.active')} {...form.check('active')} />
    </FormDialog>
  )
}

function ResourceDialog({
  siteId,
  resource,
  onClose,
}: {
  siteId: number
  resource: Resource | null
  onClose: () => void
}) {
  const { t } = useTranslation()
  const { departments } = useClinicSite()
  const form = useContractForm(saveResource, {
    values: resource ?? { siteId, departmentId: null, kind: 'room', directions: null, active: true },
    done: t('schedules.saved'),
    stale: [listResources],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t(resource ? 'schedules.resourceEdit' : 'schedules.resourceAdd')}
      form={form}
      onClose={onClose}
    >
      <div className="fields-auto">
        <PickField
          label={t('schedules.kindLabel')}
          {...form.pick('kind', (kind) => t(`schedules.kind.${kind}`))}
        />
        <TextField label={t('schedules.name')} autoFocus {...form.text('name')} />
        <TextField label={t('schedules.code')} {...form.text('code')} />
      </div>
      <PickField
        label={t('schedules.department')}
        {...form.pick('departmentId')}
        none={t('appointments.allDepartments')}
        options={choices(departments)}
      />
      <AreaField
        label={t('schedules.directions')}
        hint={t('schedules.directionsHint')}
        {...form.text('directions')}
      />
      <CheckField label={t('schedules.active')} {...form.check('active')} />
    </FormDialog>
  )
}
