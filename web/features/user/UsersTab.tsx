import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type UserSummary, listUsers, resetUserPassword, updateUser } from '../../../contract/access.ts'
import { listSites } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListTable, column, useList, useNarrowed } from '../../ui/ListPage.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { SecretDialog } from './SecretDialog.tsx'
import { UserDialog } from './UserDialog.tsx'
import { useDo } from '../../ui/useDo.ts'

export function UsersTab() {
  const { t } = useTranslation()
  const { emptyOf } = useNarrowed()
  const code = useCode()
  const me = useMe()
  const { modal } = App.useApp()
  const [filters] = useFilters()
  const [open, setOpen] = useState<UserSummary | 'new' | null>(null)
  const [password, setPassword] = useState<{ name: string; secret: string } | null>(null)
  const search = first(filters['search'])
  const places = useCall(listSites)
  const users = useList(listUsers, { ...(search ? { search } : {}) })
  const update = useDo(updateUser, { done: t('users.saved'), stale: [listUsers] })
  const reset = useDo(resetUserPassword, { stale: [listUsers] })

  const suspend = (user: UserSummary) => {
    const change = () => update.mutate({ params: { id: user.id }, body: { suspended: !user.suspended } })
    if (user.suspended) change()
    else
      void modal.confirm({
        title: t('users.suspendConfirm', { name: user.name }),
        content: (
          <>
            <p>{t('users.suspendHint')}</p>
            {user.apiKeys > 0 && <p>{t('users.suspendKeys', { n: user.apiKeys })}</p>}
          </>
        ),
        okText: t('users.suspend'),
        okButtonProps: { danger: true },
        cancelText: t('common.cancel'),
        onOk: change,
      })
  }
  const resetPassword = (user: UserSummary) =>
    void modal.confirm({
      title: t('users.resetConfirm', { name: user.name }),
      content: t('users.resetHint'),
      okText: t('users.reset'),
      cancelText: t('common.cancel'),
      onOk: () =>
        reset.mutate(
          { params: { id: user.id } },
          {
            onSuccess: ({ oneTimePassword }) => setPassword({ name: user.name, secret: oneTimePassword }),
          },
        ),
    })

  const columns: Column<UserSummary>[] = [
    column('name', t('users.name'), (one) => (
      <>
        {one.name} <span className="secondary small">{one.username}</span>
      </>
    )),
    column('state', t('users.state'), (one) => (
      <StatusTag tone={one.suspended ? 'danger' : 'success'}>
        {t(one.suspended ? 'users.suspended' : 'users.active')}
      </StatusTag>
    )),
    column('roles', t('users.roles'), (one) => (
      <ul className="grant-list">
        {one.grants.map((grant, index) => (
          <li key={index}>
            {code('role', grant.role)}
            <span className="secondary small">
              {' '}
              {grant.departmentName ?? grant.siteName ?? t('users.allSites')}
            </span>
          </li>
        ))}
      </ul>
    )),
    column('staff', t('users.staff'), (one) => one.staffName ?? '—'),
    column('twoFactor', t('users.twoFactor'), { wideOnly: true }, (one) =>
      t(one.twoFactorEnabled ? 'users.twoFactorOn' : 'users.twoFactorOff'),
    ),
    column('lastSignIn', t('users.lastSignIn'), (one) =>
      one.lastSignInAt ? (
        <TimeText at={one.lastSignInAt} />
      ) : (
        <span className="secondary">{t('users.never')}</span>
      ),
    ),
  ]
  const mayEdit = may(me, 'user.write')
  if (mayEdit) {
    columns.push({
      key: 'actions',
      title: '',
      align: 'right',
      render: (one) => (
        <span className="row-actions">
          <button type="button" className="plain-button" onClick={() => setOpen(one)}>
            {t('common.edit')}
          </button>
          <button type="button" className="plain-button" onClick={() => resetPassword(one)}>
            {t('users.reset')}
          </button>
          {one.id !== me.id && (
            <button
              type="button"
              className="plain-button"
              disabled={update.isPending}
              onClick={() => suspend(one)}
            >
              {t(one.suspended ? 'users.resume' : 'users.suspend')}
            </button>
          )}
        </span>
      ),
    })
  }
  const add = mayEdit && <Button onClick={() => setOpen('new')}>{t('users.add')}</Button>

  return (
    <>
      <div className="user-head">
        <TextFilter label={t('users.search')} of="search" />
        {add}
      </div>
      <ListTable
        label={t('users.tab.users')}
        source={users}
        columns={columns}
        rowKey={(one) => one.id}
        empty={emptyOf({ title: t('users.empty'), hint: t('users.emptyHint'), action: add })}
      />
      {open && (
        <UserDialog
          user={open === 'new' ? null : open}
          sites={places.data?.sites ?? []}
          onPassword={(name, secret) => setPassword({ name, secret })}
          onClose={() => setOpen(null)}
        />
      )}
      {password && (
        <SecretDialog
          title={t('users.secret.passwordFor', { name: password.name })}
          hint={t('users.secret.passwordHint')}
          secret={password.secret}
          onClose={() => setPassword(null)}
        />
      )}
    </>
  )
}
