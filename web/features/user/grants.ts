import type { Role, UserSummary } from '../../../contract/access.ts'

type Grant = UserSummary['grants'][number]
export type GrantDraft = { role: Role; siteId: string; departmentId: string }

export const blankGrant: GrantDraft = { role: 'nurse', siteId: '', departmentId: '' }

export const toDraft = (grant: Grant): GrantDraft => ({
  role: grant.role,
  siteId: grant.siteId === null ? '' : String(grant.siteId),
  departmentId: grant.departmentId === null ? '' : String(grant.departmentId),
})

/** What is sent; the same role with the same reach counts once. */
export function toGrants(drafts: readonly GrantDraft[]) {
  const grants = drafts.map((one) => ({
    role: one.role,
    siteId: one.siteId ? Number(one.siteId) : null,
    departmentId: one.departmentId ? Number(one.departmentId) : null,
  }))
  return grants.filter(
    (one, index) => grants.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
  )
}
