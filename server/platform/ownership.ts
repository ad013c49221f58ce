import { sql } from 'kysely'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import type { EmbeddedServer } from './embedded.ts'

/** Addresses of one database: for daily work, and for the role that owns the tables. An installation with one role has the same twice. */
export type DatabaseUrls = { url: string; ownerUrl: string }

export function databaseUrls(config: Config, embedded: EmbeddedServer | undefined): DatabaseUrls {
  if (embedded) return { url: embedded.applicationUrl, ownerUrl: embedded.url }
  const url = config.databaseUrl ?? ''
  return { url, ownerUrl: config.databaseOwnerUrl ?? url }
}

/**
 * Lets the role of the application work with the tables, and only read the audit: that is appended to and purged by functions that run as
 * the owner. Called by the owner after each migration; repeating it changes nothing.
 */
export async function grantApplication(owner: Db, { url, ownerUrl }: DatabaseUrls): Promise<void> {
  const role = decodeURIComponent(new URL(url).username)
  if (role === '' || role === decodeURIComponent(new URL(ownerUrl).username)) return
  await owner.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('careloop.grants'))`.execute(trx)
    const to = sql.id(role)
    const { rows } = await sql<{ name: string; kind: string; audit: boolean }>`
      select c.relname as name, c.relkind as kind, c.relname ~ '^(audit_event|audit_head)|^kysely_' as audit
      from pg_class c where pg_has_role(c.relowner, 'member') and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`.execute(trx)
    const listed = (kinds: string, audit: boolean) =>
      sql.join(
        rows
          .filter((row) => kinds.includes(row.kind) && row.audit === audit)
          .map((row) => sql.id('public', row.name)),
      )
    const everything = sql.join(rows.map((row) => sql.id('public', row.name)))
    await sql`revoke all on ${everything} from ${to}, public`.execute(trx)
    await sql`grant usage on schema public, pgboss to ${to}`.execute(trx)
    await sql`grant select, insert, update, delete on ${listed('rpv', false)} to ${to}`.execute(trx)
    await sql`grant select on ${listed('rp', true)} to ${to}`.execute(trx)
    await sql`grant usage, select, update on ${listed('S', false)} to ${to}`.execute(trx)
    await sql`grant select, insert, update, delete on all tables in schema pgboss to ${to}`.execute(trx)
    await sql`grant execute on function audit_purge(timestamptz, int[], bigint[]) to ${to}`.execute(trx)
  })
}
