import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiKey, revokeApiKey, updateUser } from '../../../contract/access.ts'
import { transaction } from '../../platform/db.ts'
import { notify } from '../../platform/live.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
  await app.services.live.ready
})
afterAll(() => app.close())

/** Reads the stream up to the first event that is not a comment. */
async function nextEvent(answer: Response): Promise<string> {
  const reader = (answer.body ?? new ReadableStream<Uint8Array>())
    .pipeThrough(new TextDecoderStream())
    .getReader()
  for (let text = ''; ;) {
    const { value, done } = await reader.read()
    text += value ?? ''
    const found = /event: .*\ndata: .*\n\n/.exec(text)
    if (found || done) {
      await reader.cancel()
      return found?.[0] ?? 'end'
    }
  }
}

const open = (cookie: string) => app.send(cookie, 'get', '/api/v1/live')

test('a change in my scope arrives, one elsewhere does not', async () => {
  const cookie = await app.signInAs('service-centre', { site: await site('LIVE') })
  const answer = await open(cookie)
  expect(answer.headers.get('content-type')).toMatch('text/event-stream')
  const event = nextEvent(answer)
  await transaction(app.db, async (trx) => {
    await notify(trx, 'tasks', { siteId: 4711, created: 50 })
    await notify(trx, 'tasks', { siteId: await site('LIVE'), created: 2 })
    await notify(trx, 'tasks', { siteId: await site('LIVE'), created: 1, changed: 4 })
  })
  expect(await event).toBe('event: tasks\ndata: {"created":3,"changed":4}\n\n')
})

test('somebody who may not see the intake hears nothing of it', async () => {
  const nurse = nextEvent(await open(await app.signInAs('nurse')))
  const manager = nextEvent(await open(await app.signInAs('manager')))
  await notify(app.db, 'intake', { received: 7 })
  expect(await manager).toContain('{"received":7}')
  await notify(app.db, 'tasks', { created: 1 })
  expect(await nurse).toContain('event: tasks')
})

test('the stream of a suspended user ends at once', async () => {
  const id = await app.createUser('streamer', 'nurse')
  const event = nextEvent(await open(await app.signIn('streamer')))
  await transaction(app.db, async (trx) => {
    await trx.updateTable('app_user').set({ suspended: true }).where('id', '=', id).execute()
    await notify(trx, 'session-ended', { userId: id })
  })
  expect(await event).toBe('event: session-ended\ndata: {}\n\n')
})

test('an open stream does not keep its session alive, nor does opening it again', async () => {
  const cookie = await app.signInAs('nurse')
  const session = { token: decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0] ?? '' }
  const seen = async (by: string) => {
    const { rows } = await sql<{ at: Date }>`
      update app_session set last_seen_at = last_seen_at - ${by}::interval where token = ${session.token}
      returning last_seen_at as at`.execute(app.db)
    return rows[0]?.at
  }
  await app.settled()
  const before = await seen('10 minutes')
  const first = await open(cookie)
  const event = nextEvent(await open(cookie))
  // Each makes the streams look at their session, as every beat does.
  await notify(app.db, 'session-ended', { userId: await userOf(session.token) })
  await notify(app.db, 'tasks', { created: 1 })
  expect(await event).toContain('event: tasks')
  await app.settled()
  expect(await seen('0')).toEqual(before)
  const ends = nextEvent(first)
  await seen('21 minutes')
  await notify(app.db, 'session-ended', { userId: await userOf(session.token) })
  expect(await ends).toContain('event: ')
  expect((await open(cookie)).status).toBe(401)
})

test('the stream of an API key ends at once when it is revoked or its owner suspended or no longer administrator', async () => {
  const admin = await app.signInAs('administrator')
  const leaver = await app.createUser('key-owner', 'administrator')
  const owner = await app.signIn('key-owner')
  const make = async () =>
    (await app.request(owner, createApiKey, { body: { name: 'stream', role: 'manager' } })).body
  const [revoked, orphan] = [await make(), await make()]
  const streams = [nextEvent(await open(revoked.key)), nextEvent(await open(orphan.key))]
  await app.request(admin, revokeApiKey, { params: { id: revoked.id } })
  expect(await streams[0]).toBe('event: session-ended\ndata: {}\n\n')
  const params = { id: leaver }
  await app.request(admin, updateUser, { params, body: { suspended: true } })
  expect(await streams[1]).toBe('event: session-ended\ndata: {}\n\n')
  await app.request(admin, updateUser, { params, body: { suspended: false } })
  const again = nextEvent(await open(orphan.key))
  const grants = [{ role: 'nurse', siteId: null, departmentId: null }]
  await app.request(admin, updateUser, { params, body: { grants } })
  expect(await again).toBe('event: session-ended\ndata: {}\n\n')
})

test('nothing is heard of a change that was rolled back', async () => {
  const event = nextEvent(await open(await app.signInAs('manager')))
  await expect(
    transaction(app.db, async (trx) => {
      await notify(trx, 'intake', { received: 100 })
      throw new Error('rolled back')
    }),
  ).rejects.toThrow()
  await notify(app.db, 'intake', { received: 1 })
  expect(await event).toContain('{"received":1}')
})

test('listening comes back by itself after the connection was killed', async () => {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'careloop live' and datname = current_database()`.execute(app.db)
  const heard = new Promise<void>((resolve) => {
    const stop = app.services.live.on(() => {
      stop()
      clearInterval(again)
      resolve()
    })
    const again = setInterval(() => void notify(app.db, 'intake', { received: 1 }), 50)
  })
  await heard
})

async function userOf(token: string): Promise<string> {
  const row = await app.db
    .selectFrom('app_session')
    .select('user_id')
    .where('token', '=', token)
    .executeTakeFirstOrThrow()
  return row.user_id
}

async function site(code: string): Promise<number> {
  const row = await app.db
    .insertInto('site')
    .values({ code, name: code })
    .onConflict((conflict) => conflict.column('code').doUpdateSet({ name: code }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}
