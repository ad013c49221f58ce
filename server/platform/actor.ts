import { type Permission, permissions, type Role, type Scope } from '../../contract/access.ts'
import { AppError } from './errors.ts'

export type Grant = { role: Role; siteId: number | null; departmentId: number | null }

/** How far a permission reaches, joined over all grants of an actor. */
export type Reach = {
  all: boolean
  siteIds: number[]
  departmentIds: number[]
  staffId: number | null
  /** Work lists of the actor's roles, as LIKE patterns: they need access to the persons of these tasks. */
  lists: string[]
  /** Persons reached directly: the actor's own record, or a link's. */
  personIds: number[]
  /** Organisations the actor orders for. */
  groupIds: number[]
  /** Restricts a workstation session or a link to one patient. */
  only?: { personId: number; taskId: number | null }
}

/** What a workstation opened a session for; see `launch.ts`. */
export type Launch = { id: number; personId: number | null; taskId: number | null }

type Shared = {
  /** `user:…`, `person:…`, `contact:…`, `link:…`, `key:…`, `feed:…` or `system:…`; used in the audit. */
  id: string
  name: string
  userId: string | null
  sessionId: string | null
  staffId: number | null
  grants: Grant[]
  access: Partial<Record<Permission, Reach>>
  address: string | null
  /** Set in a workstation session: only a short list of routes is allowed. */
  launch?: Launch
}

/** Who acts. Only automatic work is `system` and reaches everything; each kind of external actor has explicitly listed rights. */
export type Actor = Shared &
  (
    | { kind: 'staff' }
    /** A patient at the portal. */
    | { kind: 'person'; personId: number }
    /** A contact of a group customer, ordering for it. */
    | { kind: 'contact'; contactId: number; groupId: number }
    /** The holder of a one-time link, for its single purpose. */
    | { kind: 'link' }
    | { kind: 'key' }
    | { kind: 'system' }
  )
export type SystemActor = Extract<Actor, { kind: 'system' }>
export type PersonActor = Extract<Actor, { kind: 'person' }>

/** `installation`: only with a grant that names no site, for what all sites share and for the audit, which has no sites. */
type Rule = Partial<Record<Permission, Scope | 'installation'>>

const desk: Rule = { 'questionnaire.read': 'all', 'pathway.read': 'all' }

