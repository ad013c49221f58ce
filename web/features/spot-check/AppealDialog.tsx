import { App } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { appealSpotCheck, decideSpotCheck, type SpotCheck } from '../../../contract/spot-check.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useAct } from '../../query.ts'
import { PickField } from '../../ui/fields.tsx'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { ReasonField } from '../../ui/ReasonField.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { CheckFields } from './CheckFields.tsx'
import { refreshSpotChecks } from './refresh.ts'

type AppealDialogProps = { check: SpotCheck; act: 'appeal' | 'decide'; onClose: () => void }

const usual = ['one', 'two', 'three'] as const

/** The doctor objects, or somebody decides about it; both with a reason. */
export function AppealDialog({ check, act, onClose }: AppealDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const explain = useExplain()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const [decision, setDecision] = useState<'upheld' | 'rejected' | ''>('')
  const options = {
    onSuccess: () => {
      void message.success(t(act === 'appeal' ? 'spotChecks.appealed' : 'spotChecks.decided'))
      refreshSpotChecks()
      onClose()
    },
    onError: (error: Error) => void message.error(explain(error)),
  }
  const appeal = useAct(appealSpotCheck, options)
  const decide = useAct(decideSpotCheck, options)
  const params = { id: check.id }
  const save = () => {
    if (act === 'appeal') appeal.mutate({ params, body: { reason } })
    else if (decision) decide.mutate({ params, body: { decision, reason } })
  }
  return (
    <FormDialog
      title={t(act === 'appeal' ? 'spotChecks.doAppeal' : 'spotChecks.decideTitle', {
        name: check.staffName,
      })}
      saving={appeal.isPending || decide.isPending}
      disabled={reason.trim().length < 2 || (act === 'decide' && !decision)}
      onSave={save}
      onClose={onClose}
    >
      <p>
        {check.personName} · {check.departmentName}
      </p>
      <CheckFields fields={check.fields} />
      {check.appeal && (
        <p>
          {t('spotChecks.appeal')}：{check.appeal.reason}
        </p>
      )}
      {act === 'decide' && (
        <PickField
          label={t('spotChecks.decision')}
          value={decision}
          none={t('spotChecks.choose')}
          required
          options={(['upheld', 'rejected'] as const).map((value) => ({
            value,
            text: code('appealDecision', value),
          }))}
          onChange={(value) => setDecision(value === 'upheld' || value === 'rejected' ? value : '')}
        />
      )}
      <ReasonField
        label={t('spotChecks.reason')}
        usual={usual.map((one) => t(`spotChecks.usual.${act}.${one}`))}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  )
}
