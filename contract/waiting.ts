import { z } from 'zod'
import { route, timestamp } from './route.ts'

/** What may wait for somebody; each is shown beside the page that deals with it. */
export const waitingKind = z.enum([
  'tasks',
  'team',
  'instructions',
  'results',
  'objections',
  'appeals',
  'findings',
  'checks',
  'draws',
  'calls',
  'disputes',
  'cases',
  'approvals',
  'promises',
  'conversations',
  'articles',
  'scoring',
  'scores',
  'visits',
  'unplanned',
  'unsettled',
  'matches',
  'intake',
  'outbound',
  'refusals',
  'reveals',
])
export type WaitingKind = z.infer<typeof waitingKind>

export const listWaiting = route({
  method: 'get',
  path: '/waiting',
  permission: 'signed-in',
  summary: 'What waits for the caller, as far as they may read it, and their own work of today',
  response: z.object({
    items: z.array(
      z.object({
        kind: waitingKind,
        count: z.number().int(),
        /** Of these, past their time. */
        late: z.number().int(),
      }),
    ),
    /** Null for somebody without a work list. */
    today: z
      .object({
        done: z.number().int(),
        goal: z.number().int(),
        redFlags: z.number().int(),
        waiting: z.number().int(),
        /** When calls may be made again; null: now. */
        callsFrom: timestamp.nullable(),
      })
      .nullable(),
  }),
})
export type Waiting = z.infer<(typeof listWaiting)['response']>
