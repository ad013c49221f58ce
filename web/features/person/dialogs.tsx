import { useTranslation } from 'react-i18next'
import {
  consentProofs,
  contactChannels,
  giveConsent,
  listConsents,
  purposes,
  receivedChannels,
  recordReceived,
} from '../../../contract/contact.ts'
import { createEnrollment, listPathways, stopEnrollment } from '../../../contract/pathway.ts'
import { type PersonDetail, getPerson, setOptOut } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { AreaField, choices, FieldRow, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

// Everything that is done to a person from the action bar or beside a list of the person page.

type PersonDialogProps = { person: PersonDetail; onClose: () => void }

const stale = [getPerson, getTimeline, listConsents]

export function EnrollDialog({ person, onClose }: PersonDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const pathways = (useCall(listPathways).data?.items ?? []).filter((pathway) => pathway.active)
  const form = useContractForm(createEnrollment, {
    values: { personId: person.id, encounterId: person.encounters[0]?.id ?? null },
    done: t('person.enrolled'),
    stale,
    onDone: onClose,
    draft: String(person.id),
  })
  return (
    <FormDialog
      title={t('person.enroll')}
      okText={t('person.enroll')}
      size="small"
      form={form}
      onClose={onClose}
    >
      <PickField
        label={t('person.enrollChoose')}
        {...form.pick('pathwayId')}
        options={choices(pathways)}
        none={t('common.form.choose')}
      />
      <PickField
        label={t('person.enrollEncounter')}
        {...form.pick('encounterId')}
        none={t('person.enrollNoEncounter')}
        options={person.encounters.map((one) => ({
          value: String(one.id),
          text: [code('encounterClass', one.class), one.departmentName, one.start && time.day(one.start)]
            .filter(Boolean)
            .join(' · '),
        }))}
      />
    </FormDialog>
  )
}

export function StopDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(stopEnrollment, {
    params: { id },
    values: {},
    done: t('person.stopped'),
    stale,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('person.stopTitle')}
      okText={t('person.stop')}
      danger
      size="small"
      form={form}
      onClose={onClose}
    >
      <p className="secondary">{t('person.stopHint')}</p>
      <TextField label={t('person.stopReason')} autoFocus {...form.text('reason')} />
    </FormDialog>
  )
}

export function OptOutDialog({ person, onClose }: PersonDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(setOptOut, {
    params: { id: person.id },
    values: { channel: 'all', purpose: 'all', active: true },
    done: t('person.optOutSaved'),
    stale,
    onDone: onClose,
  })
  return (
    <FormDialog title={t('person.optOutAdd')} size="small" form={form} onClose={onClose}>
      <p className="secondary">{t('person.optOutHint')}</p>
      <FieldRow>
        <PickField
          label={t('person.optOutChannel')}
          {...form.pick('channel', (one) => code('channel', one))}
        />
        <PickField
          label={t('person.optOutPurpose')}
          {...form.pick('purpose', (one) => code('purpose', one))}
        />
      </FieldRow>
      <TextField label={t('person.optOutReason')} {...form.text('reason')} />
    </FormDialog>
  )
}

export function ReceivedDialog({ person, onClose }: PersonDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(recordReceived, {
    params: { id: person.id },
    values: { channel: receivedChannels[0] },
    done: t('person.receivedSaved'),
    stale,
    onDone: onClose,
  })
  return (
    <FormDialog title={t('person.received')} form={form} onClose={onClose}>
      <FieldRow>
        <PickField label={t('person.receivedBy')} {...form.pick('channel', (one) => code('channel', one))} />
        <TextField label={t('person.receivedCaller')} placeholder={person.name} {...form.text('caller')} />
      </FieldRow>
      <AreaField label={t('person.receivedNote')} autoFocus {...form.text('note')} />
    </FormDialog>
  )
}

export function ConsentDialog({ person, onClose }: PersonDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(giveConsent, {
    params: { id: person.id },
    values: { purpose: purposes[2], channel: 'all', proof: consentProofs[0] },
    stale,
    onDone: onClose,
  })
  return (
    <FormDialog title={t('person.consentAdd')} size="small" form={form} onClose={onClose}>
      <PickField label={t('person.optOutPurpose')} {...form.pick('purpose', (one) => code('purpose', one))} />
      <PickField
        label={t('person.consentChannel')}
        {...form.pick('channel')}
        options={['all' as const, ...contactChannels].map((value) => ({
          value,
          text: code('channel', value),
        }))}
      />
      <PickField
        label={t('person.consentProof')}
        {...form.pick('proof', (one) => code('consentProof', one))}
      />
      <TextField label={t('person.consentReference')} {...form.text('reference')} />
    </FormDialog>
  )
}
