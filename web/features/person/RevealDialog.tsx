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

/** Asks why before showing what is masked; for a call the reason is known and Enter confirms. */
export default function RevealDialog({
  personId,
  fields,
  firstReason,
  onClose,
  onRevealed,
}: RevealDialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(revealPerson, {
    params: { id: personId },
    values: { fields, reason: firstReason ? t(`person.revealReasons.${firstReason}`) : '' },
    draft: false,
    onDone: (revealed) => {
      onRevealed(revealed)
      onClose()
    },
  })
  return (
    <FormDialog
      title={t('person.revealTitle')}
      okText={t('person.revealConfirm')}
      size="small"
      form={form}
      onClose={onClose}
    >
      <p className="secondary">{t('person.revealHint')}</p>
      <TextField
        label={t('person.revealReason')}
        autoFocus
        usual={reasons.map((one) => t(`person.revealReasons.${one}`))}
        {...form.text('reason')}
      />
    </FormDialog>
  )
}
