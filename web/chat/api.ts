import type { z } from 'zod'
import type { Chat, chatInfo } from '../../contract/chat.ts'
import { type ApiError, asCaller, readError, send } from '../api.ts'

export type { Chat, ChatMessage } from '../../contract/chat.ts'
type Info = z.output<(typeof chatInfo)['response']>
export type Site = Info['sites'][number]

// Types of the contract, without zod: the page is opened once, over mobile data.
const base = '/api/v1/chat'

export const loadSites = async () => ((await send('get', base)) as Info).sites
export const post = async <T = Chat>(path: string, body: object): Promise<T> =>
  (await send('post', `${base}/${path}`, body)) as T

/** @throws {ApiError} */
export async function sendFile(token: string, file: File): Promise<Chat> {
  const { headers, credentials } = asCaller()
  const response = await fetch(`${base}/file?name=${encodeURIComponent(file.name.slice(-120) || 'file')}`, {
    method: 'POST',
    credentials,
    headers: { ...headers, 'content-type': 'application/octet-stream', 'x-chat-token': token },
    body: file,
  })
  if (!response.ok) throw await readError(response)
  return (await response.json()) as Chat
}

/** Opens or saves a file of the chat; its address holds no token. @throws {ApiError} */
export async function openFile(token: string, { id, name }: { id: number; name: string }): Promise<void> {
  const { headers, credentials } = asCaller()
  const response = await fetch(`${base}/read-file`, {
    method: 'POST',
    credentials,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ token, id }),
  })
  if (!response.ok) throw await readError(response)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

export const problemOf = (error: unknown): string => (error as Partial<ApiError>).id ?? 'other'

const key = 'careloop.chat'
let held: string | null = null

/** In a frame of another site a browser may refuse all storage: then the chat lives as long as the page. */
export function keptToken(): string | null {
  try {
    return sessionStorage.getItem(key) ?? held
  } catch {
    return held
  }
}

export function keepToken(token: string | null) {
  held = token
  try {
    if (token === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, token)
  } catch {
    // Nothing is kept.
  }
}
