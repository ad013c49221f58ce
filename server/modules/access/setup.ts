import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Actor, systemActor } from '../../platform/actor.ts'
import { type Db, transaction, type Trx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { createUserAs, makeId } from './user.ts'

const identifier = 'setup'
const setupActor = systemActor('system:setup', 'First start')

/** The holder of the first start's link may create the first administrator. */
function setupLinkActor(address: string | null): Actor {
  const { 'user.write': everybody } = setupActor.access
  const access = everybody ? { 'user.write': everybody } : {}
  return { ...setupActor, kind: 'link', id: 'link:setup', access, address }
}

/**
 * Makes sure that somebody can administer a new installation: with a password the user `admin` is created, without one a link is
 * returned that works once, for 24 hours. When users exist already, nothing happens.
 */
export async function prepareFirstAdministrator(
  db: Db,
  options: { adminPassword: string | undefined; baseUrl: string },
): Promise<{ created: boolean; link?: string }> {
  return transaction(db, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('careloop.administrators'))`.execute(trx)
    if (await anyUser(trx)) return { created: false }
    if (options.adminPassword !== undefined) {
      await createUserAs(trx, setupActor, {
        username: 'admin',
        name: '系统管理员',
        password: options.adminPassword,
        grants: [{ role: 'administrator', siteId: null, departmentId: null }],
      })
      return { created: true }
    }
    const token = randomBytes(32).toString('base64url')
    await trx.deleteFrom('app_verification').where('identifier', '=', identifier).execute()
    await trx
      .insertInto('app_verification')
      .values({
        id: makeId(),
        identifier,
        value: hashToken(token),
        expires_at: sql<Date>`now() + interval '24 hours'`,
      })
      .execute()
    return { created: false, link: `${options.baseUrl}/setup?token=${token}` }
  })
}

type Setup = { token: string; username: string; name: string; password: string }

/** The other end of the link. @throws {AppError} setup-closed */
export async function completeFirstSetup(trx: Trx, input: Setup, address: string | null): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('careloop.administrators'))`.execute(trx)
  const used = await trx
    .deleteFrom('app_verification')
    .where('identifier', '=', identifier)
    .where('value', '=', hashToken(input.token))
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('id')
    .executeTakeFirst()
  if (!used || (await anyUser(trx))) throw new AppError('setup-closed')
  await createUserAs(trx, setupLinkActor(address), {
    username: input.username,
    name: input.name,
    password: input.password,
    grants: [{ role: 'administrator', siteId: null, departmentId: null }],
  })
}

async function anyUser(trx: Trx): Promise<boolean> {
  return (await trx.selectFrom('app_user').select('id').limit(1).executeTakeFirst()) !== undefined
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
