import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  addGroupAgreement,
  agreementServices,
  agreementStatuses,
  type GroupAgreement,
  payments,
  updateGroupAgreement,
} from '../../../contract/group.ts'
import { DateField, PickField, TextField } from '../../ui/fields.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useSaveGroup } from './useSaveGroup.ts'

type AgreementDialogProps = { groupId: number; agreement: GroupAgreement | null; onClose: () => void }

const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text))

export function AgreementDialog({ groupId, agreement, onClose }: AgreementDialogProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState({
    number: agreement?.number ?? '',
    title: agreement?.title ?? '',
    status: agreement?.status ?? ('active' as const),
    validFrom: agreement?.validFrom ?? '',
    validUntil: agreement?.validUntil ?? '',
    signedOn: agreement?.signedOn ?? '',
    payment: agreement?.payment ?? null,
    discount: agreement?.discountPercent == null ? '' : String(agreement.discountPercent),
    credit: agreement?.creditLimit == null ? '' : String(agreement.creditLimit),
    services: agreement?.services ?? [],
    terms: agreement?.terms ?? '',
    document: agreement?.document ?? '',
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const add = useSaveGroup(addGroupAgreement, onClose)
  const update = useSaveGroup(updateGroupAgreement, onClose)
  const save = () => {
    const body = {
      number: draft.number,
      title: draft.title.trim() || null,
      status: draft.status,
      validFrom: draft.validFrom || null,
      validUntil: draft.validUntil || null,
      signedOn: draft.signedOn || null,
      payment: draft.payment,
      discountPercent: numberOrNull(draft.discount),
      creditLimit: numberOrNull(draft.credit),
      currency: agreement?.currency ?? 'CNY',
      services: draft.services,
      terms: draft.terms.trim() || null,
      document: draft.document.trim() || null,
    }
    if (!agreement) add.mutate({ params: { id: groupId }, body })
    else
      update.mutate({
        params: { id: groupId, partId: agreement.id },
        body: { ...body, version: agreement.version },
      })
  }
  return (
    <FormDialog
      title={t(agreement ? 'groups.editAgreement' : 'groups.addAgreement')}
      saving={add.isPending || update.isPending}
      onSave={save}
      onClose={onClose}
    >
      <div className="field-row">
        <TextField
          label={t('groups.number')}
          value={draft.number}
          required
          autoFocus
          maxLength={100}
          onChange={(number) => change({ number })}
        />
        <TextField
          label={t('groups.titleField')}
          value={draft.title}
          maxLength={200}
          onChange={(title) => change({ title })}
        />
      </div>
      <div className="field-row">
        <DateField
          label={t('groups.validFrom')}
          value={draft.validFrom}
          onChange={(validFrom) => change({ validFrom })}
        />
        <DateField
          label={t('groups.validUntil')}
          value={draft.validUntil}
          onChange={(validUntil) => change({ validUntil })}
        />
      </div>
      <div className="field-row">
        <PickField
          label={t('groups.statusLabel')}
          value={draft.status}
          options={agreementStatuses.map((value) => ({
            value,
            text: t(`groups.agreementStatuses.${value}`),
          }))}
          onChange={(value) => change({ status: agreementStatuses.find((one) => one === value) ?? 'draft' })}
        />
        <PickField
          label={t('groups.payment')}
          value={draft.payment ?? ''}
          none={t('groups.noPayment')}
          options={payments.map((value) => ({ value, text: t(`groups.payments.${value}`) }))}
          onChange={(value) => change({ payment: payments.find((one) => one === value) ?? null })}
        />
      </div>
      <div className="field-row">
        <TextField
          label={t('groups.discount')}
          hint={t('groups.discountHint')}
          value={draft.discount}
          pattern="(100|\d{1,2})(\.\d{1,2})?"
          onChange={(discount) => change({ discount })}
        />
        <TextField
          label={t('groups.creditLimit')}
          value={draft.credit}
          pattern="\d{1,12}(\.\d{1,2})?"
          onChange={(credit) => change({ credit })}
        />
      </div>
      <fieldset className="group-services">
        <legend>{t('groups.servicesLabel')}</legend>
        {agreementServices.map((service) => (
          <label key={service} className="check-line">
            <input
              type="checkbox"
              checked={draft.services.includes(service)}
              onChange={(event) =>
                change({
                  services: event.target.checked
                    ? [...draft.services, service]
                    : draft.services.filter((one) => one !== service),
                })
              }
            />
            {t(`groups.services.${service}`)}
          </label>
        ))}
      </fieldset>
      <TextField
        label={t('groups.terms')}
        value={draft.terms}
        maxLength={4000}
        onChange={(terms) => change({ terms })}
      />
      <div className="field-row">
        <TextField
          label={t('groups.document')}
          value={draft.document}
          maxLength={300}
          onChange={(document) => change({ document })}
        />
        <DateField
          label={t('groups.signedOn')}
          value={draft.signedOn}
          onChange={(signedOn) => change({ signedOn })}
        />
      </div>
    </FormDialog>
  )
}
