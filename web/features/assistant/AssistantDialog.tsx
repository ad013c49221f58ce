import { useTranslation } from 'react-i18next'
import {
  type AssistantAccount,
  createAssistantAccount,
  listAssistantAccounts,
  updateAssistantAccount,
} from '../../../contract/assistant.ts'
import { listSites } from '../../../contract/setting.ts'
import { call } from '../../api.ts'
import { useCall } from '../../query.ts'
import { CheckField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

type AssistantDialogProps = { account: AssistantAccount | null; onClose: () => void }

/** A language model of a site. */
export function AssistantDialog({ account, onClose }: AssistantDialogProps) {
  const { t } = useTranslation()
  const places = useCall(listSites, { query: { within: 'channel.write' } })
  const sites = places.data?.sites ?? []
  const contract = (
    account ? updateAssistantAccount : createAssistantAccount
  ) as typeof updateAssistantAccount
  const form = useContractForm(contract, {
    latest: async () => (await call(listAssistantAccounts)).items.find((one) => one.id === account?.id),
    ...(account && { params: { id: account.id } }),
    values: account ?? { url: '', model: '', timeoutSeconds: 30, active: false },
    draft: false,
    done: t('assistant.saved'),
    stale: [listAssistantAccounts],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t(account ? 'assistant.editTitle' : 'assistant.addTitle')}
      form={form}
      onClose={onClose}
    >
      <p className="secondary">{t('assistant.leaves')}</p>
      <PickField
        label={t('assistant.site')}
        {...form.pick('siteId')}
        options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={(value) => form.change({ siteId: Number(value) })}
      />
      <TextField label={t('assistant.url')} hint={t('assistant.urlHint')} {...form.text('url')} />
      <TextField label={t('assistant.model')} {...form.text('model')} />
      <TextField
        type="password"
        autoComplete="new-password"
        {...form.text('secret')}
        label={t('assistant.secret')}
        hint={account?.secretSet ? t('assistant.secretKept') : ''}
      />
      <NumberField label={t('assistant.timeout')} {...form.number('timeoutSeconds')} />
      <CheckField label={t('assistant.active')} {...form.check('active')} />
    </FormDialog>
  )
}
