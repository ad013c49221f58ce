import { App, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type UserSummary, createUser, listUsers, updateUser } from '../../../contract/access.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { TextField } from '../../ui/fields.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { GrantsField } from './GrantsField.tsx'
import { blankGrant, toDraft, toGrants } from './grants.ts'
import { StaffPicker } from './StaffPicker.tsx'

type UserDialogProps = {
  user: UserSummary | null
  onPassword: (name: string, password: string) => void
  onClose: () => void
}

export function UserDialog({ user, onPassword, onClose }: UserDialogProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const form = useId()
  const [draft, setDraft] = useState({
    name: user?.name ?? '',
    username: user?.username ?? '',
    email: '',
    staffId: user?.staffId ?? null,
    staffName: user?.staffName ?? null,
    grants: user ? user.grants.map(toDraft) : [blankGrant],
  })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const refresh = () => void queryClient.invalidateQueries({ queryKey: keyOf(listUsers) })
  const onError = (error: Error) => void message.error(explain(error))
  const create = useAct(createUser, {
    onSuccess: (created) => {
      void message.success(t('users.created'))
      refresh()
      onClose()
      if (created.oneTimePassword) onPassword(created.name, created.oneTimePassword)
    },
    onError,
  })
  const update = useAct(updateUser, {
    onSuccess: () => {
      void message.success(t('users.saved'))
      refresh()
      onClose()
    },
    onError,
  })
  const save = () => {
    const common = { name: draft.name.trim(), staffId: draft.staffId, grants: toGrants(draft.grants) }
    if (user) update.mutate({ params: { id: user.id }, body: common })
    else {
      const email = draft.email.trim()
      create.mutate({ body: { ...common, username: draft.username, ...(email ? { email } : {}) } })
    }
  }
  return (
    <Modal
      open
      width={720}
      title={t(user ? 'users.edit' : 'users.add')}
      okText={t(user ? 'common.save' : 'users.create')}
      cancelText={t('common.cancel')}
      okButtonProps={{ htmlType: 'submit', form, loading: create.isPending || update.isPending }}
      onCancel={onClose}
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <TextField
          label={t('users.name')}
          value={draft.name}
          required
          maxLength={100}
          autoFocus
          onChange={(name) => change({ name })}
        />
        <TextField
          label={t('users.username')}
          hint={t('users.usernameHint')}
          value={draft.username}
          disabled={user !== null}
          required={user === null}
          pattern="[a-zA-Z0-9_.\-]{3,40}"
          onChange={(username) => change({ username })}
        />
        {!user && (
          <TextField
            type="email"
            label={t('users.email')}
            value={draft.email}
            onChange={(email) => change({ email })}
          />
        )}
        <GrantsField value={draft.grants} onChange={(grants) => change({ grants })} />
        <StaffPicker
          value={draft.staffId}
          name={draft.staffName}
          onChange={(staffId, staffName) => change({ staffId, staffName })}
        />
      </form>
    </Modal>
  )
}
