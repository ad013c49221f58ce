import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { type Account, type AccountState, listAccounts, switchAccount } from '../../../contract/channel.ts'
import { listSites } from '../../../contract/setting.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { AccountBox } from './AccountsPanel.tsx'
import { useCopy } from '../../ui/useCopy.ts'

const tones: Record<AccountState, Tone> = { up: 'success', down: 'danger', slow: 'warning', off: 'neutral' }
/** Letters are printed and calls made by staff. */
const untested = new Set(['letter', 'portal', 'call'])

type AccountCardProps = { account: Account; onEdit: () => void; onTest: () => void; onLetters: () => void }

export function AccountCard({ account, onEdit, onTest, onLetters }: AccountCardProps) {
  const { t } = useTranslation()
  const code = useCode()
  const sites = useCall(listSites)
  const turn = useDo(switchAccount, { stale: [listAccounts] })
  const site = sites.data?.sites.find((one) => one.id === account.siteId)?.name
  const { receiptsPath } = account
  const copy = useCopy()
  const actions = account.mayChange && (
    <>
      <Button aria-label={`${t('channels.edit')} ${account.name}`} onClick={onEdit}>
        {t('channels.edit')}
      </Button>
      {!untested.has(account.kind) && (
        <Button aria-label={`${t('channels.test')} ${account.name}`} onClick={onTest}>
          {t('channels.test')}
        </Button>
      )}
      {account.kind === 'letter' && <Button onClick={onLetters}>{t('channels.letters')}</Button>}
      {receiptsPath && (
        <Button
          aria-label={`${t('channels.receipts')} ${account.name}`}
          onClick={() => void copy(`${location.origin}${receiptsPath}`)}
        >
          {t('channels.receipts')}
        </Button>
      )}
      <Button
        aria-label={`${t(account.active ? 'channels.off' : 'channels.on')} ${account.name}`}
        loading={turn.isPending}
        onClick={() => turn.mutate({ params: { id: account.id }, body: { active: !account.active } })}
      >
        {t(account.active ? 'channels.off' : 'channels.on')}
      </Button>
    </>
  )
  return (
    <AccountBox
      name={account.name}
      state={<StatusTag tone={tones[account.state]}>{code('accountState', account.state)}</StatusTag>}
      actions={actions}
    >
      <div className="secondary small">
        {code('channel', account.channel)} · {code('accountKind', account.kind)} ·{' '}
        {account.siteId === null ? t('channels.everySite') : (site ?? '')}
      </div>
      <div>
        {t('channels.waiting', { n: count(account.waiting) })}
        {account.oldestWaitingAt && (
          <span className="secondary">
            {' '}
            · {t('channels.oldest')} <TimeText at={account.oldestWaitingAt} />
          </span>
        )}
      </div>
      <div className="small">
        {t('channels.today', {
          sent: count(account.sentToday),
          delivered: count(account.deliveredToday),
          failed: count(account.failedToday),
        })}
        {account.unknownToday > 0 && ` · ${t('channels.unknown', { n: count(account.unknownToday) })}`}
        {account.costToday > 0 && ` · ${t('channels.cost', { sum: account.costToday.toFixed(2) })}`}
      </div>
      <div className="secondary small">
        {account.lastSuccessAt ? (
          <>
            {t('channels.lastSuccess')} <TimeText at={account.lastSuccessAt} />
          </>
        ) : (
          t('channels.never')
        )}
      </div>
      {account.lastError && account.lastErrorAt && account.state === 'down' && (
        <div className="text-danger small">
          {t('channels.lastError')} <span className="mono">{account.lastError}</span> (
          <TimeText at={account.lastErrorAt} />)
        </div>
      )}
    </AccountBox>
  )
}
