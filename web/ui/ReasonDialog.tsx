import type { ReactNode } from 'react'
import type { z } from 'zod'
import type { RouteContract } from '../../contract/route.ts'
import { TextField } from './fields.ts'
import { FormDialog } from './FormDialog.tsx'
import type { DoOptions } from './useDo.ts'
import { useContractForm } from './useContractForm.ts'

type WithReason = RouteContract & { body: z.ZodType<{ reason: string }> }

type ReasonDialogProps<C extends WithReason> = DoOptions<C> & {
  contract: C
  params?: object
  /** What else the route wants to know. */
  fixed?: object
  title: string
  okText: string
  label: string
  labelHint?: string
  hint?: ReactNode
  /** Usual reasons, each one click. */
  usual?: readonly string[]
  danger?: boolean
  onClose: () => void
  children?: ReactNode
}

/** Asks why before something that is kept with its reason. */
export function ReasonDialog<C extends WithReason>(props: ReasonDialogProps<C>) {
  const { contract, params, fixed, title, okText, label, labelHint, hint, usual, danger, children } = props
  const { done, stale, onDone, onClose } = props
  const form = useContractForm(contract as WithReason, {
    ...(params && { params }),
    values: { reason: '' },
    toBody: (values) => ({ ...fixed, ...values }),
    done: done as string | undefined,
    ...(stale && { stale }),
    onDone: (answer: unknown) => {
      onDone?.(answer as never)
      onClose()
    },
  })
  return (
    <FormDialog
      title={title}
      okText={okText}
      danger={danger ?? false}
      size="small"
      form={form}
      onClose={onClose}
    >
      {hint && <p className="secondary">{hint}</p>}
      {children}
      <TextField
        label={label}
        hint={labelHint}
        autoFocus
        {...(usual && { usual })}
        {...form.text('reason')}
      />
    </FormDialog>
  )
}
