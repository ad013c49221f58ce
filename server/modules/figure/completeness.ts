import { sql } from 'kysely'
import type { CompletenessFigures, CompletenessGroup } from '../../../contract/figure.ts'
import { completenessBands, type Gap, gaps } from '../../../contract/provenance.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db } from '../../platform/db.ts'
import { missingOf, readWeights, scoreOf, type Weights } from '../person/completeness.ts'
import { personWithin } from '../person/scope.ts'

type Row = { site_id: number | null; site_name: string | null; missing: number; persons: number }

/**
 * Completeness of persons by the site of their last visit; each number opens its persons in the list, which filters by the same columns.
 */
export async function getCompleteness(db: Db, actor: Actor): Promise<CompletenessFigures> {
  const reach = authorize(actor, 'figure.read')
  const weights = await readWeights(db)
  const { rows } = await sql<Row>`
    select s.id as site_id, s.name as site_name, f.missing, sum(f.persons)::int as persons
    from (
      select f.last_department_id, f.missing, count(*) as persons from person_facts f
      where f.missing is not null and ${personWithin(reach, sql`f.person_id`)} group by 1, 2
    ) f left join department d on d.id = f.last_department_id left join site s on s.id = d.site_id
    group by 1, 2, 3 order by 1 nulls last`.execute(db)
  await audit(db, actor, { action: 'figure.read', subject: 'completeness' })
  const groups = [...Map.groupBy(rows, (row) => row.site_id)].map(([siteId, ofSite]) => ({
    siteId,
    siteName: ofSite[0]?.site_name ?? null,
    ...groupOf(ofSite, weights),
  }))
  return {
    weights: gaps.map((gap) => ({ gap, weight: weights[gap] })),
    total: groupOf(rows, weights),
    groups,
  }
}

function groupOf(rows: Row[], weights: Weights): CompletenessGroup {
  const scored = rows.map((row) => ({
    persons: row.persons,
    score: scoreOf(row.missing, weights),
    missing: missingOf(row.missing, weights),
  }))
  const count = (fits: (one: (typeof scored)[number]) => boolean) =>
    scored.filter(fits).reduce((sum, one) => sum + one.persons, 0)
  const persons = count(() => true)
  return {
    persons,
    average: persons === 0 ? null : scored.reduce((sum, one) => sum + one.score * one.persons, 0) / persons,
    bands: completenessBands.map(({ from, to }) => ({
      from,
      to,
      persons: count((one) => one.score >= from && one.score <= to),
    })),
    missing: gaps
      .filter((gap) => weights[gap] > 0)
      .map((gap: Gap) => ({ gap, persons: count((one) => one.missing.includes(gap)) })),
  }
}
