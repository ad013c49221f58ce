import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Condition } from '../../../contract/questionnaire.ts'
import { type Actor, authorize, may, type Reach } from '../../platform/actor.ts'
import type { Db } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { personWithin } from '../person/scope.ts'
import { type Decided, loadDecided, reachedBy } from './reach.ts'

/**
 * No rule reads what its author may not, itself or through a segment that it asks for.
 * @throws {AppError} invalid naming the fact
 */
export function assertMayAsk(
  actor: Actor,
  conditions: readonly Condition[],
  decided: readonly Decided[],
): void {
  const { needs } = reachedBy(conditions, decided)
  const refused = [...needs].filter(([permission]) => !may(actor, permission))
  if (refused.length > 0)
    throw new AppError(
      'invalid',
      undefined,
      refused.map(([, fact]) => ({ path: fact, message: 'is nothing that you may read' })),
    )
}

/** Persons `f` within the reach of the segments and of everything that these conditions read. @throws {AppError} invalid naming the fact */
export function withinAsked(
  actor: Actor,
  conditions: readonly Condition[],
  decided: readonly Decided[],
): RawBuilder<SqlBool> {
  assertMayAsk(actor, conditions, decided)
  const { needs } = reachedBy(conditions, decided)
  const reaches = new Map<string, Reach>()
  for (const permission of ['segment.read' as const, ...needs.keys()]) {
    const reach = authorize(actor, permission)
    if (!reach.all || reach.only) reaches.set(JSON.stringify(reach), reach)
  }
  const parts = [...reaches.values()].map(reached)
  return parts.length === 0 ? sql`true` : sql`${sql.join(parts, sql` and `)}`
}

/** `personWithin` of facts `f`: the site of the last visit says it for most without a look at their visits. */
export function reached(reach: Reach): RawBuilder<SqlBool> {
  const within = personWithin(reach, sql`f.person_id`)
  if (reach.all || reach.only || reach.siteIds.length === 0) return within
  return sql`(f.site_id = any(${reach.siteIds}::int[]) or ${within})`
}

/** Members `f` that the actor may see of a segment. @throws {AppError} invalid naming the fact */
export async function withinSegment(db: Db, actor: Actor, code: string): Promise<RawBuilder<SqlBool>> {
  return withinAsked(actor, [{ fact: 'person.segments', op: '=', value: code }], await loadDecided(db))
}
