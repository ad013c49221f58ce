import type { Condition } from '../../../contract/questionnaire.ts'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { conditionSql } from './rule.ts'

/**
 * Adds the segments that come with the product, asleep, to an installation without any: what a site has deleted does not come back.
 * @throws {AppError} invalid
 */
export async function shipSegments(
  trx: Trx,
  actor: Actor,
  segments: readonly { code: string; name: string; rule: Condition }[],
): Promise<void> {
  const known = await trx.selectFrom('segment').select('id').limit(1).executeTakeFirst()
  if (known) return
  for (const { rule } of segments) conditionSql(rule)
  await trx
    .insertInto('segment')
    .values(
      segments.map(({ rule, ...one }) => ({
        ...one,
        rule: JSON.stringify(rule),
        active: false,
        created_by: actor.id,
      })),
    )
    .execute()
}
