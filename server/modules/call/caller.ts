import { type RawBuilder, sql } from 'kysely'

/**
 * Whose number each call has: persons by their own valid numbers, and the patients of relatives with it. Rows `call_id, person_id,
 * relation, name`; relation and name are null for one's own.
 */
export function ownersOf(callIds: readonly number[], numbers: readonly string[]): RawBuilder<unknown> {
  return sql`
    select u.call_id, coalesce(p.survivor_id, p.id) as person_id, x.relation, x.name
    from unnest(${callIds}::bigint[], ${numbers}::text[]) as u(call_id, number)
    cross join lateral (
      select t.person_id, null::text as relation, null::text as name from person_telecom t
        where t.system = 'phone' and t.valid and reverse(t.value) = reverse(u.number)
      union all
      select r.person_id, r.relation, r.name from person_relationship r where r.phone = u.number and r.phone_wrong_at is null
    ) x join person p on p.id = x.person_id`
}
