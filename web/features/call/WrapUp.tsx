import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type CallDetail, dispositions, wrapUpCall } from '../../../contract/call.ts'
import { AreaField, PickField } from '../../ui/fields.ts'
import { useContractForm } from '../../ui/useContractForm.ts'
import { callRoutes } from './stale.ts'

/** What the call came to; until it is written the call stays in sight. */
export function WrapUp({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const form = useContractForm(wrapUpCall, {
    params: { id: call.id },
    values: { disposition: call.taskId === null ? 'resolved' : 'follow-up-done', note: '' },
    done: t('calls.pop.saved'),
    stale: callRoutes,
  })
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
    >
      <PickField
        label={t('calls.pop.wrapUp')}
        {...form.pick('disposition')}
        options={dispositions.map((value) => ({ value, text: t(`calls.dispositions.${value}`) }))}
      />
      <AreaField label={t('calls.note')} rows={2} {...form.text('note')} />
      <Button type="primary" htmlType="submit" loading={form.saving}>
        {t('calls.pop.save')}
      </Button>
    </form>
  )
}
