import { z } from 'zod'
import { bookingLanguages } from './booking.ts'
import { route, timestamp } from './route.ts'

export const getCalendarFeed = route({
  method: 'get',
  path: '/me/calendar-feed',
  permission: 'schedule.read',
  summary:
    'Whether there is a calendar address of one’s own sessions, and since when; the address itself is shown once',
  response: z.object({ createdAt: timestamp.nullable() }),
})

export const makeCalendarFeed = route({
  method: 'post',
  path: '/me/calendar-feed',
  permission: 'schedule.read',
  summary: 'Make a calendar address; an earlier one ends',
  body: z.object({ language: z.enum(bookingLanguages) }),
  response: z.object({ url: z.string() }),
  status: 201,
})

export const revokeCalendarFeed = route({
  method: 'post',
  path: '/me/calendar-feed/revoke',
  permission: 'schedule.read',
  summary: 'End the calendar address',
  status: 204,
})

export const readCalendarFeed = route({
  method: 'get',
  path: '/calendar-feeds/{token}',
  permission: 'public',
  summary: 'Sessions and coming appointments of a doctor for a calendar (iCalendar), without names',
  params: z.object({ token: z.string().max(100) }),
  produces: 'text/calendar',
})
