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
import { useContractForm } from '../../ui/useContractForm.ts'
import { useInstructionDone } from './useInstructionDone.ts'

export type Settlement = 'submit' | 'return' | 'withdraw'

type SettleDialogProps = {
  act: Settlement
  instruction: Instruction
  onDone: () => void
  onClose: () => void
}

const acts = {
  submit: { contract: submitInstruction, done: 'submitted' },
  return: { contract: returnInstruction, done: 'returned' },
  withdraw: { contract: withdrawInstruction, done: 'withdrawn' },
} as const

/** Submits, sends back or withdraws an instruction; each with words that stay in its history. */
export function SettleDialog({ act, instruction, onDone, onClose }: SettleDialogProps) {
  const { t } = useTranslation()
  const [dueAt, setDueAt] = useState('')
  const form = useContractForm(acts[act].contract, {
    params: { id: instruction.id },
    values: { report: instruction.report ?? '', reason: '' },
    toBody: (values) => ({ ...values, ...(dueAt && { dueAt: new Date(dueAt).toISOString() }) }),
    ...useInstructionDone(acts[act].done, onDone),
  })
  return (
    <FormDialog title={t(`instructions.${act}`)} form={form} onClose={onClose}>
      <p>
        {instruction.personName} · {instruction.departmentName}
      </p>
      <AreaField
        label={t(act === 'submit' ? 'instructions.report' : 'instructions.why')}
        {...form.text(act === 'submit' ? 'report' : 'reason')}
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
