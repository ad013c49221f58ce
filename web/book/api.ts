import type { z } from 'zod'
import type {
  askBookingCode,
  bookingPlaces,
  bookingSlots,
  BookingSession,
  openBookingSession,
} from '../../contract/booking.ts'
import { type ApiError, asCaller, readError, send } from '../api.ts'

export type { Booking, BookingSession, BookingSlot, BookingWho } from '../../contract/booking.ts'
export type Places = z.output<(typeof bookingPlaces)['response']>
export type Site = Places['sites'][number]
export type Department = Site['departments'][number]
export type DaySlots = z.output<(typeof bookingSlots)['response']>
export type Asked = z.output<(typeof askBookingCode)['response']>
export type Opened = z.output<(typeof openBookingSession)['response']>

// Types of the contract, without zod: the page is opened once, over mobile data.
const base = '/api/v1/booking'
export const post = async <T>(path: string, body: object): Promise<T> =>
  (await send('post', `${base}/${path}`, body)) as T

export const loadPlaces = async () => (await send('get', `${base}/places`)) as Places
export const loadSlots = async (siteId: number, departmentId: number, date: string | null) =>
  (await send(
    'get',
    `${base}/slots?siteId=${siteId}&departmentId=${departmentId}${date ? `&date=${date}` : ''}`,
  )) as DaySlots

export const readSession = (token: string) => post<BookingSession>('session', { token })

/** Hands a booking to the calendar of the telephone, as a file. @throws {ApiError} */
export async function saveCalendar(body: { token: string; id: number; language: string }, name: string) {
  const { headers, credentials } = asCaller()
  const response = await fetch(`${base}/calendar`, {
    method: 'POST',
    credentials,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw await readError(response)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = `${name}.ics`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Which words say what went wrong: those of the error, or of the field that was refused. */
export function problemOf(error: unknown): string {
  const { id, fields } = error as Partial<ApiError>
  if (id === 'invalid' && fields?.[0]?.path === 'phone') return 'phone'
  return id ?? 'other'
}
