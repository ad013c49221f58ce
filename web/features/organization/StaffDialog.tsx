import { useTranslation } from 'react-i18next'
import { type StaffView, createStaff, updateStaff } from '../../../contract/setting.ts'
import { CheckField, FieldRow, PickField, TextField, choices } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import type { Department, Site } from './OrganizationTab.tsx'
import { useOrganizationSaved } from './useOrganizationSaved.ts'

type StaffDialogProps = {
  staff: StaffView | null
  sites: Site[]
  departments: Department[]
  onClose: () => void
}

export function StaffDialog({ staff, sites, departments, onClose }: StaffDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(staff ? updateStaff : createStaff, {
    ...(staff && { params: { id: staff.id } }),
    values: staff ?? { siteId: sites[0]?.id, departmentId: null, title: null, role: 'doctor' },
    ...useOrganizationSaved(onClose),
  })
  const siteId = staff?.siteId ?? form.values['siteId']
  const fixed = staff ? { disabled: true } : {}
  return (
    <FormDialog
      title={t(staff ? 'settings.staff.editTitle' : 'settings.staff.add')}
      form={form}
      onClose={onClose}
    >
      <FieldRow>
        <TextField label={t('settings.staff.name')} autoFocus {...form.text('name')} />
        <TextField
          label={t('settings.staff.code')}
          {...form.text('code')}
          {...fixed}
          {...(staff && { value: staff.code })}
        />
      </FieldRow>
      <FieldRow>
        <PickField
          label={t('settings.staff.role')}
          {...form.pick('role', (one) => t(`settings.staff.role_.${one}`))}
        />
        <TextField label={t('settings.staff.titleField')} {...form.text('title')} />
      </FieldRow>
      <FieldRow>
        <PickField
          label={t('settings.organization.site')}
          {...form.pick('siteId')}
          {...fixed}
          value={typeof siteId === 'number' ? String(siteId) : ''}
          options={choices(sites)}
          onChange={(next) => form.change({ siteId: Number(next), departmentId: null })}
        />
        <PickField
          label={t('settings.staff.department')}
          {...form.pick('departmentId')}
          none={t('settings.staff.none')}
          options={choices(departments.filter((one) => one.siteId === siteId))}
        />
      </FieldRow>
      {staff && <CheckField label={t('settings.staff.useIt')} {...form.check('active')} />}
    </FormDialog>
  )
}
