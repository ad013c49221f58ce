import {
  createMemoryHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import type { CurrentUser } from '../../contract/access.ts'
import { NotFound } from '../app/NotFound.tsx'
import { PagePending } from '../app/PagePending.tsx'
import { RouteError } from '../app/RouteError.tsx'
import type { Filters } from '../ui/filters.ts'
import { parseAddress, writeAddress } from '../ui/terms.ts'
import { LaunchFrame } from './LaunchFrame.tsx'

const root = createRootRouteWithContext<{ me: CurrentUser }>()({
  component: LaunchFrame,
  notFoundComponent: NotFound,
  validateSearch: (search): Filters => search as Filters,
})
const desk = lazyRouteComponent(() => import('../features/task/DeskPage.tsx'))
const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/desk', component: desk }),
  createRoute({ getParentRoute: () => root, path: '/desk/$taskId', component: desk }),
])

/** The desk and nothing else. Its addresses stay in the page: the one in the bar could not be opened again. */
export function launchRouter(me: CurrentUser, path: string) {
  return createRouter({
    routeTree,
    history: createMemoryHistory({ initialEntries: [path] }),
    context: { me },
    parseSearch: parseAddress,
    stringifySearch: writeAddress,
    defaultPendingComponent: PagePending,
    defaultPendingMs: 150,
    defaultErrorComponent: RouteError,
  })
}
