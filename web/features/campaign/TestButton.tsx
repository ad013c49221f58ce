import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CampaignDetail, testCampaign } from '../../../contract/campaign.ts'
import { messageChannels, type WrittenChannel } from '../../../contract/message.ts'
import { useCode } from '../../i18n/useCode.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { PickField, TextField } from '../../ui/fields.ts'
import { Notice } from '../../ui/Notice.tsx'
import { useProblem } from '../../ui/useExplain.ts'
import { useDo } from '../../ui/useDo.ts'

type TestButtonProps = { campaign: CampaignDetail; wave: number; script: number; channel: WrittenChannel }

const sendable = messageChannels.filter((one) => one === 'sms' || one === 'email' || one === 'wechat')

/** Sends one message of the plan to an address of one's own, to see it as a patient would. */
export function TestButton({ campaign, wave, script, channel }: TestButtonProps) {
  const { t } = useTranslation()
  const problem = useProblem()
  const code = useCode()
  const [open, setOpen] = useState(false)
  const [by, setBy] = useState(sendable.find((one) => one === channel) ?? 'sms')
  const [address, setAddress] = useState('')
  const test = useDo(testCampaign)
  const result = test.data
  return (
    <>
      <div>
        <button type="button" className="plain-button small" onClick={() => setOpen(true)}>
          {t('campaigns.test')}
        </button>
      </div>
      {open && (
        <Dialog title={t('campaigns.testTitle')} size="small" onClose={() => setOpen(false)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              test.mutate({
                params: { id: campaign.id },
                body: { wave, script, channel: by, address: address.trim() },
              })
            }}
          >
            <PickField
              label={t('campaigns.channel')}
              value={by}
              options={sendable.map((value) => ({ value, text: code('channel', value) }))}
              onChange={(value) => setBy(sendable.find((one) => one === value) ?? 'sms')}
            />
            <TextField
              label={t('campaigns.testAddress')}
              hint={t('campaigns.testHint')}
              value={address}
              maxLength={254}
              onChange={setAddress}
            />
            <Button
              type="primary"
              htmlType="submit"
              loading={test.isPending}
              disabled={address.trim() === ''}
            >
              {t('campaigns.test')}
            </Button>
            {result && (
              <Notice
                tone={
                  result.result === 'sent' ? 'success' : result.result === 'unclear' ? 'warning' : 'danger'
                }
                title={t(`campaigns.testResult.${result.result}`)}
              >
                {result.reason && (problem(result.reason) || <span className="mono">{result.reason}</span>)}
              </Notice>
            )}
          </form>
        </Dialog>
      )}
    </>
  )
}
