import {
  CheckCircleFilled,
  CloseCircleFilled,
  ExclamationCircleFilled,
  InfoCircleFilled,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import './notice.css'

const icons = {
  success: CheckCircleFilled,
  warning: ExclamationCircleFilled,
  danger: CloseCircleFilled,
  info: InfoCircleFilled,
}

/** Something to know before going on, in plain words. */
export function Notice({
  tone,
  title,
  children,
  action,
}: {
  tone: keyof typeof icons
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  const Icon = icons[tone]
  return (
    <div
      className={`notice-box notice-box-${tone}`}
      role={tone === 'danger' || tone === 'warning' ? 'alert' : 'status'}
    >
      <Icon aria-hidden />
      <div className="notice-box-body">
        <strong>{title}</strong>
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  )
}
