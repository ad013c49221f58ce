import type { CurrentUser, Role } from '../../contract/access.ts'
import { navigation } from './navigation.tsx'

/** Where each role begins its day, best first; the first page that exists and is allowed wins. */
const landing: Record<Role, readonly string[]> = {
  nurse: ['/desk'],
  doctor: ['/desk'],
  'service-centre': ['/desk'],
  outreach: ['/desk'],
  'department-head': ['/figures', '/desk'],
  manager: ['/figures', '/desk'],
  administrator: ['/intake', '/users', '/desk'],
  auditor: ['/audit', '/persons'],
  integration: ['/intake'],
}

export function landingOf(me: CurrentUser): string {
  const wanted = me.grants.flatMap((grant) => landing[grant.role])
  const allowed = navigation.filter((entry) => me.permissions[entry.permission]).map((entry) => entry.to)
  return wanted.find((path) => allowed.some((one) => one === path)) ?? allowed[0] ?? '/persons'
}