/** All permissions by role; anything not listed is refused. */
export const roleRules: Record<Role, Rule> = {
  administrator: {
    'user.read': 'site',
    'user.write': 'site',
    'setting.read': 'all',
    'setting.write': 'site',
    'intake.read': 'site',
    'intake.replay': 'site',
    'import.read': 'site',
    'import.write': 'site',
    'pathway.read': 'all',
    'pathway.write': 'installation',
    'questionnaire.read': 'all',
    'questionnaire.write': 'installation',
    'message.read': 'site',
    'channel.read': 'site',
    'channel.write': 'site',
    'figure.read': 'site',
    'guidance.read': 'site',
    'guidance.write': 'site',
    'template.read': 'site',
    'template.write': 'site',
    'template.publish': 'site',
    'schedule.read': 'site',
    'schedule.write': 'site',
    'knowledge.read': 'site',
    'knowledge.write': 'site',
  },
  'service-centre': {
    ...desk,
    'person.read': 'site',
    'person.write': 'site',
    'person.reveal': 'site',
    'person.merge': 'site',
    'task.read': 'site',
    'task.work': 'site',
    'task.assign': 'site',
    'enrollment.read': 'site',
    'enrollment.write': 'site',
    'message.read': 'site',
    'figure.read': 'site',
    'figure.export': 'site',
    'setting.read': 'all',
    'import.read': 'site',
    'import.write': 'site',
    'segment.read': 'site',
    'segment.write': 'site',
    'campaign.read': 'site',
    'campaign.write': 'site',
    'group.read': 'site',
    'group.write': 'site',
    'group.export': 'site',
    'spot-check.read': 'site',
    'head-check.read': 'site',
    'instruction.read': 'site',
    'instruction.issue': 'site',
    'dispute.read': 'site',
    'dispute.write': 'site',
    'case.read': 'site',
    'case.write': 'site',
    'case.settle': 'site',
    'promise.read': 'site',
    'promise.write': 'site',
    'visit.read': 'site',
    'visit.plan': 'site',
    'guidance.read': 'site',
    'guidance.write': 'site',
    'template.read': 'site',
    'template.write': 'site',
    'template.publish': 'site',
    'schedule.read': 'site',
    'schedule.write': 'site',
    'appointment.read': 'site',
    'appointment.write': 'site',
    'call.read': 'site',
    'call.work': 'site',
    'call-review.read': 'own',
    'voice.read': 'site',
    'voice.write': 'site',
    'conversation.read': 'site',
    'conversation.write': 'site',
    'assistant.use': 'site',
    'knowledge.read': 'site',
    'knowledge.write': 'site',
  },
  'department-head': {
    ...desk,
    'person.read': 'department',
    'person.write': 'department',
    'person.reveal': 'department',
    'task.read': 'department',
    'task.work': 'department',
    'task.assign': 'department',
    'enrollment.read': 'department',
    'enrollment.write': 'department',
    'message.read': 'department',
    'figure.read': 'department',
    'figure.export': 'department',
    'spot-check.read': 'department',
    'spot-check.appeal': 'own',
    'spot-check.decide': 'department',
    'head-check.read': 'department',
    'head-check.write': 'department',
    'instruction.read': 'department',
    'dispute.read': 'department',
    'case.read': 'department',
    'case.write': 'department',
    'case.settle': 'department',
    'promise.read': 'department',
    'promise.write': 'department',
    'instruction.submit': 'department',
    'guidance.read': 'department',
    'guidance.write': 'department',
    'schedule.read': 'department',
    'schedule.write': 'department',
    'appointment.read': 'department',
    'appointment.write': 'department',
    'call.read': 'own',
    'call.work': 'own',
    'call-review.read': 'own',
    'conversation.read': 'department',
    'conversation.write': 'department',
    'assistant.use': 'department',
    'knowledge.read': 'site',
  },
  doctor: {
    ...desk,
    'person.read': 'own',
    'person.write': 'own',
    'person.reveal': 'own',
    'task.read': 'own',
    'task.work': 'own',
    'enrollment.read': 'own',
    'enrollment.write': 'own',
    'figure.read': 'own',
    'spot-check.read': 'own',
    'spot-check.appeal': 'own',
    'head-check.read': 'own',
    'head-check.acknowledge': 'own',
    'instruction.read': 'own',
    'instruction.submit': 'own',
    'case.read': 'own',
    'case.write': 'own',
    'promise.read': 'own',
    'promise.write': 'own',
    'schedule.read': 'own',
    'appointment.read': 'own',
    'appointment.write': 'own',
    'call.read': 'own',
    'call.work': 'own',
    'call-review.read': 'own',
    'conversation.read': 'department',
    'conversation.write': 'department',
    'assistant.use': 'department',
    'knowledge.read': 'site',
  },
  nurse: {
    ...desk,
    'person.read': 'department',
    'person.write': 'department',
    'person.reveal': 'department',
    'task.read': 'department',
    'task.work': 'department',
    'enrollment.read': 'department',
    'figure.read': 'department',
    'instruction.read': 'department',
    'instruction.submit': 'department',
    'case.read': 'own',
    'case.write': 'own',
    'promise.read': 'own',
    'promise.write': 'own',
    'guidance.read': 'department',
    'schedule.read': 'department',
    'appointment.read': 'department',
    'appointment.write': 'department',
    'call.read': 'own',
    'call.work': 'own',
    'call-review.read': 'own',
    'conversation.read': 'department',
    'conversation.write': 'department',
    'assistant.use': 'department',
    'knowledge.read': 'site',
  },
  outreach: {
    ...desk,
    'person.read': 'own',
    'person.write': 'own',
    'person.reveal': 'own',
    'task.read': 'own',
    'task.work': 'own',
    'enrollment.read': 'own',
    'figure.read': 'own',
    'visit.read': 'site',
    'visit.plan': 'site',
    'visit.work': 'own',
    'case.read': 'own',
    'case.write': 'own',
    'promise.read': 'own',
    'promise.write': 'own',
    'schedule.read': 'site',
    'appointment.read': 'own',
    'appointment.write': 'own',
    'call.read': 'own',
    'call.work': 'own',
    'call-review.read': 'own',
    'knowledge.read': 'site',
  },
  manager: {
    ...desk,
    'segment.read': 'site',
    'segment.write': 'site',
    'campaign.read': 'site',
    'campaign.write': 'site',
    'campaign.approve': 'site',
    'person.read': 'site',
    'task.read': 'site',
    'enrollment.read': 'site',
    'message.read': 'site',
    'figure.read': 'site',
    'figure.export': 'site',
    'group.read': 'site',
    'group.export': 'site',
    'setting.read': 'all',
    'intake.read': 'site',
    'spot-check.read': 'site',
    'spot-check.draw': 'site',
    'spot-check.decide': 'site',
    'head-check.read': 'site',
    'instruction.read': 'site',
    'dispute.read': 'site',
    'dispute.write': 'site',
    'case.read': 'site',
    'case.write': 'site',
    'case.settle': 'site',
    'case.manage': 'site',
    'promise.read': 'site',
    'promise.write': 'site',
    'visit.read': 'site',
    'guidance.read': 'site',
    'template.read': 'site',
    'template.write': 'site',
    'template.publish': 'site',
    'schedule.read': 'site',
    'appointment.read': 'site',
    'call.read': 'site',
    'call.work': 'site',
    'call.listen': 'site',
    'call.supervise': 'site',
    'call-review.read': 'site',
    'call-review.write': 'site',
    'channel.read': 'site',
    'voice.read': 'site',
    'conversation.read': 'site',
    'conversation.write': 'site',
    'assistant.use': 'site',
    'knowledge.read': 'site',
    'knowledge.write': 'site',
  },
  auditor: { 'audit.read': 'installation', 'setting.read': 'all', 'user.read': 'installation' },
  integration: {
    'person.read': 'site',
    'person.write': 'site',
    // Other hospital systems get unmasked persons by FHIR; staff use `person.reveal`, with a reason.
    'person.exchange': 'site',
    'task.read': 'site',
    'task.work': 'site',
    'task.assign': 'site',
    'enrollment.read': 'site',
    'enrollment.write': 'site',
    'segment.read': 'site',
    'segment.write': 'site',
    'pathway.read': 'all',
    'questionnaire.read': 'all',
    'message.read': 'site',
    'template.read': 'site',
    'figure.read': 'site',
    'figure.export': 'site',
    'group.read': 'site',
    'group.write': 'site',
    'intake.read': 'site',
    'intake.replay': 'site',
    'intake.send': 'site',
    'setting.read': 'all',
    'instruction.read': 'site',
    // Signs staff in on the workstation that this system runs on; a site has to switch it on.
    'launch.create': 'site',
    'schedule.read': 'site',
    'schedule.write': 'site',
    'appointment.read': 'site',
    'appointment.write': 'site',
  },
}

