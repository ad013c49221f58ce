import { z } from 'zod'
import { emailAddress } from './email.ts'
import { id, idParams, page, pageQuery, route, timestamp } from './route.ts'

export const roles = [
  'administrator',
  'service-centre',
  'department-head',
  'doctor',
  'nurse',
  'outreach',
  'manager',
  'auditor',
  'integration',
] as const
export const role = z.enum(roles)
export type Role = z.infer<typeof role>

export const permissions = [
  'person.read',
  'person.write',
  'person.reveal',
  'person.merge',
  'person.exchange',
  'task.read',
  'task.work',
  'task.assign',
  'segment.read',
  'segment.write',
  'pathway.read',
  'pathway.write',
  'enrollment.read',
  'enrollment.write',
  'questionnaire.read',
  'questionnaire.write',
  'message.read',
  'campaign.read',
  'campaign.write',
  'campaign.approve',
  'channel.read',
  'channel.write',
  'figure.read',
  'figure.export',
  'guidance.read',
  'guidance.write',
  'template.read',
  'template.write',
  'template.publish',
  'spot-check.read',
  'spot-check.draw',
  'spot-check.appeal',
  'spot-check.decide',
  'head-check.read',
  'head-check.write',
  'head-check.acknowledge',
  'instruction.read',
  'instruction.issue',
  'instruction.submit',
  'dispute.read',
  'dispute.write',
  'case.read',
  'case.write',
  'case.settle',
  'case.manage',
  'promise.read',
  'promise.write',
  'conversation.read',
  'conversation.write',
  'assistant.use',
  'knowledge.read',
  'knowledge.write',
  'schedule.read',
  'schedule.write',
  'appointment.read',
  'appointment.write',
  'call.read',
  'call.work',
  'call.listen',
  'call.supervise',
  'call-review.read',
  'call-review.write',
  'visit.read',
  'visit.plan',
  'visit.work',
  'intake.read',
  'intake.replay',
  'intake.send',
  'import.read',
  'import.write',
  'group.read',
  'group.write',
  'group.export',
  'setting.read',
  'setting.write',
  'user.read',
  'user.write',
  'audit.read',
  'launch.create',
  'voice.read',
  'voice.write',
] as const
export const permission = z.enum(permissions)
export type Permission = z.infer<typeof permission>

/** Reach of a permission: the user's own patients, departments or sites, or everything. */
export const scope = z.enum(['own', 'department', 'site', 'all'])
export type Scope = z.infer<typeof scope>

const grant = z.object({
  role,
  siteId: id.nullable(),
  departmentId: id.nullable(),
})

export const currentUser = z.object({
  id: z.string(),
  name: z.string(),
  username: z.string().nullable(),
  staffId: z.number().nullable(),
  grants: z.array(grant.extend({ siteName: z.string().nullable(), departmentName: z.string().nullable() })),
  /** The user's permissions with their reach, so that the screen need not guess. */
  permissions: z.partialRecord(permission, scope),
  twoFactorEnabled: z.boolean(),
  mustChangePassword: z.boolean(),
  /** A session opened by a workstation shows only the desk: for one person, one task, or the user's own list. */
  launch: z.object({ personId: id.nullable(), taskId: id.nullable() }).nullable(),
  /** Idle time after which the session ends. */
  idleMinutes: z.number().int(),
  /** Pages that the user keeps at hand, in their order. */
  favourites: z.array(z.string()),
})
export type CurrentUser = z.infer<typeof currentUser>

export const getCurrentUser = route({
  method: 'get',
  path: '/me',
  permission: 'signed-in',
  summary: 'Who am I, and what may I do',
  response: currentUser,
})

export const saveFavourites = route({
  method: 'put',
  path: '/me/favourites',
  permission: 'signed-in',
  summary: 'Pages that I keep at hand',
  body: z.object({ pages: z.array(z.string().regex(/^\/[a-z][a-z/-]{0,60}$/)).max(7) }),
  status: 204,
})

const userSummary = z.object({
  id: z.string(),
  name: z.string(),
  username: z.string().nullable(),
  email: z.string(),
  staffId: z.number().nullable(),
  staffName: z.string().nullable(),
  suspended: z.boolean(),
  twoFactorEnabled: z.boolean(),
  lastSignInAt: timestamp.nullable(),
  /** API keys in force that this user answers for; they stop with a suspension. */
  apiKeys: z.number().int(),
  grants: z.array(grant.extend({ siteName: z.string().nullable(), departmentName: z.string().nullable() })),
})
export type UserSummary = z.infer<typeof userSummary>

export const listUsers = route({
  method: 'get',
  path: '/users',
  permission: 'user.read',
  summary: 'Users with their roles',
  query: pageQuery.extend({
    search: z.string().max(100).optional(),
    /** Only those who have this role somewhere. */
    role: role.optional(),
  }),
  response: page(userSummary),
  example: { query: { search: 'li', limit: 20 } },
})

