import type { z } from 'zod'
import type { CurrentUser } from '../../contract/access.ts'
import type { recordVisit, VisitDay, VisitReport } from '../../contract/visit-record.ts'
import { send } from '../api.ts'
import { base64Of, fetchPicture, type PhotoStore, remembering } from '../features/task/photos.ts'
import { keepPhoto, type KeptPhoto, keptPhotos } from './store.ts'

// Types of the contract, without zod: the page has to be small enough to be kept on a telephone.
export async function takeDay(): Promise<VisitDay> {
  return (await send('post', '/api/v1/visits/today', {})) as VisitDay
}

/** Id of whoever is signed in, as the server writes it into records. */
export async function signedInAs(): Promise<string> {
  return `user:${((await send('get', '/api/v1/me')) as CurrentUser).id}`
}

export async function report(taskId: number, body: VisitReport) {
  const address = `/api/v1/visits/${taskId}/record`
  return (await send('post', address, body)) as z.output<(typeof recordVisit)['response']>
}

export async function sendPhoto({ taskId, key, linkId, picture }: KeptPhoto): Promise<void> {
  await send('post', `/api/v1/visits/${taskId}/photos`, { key, linkId, data: await base64Of(picture) })
}

/** Pictures stay on the telephone until the report is sent; what was there before comes from the server, if there is a line. */
export function visitPhotos(taskId: number): PhotoStore {
  return remembering({
    send: ({ key, linkId, picture }) => keepPhoto({ key, taskId, linkId, picture }),
    load: async (key) => {
      const kept = (await keptPhotos(taskId)).find((one) => one.key === key)
      return kept?.picture ?? fetchPicture(`/api/v1/tasks/${taskId}/photos/${key}`)
    },
  })
}
