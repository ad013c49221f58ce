import { App, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { correctIntakeMessage, type IntakeMessage, revealIntakeMessage } from '../../../contract/intake.ts'
import { useAct } from '../../query.ts'
import { TextField } from '../../ui/fields.tsx'
import { useExplain } from '../../ui/useExplain.ts'
import { useIntakeReason } from './useIntakeReason.ts'

type CorrectDialogProps = { message: IntakeMessage; onDone: (copy: number) => void; onClose: () => void }

/** Corrects a dead letter in a copy: first why, which is logged, then the message as it came. */
export function CorrectDialog({ message, onDone, onClose }: CorrectDialogProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const why = useIntakeReason()
  const { message: toast } = App.useApp()
  const id = useId()
  const [reason, setReason] = useState('')
  const [text, setText] = useState<string | null>(null)
  const params = { id: message.id }
  const fail = (error: Error) => void toast.error(explain(error))
  const reveal = useAct(revealIntakeMessage, {
    onSuccess: (seen) => setText(seen.text.replaceAll('\r', '\n')),
    onError: fail,
  })
  const correct = useAct(correctIntakeMessage, {
    onSuccess: (copy) => {
      void toast.success(t('intake.correct.done'))
      onDone(copy.id)
    },
    onError: fail,
  })
  const body = { reason: reason.trim() }
  return (
    <Modal
      open
      width="min(900px, 96vw)"
      title={t('intake.correct.title', { id: message.controlId || message.id })}
      okText={t(text === null ? 'intake.correct.show' : 'intake.correct.apply')}
      cancelText={t('common.cancel')}
      okButtonProps={{
        disabled: body.reason.length < 2 || text?.trim() === '',
        loading: reveal.isPending || correct.isPending,
      }}
      onOk={() => {
        if (text === null) reveal.mutate({ params, body })
        else correct.mutate({ params, body: { ...body, message: text } })
      }}
      onCancel={onClose}
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
          <div className="labelled">
            <label htmlFor={id}>{t('intake.correct.text')}</label>
            <textarea
              id={id}
              className="field-input mono"
              rows={14}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <span className="secondary small">{t('intake.correct.hint')}</span>
          </div>
        )}
      </div>
    </Modal>
  )
}
