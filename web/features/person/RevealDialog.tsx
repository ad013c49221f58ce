import { useTranslation } from 'react-i18next'
import { revealPerson } from '../../../contract/person.ts'
import type { AnswerOf, InputOf } from '../../api.ts'
import { TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'

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
  const usual = reasons.map((one) => t(`person.revealReasons.${one}`))
  const form = useContractForm(revealPerson, {
    params: { id: personId },
    values: { fields, reason: t(`person.revealReasons.${firstReason}`) },
    draft: false,
    onDone: (revealed) => {
      onRevealed(revealed)
      onClose()
    },
  })
  const { value, onChange, ...reason } = form.text('reason')
  return (
    <FormDialog
      title={t('person.revealTitle')}
      okText={t('person.revealConfirm')}
      size="small"
      form={form}
      onClose={onClose}
    >
      <p className="secondary">{t('person.revealHint')}</p>
      <TextField label={t('person.revealReason')} autoFocus {...reason} value={value} onChange={onChange} />
      <div className="tag-line">
        {usual.map((text) => (
          <button
            key={text}
            type="button"
            className="chip"
            aria-pressed={value === text}
            onClick={() => onChange(text)}
          >
            {text}
          </button>
        ))}
      </div>
    </FormDialog>
  )
}
