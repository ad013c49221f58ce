import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createMailbox, listMailboxes, type Mailbox, updateMailbox } from '../../../contract/mailbox.ts'
import { listSites } from '../../../contract/setting.ts'
import { call } from '../../api.ts'
import { useCall } from '../../query.ts'
import { CheckField, NumberField, PickField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

const kinds = ['imap', 'webhook'] as const
type Kind = (typeof kinds)[number]
const tlsModes = ['implicit', 'starttls', 'none'] as const
const [newImap] = createMailbox.body.options

type MailboxDialogProps = {
  mailbox: Mailbox | null
  onClose: () => void
  /** A secret that is shown once. */
  onSecret: (secret: string | null) => void
}

/** A mailbox, by the form of its kind. */
export function MailboxDialog(props: MailboxDialogProps) {
  const [kind, setKind] = useState<Kind>(props.mailbox?.kind ?? 'imap')
  return <KindForm key={kind} {...props} kind={kind} onKind={setKind} />
}

function KindForm({
  mailbox,
  kind,
  onKind,
  onClose,
  onSecret,
}: MailboxDialogProps & { kind: Kind; onKind: (kind: Kind) => void }) {
  const { t } = useTranslation()
  const places = useCall(listSites, { query: { within: 'channel.write' } })
  const bodies = mailbox ? updateMailbox.body.options : createMailbox.body.options
  // Of a mailbox that its mail server fills, the form asks for less; both are the one body of the route.
  const schema = bodies[kinds.indexOf(kind)] as (typeof updateMailbox.body.options)[0]
  const start = newImap.partial().safeParse({ kind: 'imap' }).data
  const contract = {
    ...((mailbox ? updateMailbox : createMailbox) as typeof updateMailbox),
    body: schema,
  }
  const form = useContractForm(contract, {
    latest: async () => {
      const latest = (await call(listMailboxes)).items.find((one) => one.id === mailbox?.id)
      return latest
    },
    ...(mailbox && { params: { id: mailbox.id } }),
    values: mailbox ?? { ...start, kind },
    draft: false,
    done: t('mailboxes.saved'),
    stale: [listMailboxes],
    onDone: (answer) => {
      onSecret((answer as { secret?: string | null } | undefined)?.secret ?? null)
      onClose()
    },
  })
  return (
    <FormDialog
      title={t(mailbox ? 'mailboxes.editTitle' : 'mailboxes.addTitle')}
      form={form}
      onClose={onClose}
    >
      {!mailbox && (
        <PickField
          label={t('mailboxes.kind')}
          value={kind}
          options={kinds.map((value) => ({ value, text: t(`mailboxes.kinds.${value}`) }))}
          onChange={(value) => onKind(value as Kind)}
        />
      )}
      <PickField
        label={t('mailboxes.site')}
        {...form.pick('siteId')}
        options={(places.data?.sites ?? []).map((one) => ({ value: String(one.id), text: one.name }))}
        onChange={(value) => form.change({ siteId: Number(value) })}
      />
      <TextField label={t('mailboxes.name')} {...form.text('name')} />
      <TextField label={t('mailboxes.address')} hint={t('mailboxes.addressHint')} {...form.text('address')} />
      {kind === 'imap' && (
        <>
          <TextField label={t('mailboxes.host')} {...form.text('host')} />
          <PickField
            label={t('mailboxes.tls')}
            {...form.pick('tls')}
            options={tlsModes.map((value) => ({ value, text: t(`mailboxes.tlsModes.${value}`) }))}
          />
          <NumberField label={t('mailboxes.port')} {...form.number('port')} />
          <TextField label={t('mailboxes.login')} {...form.text('login')} />
          <TextField label={t('mailboxes.folder')} {...form.text('folder')} />
        </>
      )}
      <TextField
        type="password"
        autoComplete="new-password"
        {...form.text('secret')}
        label={t(kind === 'imap' ? 'mailboxes.password' : 'mailboxes.secret')}
        hint={t(
          mailbox?.secretSet
            ? 'mailboxes.secretKept'
            : kind === 'imap'
              ? 'mailboxes.passwordHint'
              : 'mailboxes.secretMade',
        )}
      />
      <CheckField label={t('mailboxes.fax')} {...form.check('fax')} />
      <CheckField label={t('mailboxes.active')} {...form.check('active')} />
    </FormDialog>
  )
}
