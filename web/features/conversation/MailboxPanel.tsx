import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listMailboxes, type Mailbox } from '../../../contract/mailbox.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { AccountBox, AccountsPanel } from '../channel/AccountsPanel.tsx'
import { MailboxDialog } from './MailboxDialog.tsx'
import { useCopy } from '../../ui/useCopy.ts'

/** Where mail to the hospital comes in. */
export function MailboxPanel() {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<Mailbox | 'new' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const mailboxes = useCall(listMailboxes, {}, { refetchInterval: 30_000 })
  const copy = useCopy()
  return (
    <AccountsPanel
      title={t('mailboxes.title')}
      hint={t('mailboxes.hint')}
      add={{ text: t('mailboxes.add'), onClick: () => setEditing('new') }}
      empty={{ title: t('mailboxes.none'), hint: t('mailboxes.noneHint') }}
      query={mailboxes}
      card={(one) => (
        <AccountBox
          key={one.id}
          name={one.name}
          state={
            <StatusTag tone={!one.active ? 'neutral' : one.error ? 'danger' : 'success'}>
              {t(!one.active ? 'mailboxes.off' : one.error ? 'mailboxes.failed' : 'mailboxes.on')}
            </StatusTag>
          }
          actions={
            one.mayChange && (
              <>
                <Button aria-label={`${t('mailboxes.edit')} ${one.name}`} onClick={() => setEditing(one)}>
                  {t('mailboxes.edit')}
                </Button>
                {one.path && (
                  <Button onClick={() => void copy(`${location.origin}${one.path}`)}>
                    {t('mailboxes.copyPath')}
                  </Button>
                )}
              </>
            )
          }
        >
          <div className="secondary small">
            {one.address} · {t(`mailboxes.kinds.${one.kind}`)} · {one.siteName}
          </div>
          {one.readAt && (
            <div className="small">
              {t('mailboxes.readAt')} <TimeText at={one.readAt} />
            </div>
          )}
          {one.error && (
            <div className="text-danger small">
              <span className="mono">{one.error}</span> (<TimeText at={one.failedAt} />)
            </div>
          )}
        </AccountBox>
      )}
    >
      {editing && (
        <MailboxDialog
          mailbox={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSecret={setSecret}
        />
      )}
      {secret !== null && (
        <Dialog
          title={t('mailboxes.secretTitle')}
          size="small"
          onClose={() => setSecret(null)}
          ok={{ text: t('mailboxes.copySecret'), onClick: () => void copy(secret) }}
        >
          <p>{t('mailboxes.secretHint')}</p>
          <p className="mono">{secret}</p>
        </Dialog>
      )}
    </AccountsPanel>
  )
}
