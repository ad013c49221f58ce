import { z } from 'zod'
import { localized } from './questionnaire.ts'
import { id, idParams, route, timestamp } from './route.ts'

/** Maximum bytes of an uploaded picture; the pages scale pictures down well below. */
export const mostPhotoBytes = 3 * 1024 * 1024

/** The same in base64, four characters for three bytes, with what stands around it. */
export const largestPhotoBody = (mostPhotoBytes / 3) * 4 + 4096

/** Chosen by the client, so that a picture uploaded twice is stored once. */
export const photoKey = z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits')

/** One picture: JPEG or PNG in base64. Metadata on camera, place and time are removed. */
export const photoUpload = z.object({
  key: photoKey,
  /** The question that it answers. */
  linkId: z.string().min(1).max(60),
  data: z.string().min(1),
})

const photo = z.object({ key: photoKey, contentType: z.enum(['image/jpeg', 'image/png']), size: z.number() })
export type Photo = z.infer<typeof photo>

export const addTaskPhoto = route({
  method: 'post',
  path: '/tasks/{id}/photos',
  permission: 'task.work',
  summary: 'Send a picture for a question of the held task; the answers then name its key',
  params: idParams,
  body: photoUpload,
  largestBody: largestPhotoBody,
  response: photo,
  status: 201,
})

export const readTaskPhoto = route({
  method: 'get',
  path: '/tasks/{id}/photos/{key}',
  permission: 'person.reveal',
  summary: 'A picture that was given as an answer; logged',
  params: z.object({ id, key: photoKey }),
  produces: 'image/jpeg',
})

export const listPersonPhotos = route({
  method: 'get',
  path: '/persons/{id}/photos',
  permission: 'person.reveal',
  summary: 'Pictures that a person’s answers hold, newest first, of tasks that one may read',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        key: photoKey,
        taskId: id,
        taskTitle: z.string(),
        question: localized,
        at: timestamp,
        source: z.enum(['staff', 'person']),
      }),
    ),
  }),
})
export type PersonPhoto = z.infer<(typeof listPersonPhotos)['response']>['items'][number]

export const addVisitPhoto = route({
  method: 'post',
  path: '/visits/{id}/photos',
  permission: 'visit.work',
  summary: 'Send a picture taken at the door, before the report that names it; only for a task taken along',
  params: idParams,
  body: photoUpload,
  largestBody: largestPhotoBody,
  response: photo,
  status: 201,
})
