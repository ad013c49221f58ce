import { sql } from 'kysely'
import { type Actor, authorize, type Reach } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db.ts'
import { ensureSites } from '../../modules/organisation/ensure.ts'
import { countryAt } from '../../modules/setting/country.ts'
import { readSettings } from '../../modules/setting/setting.ts'
import { identifierSystems, type IdentifierSystems } from './identifier.ts'

/** The sender, and data shared by one transaction. */
export type Sender = {
  actor: Actor
  /** The sender's write scope. */
  reach: Reach
  /** Default site: the key's own, else that of the settings, else the first. */
  site: { id: number; code: string; timeZone: string; country: string }
  /** Time zones of all sites by id. */
  zones: Map<number, string>
  /** Ids of all sites by code: record and visit numbers contain theirs. */
  sites: Map<string, number>
  systems: IdentifierSystems
  source: string
  /** Time of the statements. */
  at: Date
  /** The present: a delayed bundle has an earlier `at`. */
  now: Date
  /** Our base URL in absolute references. */
  base: string
}

export async function senderOf(
  trx: Trx,
  actor: Actor,
  base: string,
  { at, now }: Pick<Sender, 'at' | 'now'>,
): Promise<Sender> {
  const reach = authorize(actor, 'person.write')
  const settings = await readSettings(trx, [
    'fhir.site',
    'fhir.identifier-systems',
    'organisation.time-zone',
    'organisation.country',
  ])
  const { rows } = await sql<{ id: number; code: string; time_zone: string; country: string }>`
    select id, code, time_zone, ${countryAt(sql`site.id`)} as country from site order by id`.execute(trx)
  const own = rows.filter((row) => reach.all || reach.siteIds.includes(row.id))
  let site = own.find((row) => row.code === settings['fhir.site']) ?? own[0]
  if (!site) {
    const code = settings['fhir.site'] || 'MAIN'
    const ids = await ensureSites(trx, [{ code, name: null }])
    site = {
      id: ids.get(code) ?? 0,
      code,
      time_zone: settings['organisation.time-zone'],
      country: settings['organisation.country'],
    }
  }
  return {
    actor,
    reach,
    site: { id: site.id, code: site.code, timeZone: site.time_zone, country: site.country },
    zones: new Map(rows.map((row) => [row.id, row.time_zone])),
    sites: new Map(rows.map((row) => [row.code, row.id])),
    systems: identifierSystems(settings['fhir.identifier-systems']),
    source: `fhir:${actor.name}`,
    at,
    now,
    base,
  }
}

export function mayWriteSite(sender: Sender, siteId: number): boolean {
  return sender.reach.all || sender.reach.siteIds.includes(siteId)
}
