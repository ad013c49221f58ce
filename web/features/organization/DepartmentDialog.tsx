import { useTranslation } from 'react-i18next'
import { createDepartment, updateDepartment } from '../../../contract/setting.ts'
import { CheckField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import type { Department } from './OrganizationTab.tsx'
import { useOrganizationSaved } from './useOrganizationSaved.ts'

type DepartmentDialogProps = { siteId: number; department: Department | null; onClose: () => void }

export function DepartmentDialog({ siteId, department, onClose }: DepartmentDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(department ? updateDepartment : createDepartment, {
    ...(department && { params: { id: department.id } }),
    values: department ?? { siteId, specialty: null },
    ...useOrganizationSaved(onClose),
  })
  return (
    <FormDialog
      title={t(department ? 'settings.organization.editDepartment' : 'settings.organization.addDepartment')}
      form={form}
      onClose={onClose}
    >
      <TextField label={t('settings.organization.name')} autoFocus {...form.text('name')} />
      <TextField
        label={t('settings.organization.code')}
        hint={t('settings.organization.codeHint')}
        {...form.text('code')}
        {...(department && { value: department.code, disabled: true })}
      />
      <TextField label={t('settings.organization.specialty')} {...form.text('specialty')} />
      {department && <CheckField label={t('settings.organization.useIt')} {...form.check('active')} />}
    </FormDialog>
  )
}
