import { useTranslation } from 'react-i18next'
import type { RouteContract } from '../../../contract/route.ts'
import { pauseVoice } from '../../../contract/voice.ts'
import { TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

type StopDialogProps = {
  site: { siteId: number; siteName: string }
  /** Calls under way. */
  live: number
  stop: boolean
  stale: readonly RouteContract[]
  onClose: () => void
}

/** Pauses the machine at a site, or ends its calls as well. */
export function StopDialog({ site, live, stop, stale, onClose }: StopDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(pauseVoice, {
    values: { reason: '' },
    toBody: ({ reason }) => ({ siteId: site.siteId, paused: true, stop, ...(reason !== '' && { reason }) }),
    done: t(stop ? 'voice.stopped' : 'voice.pausedDone'),
    stale,
    onDone: onClose,
  })
  return (
    <FormDialog
      title={stop ? t('voice.stopTitle', { site: site.siteName }) : t('voice.pause')}
      okText={t(stop ? 'voice.stop' : 'voice.pause')}
      danger={stop}
      size="small"
      form={form}
      onClose={onClose}
    >
      <p className="secondary">{stop ? t('voice.stopHint', { n: live }) : t('voice.pauseHint')}</p>
      <TextField
        label={t('voice.reason')}
        autoFocus
        usual={[t('voice.usual.line'), t('voice.usual.wrong'), t('voice.usual.crowd')]}
        {...form.text('reason')}
      />
    </FormDialog>
  )
}
