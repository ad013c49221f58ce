import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Account, listAccounts } from '../../../contract/channel.ts'
import { useCall } from '../../query.ts'
import { AssistantPanel } from '../assistant/AssistantPanel.tsx'
import { TelephonyPanel } from '../call/TelephonyPanel.tsx'
import { MailboxPanel } from '../conversation/MailboxPanel.tsx'
import { AccountCard } from './AccountCard.tsx'
import { AccountDialog } from './AccountDialog.tsx'
import { AccountsPanel } from './AccountsPanel.tsx'
import { LettersDialog } from './LettersDialog.tsx'
import { TestDialog } from './TestDialog.tsx'

/** Accounts at providers of messages: whether each works, what waits, what today brought and cost. */
export function ChannelsTab() {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<Account | 'new' | null>(null)
  const [printing, setPrinting] = useState<Account | null>(null)
  const [testing, setTesting] = useState<Account | null>(null)
  const accounts = useCall(listAccounts, {}, { refetchInterval: 15_000 })
  return (
    <>
      <AccountsPanel
        title={t('channels.title')}
        hint={t('channels.hint')}
        add={{ text: t('channels.add'), primary: true, onClick: () => setEditing('new') }}
        empty={{ title: t('channels.none'), hint: t('channels.noneHint') }}
        query={accounts}
        card={(one) => (
          <AccountCard
            key={one.id}
            account={one}
            onEdit={() => setEditing(one)}
            onTest={() => setTesting(one)}
            onLetters={() => setPrinting(one)}
          />
        )}
      >
        {editing && (
          <AccountDialog account={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
        )}
        {printing && <LettersDialog account={printing} onClose={() => setPrinting(null)} />}
        {testing && <TestDialog account={testing} onClose={() => setTesting(null)} />}
      </AccountsPanel>
      <MailboxPanel />
      <TelephonyPanel />
      <AssistantPanel />
    </>
  )
}
