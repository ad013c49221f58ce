import { z } from 'zod'
import { proxyKinds } from './portal.ts'
import { calendarDate, id, idParams, route, timestamp } from './route.ts'

/* The portal as staff see it: what patients read there, and who acts for them. */

const staffReport = z.object({
  id,
  title: z.string(),
  at: timestamp,
  abnormal: z.number().int(),
  /** What has to happen before the patient reads it. */
  needs: z.enum(['nothing', 'seen', 'talked']),
  state: z.enum(['open', 'held']),
  /** The patient has opened it. */
  read: z.boolean(),
})

export const listReports = route({
  method: 'get',
  path: '/persons/{id}/reports',
  permission: 'person.read',
  summary: 'Reports of a patient: which the patient can read at the portal, and which wait for somebody',
  params: idParams,
  response: z.object({ items: z.array(staffReport) }),
})

export const releaseReport = route({
  method: 'post',
  path: '/persons/{id}/reports/{reportId}/release',
  permission: 'person.write',
  summary:
    'Say that a doctor has looked at a report, or talked about it with the patient, who may read it now',
  params: z.object({ id, reportId: id }),
  body: z.object({ how: z.enum(['seen', 'talked']) }),
  status: 204,
})

const staffProxy = z.object({
  id,
  kind: z.enum(proxyKinds),
  proxyId: id,
  /** Masked. */
  name: z.string(),
  reference: z.string().nullable(),
  recordedByName: z.string(),
  since: timestamp,
  until: calendarDate.nullable(),
})

export const listProxies = route({
  method: 'get',
  path: '/persons/{id}/proxies',
  permission: 'person.read',
  summary: 'Who acts for a patient at the portal',
  params: idParams,
  response: z.object({ items: z.array(staffProxy) }),
})

export const addProxy = route({
  method: 'post',
  path: '/persons/{id}/proxies',
  permission: 'person.write',
  summary: 'Record who may act for a patient at the portal, and by what paper',
  params: idParams,
  body: z.object({
    proxyId: id,
    kind: z.enum(proxyKinds),
    reference: z.string().trim().min(1).max(200),
    until: calendarDate.nullable(),
  }),
  status: 201,
  response: z.object({ items: z.array(staffProxy) }),
})

export const endProxyOf = route({
  method: 'post',
  path: '/persons/{id}/proxies/{proxyId}/end',
  permission: 'person.write',
  summary: 'Somebody no longer acts for a patient',
  params: z.object({ id, proxyId: id }),
  status: 204,
})