export const createUserBody = z.object({
  username: z.string().regex(/^[a-zA-Z0-9_.-]{3,40}$/),
  name: z.string().trim().min(1).max(100),
  email: emailAddress.optional(),
  /** Left out: the server makes a one-time password and returns it once. */
  password: z.string().min(8).max(128).optional(),
  staffId: id.nullable().default(null),
  grants: z.array(grant).min(1).max(20),
})
export type CreateUser = z.input<typeof createUserBody>

export const createUser = route({
  method: 'post',
  path: '/users',
  permission: 'user.write',
  summary: 'Create a user',
  body: createUserBody,
  response: userSummary.extend({ oneTimePassword: z.string().nullable() }),
  status: 201,
  example: {
    body: {
      username: 'li.na',
      name: '李娜',
      grants: [{ role: 'nurse', siteId: 1, departmentId: null }],
    },
  },
})

const userParams = z.object({ id: z.string().min(1).max(64) })

export const updateUser = route({
  method: 'patch',
  path: '/users/{id}',
  permission: 'user.write',
  summary: 'Change name, roles, staff link or suspension; takes effect on the next request',
  params: userParams,
  body: z.object({
    name: z.string().trim().min(1).max(100).optional(),
    staffId: id.nullable().optional(),
    suspended: z.boolean().optional(),
    grants: z.array(grant).min(1).max(20).optional(),
  }),
  response: userSummary,
})

export const resetUserPassword = route({
  method: 'post',
  path: '/users/{id}/reset-password',
  permission: 'user.write',
  summary: 'Make a new one-time password and end all sessions',
  params: userParams,
  response: z.object({ oneTimePassword: z.string() }),
})

const sessionSummary = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: timestamp,
  lastSeenAt: timestamp,
  expiresAt: timestamp,
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** The workstation's system that opened it by a link; null: signed in here. */
  openedBy: z.string().nullable(),
})
export type SessionSummary = z.infer<typeof sessionSummary>

export const listSessions = route({
  method: 'get',
  path: '/me/sessions',
  permission: 'signed-in',
  summary: 'Where I am signed in',
  response: z.object({ items: z.array(sessionSummary) }),
})

export const revokeSession = route({
  method: 'delete',
  path: '/me/sessions/{id}',
  permission: 'signed-in',
  summary: 'End one of my sessions',
  params: userParams,
  status: 204,
})

export const apiKeySummary = z.object({
  id,
  name: z.string(),
  role,
  siteId: id.nullable(),
  /** Who answers for the key: it stops while this user is suspended. Null: made on the command line. */
  ownerId: z.string().nullable(),
  ownerName: z.string().nullable(),
  /** The owner is suspended or no longer administers where the key reaches: it stands still until somebody takes it over. */
  ownerGone: z.boolean(),
  /** First characters, to recognise the key; the rest is not stored. */
  prefix: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
})
export type ApiKeySummary = z.infer<typeof apiKeySummary>

export const listApiKeys = route({
  method: 'get',
  path: '/api-keys',
  permission: 'user.read',
  summary: 'API keys',
  response: z.object({ items: z.array(apiKeySummary) }),
})

export const createApiKey = route({
  method: 'post',
  path: '/api-keys',
  permission: 'user.write',
  summary: 'Create an API key; the key itself is shown once',
  body: z.object({
    name: z.string().trim().min(1).max(100),
    role,
    siteId: id.nullable().default(null),
    expiresAt: timestamp.nullable().default(null),
  }),
  response: apiKeySummary.extend({ key: z.string() }),
  status: 201,
  example: { body: { name: 'HIS', role: 'integration', siteId: 1 } },
})

export const handOverApiKey = route({
  method: 'put',
  path: '/api-keys/{id}/owner',
  permission: 'user.write',
  summary: 'Hand an API key over to another administrator, so that it goes on when its owner leaves',
  params: idParams,
  body: z.object({ ownerId: z.string().min(1).max(64) }),
  response: apiKeySummary,
})

export const revokeApiKey = route({
  method: 'delete',
  path: '/api-keys/{id}',
  permission: 'user.write',
  summary: 'Revoke an API key at once',
  params: idParams,
  status: 204,
})

export const completeSetup = route({
  method: 'post',
  path: '/setup',
  permission: 'public',
  summary: 'Create the first administrator with the one-time link that the first start printed',
  body: z.object({
    token: z.string().min(20).max(200),
    username: z.string().regex(/^[a-zA-Z0-9_.-]{3,40}$/),
    name: z.string().trim().min(1).max(100),
    password: z.string().min(8).max(128),
  }),
  status: 204,
})
