import { Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createDepartment, updateDepartment } from '../../../contract/setting.ts'
import { TextField } from '../../ui/fields.tsx'
import type { Department } from './OrganizationTab.tsx'
import { useSave } from './useSave.ts'

type DepartmentDialogProps = { siteId: number; department: Department | null; onClose: () => void }

export function DepartmentDialog({ siteId, department, onClose }: DepartmentDialogProps) {
  const { t } = useTranslation()
  const form = useId()
  const [draft, setDraft] = useState({
    code: department?.code ?? '',
    name: department?.name ?? '',
    specialty: department?.specialty ?? '',
    active: department?.active ?? true,
  })
  const create = useSave(createDepartment, '', onClose)
  const update = useSave(updateDepartment, '', onClose)
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const save = () => {
    const specialty = draft.specialty.trim() || null
    if (!department) create.mutate({ body: { siteId, code: draft.code, name: draft.name, specialty } })
    else
      update.mutate({
        params: { id: department.id },
        body: { name: draft.name, specialty, active: draft.active },
      })
  }
  return (
    <Modal
      open
      title={t(department ? 'settings.organization.editDepartment' : 'settings.organization.addDepartment')}
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
        <TextField
          label={t('settings.organization.name')}
          value={draft.name}
          required
          maxLength={100}
          autoFocus
          onChange={(name) => change({ name })}
        />
        <TextField
          label={t('settings.organization.code')}
          hint={t('settings.organization.codeHint')}
          value={draft.code}
          disabled={department !== null}
          required
          maxLength={40}
          onChange={(code) => change({ code })}
        />
        <TextField
          label={t('settings.organization.specialty')}
          value={draft.specialty}
          maxLength={40}
          onChange={(specialty) => change({ specialty })}
        />
        {department && (
          <label className="check-line">
            <input
              type="checkbox"
              checked={draft.active}
              onChange={(event) => change({ active: event.target.checked })}
            />
            {t('settings.organization.useIt')}
          </label>
        )}
      </form>
    </Modal>
  )
}
