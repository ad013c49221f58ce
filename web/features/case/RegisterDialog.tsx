import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CaseDetail, openCase } from '../../../contract/case.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useCode } from '../../i18n/useCode.ts'
import { AreaField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { DepartmentsField } from './DepartmentsField.tsx'
import { caseRoutes } from './stale.ts'
import { useCasePlaces } from './useCasePlaces.ts'

type RegisterDialogProps = {
  person: { id: number; name: string } | null
  /** By which channel it came, and what it came out of. */
  channel?: CaseDetail['channel']
  source?: { kind: NonNullable<CaseDetail['sourceKind']>; id: number }
  onDone?: (one: CaseDetail) => void
  onClose: () => void
}

/** Whoever takes a complaint writes it down here and owns it until it is handed over. */
export function RegisterDialog({ person, channel = 'phone', source, onDone, onClose }: RegisterDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const [chosen, setChosen] = useState(person)
  const form = useContractForm(openCase, {
    values: {
      kind: 'complaint',
      channel,
      complainant: 'person',
      personId: person?.id ?? null,
      name: '',
      phone: '',
      severity: 'ordinary',
      description: '',
      departmentIds: [],
      staffIds: [],
      siteId: null,
      externalNumber: '',
      dispute: null,
      sourceKind: source?.kind ?? null,
      sourceId: source?.id ?? null,
    },
    stale: caseRoutes,
    done: (one) => t('cases.registered', { number: one.number }),
    onDone: (one) => {
      onDone?.(one)
      onClose()
    },
  })
  const departmentIds = form.values['departmentIds'] as number[]
  const { sites, departments, categoryChoices } = useCasePlaces(Number(form.values['siteId']) || undefined)
  const complainant = form.values['complainant']
  const handedOver = ['12320', '12345'].includes(String(form.values['channel']))
  const asksDispute = form.values['severity'] === 'serious' && complainant === 'person'
  const dispute = form.values['dispute']
  return (
    <FormDialog title={t('cases.register')} okText={t('cases.register')} form={form} onClose={onClose}>
      <div className="fields-auto">
        <PickField label={t('cases.kindLabel')} {...form.pick('kind', (one) => code('caseKind', one))} />
        <PickField
          label={t('cases.channelLabel')}
          {...form.pick('channel', (one) => t(`cases.channel.${one}`))}
        />
        {handedOver && <TextField label={t('cases.external')} {...form.text('externalNumber')} />}
      </div>
      {!person && (
        <PickField
          label={t('cases.complainantLabel')}
          {...form.pick('complainant', (one) => t(`cases.complainant.${one}`))}
          onChange={(value) => form.change({ complainant: value, personId: null, name: '', phone: '' })}
        />
      )}
      {person && <p>{person.name}</p>}
      {!person && complainant === 'person' && (
        <PersonPick
          label={t('cases.person')}
          empty={t('cases.noPerson')}
          {...form.person('personId')}
          chosenId={chosen?.id ?? null}
          onChoose={({ id, name }) => {
            setChosen({ id, name })
            form.change({ personId: id })
          }}
        />
      )}
      {complainant === 'named' && (
        <div className="fields-auto">
          <TextField label={t('cases.name')} {...form.text('name')} />
          <TextField label={t('cases.phone')} type="tel" {...form.text('phone')} />
        </div>
      )}
      <AreaField label={t('cases.description')} rows={4} {...form.text('description')} />
      <div className="fields-auto">
        <PickField label={t('cases.category')} {...form.pick('categoryId')} options={categoryChoices} />
        <PickField
          label={t('cases.severityLabel')}
          {...form.pick('severity', (one) => t(`cases.severity.${one}`))}
        />
        {sites.length > 1 && departmentIds.length === 0 && (
          <PickField
            label={t('cases.site')}
            {...form.pick('siteId')}
            none="—"
            options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
          />
        )}
      </div>
      <DepartmentsField
        value={departmentIds}
        onChange={(value) => {
          const site = departments.find((one) => one.id === value[0])?.siteId
          form.change({ departmentIds: value, ...(site !== undefined && { siteId: site }) })
        }}
      />
      <StaffPick
        label={t('cases.staff')}
        within="case.write"
        none="—"
        value={String((form.values['staffIds'] as number[])[0] ?? '')}
        onChange={(value) => form.change({ staffIds: value === '' ? [] : [Number(value)] })}
      />
      {asksDispute && (
        <PickField
          label={t('cases.disputeAsk')}
          {...form.pick('dispute')}
          value={dispute === true ? 'yes' : dispute === false ? 'no' : ''}
          options={[
            { value: 'yes', text: t('cases.disputeYes') },
            { value: 'no', text: t('cases.disputeNo') },
          ]}
          onChange={(value) => form.change({ dispute: value === 'yes' })}
        />
      )}
    </FormDialog>
  )
}
