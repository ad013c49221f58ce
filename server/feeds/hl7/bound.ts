import { sql } from 'kysely'
import { MappingError } from '../../modules/hl7/note.ts'
import { personWithin } from '../../modules/person/scope.ts'
import type { Identifier } from '../../modules/person/upsert.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'

/** Rows of an authority that are looked at to tell whose it is. */
const sample = 1000

/**
 * A sender bound to sites states nothing about a patient of others: neither by a number known there, nor by one that only they assign,
 * which would take over the patient to come.
 * @throws {MappingError} PID-3
 */
export async function assertOwnNumbers(trx: Trx, actor: Actor, numbers: Identifier[]): Promise<void> {
  const reach = authorize(actor, 'person.write')
  if (reach.all) return
  const own = numbers.filter((one) => one.siteId !== null)
  const named = own.flatMap(({ system, formerSystem, value }) =>
    [system, formerSystem ?? system].map((one) => ({ system: one, value })),
  )
  const { rows } = await sql`
    select 1 from unnest(${named.map((one) => one.system)}::text[], ${named.map((one) => one.value)}::text[]) as w(system, value)
    where exists (
      select 1 from person_identifier i join person p on p.id = i.person_id
      where i.system = w.system and i.value = w.value and not ${personWithin(reach, sql`coalesce(p.survivor_id, p.id)`)})
    or exists (select 1 from site s where 'mrn:' || s.code = w.system and s.id <> all(${reach.siteIds}::int[]))
    or not (select bool_or(x.site_id = any(${reach.siteIds}::int[]))
      from (select i.site_id from person_identifier i where i.system = w.system limit ${sample}) x)
    limit 1`.execute(trx)
  if (rows.length > 0)
    throw new MappingError('PID-3', 'A record number of a site that the sender does not reach')
}
