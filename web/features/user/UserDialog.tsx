import { useTranslation } from 'react-i18next'
import { type UserSummary, createUser, listUsers, updateUser } from '../../../contract/access.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { useMe } from '../../session.tsx'
import { TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { GrantsField } from './GrantsField.tsx'
import { type GrantDraft, blankGrant, toDraft, toGrants } from './grants.ts'

type UserDialogProps = {
  user: UserSummary | null
  sites: readonly { id: number }[]
  onPassword: (name: string, password: string) => void
  onClose: () => void
}

export function UserDialog({ user, sites, onPassword, onClose }: UserDialogProps) {
  const { t } = useTranslation()
  const me = useMe()
  const form = useContractForm(user ? updateUser : createUser, {
    ...(user && { params: { id: user.id } }),
    values: {
      name: user?.name,
      staffId: user?.staffId ?? null,
      grants: user ? user.grants.map(toDraft) : [blankGrant(me, sites)],
    },
    toBody: (values) => ({ ...values, grants: toGrants(values['grants'] as GrantDraft[]) }),
    done: t(user ? 'users.saved' : 'users.created'),
    stale: [listUsers],
    onDone: (made) => {
      onClose()
      if ('oneTimePassword' in made && made.oneTimePassword) onPassword(made.name, made.oneTimePassword)
    },
  })
  return (
    <FormDialog
      title={t(user ? 'users.edit' : 'users.add')}
      okText={t(user ? 'common.save' : 'users.create')}
      form={form}
      onClose={onClose}
    >
      <TextField label={t('users.name')} autoFocus {...form.text('name')} />
      <TextField
        label={t('users.username')}
        hint={t('users.usernameHint')}
        {...form.text('username')}
        {...(user && { value: user.username ?? '', disabled: true })}
      />
      {!user && <TextField type="email" label={t('users.email')} {...form.text('email')} />}
      <GrantsField
        value={form.values['grants'] as GrantDraft[]}
        error={form.errors['grants']}
        onChange={(grants) => form.change({ grants })}
      />
      <StaffPick
        label={t('users.staff')}
        name={user?.staffName ?? null}
        none={t('common.none')}
        {...form.pick('staffId')}
        hint={t('users.staffHint')}
      />
    </FormDialog>
  )
}
