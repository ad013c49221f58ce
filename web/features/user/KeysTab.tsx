import { App, Button, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type ApiKeySummary,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  roles,
} from '../../../contract/access.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { DateField, PickField, TextField } from '../../ui/fields.tsx'
import { type Column, ListTable } from '../../ui/ListPage.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { SecretDialog } from './SecretDialog.tsx'

const refresh = () => void queryClient.invalidateQueries({ queryKey: keyOf(listApiKeys) })

export function KeysTab() {
  const { t } = useTranslation()
  const code = useCode()
  const explain = useExplain()
  const me = useMe()
  const { message, modal } = App.useApp()
  const keys = useCall(listApiKeys)
  const places = useCall(listSites)
  const [adding, setAdding] = useState(false)
  const [created, setCreated] = useState<{ name: string; key: string } | null>(null)
  const revoke = useAct(revokeApiKey, {
    onSuccess: () => {
      void message.success(t('users.keys.done'))
      refresh()
    },
    onError: (error) => void message.error(explain(error)),
  })
  const mayEdit = may(me, 'user.write')
  const ask = (one: ApiKeySummary) =>
    void modal.confirm({
      title: t('users.keys.revokeConfirm', { name: one.name }),
      content: t('users.keys.revokeHint'),
      okText: t('users.keys.revoke'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: () => revoke.mutate({ params: { id: one.id } }),
    })

  const columns: Column<ApiKeySummary>[] = [
    { key: 'name', title: t('users.keys.name'), render: (one) => one.name },
    {
      key: 'state',
      title: t('users.state'),
      render: (one) => {
        if (one.revokedAt) return <StatusTag tone="neutral">{t('users.keys.revoked')}</StatusTag>
        const expired = one.expiresAt !== null && new Date(one.expiresAt) < new Date()
        return (
          <StatusTag tone={expired ? 'warning' : 'success'}>
            {t(expired ? 'users.keys.expired' : 'users.keys.valid')}
          </StatusTag>
        )
      },
    },
    { key: 'prefix', title: t('users.keys.prefix'), render: (one) => <code>{one.prefix}…</code> },
    {
      key: 'role',
      title: t('users.role'),
      render: (one) => (
        <>
          {code('role', one.role)}{' '}
          <span className="secondary small">
            {places.data?.sites.find((site) => site.id === one.siteId)?.name ?? t('users.allSites')}
          </span>
        </>
      ),
    },
    {
      key: 'created',
      title: t('users.keys.created'),
      wideOnly: true,
      render: (one) => <TimeText at={one.createdAt} show="day" />,
    },
    {
      key: 'expires',
      title: t('users.keys.expires'),
      render: (one) =>
        one.expiresAt ? <TimeText at={one.expiresAt} show="day" /> : t('users.keys.noExpiry'),
    },
    {
      key: 'lastUsed',
      title: t('users.keys.lastUsed'),
      render: (one) => (one.lastUsedAt ? <TimeText at={one.lastUsedAt} /> : t('users.keys.neverUsed')),
    },
  ]
  if (mayEdit) {
    columns.push({
      key: 'actions',
      title: '',
      align: 'right',
      render: (one) =>
        one.revokedAt === null && (
          <button type="button" className="plain-button" disabled={revoke.isPending} onClick={() => ask(one)}>
            {t('users.keys.revoke')}
          </button>
        ),
    })
  }
  const add = mayEdit && <Button onClick={() => setAdding(true)}>{t('users.keys.add')}</Button>
  return (
    <>
      <div className="user-head">
        <span />
        {add}
      </div>
      <ListTable
        label={t('users.tab.keys')}
        source={{ ...keys, items: keys.data?.items ?? [] }}
        columns={columns}
        rowKey={(one) => one.id}
        empty={{ title: t('users.keys.empty'), hint: t('users.keys.emptyHint'), action: add }}
      />
      {adding && (
        <KeyDialog
          sites={places.data?.sites ?? []}
          onCreated={(name, key) => setCreated({ name, key })}
          onClose={() => setAdding(false)}
        />
      )}
      {created && (
        <SecretDialog
          title={t('users.secret.key', { name: created.name })}
          hint={t('users.secret.keyHint')}
          secret={created.key}
          onClose={() => setCreated(null)}
        />
      )}
    </>
  )
}

type KeyDialogProps = {
  sites: { id: number; name: string }[]
  onCreated: (name: string, key: string) => void
  onClose: () => void
}

function KeyDialog({ sites, onCreated, onClose }: KeyDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const explain = useExplain()
  const { message } = App.useApp()
  const form = useId()
  const [draft, setDraft] = useState({ name: '', role: 'integration', siteId: '', expires: '' })
  const change = (patch: Partial<typeof draft>) => setDraft({ ...draft, ...patch })
  const create = useAct(createApiKey, {
    onSuccess: (made) => {
      refresh()
      onClose()
      onCreated(made.name, made.key)
    },
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <Modal
      open
      title={t('users.keys.add')}
      okText={t('users.keys.add')}
      cancelText={t('common.cancel')}
      okButtonProps={{ htmlType: 'submit', form, loading: create.isPending }}
      onCancel={onClose}
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate({
            body: {
              name: draft.name.trim(),
              role: roles.find((one) => one === draft.role) ?? 'integration',
              siteId: draft.siteId ? Number(draft.siteId) : null,
              // Valid through the end of the chosen local day.
              expiresAt: draft.expires ? new Date(`${draft.expires}T23:59:59`).toISOString() : null,
            },
          })
        }}
      >
        <TextField
          label={t('users.keys.name')}
          hint={t('users.keys.nameHint')}
          value={draft.name}
          required
          maxLength={100}
          autoFocus
          onChange={(name) => change({ name })}
        />
        <PickField
          label={t('users.role')}
          value={draft.role}
          options={roles.map((value) => ({ value, text: code('role', value) }))}
          onChange={(role) => change({ role })}
        />
        <PickField
          label={t('users.site')}
          value={draft.siteId}
          none={t('users.allSites')}
          options={sites.map((one) => ({ value: String(one.id), text: one.name }))}
          onChange={(siteId) => change({ siteId })}
        />
        <DateField
          label={t('users.keys.expires')}
          hint={t('users.keys.noExpiry')}
          value={draft.expires}
          onChange={(expires) => change({ expires })}
        />
      </form>
    </Modal>
  )
}
