import { randomBytes, randomInt } from 'node:crypto'
import { hashPassword } from 'better-auth/crypto'
import { type Kysely, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { z } from 'zod'
import {
  createUserBody,
  type CreateUser,
  type listUsers,
  type Role,
  type updateUser,
  type UserSummary,
} from '../../../contract/access.ts'
import { type Actor, authorize, type Grant, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { decodeCursor, pageOf } from '../../platform/cursor.ts'
import { type Db, isUniqueViolation, type Trx } from '../../platform/db.ts'
import type { DB } from '../../platform/db-types.ts'
import { AppError, found } from '../../platform/errors.ts'
import { notify, notifyAll } from '../../platform/live.ts'
import { endKeysOf, keyInForce } from './key-in-force.ts'
import { assertGoodPassword } from './password.ts'
import { unlock } from './throttle.ts'

/** Letters and digits that nobody mixes up when reading them from paper. */
const readable = 'abcdefghjkmnpqrstuvwxyz23456789'

export function makeOneTimePassword(): string {
  const groups = Array.from({ length: 4 }, () =>
    Array.from({ length: 4 }, () => readable.charAt(randomInt(readable.length))).join(''),
  )
  return groups.join('-')
}

export function makeId(): string {
  return randomBytes(16).toString('hex')
}

/**
 * Creates a user with roles; also used by the command line, the first start and seeds.
 * Without a password a one-time password is made, which has to be changed at the first sign-in.
 */
export async function createUserAs(
  trx: Trx,
  actor: Actor,
  input: CreateUser,
  options: { mustChangePassword?: boolean } = {},
): Promise<{ id: string; oneTimePassword: string | null }> {
  authorize(actor, 'user.write')
  const body = createUserBody.parse(input)
  assertMayGrant(actor, body.grants)
  await assertMayName(trx, actor, body.staffId)
  const username = body.username.toLowerCase()
  if (body.password !== undefined) await assertGoodPassword(trx, body.password, username)
  const oneTimePassword = body.password === undefined ? makeOneTimePassword() : null
  const password = await hashPassword(body.password ?? oneTimePassword ?? '')
  const id = makeId()
  try {
    await trx
      .insertInto('app_user')
      .values({
        id,
        name: body.name,
        // better-auth wants an address; .invalid can never belong to anybody.
        email: body.email ?? `${username}@users.careloop.invalid`,
        username,
        display_username: body.username,
        staff_id: body.staffId,
        must_change_password: options.mustChangePassword ?? oneTimePassword !== null,
      })
      .execute()
  } catch (error) {
    const field = body.email && isUniqueViolation(error, 'app_user_email_key') ? 'email' : 'username'
    if (isUniqueViolation(error)) throw taken(field)
    throw refused(error, 'staffId')
  }
  await trx
    .insertInto('app_account')
    .values({ id: makeId(), account_id: id, provider_id: 'credential', user_id: id, password })
    .execute()
  await writeGrants(trx, id, body.grants)
  await audit(trx, actor, {
    action: 'user.create',
    subject: `user:${id}`,
    fields: ['username', 'name', 'grants'],
  })
  return { id, oneTimePassword }
}

function taken(field: 'email' | 'username'): AppError {
  const message = field === 'email' ? 'This e-mail address is used already.' : 'This user name is taken.'
  return new AppError('already-exists', message, [{ path: field, message }])
}

/** A foreign key that leads nowhere is the caller's mistake. */
function refused(error: unknown, path: string): unknown {
  if ((error as { code?: string }).code !== '23503') return error
  return new AppError('invalid', undefined, [{ path, message: 'There is no such entry.' }])
}

/** The audit has no sites. @throws {AppError} invalid when an auditor is bound to one */
export function assertAuditsAll(
  grants: readonly { role: string; siteId: number | null }[],
  path: string,
): void {
  if (grants.some((grant) => grant.role === 'auditor' && grant.siteId !== null))
    throw new AppError('invalid', undefined, [
      { path, message: 'An auditor reads the audit of the whole installation: leave the site out.' },
    ])
}

/** @throws {AppError} invalid when an auditor is bound to a site, as the audit has none, or a department is of another site */
async function writeGrants(trx: Trx, userId: string, grants: Grant[]): Promise<void> {
  assertAuditsAll(grants, 'grants')
  const { rows: elsewhere } = await sql`
    select 1 from jsonb_to_recordset(${JSON.stringify(grants)}::jsonb) as g("siteId" int, "departmentId" int)
    join department d on d.id = g."departmentId" and d.site_id <> g."siteId"`.execute(trx)
  if (elsewhere.length > 0)
    throw new AppError('invalid', undefined, [
      { path: 'grants', message: 'The department is not of this site.' },
    ])
  await trx.deleteFrom('role_grant').where('user_id', '=', userId).execute()
  const rows = grants.map((grant) => ({
    user_id: userId,
    role: grant.role,
    site_id: grant.siteId,
    department_id: grant.departmentId,
  }))
  try {
    await trx
      .insertInto('role_grant')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  } catch (error) {
    throw refused(error, 'grants')
  }
}

type UpdateUser = z.output<(typeof updateUser)['body']>

/** Changes a user; sessions stay, because every request reads rights and suspension afresh. */
export async function updateUserAs(trx: Trx, actor: Actor, id: string, input: UpdateUser): Promise<void> {
  authorize(actor, 'user.write')
  await lockAdministrators(trx)
  const hadAdministrator = await hasAdministrator(trx)
  const user = found(
    await trx
      .selectFrom('app_user')
      .select(['id', 'suspended'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst(),
  )
  if (input.suspended === true && actor.userId === id)
    throw new AppError('invalid', 'You cannot suspend yourself.', [
      { path: 'suspended', message: 'You cannot suspend yourself.' },
    ])
  const { name, staffId, suspended, grants } = input
  assertMayGrant(actor, [...(await sitesOf(trx, id)), ...(grants ?? [])])
  await assertMayName(trx, actor, staffId)
  try {
    await trx
      .updateTable('app_user')
      .set({
        updated_at: sql<Date>`now()`,
        ...(name !== undefined && { name }),
        ...(staffId !== undefined && { staff_id: staffId }),
        ...(suspended !== undefined && { suspended }),
      })
      .where('id', '=', user.id)
      .execute()
  } catch (error) {
    throw refused(error, 'staffId')
  }
  if (grants) await writeGrants(trx, id, grants)
  if (hadAdministrator && !(await hasAdministrator(trx)))
    throw new AppError('invalid', 'At least one active administrator has to remain.', [
      { path: 'grants', message: 'At least one active administrator has to remain.' },
    ])
  if (suspended) await trx.deleteFrom('app_session').where('user_id', '=', id).execute()
  await notifyAll(
    trx,
    'session-ended',
    [id, ...(suspended || grants ? await endKeysOf(trx, id) : [])].map((userId) => ({ userId })),
  )
  const action =
    suspended === undefined || suspended === user.suspended
      ? 'user.update'
      : suspended
        ? 'user.suspend'
        : 'user.restore'
  await audit(trx, actor, { action, subject: `user:${id}`, fields: Object.keys(input) })
}

type SiteGrant = { siteId: number | null; role?: Role }

/**
 * Who administers one site neither gives nor takes rights elsewhere, nor touches those who have them; a key makes no administrators, who would
 * outlive whoever answers for it.
 * @throws {AppError} forbidden
 */
export function assertMayGrant(actor: Actor, grants: readonly SiteGrant[]): void {
  if (actor.kind === 'system' || actor.kind === 'link') return
  if (actor.kind === 'key' && grants.some(({ role }) => role === 'administrator'))
    throw new AppError('forbidden')
  const own = administered(actor)
  if (own.includes(null)) return
  if (grants.some(({ siteId }) => siteId === null || !own.includes(siteId))) throw new AppError('forbidden')
}

const administered = (actor: Actor) =>
  actor.grants.flatMap((grant) => (grant.role === 'administrator' ? [grant.siteId] : []))

/**
 * A user works as a member of staff, whose patients are theirs: that of another site is for those who administer it.
 * @throws {AppError} forbidden
 */
async function assertMayName(trx: Trx, actor: Actor, staffId: number | null | undefined): Promise<void> {
  if (actor.kind === 'system' || actor.kind === 'link' || staffId == null) return
  const own = administered(actor)
  if (own.includes(null)) return
  const { rows } = await sql`
    select 1 from staff where id = ${staffId} and not (site_id = any(${own}::int[]))`.execute(trx)
  if (rows.length > 0) throw new AppError('forbidden')
}

async function sitesOf(trx: Trx, userId: string): Promise<SiteGrant[]> {
  const rows = await trx.selectFrom('role_grant').select('site_id').where('user_id', '=', userId).execute()
  return rows.map((row) => ({ siteId: row.site_id }))
}

/** Two administrators who demote each other at the same moment must not both succeed. */
async function lockAdministrators(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('careloop.administrators'))`.execute(trx)
}

/** Whether somebody can administer everything: an active user with the role administrator at all sites. */
export async function hasAdministrator(db: Kysely<DB>): Promise<boolean> {
  const row = await db
    .selectFrom('role_grant')
    .innerJoin('app_user', 'app_user.id', 'role_grant.user_id')
    .select('app_user.id')
    .where('role_grant.role', '=', 'administrator')
    .where('role_grant.site_id', 'is', null)
    .where('app_user.suspended', '=', false)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Gives a new one-time password, ends all sessions and opens a locked account. */
export async function resetPasswordAs(trx: Trx, actor: Actor, id: string): Promise<string> {
  authorize(actor, 'user.write')
  const user = found(
    await trx.selectFrom('app_user').select('username').where('id', '=', id).forUpdate().executeTakeFirst(),
  )
  assertMayGrant(actor, await sitesOf(trx, id))
  const oneTimePassword = makeOneTimePassword()
  const password = await hashPassword(oneTimePassword)
  await trx
    .updateTable('app_account')
    .set({ password, updated_at: sql<Date>`now()` })
    .where('user_id', '=', id)
    .where('provider_id', '=', 'credential')
    .execute()
  await trx.updateTable('app_user').set({ must_change_password: true }).where('id', '=', id).execute()
  await trx.deleteFrom('app_session').where('user_id', '=', id).execute()
  if (user.username) await unlock(trx, user.username, id)
  await notify(trx, 'session-ended', { userId: id })
  await audit(trx, actor, { action: 'user.reset-password', subject: `user:${id}` })
  return oneTimePassword
}

function usersQuery(db: Kysely<DB>) {
  return db
    .selectFrom('app_user as u')
    .leftJoin('staff as s', 's.id', 'u.staff_id')
    .select([
      'u.id',
      'u.name',
      'u.username',
      'u.email',
      'u.staff_id as staffId',
      's.name as staffName',
      'u.suspended',
      'u.two_factor_enabled as twoFactorEnabled',
      'u.last_sign_in_at',
    ])
    .select((eb) =>
      eb
        .selectFrom('api_key as k')
        .select(sql<number>`count(*)::int`.as('count'))
        .whereRef('k.owner_id', '=', 'u.id')
        .where(keyInForce('k'))
        .$asScalar()
        .$notNull()
        .as('apiKeys'),
    )
    .select((eb) => jsonArrayFrom(grantsQuery(db).whereRef('g.user_id', '=', eb.ref('u.id'))).as('grants'))
}

function grantsQuery(db: Kysely<DB>) {
  return db
    .selectFrom('role_grant as g')
    .leftJoin('site', 'site.id', 'g.site_id')
    .leftJoin('department as d', 'd.id', 'g.department_id')
    .select([
      sql<Role>`g.role`.as('role'),
      'g.site_id as siteId',
      'g.department_id as departmentId',
      'site.name as siteName',
      'd.name as departmentName',
    ])
    .orderBy('g.id')
}

type UserRow = Awaited<ReturnType<ReturnType<typeof usersQuery>['execute']>>[number]

function viewUser({ last_sign_in_at: lastSignInAt, ...row }: UserRow): UserSummary {
  return { ...row, lastSignInAt: lastSignInAt?.toISOString() ?? null }
}

export async function getUser(db: Db, id: string): Promise<UserSummary> {
  return viewUser(found(await usersQuery(db).where('u.id', '=', id).executeTakeFirst()))
}

/** Users by name, of one's sites those with a role there; `search` looks into name and user name. */
export async function listUsersPage(
  db: Db,
  reach: Reach,
  query: z.output<typeof listUsers.query>,
): Promise<{ items: UserSummary[]; nextCursor: string | null }> {
  const after = decodeCursor<[string, string]>(query.cursor, ['string', 'string'])
  let select = usersQuery(db)
    .orderBy('u.name')
    .orderBy('u.id')
    .limit(query.limit + 1)
  if (!reach.all)
    select = select.where(
      sql<boolean>`exists (select 1 from role_grant g where g.user_id = u.id and g.site_id = any(${reach.siteIds}::int[]))`,
    )
  if (query.role !== undefined)
    select = select.where(
      sql<boolean>`exists (select 1 from role_grant g where g.user_id = u.id and g.role = ${query.role})`,
    )
  if (after) select = select.where(sql<boolean>`(u.name, u.id) > (${after[0]}, ${after[1]})`)
  if (query.search) {
    const pattern = `%${query.search.replace(/[\\%_]/g, '\\$&')}%`
    select = select.where((where) =>
      where.or([where('u.name', 'ilike', pattern), where('u.username', 'ilike', pattern)]),
    )
  }
  return pageOf(await select.execute(), query.limit, (row) => [row.name, row.id], viewUser)
}

/** Grants with the names of sites and departments, for "who am I". */
export async function grantsOf(db: Db, userId: string) {
  return grantsQuery(db).where('g.user_id', '=', userId).execute()
}
