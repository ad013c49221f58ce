import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from 'antd'
import { Dialog, type DialogSize } from './Dialog.tsx'
import { Notice } from './Notice.tsx'
import type { ContractForm } from './useContractForm.ts'

type FormDialogProps = {
  title: ReactNode
  size?: DialogSize
  okText?: string
  danger?: boolean
  onClose: () => void
  children: ReactNode
} & ({ form: ContractForm } | { form?: undefined; saving: boolean; disabled?: boolean; onSave: () => void })

/** A dialog that is one form: Enter saves, missing values are named at their field and beside the button. */
export function FormDialog(props: FormDialogProps) {
  const { title, size = 'middle', okText, danger = false, onClose, children, form } = props
  const { t } = useTranslation()
  const own = useId()
  const id = form?.id ?? own
  const saving = form ? form.saving : props.saving
  const gaps = form ? Object.keys(form.errors).length : 0
  return (
    <Dialog
      title={title}
      size={size}
      onClose={onClose}
      footer={
        <div className="form-foot">
          {gaps > 0 && <span className="field-error">{t('common.form.gaps', { n: gaps })}</span>}
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="primary"
            htmlType="submit"
            form={id}
            danger={danger}
            loading={saving}
            disabled={!form && (props.disabled ?? false)}
          >
            {okText ?? t('common.save')}
          </Button>
        </div>
      }
    >
      <form
        id={id}
        className="stack"
        noValidate={form !== undefined}
        onSubmit={(event) => {
          event.preventDefault()
          if (form) form.submit()
          else props.onSave()
        }}
      >
        {form && <FormNotices form={form} />}
        {children}
      </form>
    </Dialog>
  )
}

/** What an earlier visit left, and what the server said to the whole form. */
export function FormNotices({ form }: { form: ContractForm }) {
  const { t } = useTranslation()
  return (
    <>
      {form.restored && (
        <Notice
          tone="info"
          title={t('common.form.restored')}
          action={<Button onClick={form.discard}>{t('common.form.discard')}</Button>}
        />
      )}
      {form.trouble && <Notice tone="danger" title={form.trouble} />}
    </>
  )
}
