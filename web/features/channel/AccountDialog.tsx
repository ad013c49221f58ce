import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type Account,
  accountBodies,
  type AccountKind,
  accountKinds,
  accountSecrets,
  changedAccountBodies,
  createAccount,
  listAccounts,
  updateAccount,
} from '../../../contract/channel.ts'
import { listSites } from '../../../contract/setting.ts'
import { call } from '../../api.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { AreaField, CheckField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { shapeOf } from '../../ui/schema.ts'
import { useContractForm } from '../../ui/useContractForm.ts'

type AccountDialogProps = { account: Account | null; onClose: () => void }

/** An account, by the form of its kind. */
export function AccountDialog({ account, onClose }: AccountDialogProps) {
  const [kind, setKind] = useState<AccountKind>(account?.kind ?? 'smpp')
  return <KindForm key={kind} {...{ account, kind, onClose }} onKind={setKind} />
}

const flat = ({ config, ...rest }: Account) => ({ ...config, ...rest })
const ofForm = new Set(['kind', 'version', 'siteId', 'active'])

/** Fields come from the contract, in its order; only their words are here. */
function KindForm({
  account,
  kind,
  onKind,
  onClose,
}: AccountDialogProps & { kind: AccountKind; onKind: (kind: AccountKind) => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const places = useCall(listSites, { query: { within: 'channel.write' } })
  const schema = account ? changedAccountBodies[kind] : accountBodies[kind]
  const start = schema.partial().safeParse(account ? {} : { kind }).data
  // The kinds differ in their fields, so that the form is typed by one of them.
  const contract = {
    ...(account ? updateAccount : createAccount),
    body: schema as typeof changedAccountBodies.smtp,
  }
  const form = useContractForm(contract, {
    latest: async () => {
      const latest = (await call(listAccounts)).items.find((one) => one.id === account?.id)
      return latest && flat(latest)
    },
    ...(account && { params: { id: account.id } }),
    values: account ? flat(account) : { ...start, kind },
    draft: false,
    done: t('channels.saved'),
    stale: [listAccounts],
    onDone: onClose,
  })
  const secrets = new Set<string>(accountSecrets[kind])
  const everywhere = me.permissions['channel.write'] === 'all' || !may(me, 'channel.write')
  return (
    <FormDialog title={t(account ? 'channels.editTitle' : 'channels.addTitle')} form={form} onClose={onClose}>
      {!account && (
        <PickField
          label={t('channels.kind')}
          value={kind}
          options={accountKinds.map((value) => ({ value, text: code('accountKind', value) }))}
          onChange={(value) => onKind(value as AccountKind)}
        />
      )}
      <PickField
        label={t('channels.site')}
        hint={t('channels.siteHint')}
        {...form.pick('siteId')}
        {...(everywhere && { none: t('channels.everySite') })}
        options={(places.data?.sites ?? []).map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={(value) => form.change({ siteId: value === '' ? null : Number(value) })}
      />
      {Object.entries(contract.body.shape).map(([key, field]) => {
        if (ofForm.has(key)) return null
        const name = key as 'name'
        const { type } = shapeOf(field)
        const label = t(`channels.field.${name}`)
        const hintKey = `channels.fieldHint.${name}`
        const hint = String(t(hintKey as never, { defaultValue: '' }))
        const more = { label, ...(hint !== '' && { hint }) }
        if (secrets.has(key))
          return (
            <TextField
              key={key}
              type="password"
              autoComplete="new-password"
              {...form.text(name)}
              label={label}
              hint={account?.secretsSet.includes(key) ? t('channels.secretKept') : hint}
            />
          )
        if (key === 'templates') return <AreaField key={key} rows={3} mono {...more} {...form.text(name)} />
        if (type === 'boolean') return <CheckField key={key} label={label} {...form.check(name)} />
        if (type === 'number') return <NumberField key={key} {...more} {...form.number(name)} />
        if (type === 'enum')
          return <PickField key={key} {...more} {...form.pick(name, (one) => code('channelChoice', one))} />
        return <TextField key={key} {...more} {...form.text(name)} />
      })}
      <CheckField label={t('channels.field.active')} {...form.check('active')} />
    </FormDialog>
  )
}
