import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { holdTaskAnyway, type TaskDetail } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { TextField } from '../../ui/fields.ts'
import { FormNotices } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { rememberWork } from './useWork.ts'

/** The gate lets nobody contact this person; whoever turned to us themselves is answered all the same, with a reason that is kept. */
export default function ContactRefused({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const take = useContractForm(holdTaskAnyway, {
    params: { id: task.id },
    values: { reason: '' },
    draft: false,
    onDone: (taken) => rememberWork(taken, true),
  })
  return (
    <form
      className="notice tone-warning"
      onSubmit={(event) => {
        event.preventDefault()
        take.submit()
      }}
    >
      <div className="stack">
        <strong role="alert">
          {t('desk.contactRefused', { reason: code('suppressionReason', task.contact.refused ?? '') })}
        </strong>
        <TextField
          label={t('desk.contactAnyway')}
          usual={[t('desk.contactTheyCalled'), t('desk.contactOnlyResult')]}
          {...take.text('reason')}
        />
        <FormNotices form={take} />
      </div>
      <Button htmlType="submit" loading={take.saving}>
        {t('desk.contactTake')}
      </Button>
    </form>
  )
}
