import { z } from 'zod'
import { getCurrentUser } from './access.ts'
import { giveGuidance, listTaskGuidance } from './guidance.ts'
import { revealPerson } from './person.ts'
import { addTaskPhoto, readTaskPhoto } from './photo.ts'
import { createTaskLink, listTaskLinks, revokeLink } from './questionnaire-link.ts'
import { id, idParams, route, timestamp, type RouteContract } from './route.ts'
import { countTasks, getTask, holdTask, listTasks, releaseTask, takeNextTask } from './task.ts'
import { addEvidence, recordAttempt, reopenTask, saveAnswers, withdrawEvidence } from './task-result.ts'

// "Launch" as in SMART App Launch: the workstation starts us for its user, with or without a patient.

const word = z.string().trim().min(1)

export const createLaunch = route({
  method: 'post',
  path: '/launches',
  permission: 'launch.create',
  summary:
    'A link that opens the desk for one member of staff on their own workstation; opened once, within a minute (setting)',
  body: z
    .object({
      /** The workstation's user: user name here, or staff code. */
      username: word.max(64).optional(),
      staffCode: word.max(64).optional(),
      /** Site of staff code and record number; left out: the key's own site, or the only one. */
      siteCode: word.max(64).optional(),
      /** One patient, by record number or by our id; or one task. None of them: the user's own list. */
      recordNumber: word.max(64).optional(),
      personId: id.optional(),
      taskId: id.optional(),
      /** Left out: the browser's language. */
      language: z.enum(['zh-CN', 'zh-TW', 'en']).optional(),
    })
    .superRefine(({ username, staffCode, recordNumber, personId, taskId }, context) => {
      const given = (values: unknown[]) => values.filter((value) => value !== undefined).length
      if (given([username, staffCode]) !== 1)
        context.addIssue({ code: 'custom', path: ['username'], message: 'give either username or staffCode' })
      if (given([recordNumber, personId, taskId]) > 1)
        context.addIssue({
          code: 'custom',
          path: ['recordNumber'],
          message: 'give one of recordNumber, personId and taskId',
        })
    }),
  response: z.object({
    id,
    url: z.url(),
    /** Until when it can be opened. */
    expiresAt: timestamp,
    /** Origins that may show it in a frame; empty: open it in its own window. */
    frameOrigins: z.array(z.string()),
  }),
  status: 201,
})

export const revokeLaunch = route({
  method: 'delete',
  path: '/launches/{id}',
  permission: 'launch.create',
  summary: 'The link, and the session it opened, end at once; for the sign-out of the workstation',
  params: idParams,
  status: 204,
})

export const openLaunch = route({
  method: 'post',
  path: '/launches/open',
  permission: 'public',
  summary: 'Uses up the link; the returned key is the session and stays in the page',
  body: z.object({ token: z.string().max(200) }),
  response: z.discriminatedUnion('state', [
    z.object({ state: z.literal('open'), key: z.string(), expiresAt: timestamp }),
    z.object({ state: z.enum(['used', 'expired', 'closed']) }),
  ]),
})

export const endLaunch = route({
  method: 'delete',
  path: '/launch',
  permission: 'signed-in',
  summary: 'End the workstation session that calls',
  status: 204,
})

/** Routes that a workstation session may call, within its user's rights; all others are refused. */
export const launchRoutes: readonly RouteContract[] = [
  getCurrentUser,
  endLaunch,
  listTasks,
  countTasks,
  takeNextTask,
  getTask,
  holdTask,
  releaseTask,
  saveAnswers,
  recordAttempt,
  reopenTask,
  addEvidence,
  withdrawEvidence,
  listTaskGuidance,
  giveGuidance,
  listTaskLinks,
  createTaskLink,
  revokeLink,
  revealPerson,
  addTaskPhoto,
  readTaskPhoto,
]
