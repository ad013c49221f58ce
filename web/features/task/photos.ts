import { createContext, use } from 'react'
import { ApiError, asCaller, readError } from '../../api.ts'

/** Where pictures of a form go and come from: the server, or the telephone as long as there is no line. */
export type PhotoStore = {
  send: (
    photo: { key: string; linkId: string; picture: Blob },
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ) => Promise<void>
  load: (key: string) => Promise<Blob>
}

const PhotoContext = createContext<PhotoStore | null>(null)
export const PhotoProvider = PhotoContext.Provider

/** Null where pictures may be counted, but not seen. */
export function usePhotos(): PhotoStore | null {
  return use(PhotoContext)
}

/** What was just taken shows without being fetched again, and no read is logged twice while the page is open. */
export function remembering(store: PhotoStore): PhotoStore {
  const known = new Map<string, Promise<Blob>>()
  return {
    async send(photo, onProgress, signal) {
      await store.send(photo, onProgress, signal)
      known.set(photo.key, Promise.resolve(photo.picture))
    },
    load(key) {
      const loading = known.get(key) ?? store.load(key)
      known.set(key, loading)
      loading.catch(() => known.delete(key))
      return loading
    },
  }
}

/** Pictures of a task for staff. */
export function taskPhotos(taskId: number): PhotoStore {
  const address = `/api/v1/tasks/${taskId}/photos`
  return remembering({
    send: async ({ key, linkId, picture }, onProgress, signal) =>
      postPicture(address, { key, linkId, data: await base64Of(picture) }, onProgress, signal),
    load: (key) => fetchPicture(`${address}/${key}`),
  })
}

/** Sends a picture as JSON; uses XMLHttpRequest, because `fetch` has no upload progress. @throws {ApiError} */
export function postPicture(
  address: string,
  body: object,
  onProgress: (share: number) => void,
  signal: AbortSignal,
  more: Record<string, string> = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.setRequestHeader('content-type', 'application/json')
    for (const [name, value] of Object.entries({ ...asCaller().headers, ...more }))
      request.setRequestHeader(name, value)
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onerror = () => reject(new ApiError(0, 'network', 'network'))
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'))
    request.onload = () => {
      if (request.status === 201) {
        resolve()
        return
      }
      const { error } = (request.response ?? {}) as { error?: { id: string; message: string } }
      reject(new ApiError(request.status, error?.id ?? 'internal', error?.message ?? request.statusText))
    }
    signal.addEventListener('abort', () => request.abort())
    request.send(JSON.stringify(body))
  })
}

/** @param body asks by POST; left out: by GET. @throws {ApiError} */
export async function fetchPicture(address: string, body?: object): Promise<Blob> {
  const { credentials, headers } = asCaller()
  const response = await fetch(address, {
    credentials,
    headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError(0, 'network', 'network')
  })
  if (!response.ok) throw await readError(response)
  return response.blob()
}

export function base64Of(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error ?? new Error('FileReader'))
    reader.readAsDataURL(picture)
  })
}

/** Enough to read the display of a device and to see the edge of a wound. */
const longestSide = 1600
const mostBytes = 1_500_000
/** What no telephone's camera makes; decoding it would freeze the page. */
const mostFileBytes = 60_000_000

/**
 * The picture turned upright, scaled down and written anew as JPEG. Where and with what it was taken is left behind on the telephone.
 * @throws {PictureError}
 */
export async function scaled(file: Blob): Promise<Blob> {
  if (file.size > mostFileBytes) throw new PictureError('large')
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
    throw new PictureError('unreadable')
  })
  const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  if (!context) throw new PictureError('unreadable')
  // What is transparent would turn black.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  for (const quality of [0.85, 0.7, 0.5]) {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
    if (!blob) throw new PictureError('unreadable')
    if (blob.size <= mostBytes) return blob
  }
  throw new PictureError('large')
}

export type PictureProblem = 'unreadable' | 'large' | 'offline' | 'refused'

export class PictureError extends Error {
  readonly problem: PictureProblem
  constructor(problem: PictureProblem) {
    super(problem)
    this.problem = problem
  }
}

/** Why a picture did not arrive, in four kinds for whoever took it. */
export function problemOf(error: unknown): PictureProblem {
  if (error instanceof PictureError) return error.problem
  if (!(error instanceof ApiError)) return 'refused'
  if (error.status === 0) return 'offline'
  if (error.status === 413) return 'large'
  return error.id.startsWith('picture-') ? 'unreadable' : 'refused'
}

/** The question whose picture is still on its way: whoever goes on now would leave it behind. */
export function sendingIn(form: HTMLElement | null): string | null {
  const field = form?.querySelector('[data-sending]')?.closest<HTMLElement>('[data-question]')
  return field?.dataset['question'] ?? null
}
