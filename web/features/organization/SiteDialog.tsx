import { useTranslation } from 'react-i18next'
import { createSite, updateSite } from '../../../contract/setting.ts'
import { TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import type { Site } from './OrganizationTab.tsx'
import { useOrganizationSaved } from './useOrganizationSaved.ts'

export function SiteDialog({ site, onClose }: { site: Site | null; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(site ? updateSite : createSite, {
    ...(site && { params: { id: site.id } }),
    values: site ?? { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    ...useOrganizationSaved(onClose),
  })
  return (
    <FormDialog
      title={t(site ? 'settings.organization.editSite' : 'settings.organization.addSite')}
      form={form}
      onClose={onClose}
    >
      <TextField label={t('settings.organization.name')} autoFocus {...form.text('name')} />
      <TextField
        label={t('settings.organization.code')}
        hint={t('settings.organization.codeHint')}
        {...form.text('code')}
        {...(site && { value: site.code, disabled: true })}
      />
      <TextField
        label={t('settings.organization.timeZone')}
        hint={t('settings.organization.timeZoneHint')}
        {...form.text('timeZone')}
      />
    </FormDialog>
  )
}
