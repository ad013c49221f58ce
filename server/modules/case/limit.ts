import type { MeasureLimit } from '../../../contract/case-setup.ts'
import { type Actor, may } from '../../platform/actor.ts'

/** What the roles of the actor at a site may grant without asking. */
export function ownLimit(
  actor: Actor,
  siteId: number | null,
  limits: MeasureLimit[],
): number | 'any' | 'none' {
  if (actor.kind === 'system') return 'any'
  const roles = actor.grants
    .filter((one) => siteId === null || one.siteId === null || one.siteId === siteId)
    .map((one) => one.role)
  const own = limits.filter((one) => roles.includes(one.role))
  if (own.length === 0) return 'none'
  if (own.some((one) => one.upTo === null)) return 'any'
  return Math.max(...own.map((one) => one.upTo ?? 0))
}

/** Whether somebody may grant so much without asking. */
export function withinLimit(own: number | 'any' | 'none', amount: number | null): boolean {
  if (own === 'any') return true
  return own !== 'none' && (amount ?? 0) <= own
}

/** Who decides on what is above others' limits: a role whose limit covers it, or whoever manages cases. */
export const mayDecide = (
  actor: Actor,
  siteId: number,
  limits: MeasureLimit[],
  amount: number | null,
): boolean => may(actor, 'case.manage') || withinLimit(ownLimit(actor, siteId, limits), amount)
