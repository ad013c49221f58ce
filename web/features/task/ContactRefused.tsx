import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { holdTaskAnyway, type TaskDetail } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useAct } from '../../query.ts'
import { TextField } from '../../ui/fields.ts'
import { rememberWork } from './useWork.ts'

/** The gate lets nobody contact this person; whoever turned to us themselves is answered all the same, with a reason that is kept. */
export function ContactRefused({ task }: { task: TaskDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const [reason, setReason] = useState('')
  const take = useAct(holdTaskAnyway, { onSuccess: (taken) => rememberWork(taken, true) })
  return (
    <form
      className="notice tone-warning"
      onSubmit={(event) => {
        event.preventDefault()
        take.mutate({ params: { id: task.id }, body: { reason } })
      }}
    >
      <div className="stack">
        <strong role="alert">
          {t('desk.contactRefused', { reason: code('suppressionReason', task.contact.refused ?? '') })}
        </strong>
        <TextField
          maxLength={200}
          label={t('desk.contactAnyway')}
          usual={[t('desk.contactTheyCalled'), t('desk.contactOnlyResult')]}
          value={reason}
          onChange={setReason}
        />
      </div>
      <Button htmlType="submit" disabled={reason.trim().length < 2} loading={take.isPending}>
        {t('desk.contactTake')}
      </Button>
    </form>
  )
}
