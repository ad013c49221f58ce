import {
  ApartmentOutlined,
  BranchesOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  FileTextOutlined,
  MailOutlined,
  StopOutlined,
  ThunderboltOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import type { PathwayStep } from '../../../contract/pathway.ts'

export const stepIcons: Record<PathwayStep['kind'], ComponentType> = {
  wait: ClockCircleOutlined,
  task: CheckSquareOutlined,
  branch: BranchesOutlined,
  message: MailOutlined,
  questionnaire: FileTextOutlined,
  pathway: ApartmentOutlined,
  act: ThunderboltOutlined,
  stop: StopOutlined,
}
