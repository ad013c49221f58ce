import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type AssistantAccount,
  checkAssistantAccount,
  listAssistantAccounts,
} from '../../../contract/assistant.ts'
import { useCall } from '../../query.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { AccountBox, AccountsPanel } from '../channel/AccountsPanel.tsx'
import { AssistantDialog } from './AssistantDialog.tsx'

/** The language models of the sites. */
export function AssistantPanel() {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<AssistantAccount | 'new' | null>(null)
  const accounts = useCall(listAssistantAccounts, {})
  return (
    <AccountsPanel
      title={t('assistant.title')}
      hint={t('assistant.hint')}
      add={{ text: t('assistant.add'), onClick: () => setEditing('new') }}
      empty={{ title: t('assistant.none'), hint: t('assistant.noneHint') }}
      query={accounts}
      card={(one) => <AccountCard key={one.id} account={one} onEdit={() => setEditing(one)} />}
    >
      {editing && (
        <AssistantDialog account={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </AccountsPanel>
  )
}

function AccountCard({ account, onEdit }: { account: AssistantAccount; onEdit: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const check = useDo(checkAssistantAccount, {
    stale: [listAssistantAccounts],
    onDone: ({ problem, milliseconds }) => {
      if (problem === null) void message.success(t('assistant.worked', { n: milliseconds }))
    },
  })
  const params = { id: account.id }
  return (
    <AccountBox
      name={account.model}
      state={
        <StatusTag tone={account.active ? 'success' : 'neutral'}>
          {t(account.active ? 'assistant.on' : 'assistant.off')}
        </StatusTag>
      }
      actions={
        account.mayChange && (
          <>
            <Button aria-label={`${t('assistant.edit')} ${account.model}`} onClick={onEdit}>
              {t('assistant.edit')}
            </Button>
            <Button
              aria-label={`${t('assistant.check')} ${account.model}`}
              loading={check.isPending}
              onClick={() => check.mutate({ params })}
            >
              {t('assistant.check')}
            </Button>
          </>
        )
      }
    >
      <div className="secondary small">
        {account.siteName} · <span className="mono">{account.url}</span>
      </div>
      {account.checkedAt && (
        <div className={account.checkProblem ? 'text-danger small' : 'small'}>
          {t('assistant.checked')} <TimeText at={account.checkedAt} />
          {account.checkProblem && ` ${t(`assistant.problem.${account.checkProblem}`)}`}
        </div>
      )}
    </AccountBox>
  )
}
