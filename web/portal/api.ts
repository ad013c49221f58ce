import type { z } from 'zod'
import type { portalAppointments, portalInfo, portalResults, portalSessions } from '../../contract/portal.ts'
import { send } from '../api.ts'

export type {
  PortalAccess,
  PortalAppointment,
  PortalConsents,
  PortalEntrance,
  PortalFamily,
  PortalHome,
  PortalMe,
  PortalPromise,
  PortalReport,
  PortalResult,
} from '../../contract/portal.ts'
export type Info = z.output<(typeof portalInfo)['response']>
export type Appointments = z.output<(typeof portalAppointments)['response']>
export type Reports = z.output<(typeof portalResults)['response']>
export type Sessions = z.output<(typeof portalSessions)['response']>

// Types of the contract, without zod: the page is opened over mobile data.
const base = '/api/v1/portal'

/** @param about the person whom it is about; left out: none is named */
export const get = async <T>(path: string, about?: number, more: Record<string, string> = {}): Promise<T> => {
  const query = new URLSearchParams({
    ...(about !== undefined && { for: String(about) }),
    ...more,
  }).toString()
  return (await send('get', `${base}${path}${query ? `?${query}` : ''}`)) as T
}
export const post = async <T>(path: string, body: object = {}): Promise<T> =>
  (await send('post', `${base}${path}`, body)) as T
