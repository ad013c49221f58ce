import { useTranslation } from 'react-i18next'
import { type ApiKeySummary, handOverApiKey, listApiKeys, listUsers } from '../../../contract/access.ts'
import { useCall } from '../../query.ts'
import { PickField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

/** Another administrator answers for a key from now on: it no longer stops with its former owner. */
export function HandOverDialog({ apiKey, onClose }: { apiKey: ApiKeySummary; onClose: () => void }) {
  const { t } = useTranslation()
  const users = useCall(listUsers, { query: { role: 'administrator', limit: 200 } })
  const fit = (users.data?.items ?? []).filter(
    (user) =>
      !user.suspended &&
      user.id !== apiKey.ownerId &&
      user.grants.some(
        ({ role, siteId }) => role === 'administrator' && (siteId === null || siteId === apiKey.siteId),
      ),
  )
  const form = useContractForm(handOverApiKey, {
    params: { id: apiKey.id },
    values: { ownerId: '' },
    draft: false,
    done: t('users.keys.handedOver'),
    stale: [listApiKeys, listUsers],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('users.keys.handOverOf', { name: apiKey.name })}
      okText={t('users.keys.handOver')}
      form={form}
      onClose={onClose}
    >
      <PickField
        label={t('users.keys.newOwner')}
        hint={t('users.keys.handOverHint')}
        {...form.pick('ownerId')}
        options={fit.map((user) => ({ value: user.id, text: user.name }))}
      />
    </FormDialog>
  )
}
