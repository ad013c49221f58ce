import { sql } from 'kysely'
import type { z } from 'zod'
import type { registerMyLine, setMyLine } from '../../../contract/line.ts'
import { type Actor, authorize } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import type { Db, Trx } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { seal, unseal } from '../../platform/sealed.ts'

/** Where browsers may register: the page is allowed to connect to these origins and no other. */
export async function phoneOrigins(db: Db): Promise<string[]> {
  const { rows } = await sql<{ url: string }>`
    select distinct config ->> 'browserUrl' as url from telephony_account where active and config ->> 'browserUrl' <> ''`.execute(
    db,
  )
  return rows.map(({ url }) => new URL(url).origin)
}

/**
 * Keeps as whom the actor's browser registers; a secret that is left out stays.
 * @throws {AppError} invalid when the telephone system takes no browsers, or the secret is not known yet
 */
export async function keepBrowserLine(
  trx: Trx,
  secret: string,
  userId: string,
  { accountId, extension, sipUser, sipSecret }: z.output<(typeof setMyLine)['body']>,
): Promise<void> {
  const { rows } = await sql`
    select 1 from telephony_account where id = ${accountId} and config ->> 'browserUrl' <> ''`.execute(trx)
  if (rows.length === 0)
    throw new AppError('invalid', undefined, [
      { path: 'browser', message: 'is not offered by this telephone system' },
    ])
  const user = sipUser ?? extension ?? ''
  if (sipSecret !== undefined)
    await sql`
      insert into browser_line (user_id, account_id, sip_user, secret) values (${userId}, ${accountId}, ${user}, ${seal(secret, sipSecret)})
      on conflict (user_id, account_id) do update set sip_user = excluded.sip_user, secret = excluded.secret, updated_at = now()`.execute(
      trx,
    )
  else {
    const { rows: known } = await sql`
      select 1 from browser_line where user_id = ${userId} and account_id = ${accountId} and sip_user = ${user}`.execute(
      trx,
    )
    if (known.length === 0)
      throw new AppError('invalid', undefined, [{ path: 'sipSecret', message: 'is missing' }])
  }
}

/**
 * What the actor's own browser needs to register; nobody else is told.
 * @throws {AppError} not-found when the actor sits at no telephone in the browser
 */
export async function browserRegistration(
  trx: Trx,
  actor: Actor,
  secret: string,
): Promise<z.output<(typeof registerMyLine)['response']>> {
  authorize(actor, 'call.work')
  const { rows } = await sql<{
    account_id: number
    url: string
    domain: string
    user: string
    secret: string
  }>`
    select l.account_id, a.config ->> 'browserUrl' as url, a.config ->> 'browserDomain' as domain, b.sip_user as user, b.secret
    from agent_line l join telephony_account a on a.id = l.account_id and a.active
      join browser_line b on b.user_id = l.user_id and b.account_id = l.account_id
    where l.user_id = ${actor.userId} and l.browser and a.config ->> 'browserUrl' <> ''`.execute(trx)
  const row = found(rows[0])
  await audit(trx, actor, {
    action: 'call.registration',
    subject: `telephony:${row.account_id} ${row.user}`,
  })
  return {
    url: row.url,
    domain: row.domain === '' ? new URL(row.url).hostname : row.domain,
    user: row.user,
    secret: unseal(secret, row.secret),
  }
}
