import { App, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { revealPerson } from '../../../contract/person.ts'
import type { AnswerOf, InputOf } from '../../api.ts'
import { useAct } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

export type Revealed = AnswerOf<typeof revealPerson>
type Fields = InputOf<typeof revealPerson>['body']['fields']

const reasons = ['call', 'verify', 'correct', 'complaint'] as const

type RevealDialogProps = {
  personId: number
  fields: Fields
  firstReason?: (typeof reasons)[number]
  onClose: () => void
  onRevealed: (revealed: Revealed) => void
}

/** Asks why before showing what is masked; Enter confirms, so that it costs one key on the desk. */
export default function RevealDialog({
  personId,
  fields,
  firstReason = 'verify',
  onClose,
  onRevealed,
}: RevealDialogProps) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const id = useId()
  const [reason, setReason] = useState<string>(t(`person.revealReasons.${firstReason}`))
  const reveal = useAct(revealPerson, {
    onSuccess: (revealed) => {
      onRevealed(revealed)
      onClose()
    },
    onError: (error) => void message.error(explain(error)),
  })
  const confirm = () => reveal.mutate({ params: { id: personId }, body: { fields, reason: reason.trim() } })

  return (
    <Modal
      open
      title={t('person.revealTitle')}
      okText={t('person.revealConfirm')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: reason.trim().length < 2, loading: reveal.isPending }}
      onOk={confirm}
      onCancel={onClose}
      width={440}
    >
      <div className="stack">
        <p className="secondary">{t('person.revealHint')}</p>
        <div className="labelled">
          <label htmlFor={id}>{t('person.revealReason')}</label>
          <input
            id={id}
            className="field-input"
            value={reason}
            maxLength={200}
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.nativeEvent.isComposing && reason.trim().length >= 2)
                confirm()
            }}
          />
        </div>
        <div className="button-line">
          {reasons.map((one) => (
            <button
              key={one}
              type="button"
              className="soft-button"
              onClick={() => setReason(t(`person.revealReasons.${one}`))}
            >
              {t(`person.revealReasons.${one}`)}
            </button>
          ))}
        </div>
      </div>
    </Modal>
  )
}
