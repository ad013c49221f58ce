import type { VisitRoute } from '../../../contract/visit-plan.ts'

/** Where in a plan a visit goes. */
export type Place = { teamId: number; date: string; position: number }

/** One team's day. */
export const routeKey = (route: Pick<VisitRoute, 'teamId' | 'date'>) => `${route.date}|${route.teamId}`