/** Joins grants to one reach per permission. A grant without site reaches all sites; without department, its whole site. */
export function accessOf(grants: Grant[], staffId: number | null): Actor['access'] {
  const access: Actor['access'] = {}
  for (const grant of grants) {
    const rule = roleRules[grant.role]
    for (const permission of permissions) {
      const scope = rule[permission]
      if (!scope || (scope === 'installation' && grant.siteId !== null)) continue
      const reach = (access[permission] ??= {
        all: false,
        siteIds: [],
        departmentIds: [],
        staffId: null,
        lists: [],
        personIds: [],
        groupIds: [],
      })
      widen(reach, scope, grant, staffId)
    }
  }
  return access
}

function widen(reach: Reach, scope: Scope | 'installation', grant: Grant, staffId: number | null): void {
  if (scope === 'all' || scope === 'installation' || (scope === 'site' && grant.siteId === null))
    reach.all = true
  else if (scope === 'site' && grant.siteId !== null) reach.siteIds.push(grant.siteId)
  // A department role without a department reaches only the actor's own patients: no implicit "everything".
  else if (scope === 'department' && grant.departmentId !== null) reach.departmentIds.push(grant.departmentId)
  if (scope === 'own' || scope === 'department') reach.staffId = staffId
  if (scope === 'own' && grant.role === 'outreach') reach.lists.push(`site:${grant.siteId ?? '%'}:outreach%`)
  if (scope === 'own' && grant.role === 'doctor' && grant.departmentId !== null)
    reach.lists.push(`department:${grant.departmentId}:doctor`)
}

/** The widest level of a reach, for the screen. */
export function scopeWord(reach: Reach): Scope {
  if (reach.all) return 'all'
  if (reach.siteIds.length > 0) return 'site'
  return reach.departmentIds.length > 0 ? 'department' : 'own'
}

/** @throws {AppError} forbidden */
export function authorize(actor: Actor, permission: Permission): Reach {
  const reach = actor.access[permission]
  if (!reach) throw new AppError('forbidden')
  return reach
}

export function may(actor: Actor, permission: Permission): boolean {
  return actor.access[permission] !== undefined
}

/** No row at all. */
export const nothing: Reach = {
  all: false,
  siteIds: [],
  departmentIds: [],
  staffId: null,
  lists: [],
  personIds: [],
  groupIds: [],
}
const everything: Reach = { ...nothing, all: true }

/** Fields of an actor who is not staff. */
export const nobody = { userId: null, sessionId: null, staffId: null, grants: [] }

/**
 * The system acting by itself: pathway executor, feed, seed. Its acts are audited under its own name.
 * @param siteIds where it acts for somebody bound to these sites
 */
export function systemActor(id: string, name: string, siteIds: number[] | null = null): SystemActor {
  const reach = siteIds === null ? everything : { ...nothing, siteIds }
  return {
    kind: 'system',
    id,
    name,
    ...nobody,
    access: Object.fromEntries(permissions.map((permission) => [permission, reach])),
    address: null,
  }
}
