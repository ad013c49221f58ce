import {
  Outlet,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import type { CurrentUser } from '../../contract/access.ts'
import type { Filters } from '../ui/filters.ts'
import { parseAddress, writeAddress } from '../ui/terms.ts'
import { NotFound } from './NotFound.tsx'
import { PagePending } from './PagePending.tsx'
import { RouteError } from './RouteError.tsx'
import { Shell } from './Shell.tsx'

const root = createRootRouteWithContext<{ me: CurrentUser }>()({
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
  notFoundComponent: NotFound,
  validateSearch: (search): Filters => search as Filters,
})

function page<const P extends string>(path: P, load: Parameters<typeof lazyRouteComponent>[0]) {
  return createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) })
}

/** Every page, lazily loaded; a page file has one default export. A new page is one line here and one in navigation.tsx. */
const routeTree = root.addChildren([
  page('/', () => import('../features/home/HomePage.tsx')),
  page('/desk', () => import('../features/task/DeskPage.tsx')),
  page('/desk/$taskId', () => import('../features/task/DeskPage.tsx')),
  page('/call-backs', () => import('../features/call-back/CallBacksPage.tsx')),
  page('/voice', () => import('../features/voice/VoicePage.tsx')),
  page('/voice/prompts', () => import('../features/voice/PromptsPage.tsx')),
  page('/inbox', () => import('../features/conversation/InboxPage.tsx')),
  page('/inbox/$id', () => import('../features/conversation/InboxPage.tsx')),
  page('/knowledge', () => import('../features/knowledge/KnowledgePage.tsx')),
  page('/letters/$taskId', () => import('../features/letter/LetterPage.tsx')),
  page('/team', () => import('../features/team/TeamPage.tsx')),
  page('/tasks', () => import('../features/task/TasksPage.tsx')),
  page('/figures/completeness', () => import('../features/figure/CompletenessPage.tsx')),
  page('/persons', () => import('../features/person/PersonsPage.tsx')),
  page('/persons/$id', () => import('../features/person/PersonPage.tsx')),
  page('/persons/merge/$left/$right', () => import('../features/match/MergePage.tsx')),
  page('/matches', () => import('../features/match/MatchesPage.tsx')),
  page('/figures', () => import('../features/figure/FiguresPage.tsx')),
  page('/figures/report', () => import('../features/figure/ReportPage.tsx')),
  page('/figures/rows', () => import('../features/figure/FigureRowsPage.tsx')),
  page('/cases', () => import('../features/case/CasesPage.tsx')),
  page('/cases/setup', () => import('../features/case/CaseSetupPage.tsx')),
  page('/cases/$id', () => import('../features/case/CasePage.tsx')),
  page('/case-figures', () => import('../features/case/CaseFiguresPage.tsx')),
  page('/promises', () => import('../features/promise/PromisesPage.tsx')),
  page('/improvements', () => import('../features/case/ImprovementsPage.tsx')),
  page('/improvements/$id', () => import('../features/case/ImprovementPage.tsx')),
  page('/instructions', () => import('../features/instruction/InstructionsPage.tsx')),
  page('/head-checks', () => import('../features/head-check/HeadChecksPage.tsx')),
  page('/spot-checks', () => import('../features/spot-check/SpotChecksPage.tsx')),
  page('/visits', () => import('../features/visit/VisitsPage.tsx')),
  page('/visits/plans/$id', () => import('../features/visit/PlanPage.tsx')),
  page('/appointments', () => import('../features/appointment/AppointmentsPage.tsx')),
  page('/calls', () => import('../features/call/CallsPage.tsx')),
  page('/call-wall', () => import('../features/call/CallWallPage.tsx')),
  page('/call-reviews', () => import('../features/quality/CallReviewsPage.tsx')),
  page('/call-quality', () => import('../features/quality/CallQualityPage.tsx')),
  page('/waitlist', () => import('../features/appointment/WaitlistPage.tsx')),
  page('/no-shows', () => import('../features/appointment/NoShowsPage.tsx')),
  page('/schedules', () => import('../features/appointment/SchedulesPage.tsx')),
  page('/clinic-load', () => import('../features/appointment/LoadPage.tsx')),
  page('/campaigns', () => import('../features/campaign/CampaignsPage.tsx')),
  page('/campaigns/new', () => import('../features/campaign/CampaignEditPage.tsx')),
  page('/campaigns/$id/edit', () => import('../features/campaign/CampaignEditPage.tsx')),
  page('/campaigns/$id', () => import('../features/campaign/CampaignPage.tsx')),
  page('/pathways', () => import('../features/pathway/PathwaysPage.tsx')),
  page('/pathways/$id', () => import('../features/pathway/PathwayPage.tsx')),
  page('/pathways/$id/edit', () => import('../features/pathway/editor/PathwayEditPage.tsx')),
  page('/pathways/$id/rehearsal', () => import('../features/pathway/rehearsal/RehearsalPage.tsx')),
  page('/enrollments', () => import('../features/enrollment/EnrollmentsPage.tsx')),
  page('/questionnaires', () => import('../features/questionnaire/QuestionnairesPage.tsx')),
  page('/questionnaires/new', () => import('../features/designer/NewQuestionnairePage.tsx')),
  page('/questionnaires/$id/edit', () => import('../features/designer/QuestionnaireEditPage.tsx')),
  page('/questionnaires/$id', () => import('../features/questionnaire/QuestionnairePage.tsx')),
  page('/templates', () => import('../features/template/TemplatesPage.tsx')),
  page('/templates/$id', () => import('../features/template/TemplatePage.tsx')),
  page('/contact-log', () => import('../features/contact-log/ContactLogPage.tsx')),
  page('/guidance', () => import('../features/guidance/GuidancePage.tsx')),
  page('/messages', () => import('../features/message/MessagesPage.tsx')),
  page('/intake', () => import('../features/intake/IntakePage.tsx')),
  page('/groups', () => import('../features/group/GroupsPage.tsx')),
  page('/groups/$id', () => import('../features/group/GroupPage.tsx')),
  page('/segments', () => import('../features/segment/SegmentsPage.tsx')),
  page('/segments/overview', () => import('../features/segment/OverviewPage.tsx')),
  page('/segments/new', () => import('../features/segment/SegmentEditPage.tsx')),
  page('/segments/$id', () => import('../features/segment/SegmentPage.tsx')),
  page('/segments/$id/edit', () => import('../features/segment/SegmentEditPage.tsx')),
  page('/imports', () => import('../features/import/ImportsPage.tsx')),
  page('/imports/$id', () => import('../features/import/ImportPage.tsx')),
  page('/settings', () => import('../features/setting/SettingsPage.tsx')),
  page('/users', () => import('../features/user/UsersPage.tsx')),
  page('/audit', () => import('../features/audit/AuditPage.tsx')),
  page('/audit/assistant', () => import('../features/assistant/AssistantLogPage.tsx')),
])

export const router = createRouter({
  routeTree,
  context: { me: undefined as unknown as CurrentUser },
  parseSearch: parseAddress,
  stringifySearch: writeAddress,
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultPendingMs: 150,
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
