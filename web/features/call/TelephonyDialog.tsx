import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listSites } from '../../../contract/setting.ts'
import {
  changedTelephonyBodies,
  createTelephonyAccount,
  listTelephonyAccounts,
  type TelephonyAccount,
  telephonyBodies,
  type TelephonyKind,
  telephonyKinds,
  telephonySecrets,
  updateTelephonyAccount,
} from '../../../contract/telephony.ts'
import { call } from '../../api.ts'
import { useCall } from '../../query.ts'
import { CheckField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { shapeOf } from '../../ui/schema.ts'
import { useContractForm } from '../../ui/useContractForm.ts'

type TelephonyDialogProps = { account: TelephonyAccount | null; onClose: () => void }

/** A telephone system, by the form of its kind. */
export function TelephonyDialog({ account, onClose }: TelephonyDialogProps) {
  const [kind, setKind] = useState<TelephonyKind>(account?.kind ?? 'asterisk')
  return <KindForm key={kind} {...{ account, kind, onClose }} onKind={setKind} />
}

const flat = ({ config, ...rest }: TelephonyAccount) => ({ ...config, ...rest })
const ofForm = new Set(['kind', 'version', 'siteId', 'active'])
function KindForm({
  account,
  kind,
  onKind,
  onClose,
}: TelephonyDialogProps & { kind: TelephonyKind; onKind: (kind: TelephonyKind) => void }) {
  const { t } = useTranslation()
  const places = useCall(listSites, { query: { within: 'channel.write' } })
  const schema = account ? changedTelephonyBodies[kind] : telephonyBodies[kind]
  const start = schema.partial().safeParse({ kind }).data
  const sites = places.data?.sites ?? []
  const contract = {
    ...(account ? updateTelephonyAccount : createTelephonyAccount),
    body: schema as typeof changedTelephonyBodies.asterisk,
  }
  const form = useContractForm(contract, {
    latest: async () => {
      const latest = (await call(listTelephonyAccounts)).items.find((one) => one.id === account?.id)
      return latest && flat(latest)
    },
    ...(account && { params: { id: account.id } }),
    values: account ? flat(account) : { ...start, kind },
    draft: false,
    done: t('calls.telephony.saved'),
    stale: [listTelephonyAccounts],
    onDone: onClose,
  })
  const secrets = new Set<string>(telephonySecrets[kind])
  return (
    <FormDialog
      title={t(account ? 'calls.telephony.editTitle' : 'calls.telephony.addTitle')}
      form={form}
      onClose={onClose}
    >
      {!account && (
        <PickField
          label={t('calls.telephony.kind')}
          value={kind}
          options={telephonyKinds.map((value) => ({ value, text: t(`calls.telephony.kinds.${value}`) }))}
          onChange={(value) => onKind(value as TelephonyKind)}
        />
      )}
      <PickField
        label={t('calls.telephony.site')}
        {...form.pick('siteId')}
        options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={(value) => form.change({ siteId: Number(value) })}
      />
      {Object.entries(contract.body.shape).map(([key, field]) => {
        if (ofForm.has(key)) return null
        const name = key as 'name'
        const { type } = shapeOf(field)
        const label = t(`calls.telephony.field.${name}`)
        const hintKey = `calls.telephony.fieldHint.${name}`
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
              hint={account?.secretsSet.includes(key) ? t('calls.telephony.secretKept') : hint}
            />
          )
        if (type === 'boolean') return <CheckField key={key} label={label} {...form.check(name)} />
        if (type === 'number') return <NumberField key={key} {...more} {...form.number(name)} />
        return <TextField key={key} {...more} {...form.text(name)} />
      })}
      <CheckField label={t('calls.telephony.field.active')} {...form.check('active')} />
    </FormDialog>
  )
}
