import { route } from './route.ts'

/**
 * Names of the server-sent events; none carries personal data, the screen fetches what it shows.
 * `tasks`: `{created: number, changed: number}`; `intake`: `{received: number}`; `call`: `{callId?: number}`, a call at my telephone or
 * (without an id) of my site changed; `voice`: calls of the machine changed; `conversation`: `{changed: number}`; `red-flag`: `{taskId: number, reminded: boolean}`, a further
 * answer of a red flag on my list, or a colleague reminds me of it; `session-ended`: `{}`.
 */
export const liveEventNames = [
  'tasks',
  'red-flag',
  'call',
  'voice',
  'intake',
  'session-ended',
  'conversation',
] as const
export type LiveEventName = (typeof liveEventNames)[number]

export const openLiveStream = route({
  method: 'get',
  path: '/live',
  permission: 'signed-in',
  summary: 'Server-sent events: something in my scope changed',
  produces: 'text/event-stream',
})
