import { App } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { closeDispute, disputeOutcome, openDispute, pauseDispute } from '../../../contract/dispute.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { listSites } from '../../../contract/setting.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useAct, useCall } from '../../query.ts'
import { PickField, TextField } from '../../ui/fields.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useExplain } from '../../ui/useExplain.ts'

type DialogProps = { onDone: () => void; onClose: () => void }

export function OpenDisputeDialog({ person, onDone, onClose }: DialogProps & { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const field = useId()
  const [reason, setReason] = useState('')
  const [encounterId, setEncounterId] = useState<number | null>(null)
  const [departmentId, setDepartmentId] = useState('')
  const places = useCall(listSites)
  const act = useAct(openDispute, {
    onSuccess: () => {
      void message.success(t('disputes.openedNow'))
      onDone()
    },
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <FormDialog
      title={t('disputes.open')}
      saving={act.isPending}
      disabled={reason.trim() === ''}
      onSave={() =>
        act.mutate({
          params: { id: person.id },
          body: {
            reason: reason.trim(),
            encounterId,
            departmentId: departmentId ? Number(departmentId) : null,
          },
        })
      }
      onClose={onClose}
    >
      <p className="secondary">{t('disputes.openHint')}</p>
      <div className="labelled">
        <label htmlFor={`${field}-reason`}>{t('disputes.reason')}</label>
        <textarea
          id={`${field}-reason`}
          className="field-input"
          rows={4}
          required
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <div className="labelled">
        <label htmlFor={`${field}-encounter`}>{t('disputes.encounter')}</label>
        <select
          id={`${field}-encounter`}
          className="field-input"
          value={encounterId ?? ''}
          onChange={(event) => setEncounterId(event.target.value ? Number(event.target.value) : null)}
        >
          <option value="">{t('disputes.noEncounter')}</option>
          {person.encounters.map((one) => (
            <option key={one.id} value={one.id}>
              {[code('encounterClass', one.class), one.departmentName, one.start && time.day(one.start)]
                .filter(Boolean)
                .join(' · ')}
            </option>
          ))}
        </select>
      </div>
      <PickField
        label={t('disputes.department')}
        value={departmentId}
        none="—"
        options={(places.data?.departments ?? [])
          .filter((one) => one.active)
          .map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={setDepartmentId}
      />
    </FormDialog>
  )
}

export function PauseDisputeDialog({ id, onDone, onClose }: DialogProps & { id: number }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const act = useAct(pauseDispute, {
    onSuccess: () => {
      void message.success(t('disputes.paused'))
      onDone()
    },
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <FormDialog
      title={t('disputes.pause')}
      saving={act.isPending}
      disabled={reason.trim() === ''}
      onSave={() => act.mutate({ params: { id }, body: { reason: reason.trim() } })}
      onClose={onClose}
    >
      <p className="secondary">{t('disputes.pauseHint')}</p>
      <TextField
        label={t('disputes.pauseReason')}
        value={reason}
        maxLength={500}
        required
        onChange={setReason}
      />
    </FormDialog>
  )
}

export function CloseDisputeDialog({ id, onDone, onClose }: DialogProps & { id: number }) {
  const { t } = useTranslation()
  const code = useCode()
  const explain = useExplain()
  const { message } = App.useApp()
  const field = useId()
  const [outcome, setOutcome] = useState<(typeof disputeOutcome.options)[number]>('settled')
  const [note, setNote] = useState('')
  const act = useAct(closeDispute, {
    onSuccess: () => {
      void message.success(t('disputes.closedNow'))
      onDone()
    },
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <FormDialog
      title={t('disputes.close')}
      saving={act.isPending}
      onSave={() => act.mutate({ params: { id }, body: { outcome, note: note.trim() || null } })}
      onClose={onClose}
    >
      <p className="secondary">{t('disputes.closeHint')}</p>
      <div className="labelled">
        <label htmlFor={`${field}-outcome`}>{t('disputes.outcome')}</label>
        <select
          id={`${field}-outcome`}
          className="field-input"
          value={outcome}
          onChange={(event) =>
            setOutcome(disputeOutcome.options.find((one) => one === event.target.value) ?? 'settled')
          }
        >
          {disputeOutcome.options.map((one) => (
            <option key={one} value={one}>
              {code('disputeOutcome', one)}
            </option>
          ))}
        </select>
      </div>
      <div className="labelled">
        <label htmlFor={`${field}-note`}>{t('disputes.note')}</label>
        <textarea
          id={`${field}-note`}
          className="field-input"
          rows={3}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
    </FormDialog>
  )
}
