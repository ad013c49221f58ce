import { useTranslation } from 'react-i18next'
import { appealSpotCheck, decideSpotCheck, type SpotCheck } from '../../../contract/spot-check.ts'
import { useCode } from '../../i18n/useCode.ts'
import { PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { CheckFields } from './CheckFields.tsx'
import { refreshSpotChecks } from './refresh.ts'

type AppealDialogProps = { check: SpotCheck; act: 'appeal' | 'decide'; onClose: () => void }

/** The doctor objects, or somebody decides about it; both with a reason. */
export function AppealDialog({ check, act, onClose }: AppealDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const form = useContractForm(act === 'appeal' ? appealSpotCheck : decideSpotCheck, {
    params: { id: check.id },
    values: { reason: '' },
    done: t(act === 'appeal' ? 'spotChecks.appealed' : 'spotChecks.decided'),
    onDone: () => {
      refreshSpotChecks()
      onClose()
    },
  })
  return (
    <FormDialog
      title={t(act === 'appeal' ? 'spotChecks.doAppeal' : 'spotChecks.decideTitle', {
        name: check.staffName,
      })}
      form={form}
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
          {...form.pick('decision', (one) => code('appealDecision', one))}
        />
      )}
      <TextField
        label={t('spotChecks.reason')}
        usual={(['one', 'two', 'three'] as const).map((one) => t(`spotChecks.usual.${act}.${one}`))}
        {...form.text('reason')}
      />
    </FormDialog>
  )
}
