import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  addCaseCategory,
  addCaseMeasure,
  type CaseCategory,
  type CaseMeasure,
  changeCaseCategory,
  changeCaseMeasure,
  listCaseCategories,
  listCaseMeasures,
  type MeasureLimit,
} from '../../../contract/case-setup.ts'
import { call } from '../../api.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { CheckField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import './case.css'
import { useCasePlaces } from './useCasePlaces.ts'

const grantors = ['service-centre', 'department-head', 'manager'] as const
const stale = [listCaseCategories, listCaseMeasures]

/** Categories of complaints, and what may be offered by whom. */
export default function CaseSetupPage() {
  const { t } = useTranslation()
  const [retired, setRetired] = useState(false)
  return (
    <div className="page">
      <PageHeader
        title={t('cases.setupTitle')}
        extra={<CheckField label={t('cases.showRetired')} checked={retired} onChange={setRetired} />}
      />
      <div className="case-figure-grid">
        <Categories retired={retired} />
        <Measures retired={retired} />
      </div>
    </div>
  )
}

function Categories({ retired }: { retired: boolean }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const me = useMe()
  const query = useCall(listCaseCategories, { query: { retired } })
  const [open, setOpen] = useState<CaseCategory | 'new' | null>(null)
  const items = query.data?.items ?? []
  return (
    <section className="panel" aria-label={t('cases.categories')}>
      <div className="panel-head">
        <h2>{t('cases.categories')}</h2>
        {may(me, 'case.manage') && <Button onClick={() => setOpen('new')}>{t('cases.addCategory')}</Button>}
      </div>
      {!query.data && <Unloaded query={query} />}
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id} className={one.parentId === null ? '' : 'case-below'}>
            <div>
              {one.parentId === null ? <strong>{shipped(one.name)}</strong> : shipped(one.name)}{' '}
              {one.siteName && <span className="secondary small">{one.siteName}</span>}
              {one.retired && <StatusTag tone="neutral">{t('cases.retired')}</StatusTag>}
            </div>
            {one.mayWrite && (
              <span className="button-line">
                <Button size="small" type="text" onClick={() => setOpen(one)}>
                  {t('cases.rename')}
                </Button>
                <Retire of={one} contract={changeCaseCategory} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {open === 'new' && <AddCategoryDialog items={items} onClose={() => setOpen(null)} />}
      {open !== null && open !== 'new' && <RenameDialog one={open} onClose={() => setOpen(null)} />}
    </section>
  )
}

function Retire({
  of,
  contract,
}: {
  of: { id: number; version: number; retired: boolean }
  contract: typeof changeCaseCategory | typeof changeCaseMeasure
}) {
  const { t } = useTranslation()
  const change = useDo(contract as typeof changeCaseCategory, { stale, done: t('cases.measureSaved') })
  return (
    <Button
      size="small"
      type="text"
      disabled={change.isPending}
      onClick={() =>
        change.mutate({ params: { id: of.id }, body: { version: of.version, retired: !of.retired } })
      }
    >
      {t(of.retired ? 'cases.restore' : 'cases.retire')}
    </Button>
  )
}

/** Sites that somebody manages; without one of them, what is for all. */
function useOwnSite() {
  const { sites } = useCasePlaces()
  const me = useMe()
  return {
    sites,
    first:
      me.permissions['case.manage'] === 'all'
        ? null
        : (sites.find((one) => me.grants.some((grant) => grant.siteId === one.id))?.id ?? null),
  }
}

function AddCategoryDialog({ items, onClose }: { items: CaseCategory[]; onClose: () => void }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const { first } = useOwnSite()
  const form = useContractForm(addCaseCategory, {
    values: { siteId: first, parentId: null, name: '' },
    stale,
    done: t('cases.categoryAdded'),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('cases.addCategory')}
      okText={t('cases.addCategory')}
      size="small"
      form={form}
      onClose={onClose}
    >
      <TextField label={t('cases.categoryName')} {...form.text('name')} />
      <PickField
        label={t('cases.parent')}
        {...form.pick('parentId')}
        none={t('cases.noParent')}
        options={items
          .filter((one) => one.parentId === null && !one.retired)
          .map((one) => ({ value: String(one.id), text: shipped(one.name) }))}
      />
    </FormDialog>
  )
}

function RenameDialog({ one, onClose }: { one: CaseCategory; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(changeCaseCategory, {
    params: { id: one.id },
    values: { version: one.version, name: one.name },
    latest: async () =>
      (await call(listCaseCategories, { query: { retired: 'true' as never } })).items.find(
        (item) => item.id === one.id,
      ),
    stale,
    done: t('cases.measureSaved'),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('cases.rename')}
      okText={t('common.save')}
      size="small"
      form={form}
      onClose={onClose}
    >
      <TextField label={t('cases.categoryName')} {...form.text('name')} />
    </FormDialog>
  )
}

function Measures({ retired }: { retired: boolean }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const me = useMe()
  const query = useCall(listCaseMeasures, { query: { retired } })
  const [open, setOpen] = useState<CaseMeasure | 'new' | null>(null)
  return (
    <section className="panel" aria-label={t('cases.measures')}>
      <div className="panel-head">
        <h2>{t('cases.measures')}</h2>
        {may(me, 'case.manage') && <Button onClick={() => setOpen('new')}>{t('cases.addMeasure')}</Button>}
      </div>
      {!query.data && <Unloaded query={query} />}
      <ul className="row-list">
        {(query.data?.items ?? []).map((one) => (
          <li key={one.id}>
            <div>
              <strong>{shipped(one.name)}</strong>{' '}
              {one.siteName && <span className="secondary small">{one.siteName}</span>}
              {one.retired && <StatusTag tone="neutral">{t('cases.retired')}</StatusTag>}
              <p className="secondary small">
                {one.limits
                  .map((limit) =>
                    !one.priced
                      ? code('role', limit.role)
                      : limit.upTo === null
                        ? t('cases.limitAny', { role: code('role', limit.role) })
                        : t('cases.limitUpTo', { role: code('role', limit.role), n: count(limit.upTo) }),
                  )
                  .join(' · ') || t('cases.ownNone')}
              </p>
            </div>
            {one.mayWrite && (
              <span className="button-line">
                <Button size="small" type="text" onClick={() => setOpen(one)}>
                  {t('cases.editMeasure')}
                </Button>
                <Retire of={one} contract={changeCaseMeasure} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {open === 'new' && <AddMeasureDialog onClose={() => setOpen(null)} />}
      {open !== null && open !== 'new' && <LimitsDialog one={open} onClose={() => setOpen(null)} />}
    </section>
  )
}

function AddMeasureDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const { first } = useOwnSite()
  const form = useContractForm(addCaseMeasure, {
    values: { siteId: first, name: '', priced: false, limits: [{ role: 'manager', upTo: null }] },
    stale,
    done: t('cases.measureSaved'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.addMeasure')} okText={t('cases.addMeasure')} form={form} onClose={onClose}>
      <TextField label={t('cases.measureName')} {...form.text('name')} />
      <CheckField label={t('cases.priced')} {...form.check('priced')} />
      <LimitFields
        priced={form.values['priced'] === true}
        value={form.values['limits'] as MeasureLimit[]}
        onChange={(limits) => form.change({ limits })}
      />
    </FormDialog>
  )
}

function LimitsDialog({ one, onClose }: { one: CaseMeasure; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(changeCaseMeasure, {
    params: { id: one.id },
    values: { version: one.version, name: one.name, limits: one.limits },
    latest: async () =>
      (await call(listCaseMeasures, { query: { retired: 'true' as never } })).items.find(
        (item) => item.id === one.id,
      ),
    stale,
    done: t('cases.measureSaved'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.editMeasure')} okText={t('common.save')} form={form} onClose={onClose}>
      <TextField label={t('cases.measureName')} {...form.text('name')} />
      <LimitFields
        priced={one.priced}
        value={form.values['limits'] as MeasureLimit[]}
        onChange={(limits) => form.change({ limits })}
      />
    </FormDialog>
  )
}

type LimitFieldsProps = { priced: boolean; value: MeasureLimit[]; onChange: (value: MeasureLimit[]) => void }

/** Each role with the amount up to which it need not ask. */
function LimitFields({ priced, value, onChange }: LimitFieldsProps) {
  const { t } = useTranslation()
  const code = useCode()
  const without = (role: MeasureLimit['role']) => value.filter((one) => one.role !== role)
  return (
    <fieldset className="field-set stack">
      <legend>{t('cases.limits')}</legend>
      <p className="secondary small">{t('cases.limitsHint')}</p>
      {grantors.map((role) => {
        const limit = value.find((one) => one.role === role)
        return (
          <div key={role} className="fields-auto">
            <CheckField
              label={t('cases.mayGrant', { role: code('role', role) })}
              checked={limit !== undefined}
              onChange={(on) => onChange(on ? [...without(role), { role, upTo: null }] : without(role))}
            />
            {priced && limit && (
              <NumberField
                label={t('cases.limitOf', { role: code('role', role) })}
                value={limit.upTo}
                min={1}
                onChange={(upTo) => onChange([...without(role), { role, upTo }])}
                onClear={() => onChange([...without(role), { role, upTo: null }])}
              />
            )}
          </div>
        )
      })}
    </fieldset>
  )
}
