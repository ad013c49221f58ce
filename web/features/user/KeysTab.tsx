import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiKeySummary, createApiKey, listApiKeys, revokeApiKey } from '../../../contract/access.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { DateField, PickField, TextField, choices } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { type Column, ListTable, column } from '../../ui/ListPage.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import { HandOverDialog } from './HandOverDialog.tsx'
import { SecretDialog } from './SecretDialog.tsx'
import { narrowestSite } from './grants.ts'

export function KeysTab() {
  const { t } = useTranslation()
  const code = useCode()
  const me = useMe()
  const { modal } = App.useApp()
  const keys = useCall(listApiKeys)
  const places = useCall(listSites)
  const [adding, setAdding] = useState(false)
  const [handing, setHanding] = useState<ApiKeySummary | null>(null)
  const [created, setCreated] = useState<{ name: string; key: string } | null>(null)
  const revoke = useDo(revokeApiKey, { done: t('users.keys.done'), stale: [listApiKeys] })
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
    column('name', t('users.keys.name'), (one) => one.name),
    column('state', t('users.state'), (one) => {
      if (one.ownerGone && !one.revokedAt)
        return <StatusTag tone="danger">{t('users.keys.ownerGone')}</StatusTag>
      if (one.revokedAt) return <StatusTag tone="neutral">{t('users.keys.revoked')}</StatusTag>
      const expired = one.expiresAt !== null && new Date(one.expiresAt) < new Date()
      return (
        <StatusTag tone={expired ? 'warning' : 'success'}>
          {t(expired ? 'users.keys.expired' : 'users.keys.valid')}
        </StatusTag>
      )
    }),
    column('owner', t('users.keys.owner'), (one) => one.ownerName ?? t('users.keys.ownerNone')),
    column('prefix', t('users.keys.prefix'), (one) => <code>{one.prefix}…</code>),
    column('role', t('users.role'), (one) => (
      <>
        {code('role', one.role)}{' '}
        <span className="secondary small">
          {places.data?.sites.find((site) => site.id === one.siteId)?.name ?? t('users.allSites')}
        </span>
      </>
    )),
    column('created', t('users.keys.created'), { wideOnly: true }, (one) => (
      <TimeText at={one.createdAt} show="day" />
    )),
    column('expires', t('users.keys.expires'), (one) =>
      one.expiresAt ? <TimeText at={one.expiresAt} show="day" /> : t('users.keys.noExpiry'),
    ),
    column('lastUsed', t('users.keys.lastUsed'), (one) =>
      one.lastUsedAt ? <TimeText at={one.lastUsedAt} /> : t('users.keys.neverUsed'),
    ),
  ]
  if (mayEdit) {
    columns.push({
      key: 'actions',
      title: '',
      align: 'right',
      render: (one) =>
        one.revokedAt === null && (
          <span className="row-actions">
            <button type="button" className="plain-button" onClick={() => setHanding(one)}>
              {t('users.keys.handOver')}
            </button>
            <button
              type="button"
              className="plain-button"
              disabled={revoke.isPending}
              onClick={() => ask(one)}
            >
              {t('users.keys.revoke')}
            </button>
          </span>
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
      {handing && <HandOverDialog apiKey={handing} onClose={() => setHanding(null)} />}
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
  const [expires, setExpires] = useState('')
  const me = useMe()
  const form = useContractForm(createApiKey, {
    values: { role: 'integration', siteId: narrowestSite(me, sites) },
    // Valid through the end of the chosen local day.
    toBody: (values) => ({
      ...values,
      expiresAt: expires ? new Date(`${expires}T23:59:59`).toISOString() : null,
    }),
    draft: false,
    stale: [listApiKeys],
    onDone: (made) => {
      onClose()
      onCreated(made.name, made.key)
    },
  })
  return (
    <FormDialog title={t('users.keys.add')} okText={t('users.keys.add')} form={form} onClose={onClose}>
      <TextField
        label={t('users.keys.name')}
        hint={t('users.keys.nameHint')}
        autoFocus
        {...form.text('name')}
      />
      <PickField label={t('users.role')} {...form.pick('role', (one) => code('role', one))} />
      <PickField
        label={t('users.site')}
        {...form.pick('siteId')}
        none={t('users.allSites')}
        options={choices(sites)}
      />
      <DateField
        label={t('users.keys.expires')}
        hint={t('users.keys.noExpiry')}
        value={expires}
        onChange={setExpires}
      />
    </FormDialog>
  )
}
