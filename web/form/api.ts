import type { z } from 'zod'
import type { openForm, saveForm, submitForm } from '../../contract/questionnaire-link.ts'
import type { Answers } from '../../contract/questionnaire.ts'
import { send } from '../api.ts'
import { base64Of, fetchPicture, type PhotoStore, postPicture, remembering } from '../features/task/photos.ts'

export type Opened = z.output<(typeof openForm)['response']>
export type OpenForm = Extract<Opened, { state: 'open' }>
export type Confirmation = Extract<Opened, { state: 'confirm' }>
export type Handed = z.output<(typeof submitForm)['response']>
type Saved = z.output<(typeof saveForm)['response']>

// Types of the contract, without zod: the page is opened once, over mobile data.
const post = (path: string, body: object, keepalive = false) =>
  send('post', `/api/v1/forms/${path}`, body, { keepalive })

export async function open(token: string, proof: { birthYear?: number; pass?: string }): Promise<Opened> {
  return (await post('open', { token, ...proof })) as Opened
}

export async function save(token: string, pass: string, answers: Answers): Promise<Saved> {
  return (await post('answers', { token, pass, answers }, true)) as Saved
}

export async function submit(token: string, pass: string, answers: Answers): Promise<Handed> {
  return (await post('submit', { token, pass, answers })) as Handed
}

/** Pictures that the person sends by this form. The token goes in the body, not in the address. */
export function formPhotos(token: string, pass: string): PhotoStore {
  const address = '/api/v1/forms/photos'
  return remembering({
    send: async ({ key, linkId, picture }, onProgress, signal) => {
      const body = { token, pass, key, linkId, data: await base64Of(picture) }
      await postPicture(address, body, onProgress, signal, { 'x-form': `${token} ${pass}` })
    },
    load: (key) => fetchPicture(`${address}/read`, { token, pass, key }),
  })
}
