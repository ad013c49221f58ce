import { route } from './route.ts'

/**
 * Names of the server-sent events; none carries personal data, the screen fetches what it shows.
 * `tasks`: `{created: number, changed: number}`; `intake`: `{received: number}`; `session-ended`: `{}`.
 */
export const liveEventNames = ['tasks', 'intake', 'session-ended'] as const
export type LiveEventName = (typeof liveEventNames)[number]

export const openLiveStream = route({
  method: 'get',
  path: '/live',
  permission: 'signed-in',
  summary: 'Server-sent events: something in my scope changed',
  produces: 'text/event-stream',
})
