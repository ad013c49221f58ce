import { z } from 'zod'
import { calendarDate, id, idParams, route, timestamp } from './route.ts'

const mark = z.object({
  id,
  siteId: id,
  reason: z.string(),
  until: calendarDate,
  setAt: timestamp,
  setByName: z.string(),
  endedAt: timestamp.nullable(),
  endedByName: z.string().nullable(),
  endReason: z.string().nullable(),
  stands: z.boolean(),
})
export type CareMark = z.infer<typeof mark>

const reason = z.string().trim().min(2).max(500)

export const listCareMarks = route({
  method: 'get',
  path: '/persons/{id}/care-marks',
  permission: 'case.read',
  summary: 'Marks that meeting this person is difficult, with the guidance for it',
  params: idParams,
  response: z.object({
    items: z.array(mark),
    guidance: z.object({ title: z.string(), body: z.string() }).nullable(),
  }),
})

export const setCareMark = route({
  method: 'post',
  path: '/persons/{id}/care-marks',
  permission: 'case.manage',
  summary: 'Mark a person as difficult to meet, with reason and last day',
  params: idParams,
  body: z.object({ reason, until: calendarDate, siteId: id.nullable().default(null) }),
  response: mark,
  status: 201,
})

export const endCareMark = route({
  method: 'post',
  path: '/care-marks/{id}/end',
  permission: 'case.manage',
  summary: 'End a mark before its last day',
  params: idParams,
  body: z.object({ reason }),
  response: mark,
})
