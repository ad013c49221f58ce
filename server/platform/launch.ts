import type { Permission } from '../../contract/access.ts'
import type { Actor, Grant, Launch, Reach } from './actor.ts'

/** Permissions that the desk behind a link needs; the user's other permissions do not apply. */
const needed: Permission[] = ['person.read', 'person.reveal', 'task.read', 'task.work', 'questionnaire.read']

/**
 * The rights of a user in a workstation session: never more than theirs, and of those only what the desk needs, for the patient or task of the
 * link, or, without one, for the tasks on their own list.
 */
export function narrowAccess(access: Actor['access'], grants: Grant[], launch: Launch): Actor['access'] {
  const narrowed: Actor['access'] = {}
  for (const permission of needed) {
    const reach = access[permission]
    if (reach) narrowed[permission] = narrow(reach, grants, launch)
  }
  return narrowed
}

function narrow(reach: Reach, grants: Grant[], { personId, taskId }: Launch): Reach {
  if (personId !== null) return { ...reach, only: { personId, taskId } }
  return {
    all: false,
    siteIds: [],
    departmentIds: [],
    personIds: [],
    groupIds: [],
    staffId: reach.staffId,
    lists: grants.flatMap(listsOf),
  }
}

/** Work lists of a role's desk, as LIKE patterns. */
function listsOf({ role, siteId, departmentId }: Grant): string[] {
  const site = siteId ?? '%'
  switch (role) {
    case 'nurse':
    case 'doctor':
      return departmentId === null ? [] : [`department:${departmentId}:${role}`]
    case 'department-head':
      return departmentId === null
        ? []
        : [`department:${departmentId}:department-head`, `department:${departmentId}:doctor`]
    case 'service-centre':
      return [`site:${site}:service-centre`]
    case 'outreach':
      return [`site:${site}:outreach%`]
    default:
      return []
  }
}
