import { useTranslation } from 'react-i18next'
import { closeDispute, openDispute, pauseDispute } from '../../../contract/dispute.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { listSites } from '../../../contract/setting.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { AreaField, PickField, choices } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

type DialogProps = { onDone: () => void; onClose: () => void }

export function OpenDisputeDialog({ person, onDone, onClose }: DialogProps & { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const places = useCall(listSites)
  const form = useContractForm(openDispute, {
    params: { id: person.id },
    values: { reason: '', encounterId: null, departmentId: null },
    done: t('disputes.openedNow'),
    onDone,
  })
  return (
    <FormDialog title={t('disputes.open')} form={form} onClose={onClose}>
      <p className="secondary">{t('disputes.openHint')}</p>
      <AreaField label={t('disputes.reason')} rows={4} {...form.text('reason')} />
      <PickField
        label={t('disputes.encounter')}
        {...form.pick('encounterId')}
        none={t('disputes.noEncounter')}
        options={person.encounters.map((one) => ({
          value: String(one.id),
          text: [code('encounterClass', one.class), one.departmentName, one.start && time.day(one.start)]
            .filter(Boolean)
            .join(' · '),
        }))}
      />
      <PickField
        label={t('disputes.department')}
        {...form.pick('departmentId')}
        none="—"
        options={choices((places.data?.departments ?? []).filter((one) => one.active))}
      />
    </FormDialog>
  )
}

export function PauseDisputeDialog({ id, onDone, onClose }: DialogProps & { id: number }) {
  const { t } = useTranslation()
  return (
    <ReasonDialog
      contract={pauseDispute}
      params={{ id }}
      title={t('disputes.pause')}
      okText={t('common.save')}
      hint={t('disputes.pauseHint')}
      label={t('disputes.pauseReason')}
      done={t('disputes.paused')}
      onDone={onDone}
      onClose={onClose}
    />
  )
}

export function CloseDisputeDialog({ id, onDone, onClose }: DialogProps & { id: number }) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(closeDispute, {
    params: { id },
    values: { outcome: 'settled' },
    done: t('disputes.closedNow'),
    onDone,
  })
  return (
    <FormDialog title={t('disputes.close')} form={form} onClose={onClose}>
      <p className="secondary">{t('disputes.closeHint')}</p>
      <PickField
        label={t('disputes.outcome')}
        {...form.pick('outcome', (one) => code('disputeOutcome', one))}
      />
      <AreaField label={t('disputes.note')} {...form.text('note')} />
    </FormDialog>
  )
}
