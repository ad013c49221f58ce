import {
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BarChartOutlined,
  BranchesOutlined,
  FileDoneOutlined,
  CarOutlined,
  FormOutlined,
  ImportOutlined,
  MailOutlined,
  MergeCellsOutlined,
  NodeIndexOutlined,
  NotificationOutlined,
  PhoneOutlined,
  ReadOutlined,
  SafetyCertificateOutlined,
  ScheduleOutlined,
  SettingOutlined,
  SolutionOutlined,
  TeamOutlined,
  UserSwitchOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import type { Permission } from '../../contract/access.ts'
import type { frame } from '../i18n/zh-CN/frame.ts'

export type NavigationEntry = {
  to: string
  word: keyof typeof frame.nav
  icon: ComponentType
  permission: Permission
}

/** The rail, in its order; who lacks the permission does not see the entry. */
export const navigation: readonly NavigationEntry[] = [
  { to: '/desk', word: 'desk', icon: PhoneOutlined, permission: 'task.read' },
  { to: '/tasks', word: 'tasks', icon: ScheduleOutlined, permission: 'task.assign' },
  { to: '/team', word: 'team', icon: SolutionOutlined, permission: 'task.assign' },
  { to: '/persons', word: 'persons', icon: TeamOutlined, permission: 'person.read' },
  { to: '/matches', word: 'matches', icon: MergeCellsOutlined, permission: 'person.merge' },
  { to: '/groups', word: 'groups', icon: ApartmentOutlined, permission: 'group.read' },
  { to: '/instructions', word: 'instructions', icon: NotificationOutlined, permission: 'instruction.read' },
  { to: '/figures', word: 'figures', icon: BarChartOutlined, permission: 'figure.read' },
  { to: '/spot-checks', word: 'spotChecks', icon: SafetyCertificateOutlined, permission: 'spot-check.read' },
  { to: '/head-checks', word: 'headChecks', icon: FileDoneOutlined, permission: 'head-check.read' },
  { to: '/visits', word: 'visits', icon: CarOutlined, permission: 'visit.read' },
  { to: '/enrollments', word: 'enrollments', icon: NodeIndexOutlined, permission: 'enrollment.read' },
  { to: '/pathways', word: 'pathways', icon: BranchesOutlined, permission: 'pathway.read' },
  { to: '/questionnaires', word: 'questionnaires', icon: FormOutlined, permission: 'questionnaire.read' },
  { to: '/guidance', word: 'guidance', icon: ReadOutlined, permission: 'guidance.read' },
  { to: '/messages', word: 'messages', icon: MailOutlined, permission: 'message.read' },
  { to: '/intake', word: 'intake', icon: ApiOutlined, permission: 'intake.read' },
  { to: '/imports', word: 'imports', icon: ImportOutlined, permission: 'import.read' },
  { to: '/settings', word: 'settings', icon: SettingOutlined, permission: 'setting.read' },
  { to: '/users', word: 'users', icon: UserSwitchOutlined, permission: 'user.read' },
  { to: '/audit', word: 'audit', icon: AuditOutlined, permission: 'audit.read' },
]
