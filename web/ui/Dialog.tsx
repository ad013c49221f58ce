import { Drawer, Modal } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useGiveBackFocus } from './useGiveBackFocus.ts'

export type DialogSize = 'small' | 'middle' | 'large'
const widths = { small: 440, middle: 640, large: 900 }

type DialogProps = {
  title: ReactNode
  size?: DialogSize
  onClose: () => void
  /** The one action; left out, the dialog only shows something. */
  ok?: {
    text: string
    onClick: () => void
    loading?: boolean
    disabled?: boolean
    danger?: boolean
  }
  cancelText?: string
  /** What stands below instead of the usual two buttons. */
  footer?: ReactNode
  className?: string
  /** A click beside it closes it; off while something runs. */
  maskClosable?: boolean
  closable?: boolean
  children: ReactNode
}

/** The one dialog: rendered while open, gives the focus back. */
export function Dialog(props: DialogProps) {
  const { title, size = 'middle', onClose, ok, cancelText, footer, className, children } = props
  const { maskClosable = true, closable = true } = props
  const { t } = useTranslation()
  useGiveBackFocus()
  return (
    <Modal
      open
      title={title}
      width={`min(${widths[size]}px, 96vw)`}
      style={{ top: 24 }}
      onCancel={onClose}
      mask={{ closable: maskClosable }}
      closable={closable}
      keyboard={closable}
      cancelText={cancelText ?? t('common.cancel')}
      {...(className && { className })}
      {...(ok
        ? {
            okText: ok.text,
            onOk: ok.onClick,
            okButtonProps: {
              loading: ok.loading ?? false,
              disabled: ok.disabled ?? false,
              danger: ok.danger ?? false,
            },
          }
        : {})}
      {...(footer !== undefined || !ok ? { footer: footer ?? null } : {})}
    >
      {children}
    </Modal>
  )
}

type SidePanelProps = {
  title: ReactNode
  onClose: () => void
  extra?: ReactNode
  footer?: ReactNode
  children: ReactNode
}

/** Details beside a list: rendered while open, gives the focus back. */
export function SidePanel({ title, onClose, extra, footer, children }: SidePanelProps) {
  useGiveBackFocus()
  return (
    <Drawer open title={title} extra={extra} footer={footer} size="min(720px, 100vw)" onClose={onClose}>
      {children}
    </Drawer>
  )
}
