import { isIP } from 'node:net'
import { ImapFlow } from 'imapflow'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../../platform/db.ts'
import type { Mailbox } from '../../platform/db-types.ts'
import { log } from '../../platform/log.ts'
import { HostRefused, resolveHost } from '../../platform/outbound-host.ts'
import { unseal } from '../../platform/sealed.ts'
import { readSettings } from '../setting/setting.ts'
import { keepMail, type MailResult } from './receive-mail.ts'

/** A mailbox is looked at so often, in seconds; after failures less often. */
const everySeconds = 20
const longestPauseSeconds = 900
/** Mails of one look. */
const most = 200
/** A larger mail stays where it is; somebody reads it there. */
const largestMail = 25 * 1024 * 1024

type Row = Selectable<Mailbox>

/**
 * Fetches what came into the mailboxes that are due. One process at a time looks at a mailbox (advisory lock of its session); a mail is known by
 * UIDVALIDITY and UID (RFC 9051, 2.3.1.1), so that a look that broke off goes on where it was, and nothing is deleted or marked at the server.
 * @returns how many mails were looked at
 */
export async function fetchMail(db: Db, secret: string): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select id from mailbox where kind = 'imap' and active
      and coalesce(greatest(read_at, failed_at), '-infinity') < now() - least(${everySeconds} * power(2, least(failures, 10)), ${longestPauseSeconds}) * interval '1 second'
    order by id limit 50`.execute(db)
  let total = 0
  for (const { id } of rows) total += await underLock(db, id, () => lookAt(db, secret, id))
  return total
}

/** Runs where no other process does; the lock is of a connection of its own, which no transaction holds open. */
async function underLock(db: Db, id: number, work: () => Promise<number>): Promise<number> {
  return db.connection().execute(async (own) => {
    const { rows } = await sql<{
      got: boolean
    }>`select pg_try_advisory_lock(hashtext('mailbox'), ${id}::int) as got`.execute(own)
    if (!rows[0]?.got) return 0
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(hashtext('mailbox'), ${id}::int)`.execute(own)
    }
  })
}

async function lookAt(db: Db, secret: string, id: number): Promise<number> {
  const { rows } = await sql<Row>`select * from mailbox where id = ${id} and active`.execute(db)
  const [row] = rows
  if (!row) return 0
  try {
    const done = await fetchNew(db, secret, row)
    await sql`update mailbox set read_at = now(), failures = 0, failed_at = null, error = null where id = ${id}`.execute(
      db,
    )
    return done
  } catch (error) {
    const reason = reasonOf(error)
    log.warn({ mailbox: id, reason }, 'this mailbox cannot be read, its mail waits there')
    await sql`update mailbox set failed_at = now(), failures = failures + 1, error = left(${reason}, 300) where id = ${id}`.execute(
      db,
    )
    return 0
  }
}

/** In a word; what a server says may repeat the name or the password. */
function reasonOf(error: unknown): string {
  if (error instanceof HostRefused) return error.message
  const { authenticationFailed, code, responseStatus } = error as {
    authenticationFailed?: boolean
    code?: string
    responseStatus?: string
  }
  if (authenticationFailed) return 'The server refuses this name and password'
  if (code === 'ECONNREFUSED') return 'Nobody answers there (ECONNREFUSED)'
  return [code ?? 'The server does not answer as a mail server does', responseStatus]
    .filter(Boolean)
    .join(' ')
}

async function connect(db: Db, secret: string, row: Row): Promise<ImapFlow> {
  const { 'security.outbound-hosts': allowed } = await readSettings(db, ['security.outbound-hosts'])
  const name = row.host ?? ''
  const client = new ImapFlow({
    // To exactly the address that was checked; the certificate is that of the name.
    host: await resolveHost(name, allowed),
    port: row.port ?? 993,
    secure: row.tls === 'implicit',
    doSTARTTLS: row.tls === 'starttls',
    ...(isIP(name) === 0 && { servername: name }),
    auth: { user: row.login ?? '', pass: unseal(secret, row.secret ?? '') },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: 15_000,
    greetingTimeout: 10_000,
    socketTimeout: 60_000,
  })
  // Errors come by the promise of the call that met them, too.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function fetchNew(db: Db, secret: string, row: Row): Promise<number> {
  const client = await connect(db, secret, row)
  try {
    const box = await client.mailboxOpen(row.folder, { readOnly: true })
    const validity = Number(box.uidValidity)
    // Other numbers: the mailbox was made anew. What is known by its Message-ID is not kept twice.
    const after = row.uid_validity === validity ? row.last_uid : 0
    if (box.exists === 0) {
      await remember(db, row.id, validity, after)
      return 0
    }
    const found = (await client.search({ uid: `${after + 1}:*` }, { uid: true })) || []
    // `n:*` names the last mail even where its number is smaller.
    const uids = found
      .filter((uid) => uid > after)
      .sort((a, b) => a - b)
      .slice(0, most)
    const place = { id: row.id, siteId: row.site_id, address: row.address, fax: row.fax }
    for (const uid of uids) {
      const result = await keepOne(db, secret, client, place, uid)
      await sql`
        insert into mailbox_seen (mailbox_id, uid_validity, uid, result) values (${row.id}, ${validity}, ${uid}, ${result}) on conflict do nothing`.execute(
        db,
      )
      await remember(db, row.id, validity, uid)
    }
    if (uids.length === 0) await remember(db, row.id, validity, after)
    return uids.length
  } finally {
    await client.logout().catch(() => client.close())
  }
}

async function keepOne(
  db: Db,
  secret: string,
  client: ImapFlow,
  place: Parameters<typeof keepMail>[2],
  uid: number,
): Promise<MailResult | 'too-large' | 'gone'> {
  const head = await client.fetchOne(String(uid), { size: true }, { uid: true })
  if (!head) return 'gone'
  if ((head.size ?? 0) > largestMail) return 'too-large'
  const mail = await client.fetchOne(String(uid), { source: true }, { uid: true })
  if (!mail || !mail.source) return 'gone'
  return keepMail(db, secret, place, mail.source)
}

async function remember(db: Db, id: number, validity: number, uid: number): Promise<void> {
  await sql`update mailbox set uid_validity = ${validity}, last_uid = ${uid} where id = ${id}`.execute(db)
}
