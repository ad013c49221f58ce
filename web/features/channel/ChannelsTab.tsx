import './channel.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Account, listAccounts } from '../../../contract/channel.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { AccountCard } from './AccountCard.tsx'
import { AccountDialog } from './AccountDialog.tsx'
import { LettersDialog } from './LettersDialog.tsx'
import { TestDialog } from './TestDialog.tsx'

/** Accounts at providers of messages: whether each works, what waits, what today brought and cost. */
export function ChannelsTab() {
  const { t } = useTranslation()
  const me = useMe()
  const [editing, setEditing] = useState<Account | 'new' | null>(null)
  const [printing, setPrinting] = useState<Account | null>(null)
  const [testing, setTesting] = useState<Account | null>(null)
  const accounts = useCall(listAccounts, {}, { refetchInterval: 15_000 })
  const items = accounts.data?.items ?? []
  return (
    <section aria-label={t('channels.title')}>
      <div className="channels-head">
        <p className="secondary">{t('channels.hint')}</p>
        {may(me, 'channel.write') && (
          <Button type="primary" onClick={() => setEditing('new')}>
            {t('channels.add')}
          </Button>
        )}
      </div>
      {accounts.isError || accounts.isPending ? (
        <Unloaded query={accounts} />
      ) : items.length === 0 ? (
        <EmptyState title={t('channels.none')} hint={t('channels.noneHint')} />
      ) : (
        <ul className="channels-list" aria-label={t('channels.title')}>
          {items.map((one) => (
            <AccountCard
              key={one.id}
              account={one}
              onEdit={() => setEditing(one)}
              onTest={() => setTesting(one)}
              onLetters={() => setPrinting(one)}
            />
          ))}
        </ul>
      )}
      {editing && (
        <AccountDialog account={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
      {printing && <LettersDialog account={printing} onClose={() => setPrinting(null)} />}
      {testing && <TestDialog account={testing} onClose={() => setTesting(null)} />}
    </section>
  )
}
