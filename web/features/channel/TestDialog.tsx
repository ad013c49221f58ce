import { useTranslation } from 'react-i18next'
import { Button } from 'antd'
import { useState } from 'react'
import { type Account, listAccounts, testAccount } from '../../../contract/channel.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { TextField } from '../../ui/fields.ts'
import { Notice } from '../../ui/Notice.tsx'
import { useProblem } from '../../ui/useExplain.ts'
import { useDo } from '../../ui/useDo.ts'

type TestDialogProps = { account: Account; onClose: () => void }

/** Sends a short text to an address that the user types, and says plainly what became of it. */
export function TestDialog({ account, onClose }: TestDialogProps) {
  const { t } = useTranslation()
  const problem = useProblem()
  const [address, setAddress] = useState('')
  const test = useDo(testAccount, { stale: [listAccounts] })
  const result = test.data
  return (
    <Dialog title={t('channels.testTitle', { name: account.name })} onClose={onClose}>
      <form
        className="channels-test"
        onSubmit={(event) => {
          event.preventDefault()
          test.mutate({ params: { id: account.id }, body: { address: address.trim() } })
        }}
      >
        <TextField
          label={t(`channels.testAddress.${account.channel}`)}
          hint={t('channels.testHint')}
          value={address}
          onChange={setAddress}
        />
        <Button type="primary" htmlType="submit" loading={test.isPending} disabled={address.trim() === ''}>
          {t('channels.testSend')}
        </Button>
        {result && (
          <Notice
            tone={result.result === 'sent' ? 'success' : result.result === 'unclear' ? 'warning' : 'danger'}
            title={t(`channels.testResult.${result.result}`, { n: result.milliseconds })}
          >
            {result.reason && (problem(result.reason) || <span className="mono">{result.reason}</span>)}
          </Notice>
        )}
      </form>
    </Dialog>
  )
}
