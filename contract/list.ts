import { z } from 'zod'
import { id, idParams, route } from './route.ts'

/** Path of a list's route below `/api/v1`, which names the list. */
const listPath = z
  .string()
  .max(100)
  .regex(/^\/[a-z0-9/{}-]+$/i)

/** Filters, order and columns as they stand in the address, without a search: a view that others see names nobody. */
const viewSearch = z.string().max(1000)

const savedView = z.object({
  id,
  route: listPath,
  name: z.string(),
  search: viewSearch,
  /** Seen by colleagues of the same sites. */
  shared: z.boolean(),
  mine: z.boolean(),
  ownerName: z.string(),
})
export type SavedView = z.infer<typeof savedView>

export const listSavedViews = route({
  method: 'get',
  path: '/saved-views',
  permission: 'signed-in',
  summary: 'Own views of a list and those that colleagues share',
  query: z.object({ route: listPath }),
  response: z.object({ items: z.array(savedView) }),
})

export const saveView = route({
  method: 'post',
  path: '/saved-views',
  permission: 'signed-in',
  summary: 'Keep filters, order and columns of a list under a name; an own view of that name is replaced',
  body: z.object({
    route: listPath,
    name: z.string().trim().min(1).max(60),
    search: viewSearch,
    shared: z.boolean().default(false),
  }),
  response: savedView,
  status: 201,
})

export const deleteSavedView = route({
  method: 'delete',
  path: '/saved-views/{id}',
  permission: 'signed-in',
  summary: 'Delete an own view',
  params: idParams,
  status: 204,
})

export const logListExport = route({
  method: 'post',
  path: '/list-exports',
  permission: 'figure.export',
  summary: 'Log that rows of a list leave in a file; the screen writes none before',
  body: z.object({
    route: listPath,
    rows: z.number().int().min(0).max(1_000_000),
    columns: z.array(z.string().max(40)).max(60),
  }),
  status: 204,
})
