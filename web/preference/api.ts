import type { WishesPage } from '../../contract/preference.ts'
import { type ApiError, send } from '../api.ts'

export type View = WishesPage | { state: 'unreachable' | 'tooMany' }
export type OpenWishes = Extract<WishesPage, { state: 'open' }>

/** What the link leads to after that act. Types of the contract, without zod: the page is opened once, over mobile data. */
export async function look(act: 'open' | 'save' | 'stop', body: object): Promise<View> {
  try {
    return (await send('post', `/api/v1/preferences/${act}`, body)) as WishesPage
  } catch (error) {
    const { status, id } = error as ApiError
    if (status === 429) return { state: 'tooMany' }
    return { state: id === 'link-closed' || status === 422 ? 'closed' : 'unreachable' }
  }
}
