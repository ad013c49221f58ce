import { call } from '../../api.ts'
import { useTranslation } from 'react-i18next'
import {
  addGroupAgreement,
  agreementServices,
  type GroupAgreement,
  updateGroupAgreement,
  getGroup,
} from '../../../contract/group.ts'
import { ChecksField, DateField, FieldRow, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useGroupSaved } from './useGroupSaved.ts'

type AgreementDialogProps = { groupId: number; agreement: GroupAgreement | null; onClose: () => void }

export function AgreementDialog({ groupId, agreement, onClose }: AgreementDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(agreement ? updateGroupAgreement : addGroupAgreement, {
    latest: async () =>
      (await call(getGroup, { params: { id: groupId } })).agreements.find((one) => one.id === agreement?.id),
    params: agreement ? { id: groupId, partId: agreement.id } : { id: groupId },
    values: agreement ?? { status: 'active' },
    ...useGroupSaved(onClose),
  })
  return (
    <FormDialog
      title={t(agreement ? 'groups.editAgreement' : 'groups.addAgreement')}
      form={form}
      onClose={onClose}
    >
      <FieldRow>
        <TextField label={t('groups.number')} autoFocus {...form.text('number')} />
        <TextField label={t('groups.titleField')} {...form.text('title')} />
      </FieldRow>
      <FieldRow>
        <DateField label={t('groups.validFrom')} {...form.text('validFrom')} />
        <DateField label={t('groups.validUntil')} {...form.text('validUntil')} />
      </FieldRow>
      <FieldRow>
        <PickField
          label={t('groups.statusLabel')}
          {...form.pick('status', (value) => t(`groups.agreementStatuses.${value}`))}
        />
        <PickField
          label={t('groups.payment')}
          {...form.pick('payment', (value) => t(`groups.payments.${value}`))}
          none={t('groups.noPayment')}
        />
      </FieldRow>
      <FieldRow>
        <NumberField
          label={t('groups.discount')}
          hint={t('groups.discountHint')}
          {...form.number('discountPercent')}
        />
        <NumberField label={t('groups.creditLimit')} {...form.number('creditLimit')} />
      </FieldRow>
      <ChecksField
        label={t('groups.servicesLabel')}
        options={agreementServices.map((value) => ({ value, text: t(`groups.services.${value}`) }))}
        {...form.checks('services')}
      />
      <TextField label={t('groups.terms')} {...form.text('terms')} />
      <FieldRow>
        <TextField label={t('groups.document')} {...form.text('document')} />
        <DateField label={t('groups.signedOn')} {...form.text('signedOn')} />
      </FieldRow>
    </FormDialog>
  )
}
