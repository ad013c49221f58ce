import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type Instruction,
  returnInstruction,
  submitInstruction,
  withdrawInstruction,
} from '../../../contract/instruction.ts'
import { AreaField, DateField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useActInstruction } from './useActInstruction.ts'

export type Settlement = 'submit' | 'return' | 'withdraw'

type SettleDialogProps = {
  act: Settlement
  instruction: Instruction
  onDone: () => void
  onClose: () => void
}

/** Submits, sends back or withdraws an instruction; each with words that stay in its history. */
export function SettleDialog({ act, instruction, onDone, onClose }: SettleDialogProps) {
  const { t } = useTranslation()
  const [words, setWords] = useState(act === 'submit' ? (instruction.report ?? '') : '')
  const [dueAt, setDueAt] = useState('')
  const submit = useActInstruction(submitInstruction, 'submitted', onDone)
  const sendBack = useActInstruction(returnInstruction, 'returned', onDone)
  const withdraw = useActInstruction(withdrawInstruction, 'withdrawn', onDone)
  const params = { id: instruction.id }
  const save = () => {
    if (act === 'submit') submit.mutate({ params, body: { report: words } })
    else if (act === 'withdraw') withdraw.mutate({ params, body: { reason: words } })
    else
      sendBack.mutate({
        params,
        body: { reason: words, ...(dueAt && { dueAt: new Date(dueAt).toISOString() }) },
      })
  }
  return (
    <FormDialog
      title={t(`instructions.${act}`)}
      saving={submit.isPending || sendBack.isPending || withdraw.isPending}
      disabled={words.trim().length < 2}
      onSave={save}
      onClose={onClose}
    >
      <p>
        {instruction.personName} · {instruction.departmentName}
      </p>
      <AreaField
        label={t(act === 'submit' ? 'instructions.report' : 'instructions.why')}
        value={words}
        maxLength={1000}
        onChange={setWords}
      />
      {act === 'return' && (
        <DateField
          label={t('instructions.due')}
          time
          value={dueAt}
          hint={t('instructions.dueHint')}
          onChange={setDueAt}
        />
      )}
    </FormDialog>
  )
}
