import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listTelephonyAccounts, type TelephonyAccount } from '../../../contract/telephony.ts'
import { useCall } from '../../query.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { AccountBox, AccountsPanel } from '../channel/AccountsPanel.tsx'
import { TelephonyDialog } from './TelephonyDialog.tsx'
import { useCopy } from '../../ui/useCopy.ts'

/** Telephone systems and whether each is connected. */
export function TelephonyPanel() {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<TelephonyAccount | 'new' | null>(null)
  const accounts = useCall(listTelephonyAccounts, {}, { refetchInterval: 15_000 })
  const copy = useCopy()
  return (
    <AccountsPanel
      title={t('calls.telephony.title')}
      hint={t('calls.telephony.hint')}
      add={{ text: t('calls.telephony.add'), onClick: () => setEditing('new') }}
      empty={{ title: t('calls.telephony.none'), hint: t('calls.telephony.noneHint') }}
      query={accounts}
      card={(one) => (
        <AccountBox
          key={one.id}
          name={one.name}
          state={<AccountState account={one} />}
          actions={
            one.mayChange && (
              <>
                <Button
                  aria-label={`${t('calls.telephony.edit')} ${one.name}`}
                  onClick={() => setEditing(one)}
                >
                  {t('calls.telephony.edit')}
                </Button>
                {one.eventsPath && (
                  <Button onClick={() => void copy(`${location.origin}${one.eventsPath ?? ''}`)}>
                    {t('calls.telephony.copyPath')}
                  </Button>
                )}
              </>
            )
          }
        >
          <div className="secondary small">
            {t(`calls.telephony.kinds.${one.kind}`)} · {one.siteName}
          </div>
          <div className="small">
            {t('calls.telephony.lastEvent')} <TimeText at={one.lastEventAt} />
          </div>
          {one.lastError && one.kind === 'asterisk' && one.connectedAt === null && one.active && (
            <div className="text-danger small">
              {t('calls.telephony.lastError')} <span className="mono">{one.lastError}</span> (
              <TimeText at={one.lastErrorAt} />)
            </div>
          )}
        </AccountBox>
      )}
    >
      {editing && (
        <TelephonyDialog account={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </AccountsPanel>
  )
}

function AccountState({ account }: { account: TelephonyAccount }) {
  const { t } = useTranslation()
  if (!account.active) return <StatusTag tone="neutral">{t('calls.telephony.off')}</StatusTag>
  if (account.kind === 'webhook')
    return (
      <StatusTag tone={account.lastEventAt ? 'success' : 'info'}>
        {t(account.lastEventAt ? 'calls.telephony.connected' : 'calls.telephony.waits')}
      </StatusTag>
    )
  return (
    <StatusTag tone={account.connectedAt ? 'success' : 'danger'}>
      {t(account.connectedAt ? 'calls.telephony.connected' : 'calls.telephony.notConnected')}
    </StatusTag>
  )
}
