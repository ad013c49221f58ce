import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { createLaunch as createRoute } from '../../../contract/launch.ts'
import { accessOf, type Actor, authorize, type Grant, type Reach } from '../../platform/actor.ts'
import { audit } from '../../platform/audit.ts'
import { type Db, transaction } from '../../platform/db.ts'
import { AppError, found } from '../../platform/errors.ts'
import { hashKey } from '../access/resolve-actor.ts'
import { personWithin, taskWithin } from '../person/scope.ts'
import { readSettings } from '../setting/setting.ts'
import { queuesOf } from '../task/scope.ts'
import { frameOrigins, launchPath } from './framing.ts'
import { personOfRecord } from '../event/record.ts'

type Input = z.output<(typeof createRoute)['body']>

/** Why a link was refused: the field, a message for the integrator, and a code for the audit. */
class Refusal extends Error {
  readonly path: string
  readonly word: string

  constructor(path: string, word: string, message: string) {
    super(message)
    this.path = path
    this.word = word
  }
}

type User = { id: string; staffId: number | null; grants: Grant[] }

/**
 * Makes a link for a member of staff, on behalf of the workstation that signed them in. Refusals are audited.
 * @param base address under which browsers reach us
 * @throws {AppError} forbidden, invalid
 */
export async function createLaunch(db: Db, actor: Actor, input: Input, base: string) {
  authorize(actor, 'launch.create')
  try {
    const settings = await readSettings(db, ['security.launch', 'security.launch-open-seconds'])
    if (!settings['security.launch'])
      throw new Refusal('', 'switched-off', 'Links from workstations are switched off (Settings → Security).')
    const user = await findUser(db, actor, input)
    const { personId, taskId } = await findSubject(db, actor, user, input)
    const token = randomBytes(32).toString('base64url')
    const made = await transaction(db, async (trx) => {
      const row = await trx
        .insertInto('launch')
        .values({
          token_hash: hashKey(token),
          user_id: user.id,
          // The task's own record, in case the merge is undone.
          person_id:
            taskId === null ? personId : sql<number>`(select person_id from task where id = ${taskId})`,
          task_id: taskId,
          created_by: actor.id,
          created_by_name: actor.name,
          expires_at: sql<Date>`now() + make_interval(secs => ${settings['security.launch-open-seconds']})`,
        })
        .returning(['id', 'expires_at'])
        .executeTakeFirstOrThrow()
      await audit(trx, actor, {
        action: 'launch.create',
        personId,
        subject: `launch:${row.id} user:${user.id}${taskId === null ? '' : ` task:${taskId}`}`,
      })
      return row
    })
    const words = input.language ? `?lang=${input.language}` : ''
    return {
      id: made.id,
      // In the fragment, so that it appears in no log.
      url: `${base.replace(/\/$/, '')}${launchPath}${words}#${token}`,
      expiresAt: made.expires_at.toISOString(),
      frameOrigins: await frameOrigins(db),
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await audit(db, actor, { action: 'launch.create', outcome: 'refused', reason: error.word })
    if (error.path === '') throw new AppError('forbidden', error.message)
    throw new AppError('invalid', error.message, [{ path: error.path, message: error.message }])
  }
}

/** The account of the member of staff; a key that is bound to a site reaches the staff of that site only. */
async function findUser(db: Db, actor: Actor, input: Input): Promise<User> {
  const path = input.username === undefined ? 'staffCode' : 'username'
  const siteId = input.staffCode === undefined ? null : await siteOf(db, actor, input.siteCode)
  const reach = authorize(actor, 'launch.create')
  const { rows } = await sql<User & { suspended: boolean }>`
    select u.id, u.staff_id as "staffId", u.suspended,
      coalesce((select json_agg(json_build_object('role', g.role, 'siteId', g.site_id, 'departmentId', g.department_id))
        from role_grant g where g.user_id = u.id), '[]'::json) as grants
    from app_user u left join staff s on s.id = u.staff_id
    where (u.username = ${input.username?.toLowerCase() ?? null} or (s.code = ${input.staffCode ?? null} and s.site_id = ${siteId}))
      and (${reach.all} or s.site_id = any(${reach.siteIds}::int[]))
    order by u.suspended limit 2`.execute(db)
  const [user, other] = rows
  if (!user)
    throw new Refusal(
      path,
      'no-account',
      'There is no account of such a member of staff within reach of this key.',
    )
  if (user.suspended) throw new Refusal(path, 'suspended', 'This account is suspended.')
  if (other && !other.suspended)
    throw new Refusal(
      path,
      'several-accounts',
      'Several accounts belong to this member of staff; name the user.',
    )
  if (!accessOf(user.grants, user.staffId)['task.read'])
    throw new Refusal(path, 'no-desk', 'This account has no follow-up desk.')
  return user
}

/** @throws {Refusal} when the site is neither given nor unambiguous */
async function siteOf(db: Db, actor: Actor, code: string | undefined): Promise<number> {
  const { all, siteIds } = authorize(actor, 'launch.create')
  const sites = await db
    .selectFrom('site')
    .select(['id', 'code'])
    .where((where) => (all ? where.lit(true) : where('id', 'in', siteIds)))
    .execute()
  const chosen = code === undefined ? sites : sites.filter((site) => site.code === code)
  const [site] = chosen
  if (!site) throw new Refusal('siteCode', 'no-site', 'There is no such site within reach of this key.')
  if (chosen.length > 1)
    throw new Refusal('siteCode', 'which-site', 'Say which site; this key reaches several.')
  return site.id
}

/** Patient and task, as far as both the key and the member of staff may see them; a merged record leads to its survivor. */
async function findSubject(
  db: Db,
  actor: Actor,
  user: User,
  input: Input,
): Promise<{ personId: number | null; taskId: number | null }> {
  const { personId, recordNumber, taskId } = input
  if (taskId !== undefined) return findTask(db, actor, user, taskId)
  if (personId === undefined && recordNumber === undefined) return { personId: null, taskId: null }
  const path = personId === undefined ? 'recordNumber' : 'personId'
  const ids =
    recordNumber === undefined
      ? sql`select ${personId}::bigint`
      : sql`select i.person_id from person_identifier i join site s on i.system = 'mrn:' || s.code
          where s.id = ${await siteOf(db, actor, input.siteCode)} and i.value in (${recordNumber}, ${recordNumber.toUpperCase()})`
  const theirs = accessOf(user.grants, user.staffId)['person.read']
  const { rows } = await sql<{ id: number }>`
    select p.id from person m join person p on p.id = coalesce(m.survivor_id, m.id)
    where m.id in (${ids}) and ${bothReach(authorize(actor, 'person.read'), theirs)} limit 1`.execute(db)
  if (!rows[0])
    throw new Refusal(
      path,
      'no-person',
      'There is no such patient, or this member of staff may not see them.',
    )
  return { personId: rows[0].id, taskId: null }
}

const bothReach = (keys: Reach, theirs: Reach | undefined) =>
  theirs === undefined
    ? sql`false`
    : sql`${personWithin(keys, sql`p.id`)} and ${personWithin(theirs, sql`p.id`)}`

async function findTask(db: Db, actor: Actor, user: User, taskId: number) {
  const theirs = found(accessOf(user.grants, user.staffId)['task.read'])
  const queues = await queuesOf(db, user)
  const { rows } = await sql<{ person_id: number }>`
    select ${personOfRecord(sql`t.person_id`)} as person_id from task t where t.id = ${taskId}
      and ${taskWithin(authorize(actor, 'task.read'), [], 't')} and ${taskWithin(theirs, queues, 't')}`.execute(
    db,
  )
  if (!rows[0])
    throw new Refusal('taskId', 'no-task', 'There is no such task, or this member of staff may not see it.')
  return { personId: rows[0].person_id, taskId }
}
