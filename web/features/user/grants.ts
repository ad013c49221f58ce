import type { CurrentUser, Role, UserSummary } from '../../../contract/access.ts'

type Grant = UserSummary['grants'][number]
/** An empty role is not chosen yet; an empty site or department is all of them. */
export type GrantDraft = { role: Role | ''; siteId: string; departmentId: string }

/** Starts narrow: no role, and one site, the administrator's own where there is one. What is wider is chosen. */
export const blankGrant = (me: CurrentUser, sites: readonly { id: number }[]): GrantDraft => ({
  role: '',
  siteId: narrowestSite(me, sites),
  departmentId: '',
})

/** @returns an id, or nothing while there are no sites */
export function narrowestSite(me: CurrentUser, sites: readonly { id: number }[]): string {
  const own = me.grants.find((grant) => grant.siteId !== null)?.siteId
  return String(own ?? sites[0]?.id ?? '')
}

export const toDraft = (grant: Grant): GrantDraft => ({
  role: grant.role,
  siteId: grant.siteId === null ? '' : String(grant.siteId),
  departmentId: grant.departmentId === null ? '' : String(grant.departmentId),
})

/** What is sent; the same role with the same reach counts once. */
export function toGrants(drafts: readonly GrantDraft[]) {
  const grants = drafts.map((one) => ({
    role: one.role,
    // The audit is of the whole installation.
    siteId: one.siteId && one.role !== 'auditor' ? Number(one.siteId) : null,
    departmentId: one.departmentId && one.role !== 'auditor' ? Number(one.departmentId) : null,
  }))
  return grants.filter(
    (one, index) => grants.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
  )
}
