import type { AppointmentLinkPage } from '../../contract/appointment-link.ts'
import { type ApiError, send } from '../api.ts'

export type View = AppointmentLinkPage | { state: 'unreachable' | 'tooMany' }
export type Act = 'confirm' | 'cancel' | 'accept' | 'decline'
export type Shown = Extract<AppointmentLinkPage, { state: 'appointment' | 'offer' }>

/** What the link leads to after that act. Types of the contract, without zod: the page is opened once, over mobile data. */
export async function look(token: string, act?: Act): Promise<View> {
  try {
    const body = { token, ...(act && { act }) }
    return (await send(
      'post',
      `/api/v1/appointment-links/${act ? 'act' : 'open'}`,
      body,
    )) as AppointmentLinkPage
  } catch (error) {
    const { status, id } = error as ApiError
    if (status === 429) return { state: 'tooMany' }
    // Somebody was quicker, or time has passed: the page says how it stands now.
    if (status === 409 && act) return look(token)
    return { state: id === 'link-closed' || status === 422 ? 'closed' : 'unreachable' }
  }
}
