import { Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type StaffView, createStaff, staffRole, updateStaff } from '../../../contract/setting.ts'
import { PickField, TextField } from '../../ui/fields.tsx'
import type { Department, Site } from './OrganizationTab.tsx'
import { useSave } from './useSave.ts'

type StaffDialogProps = {
  staff: StaffView | null
  sites: Site[]
  departments: Department[]
  onClose: () => void
}

export function StaffDialog({ staff, sites, departments, onClose }: StaffDialogProps) {
  const { t } = useTranslation()
  const form = useId()
  const [draft, setDraft] = useState({
    siteId: String(staff?.siteId ?? sites[0]?.id ?? ''),
    departmentId: staff?.departmentId ? String(staff.departmentId) : '',
    code: staff?.code ?? '',
    name: staff?.name ?? '',
    title: staff?.title ?? '',
    role: staff?.role ?? ('doctor' as const),
    active: staff?.active ?? true,
  })
  const create = useSave(createStaff, '', onClose)
  const update = useSave(updateStaff, '', onClose)
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const save = () => {
    const common = {
      departmentId: draft.departmentId ? Number(draft.departmentId) : null,
      name: draft.name,
      title: draft.title.trim() || null,
      role: draft.role,
    }
    if (!staff) create.mutate({ body: { ...common, siteId: Number(draft.siteId), code: draft.code } })
    else update.mutate({ params: { id: staff.id }, body: { ...common, active: draft.active } })
  }
  return (
    <Modal
      open
      title={t(staff ? 'settings.staff.editTitle' : 'settings.staff.add')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ htmlType: 'submit', form, loading: create.isPending || update.isPending }}
      onCancel={onClose}
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <div className="field-row">
          <TextField
            label={t('settings.staff.name')}
            value={draft.name}
            required
            maxLength={100}
            autoFocus
            onChange={(name) => change({ name })}
          />
          <TextField
            label={t('settings.staff.code')}
            value={draft.code}
            disabled={staff !== null}
            required
            maxLength={40}
            onChange={(code) => change({ code })}
          />
        </div>
        <div className="field-row">
          <PickField
            label={t('settings.staff.role')}
            value={draft.role}
            options={staffRole.options.map((value) => ({ value, text: t(`settings.staff.role_.${value}`) }))}
            onChange={(value) => change({ role: staffRole.options.find((one) => one === value) ?? 'other' })}
          />
          <TextField
            label={t('settings.staff.titleField')}
            value={draft.title}
            maxLength={60}
            onChange={(title) => change({ title })}
          />
        </div>
        <div className="field-row">
          <PickField
            label={t('settings.organization.site')}
            value={draft.siteId}
            disabled={staff !== null}
            required
            options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
            onChange={(siteId) => change({ siteId, departmentId: '' })}
          />
          <PickField
            label={t('settings.staff.department')}
            value={draft.departmentId}
            none={t('settings.staff.none')}
            options={departments
              .filter((one) => String(one.siteId) === draft.siteId)
              .map((one) => ({ value: String(one.id), text: one.name }))}
            onChange={(departmentId) => change({ departmentId })}
          />
        </div>
        {staff && (
          <label className="check-line">
            <input
              type="checkbox"
              checked={draft.active}
              onChange={(event) => change({ active: event.target.checked })}
            />
            {t('settings.staff.useIt')}
          </label>
        )}
      </form>
    </Modal>
  )
}
