import { Dialog } from '../../ui/Dialog.tsx'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { correctIntakeMessage, type IntakeMessage, revealIntakeMessage } from '../../../contract/intake.ts'
import { AreaField, TextField } from '../../ui/fields.ts'
import { useIntakeReason } from './useIntakeReason.ts'
import { useDo } from '../../ui/useDo.ts'

type CorrectDialogProps = { message: IntakeMessage; onDone: (copy: number) => void; onClose: () => void }

/** Corrects a dead letter in a copy: first why, which is logged, then the message as it came. */
export function CorrectDialog({ message, onDone, onClose }: CorrectDialogProps) {
  const { t } = useTranslation()
  const why = useIntakeReason()
  const [reason, setReason] = useState('')
  const [text, setText] = useState<string | null>(null)
  const params = { id: message.id }
  const reveal = useDo(revealIntakeMessage, {
    onDone: (seen) => setText(seen.text.replaceAll('\r', '\n')),
  })
  const correct = useDo(correctIntakeMessage, {
    done: t('intake.correct.done'),
    onDone: (copy) => onDone(copy.id),
  })
  const body = { reason: reason.trim() }
  return (
    <Dialog
      title={t('intake.correct.title', { id: message.controlId || message.id })}
      size="large"
      onClose={onClose}
      ok={{
        text: t(text === null ? 'intake.correct.show' : 'intake.correct.apply'),
        onClick: () => {
          if (text === null) reveal.mutate({ params, body })
          else correct.mutate({ params, body: { ...body, message: text } })
        },
        disabled: body.reason.length < 2 || text?.trim() === '',
        loading: reveal.isPending || correct.isPending,
      }}
    >
      <div className="stack">
        {message.reason && (
          <p>
            {message.location && <b className="mono">{message.location}</b>} {why(message.reason)}
          </p>
        )}
        <TextField
          label={t('intake.correct.reason')}
          hint={t('intake.correct.reasonHint')}
          value={reason}
          maxLength={200}
          onChange={setReason}
        />
        {text !== null && (
          <AreaField
            label={t('intake.correct.text')}
            hint={t('intake.correct.hint')}
            mono
            rows={14}
            value={text}
            onChange={setText}
          />
        )}
      </div>
    </Dialog>
  )
}
