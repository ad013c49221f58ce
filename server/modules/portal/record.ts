import { type SqlBool, sql } from 'kysely'
import type { PortalAccess, PortalConsents } from '../../../contract/portal.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { listConsents, withdrawConsent } from '../contact/consent.ts'
import { recordsOf } from '../event/record.ts'
import { makeLink } from '../preference/token.ts'
import type { About } from './home.ts'

/** Days for which the page of contact wishes can be opened from the portal. */
const wishesDays = 1

/** Consents, and the way to the page of contact wishes. */
export async function consentsOf(db: Db, actor: About): Promise<PortalConsents> {
  const items = await listConsents(db, actor, actor.about)
  return {
    items: items.map(({ id, purpose, channel, givenAt, proof, withdrawnAt }) => ({
      id,
      purpose,
      channel,
      givenAt,
      proof,
      withdrawnAt,
    })),
    wishes: makeLink(db, { kind: 'person', id: actor.about }, wishesDays).token,
  }
}

/** Withdrawal is as easy as consent (PIPL Art. 15). @throws {AppError} not-found, already-closed */
export async function withdraw(trx: Trx, actor: About, id: number): Promise<void> {
  await withdrawConsent(trx, actor, actor.about, id, 'portal')
}

type Row = {
  seq: number
  at: Date
  actor_id: string
  actor_name: string
  action: string
  fields: string[]
  reason: string | null
}

/** What the system does by itself with a person's data is its work, not somebody's look at them. */
const byPeople = sql<SqlBool>`e.actor_id not like 'system:%' and e.actor_id not like 'feed:%'`

/** Who looked at the person's data or changed them (PIPL Art. 45), from the audit; the newest first. */
export async function accessLog(
  db: Db,
  actor: About,
  { cursor, limit, own }: { cursor?: string | undefined; limit: number; own: boolean },
) {
  const after = decodeCursor<[number]>(cursor, ['number'])
  const { rows } = await sql<Row>`
    select e.seq, e.at, e.actor_id, e.actor_name, e.action, e.fields, e.reason from audit_event e
    where e.person_id = any(${recordsOf(sql`${actor.about}::bigint`)}) and e.outcome = 'allowed' and ${byPeople}
      and ${own ? sql`true` : sql`e.actor_id not like 'person:%' and e.actor_id not like 'link:%'`}
      and ${after ? sql`e.seq < ${after[0]}` : sql`true`} order by e.seq desc limit ${limit + 1}`.execute(db)
  await audit(db, actor, { action: 'portal.access-log', personId: actor.about })
  return pageOf(
    rows,
    limit,
    (row) => [row.seq],
    (row): PortalAccess => ({
      at: row.at.toISOString(),
      name: row.actor_name,
      self: row.actor_id === actor.id || row.actor_id.startsWith('link:'),
      action: row.action,
      fields: row.fields,
      reason: row.reason,
    }),
  )
}
