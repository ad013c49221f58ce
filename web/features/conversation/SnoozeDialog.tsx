import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { setAside } from '../../../contract/conversation.ts'
import { DateField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useDo } from '../../ui/useDo.ts'
import { conversationRoutes } from './stale.ts'

const inHours = (hours: number) => localOf(new Date(Date.now() + hours * 3_600_000))
const two = (n: number) => String(n).padStart(2, '0')
const localOf = (at: Date) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`

/** Out of the list until a time; a message of the person brings it back at once. */
export function SnoozeDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const [until, setUntil] = useState(() => inHours(24))
  const snooze = useDo(setAside, {
    stale: conversationRoutes,
    done: t('inbox.snoozed'),
    onDone: onClose,
  })
  return (
    <FormDialog
      title={t('inbox.snooze')}
      okText={t('inbox.snooze')}
      size="small"
      saving={snooze.isPending}
      disabled={until === ''}
      onSave={() => snooze.mutate({ params: { id }, body: { until: new Date(until).toISOString() } })}
      onClose={onClose}
    >
      <DateField label={t('inbox.until')} time value={until} onChange={setUntil} />
      <div className="tag-line">
        {([1, 3, 24, 72] as const).map((hours) => (
          <button key={hours} type="button" className="chip" onClick={() => setUntil(inHours(hours))}>
            {t('inbox.inHours', { n: hours })}
          </button>
        ))}
      </div>
      <p className="secondary small">{t('inbox.snoozeHint')}</p>
    </FormDialog>
  )
}
