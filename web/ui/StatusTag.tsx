import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  ExclamationCircleFilled,
  InfoCircleFilled,
  MinusCircleOutlined,
} from '@ant-design/icons'
import type { ComponentType, ReactNode } from 'react'

export type Tone = 'success' | 'warning' | 'danger' | 'info' | 'primary' | 'neutral'

const icons: Record<Tone, ComponentType> = {
  success: CheckCircleFilled,
  warning: ExclamationCircleFilled,
  danger: CloseCircleFilled,
  info: InfoCircleFilled,
  primary: ClockCircleOutlined,
  neutral: MinusCircleOutlined,
}

/** A state as word + icon + colour, because colour alone says nothing to some and little to others. */
export function StatusTag({ tone, children, icon }: { tone: Tone; children: ReactNode; icon?: ReactNode }) {
  const Icon = icons[tone]
  return (
    <span className={`status-tag tone-${tone}`}>
      <span aria-hidden="true" className="status-tag-icon">
        {icon ?? <Icon />}
      </span>
      {children}
    </span>
  )
}
