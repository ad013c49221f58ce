import { z } from 'zod'
import { id, idParams, route, timestamp } from './route.ts'
import { staffRole } from './setting.ts'

const member = z.object({
  staffId: id,
  name: z.string(),
  title: z.string().nullable(),
  role: staffRole,
  /** Tasks on the member's own list; `overdue` and `waiting` are part of the open ones. */
  open: z.number().int(),
  overdue: z.number().int(),
  waiting: z.number().int(),
  doneToday: z.number().int(),
  goal: z.number().int(),
  ownGoal: z.boolean(),
  /** Open ones that belong to somebody absent. */
  covering: z.number().int(),
  absent: z.object({ until: timestamp, coverName: z.string() }).nullable(),
})
export type Member = z.infer<typeof member>

export const getTeam = route({
  method: 'get',
  path: '/team',
  permission: 'task.assign',
  summary: 'Members of a department with their open, overdue and finished work of today',
  query: z.object({ departmentId: id.optional() }),
  response: z.object({
    departmentId: id.nullable(),
    departments: z.array(z.object({ id, name: z.string(), siteName: z.string() })),
    members: z.array(member),
    /** Lists that a role works together. */
    queues: z.array(z.object({ role: z.string(), open: z.number().int(), overdue: z.number().int() })),
  }),
})

export const setGoal = route({
  method: 'put',
  path: '/staff/{id}/goal',
  permission: 'task.work',
  summary: 'Daily goal of a member of staff; null resets it to the setting. Everybody may set their own',
  params: idParams,
  body: z.object({ goal: z.number().int().min(1).max(500).nullable() }),
  response: z.object({ goal: z.number().int(), ownGoal: z.boolean() }),
})

const reason = z.string().trim().min(2).max(200)

export const handOver = route({
  method: 'post',
  path: '/staff/{id}/hand-over',
  permission: 'task.assign',
  summary:
    'All open tasks of one person to another, or back to the lists of their roles; with dryRun only counts',
  params: idParams,
  body: z.object({ toStaffId: id.nullable(), reason, dryRun: z.boolean().default(false) }),
  response: z.object({
    handOverId: id.nullable(),
    changed: z.number().int(),
    /** Tasks that are held by somebody, or that the user may not assign. */
    skipped: z.number().int(),
  }),
})

export const undoHandOver = route({
  method: 'post',
  path: '/hand-overs/{id}/undo',
  permission: 'task.assign',
  summary: 'Put tasks back where they were, as far as nobody moved, finished or holds them since',
  params: idParams,
  response: z.object({ changed: z.number().int(), skipped: z.number().int() }),
})

const absence = z.object({
  id,
  staffId: id,
  staffName: z.string(),
  coverStaffId: id,
  coverName: z.string(),
  from: timestamp,
  to: timestamp,
  reason: z.string().nullable(),
  state: z.enum(['planned', 'absent', 'ended']),
  createdByName: z.string(),
})
export type Absence = z.infer<typeof absence>

export const listAbsences = route({
  method: 'get',
  path: '/absences',
  permission: 'task.assign',
  summary: 'Absences that run or are planned, and those of the last 30 days',
  response: z.object({ items: z.array(absence) }),
})

export const createAbsence = route({
  method: 'post',
  path: '/absences',
  permission: 'task.assign',
  summary: 'Somebody is away: open and new tasks go to the cover meanwhile and come back after',
  body: z.object({
    staffId: id,
    coverStaffId: id,
    from: timestamp,
    to: timestamp,
    reason: z.string().trim().max(200).optional(),
  }),
  response: absence,
  status: 201,
})

export const endAbsence = route({
  method: 'post',
  path: '/absences/{id}/end',
  permission: 'task.assign',
  summary: 'Back earlier, or never away: the tasks come back at once',
  params: idParams,
  response: absence,
})
