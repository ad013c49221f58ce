import {
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BarChartOutlined,
  BranchesOutlined,
  CalendarOutlined,
  CarOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  CommentOutlined,
  CustomerServiceOutlined,
  FileDoneOutlined,
  FileTextOutlined,
  FormOutlined,
  GiftOutlined,
  HomeOutlined,
  ImportOutlined,
  InboxOutlined,
  LineChartOutlined,
  MailOutlined,
  MergeCellsOutlined,
  NodeIndexOutlined,
  NotificationOutlined,
  PhoneOutlined,
  PieChartOutlined,
  ReadOutlined,
  RiseOutlined,
  SafetyCertificateOutlined,
  ScheduleOutlined,
  SettingOutlined,
  SnippetsOutlined,
  SolutionOutlined,
  SoundOutlined,
  StopOutlined,
  TeamOutlined,
  UserOutlined,
  UserSwitchOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import type { CurrentUser, Permission } from '../../contract/access.ts'
import type { WaitingKind } from '../../contract/waiting.ts'
import type { frame } from '../i18n/zh-CN/frame.ts'
import { may } from '../session.tsx'

type PageWord = keyof typeof frame.nav
export type AppPage = {
  to: string
  word: PageWord
  icon: ComponentType
  permission: Permission
  /** What waits there, counted beside the entry. */
  waits: readonly WaitingKind[]
}
export type Area = {
  word: keyof typeof frame.area
  icon: ComponentType
  pages: readonly AppPage[]
}

const page = (
  to: string,
  word: PageWord,
  icon: ComponentType,
  permission: Permission,
  ...waits: WaitingKind[]
): AppPage => ({ to, word, icon, permission, waits })

/** Every area of work in its order, at most seven pages in each; those without a page wait for their system. */
const areas: readonly Area[] = [
  {
    word: 'followUp',
    icon: PhoneOutlined,
    pages: [
      page('/desk', 'desk', PhoneOutlined, 'task.read', 'tasks'),
      page('/call-backs', 'callBacks', CalendarOutlined, 'task.read'),
      page('/tasks', 'tasks', ScheduleOutlined, 'task.assign', 'team'),
      page('/team', 'team', SolutionOutlined, 'task.assign'),
      page('/visits', 'visits', CarOutlined, 'visit.read', 'visits', 'unplanned', 'unsettled'),
      page('/enrollments', 'enrollments', NodeIndexOutlined, 'enrollment.read'),
      page('/messages', 'messages', MailOutlined, 'message.read'),
    ],
  },
  {
    word: 'calls',
    icon: CustomerServiceOutlined,
    pages: [
      page('/calls', 'calls', PhoneOutlined, 'call.read'),
      page('/call-wall', 'callWall', BarChartOutlined, 'call.supervise'),
      page('/voice', 'voice', SoundOutlined, 'voice.read'),
      page('/inbox', 'inbox', InboxOutlined, 'conversation.read', 'conversations'),
      page('/knowledge', 'knowledge', ReadOutlined, 'knowledge.read', 'articles'),
      page('/call-reviews', 'callReviews', CheckSquareOutlined, 'call-review.read', 'scoring', 'scores'),
      page('/call-quality', 'callQuality', LineChartOutlined, 'call.supervise'),
    ],
  },
  {
    word: 'appointments',
    icon: CalendarOutlined,
    pages: [
      page('/appointments', 'appointments', CalendarOutlined, 'appointment.read'),
      page('/waitlist', 'waitlist', TeamOutlined, 'appointment.read'),
      page('/schedules', 'schedules', ScheduleOutlined, 'schedule.read'),
      page('/no-shows', 'noShows', StopOutlined, 'appointment.read'),
      page('/clinic-load', 'clinicLoad', BarChartOutlined, 'schedule.read'),
    ],
  },
  {
    word: 'supervision',
    icon: SafetyCertificateOutlined,
    pages: [
      page('/cases', 'cases', CommentOutlined, 'case.read', 'cases', 'approvals'),
      page('/promises', 'promises', ClockCircleOutlined, 'promise.read', 'promises'),
      page('/improvements', 'improvements', RiseOutlined, 'case.read'),
      page(
        '/instructions',
        'instructions',
        NotificationOutlined,
        'instruction.read',
        'instructions',
        'results',
      ),
      page(
        '/spot-checks',
        'spotChecks',
        CheckSquareOutlined,
        'spot-check.read',
        'objections',
        'appeals',
        'draws',
      ),
      page('/head-checks', 'headChecks', FileDoneOutlined, 'head-check.read', 'findings', 'checks'),
      page('/audit', 'audit', AuditOutlined, 'audit.read'),
    ],
  },
  {
    word: 'patients',
    icon: TeamOutlined,
    pages: [
      page('/persons', 'persons', UserOutlined, 'person.read'),
      page('/matches', 'matches', MergeCellsOutlined, 'person.merge', 'matches'),
      page('/groups', 'groups', ApartmentOutlined, 'group.read'),
    ],
  },
  {
    word: 'marketing',
    icon: GiftOutlined,
    pages: [
      page('/campaigns', 'campaigns', NotificationOutlined, 'campaign.read'),
      page('/segments', 'segments', PieChartOutlined, 'segment.read'),
      page('/templates', 'templates', SnippetsOutlined, 'template.read'),
      page('/contact-log', 'contactLog', StopOutlined, 'message.read'),
    ],
  },
  {
    word: 'insight',
    icon: BarChartOutlined,
    pages: [
      page('/figures', 'figures', LineChartOutlined, 'figure.read'),
      page('/case-figures', 'caseFigures', BarChartOutlined, 'case.read'),
      page('/figures/report', 'report', FileTextOutlined, 'figure.read'),
      page('/figures/completeness', 'completeness', BarChartOutlined, 'figure.read'),
    ],
  },
  { word: 'community', icon: HomeOutlined, pages: [] },
  { word: 'supply', icon: InboxOutlined, pages: [] },
  {
    word: 'settings',
    icon: SettingOutlined,
    pages: [
      page('/pathways', 'pathways', BranchesOutlined, 'pathway.read'),
      page('/questionnaires', 'questionnaires', FormOutlined, 'questionnaire.read'),
      page('/guidance', 'guidance', ReadOutlined, 'guidance.read'),
      page('/intake', 'intake', ApiOutlined, 'intake.read', 'intake', 'outbound'),
      page('/imports', 'imports', ImportOutlined, 'import.read'),
      page('/settings', 'settings', SettingOutlined, 'setting.read'),
      page('/users', 'users', UserSwitchOutlined, 'user.read'),
    ],
  },
]

/** The areas in which somebody may open a page, with those pages. */
export function areasOf(me: CurrentUser): Area[] {
  return areas
    .map((area) => ({ ...area, pages: area.pages.filter((one) => may(me, one.permission)) }))
    .filter((area) => area.pages.length > 0)
}

/** The page that an address belongs to: the longest one that it begins with. */
export function pageAt(path: string): AppPage | undefined {
  return areas
    .flatMap((area) => area.pages)
    .filter((one) => path === one.to || path.startsWith(`${one.to}/`))
    .sort((a, b) => b.to.length - a.to.length)[0]
}
