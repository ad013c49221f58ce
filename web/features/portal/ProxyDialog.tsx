import { useTranslation } from 'react-i18next'
import { addProxy, listProxies } from '../../../contract/portal-staff.ts'
import { proxyKinds } from '../../../contract/portal.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { DateField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

type ProxyDialogProps = { person: { id: number; name: string }; onClose: () => void }

/** Who may act for a patient at the portal, and by what paper. */
export default function ProxyDialog({ person, onClose }: ProxyDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(addProxy, {
    params: { id: person.id },
    values: { proxyId: null as number | null, kind: 'carer', reference: '', until: '' },
    toBody: (values) => ({ ...values, until: values['until'] || null }),
    stale: [listProxies],
    done: t('portalStaff.added'),
    onDone: onClose,
    draft: String(person.id),
  })
  return (
    <FormDialog title={t('portalStaff.add')} okText={t('portalStaff.add')} form={form} onClose={onClose}>
      <p>{t('portalStaff.for', { name: person.name })}</p>
      <PersonPick
        label={t('portalStaff.who')}
        empty={t('portalStaff.nobody')}
        exceptId={person.id}
        {...form.person('proxyId')}
        onChoose={({ id }) => form.change({ proxyId: id })}
      />
      <PickField
        label={t('portalStaff.as')}
        {...form.pick('kind')}
        options={proxyKinds.map((one) => ({ value: one, text: t(`portalStaff.kind.${one}`) }))}
      />
      <TextField
        label={t('portalStaff.reference')}
        hint={t('portalStaff.referenceHint')}
        {...form.text('reference')}
      />
      <DateField label={t('portalStaff.untilLabel')} {...form.text('until')} />
    </FormDialog>
  )
}
