import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  completeSetup,
  createApiKey,
  createUser,
  getCurrentUser,
  handOverApiKey,
  listApiKeys,
  listUsers,
  resetUserPassword,
  revokeApiKey,
  updateUser,
} from '../../../contract/access.ts'
import { verifyAudit } from '../../../contract/audit.ts'
import { receive } from '../../../test/support/hl7.ts'
import { createTestApp, goodPassword, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { prepareFirstAdministrator } from './setup.ts'

let app: TestApp
let admin: string

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

test('the first start prints a link that makes one administrator, once', async () => {
  const options = { adminPassword: undefined, baseUrl: 'http://careloop.test' }
  const { link } = await prepareFirstAdministrator(app.db, options)
  const token = new URL(link ?? '').searchParams.get('token') ?? ''
  const body = { token, username: 'first', name: 'First', password: goodPassword }
  const weak = await app.request(undefined, completeSetup, { body: { ...body, password: 'password' } })
  expect(weak.error?.fields?.[0]?.path).toBe('password')
  const wrong = await app.request(undefined, completeSetup, { body: { ...body, token: 'x'.repeat(43) } })
  expect(wrong.error?.id).toBe('setup-closed')
  expect((await app.request(undefined, completeSetup, { body })).status).toBe(204)
  expect((await app.request(undefined, completeSetup, { body })).error?.id).toBe('setup-closed')
  expect(await prepareFirstAdministrator(app.db, options)).toEqual({ created: false })
  admin = await app.signIn('first')
  expect((await app.request(admin, getCurrentUser)).body.permissions['user.write']).toBe('all')
})

test('an administrator creates a user, who gets a one-time password', async () => {
  const created = await app.request(admin, createUser, {
    body: {
      username: 'New.Nurse',
      name: '新护士',
      grants: [{ role: 'nurse', siteId: null, departmentId: null }],
    },
  })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ username: 'new.nurse', grants: [{ role: 'nurse' }], suspended: false })
  const cookie = await app.signIn('new.nurse', created.body.oneTimePassword ?? '')
  expect((await app.request(cookie, getCurrentUser)).body.mustChangePassword).toBe(true)
  const again = await app.request(admin, createUser, {
    body: { username: 'new.nurse', name: 'x', grants: [{ role: 'nurse', siteId: null, departmentId: null }] },
  })
  expect(again.error).toMatchObject({ id: 'already-exists', fields: [{ path: 'username' }] })
})

test('a role on a site that does not exist is refused with the field', async () => {
  const answer = await app.request(admin, createUser, {
    body: { username: 'lost', name: 'x', grants: [{ role: 'nurse', siteId: 4711, departmentId: null }] },
  })
  expect(answer.error).toMatchObject({ id: 'invalid', fields: [{ path: 'grants' }] })
})

test('users are found by name and paged by key', async () => {
  for (const name of ['page-a', 'page-b', 'page-c']) await app.createUser(name, 'doctor')
  const first = await app.request(admin, listUsers, { query: { search: 'PAGE-', limit: 2 } })
  expect(first.body.items.map((user) => user.username)).toEqual(['page-a', 'page-b'])
  const second = await app.request(admin, listUsers, {
    query: { search: 'page-', limit: 2, cursor: first.body.nextCursor },
  })
  expect(second.body.items.map((user) => user.username)).toEqual(['page-c'])
  expect(second.body.nextCursor).toBeNull()
  expect((await app.request(admin, listUsers, { query: { search: '%' } })).body.items).toEqual([])
})

test('an administrator can neither suspend himself nor remove the last administrator', async () => {
  const { body: me } = await app.request(admin, getCurrentUser)
  const suspend = await app.request(admin, updateUser, { params: { id: me.id }, body: { suspended: true } })
  expect(suspend.error?.fields?.[0]?.path).toBe('suspended')
  const demote = await app.request(admin, updateUser, {
    params: { id: me.id },
    body: { grants: [{ role: 'nurse', siteId: null, departmentId: null }] },
  })
  expect(demote.error?.message).toBe('At least one active administrator has to remain.')
  expect((await app.request(admin, getCurrentUser)).body.permissions['user.write']).toBe('all')
})

test('two administrators who demote each other at the same moment do not both succeed', async () => {
  const other = await app.createUser('second', 'administrator')
  const second = await app.signIn('second')
  const { body: me } = await app.request(admin, getCurrentUser)
  const grants = [{ role: 'auditor', siteId: null, departmentId: null }]
  const answers = await Promise.all([
    app.request(admin, updateUser, { params: { id: other }, body: { grants } }),
    app.request(second, updateUser, { params: { id: me.id }, body: { grants } }),
  ])
  // The other one is refused: because an administrator has to remain, or because they are none any more.
  const [first, last] = answers.map((answer) => answer.status).sort()
  expect(first).toBe(200)
  expect([403, 422]).toContain(last)
  // Whoever won, the first one is administrator again for the tests that follow.
  await app.db
    .insertInto('role_grant')
    .values({ user_id: me.id, role: 'administrator' })
    .onConflict((c) => c.doNothing())
    .execute()
})

test('an API key works until it is revoked, with the rights of its role only', async () => {
  const { body } = await app.request(admin, createApiKey, { body: { name: 'HIS', role: 'auditor' } })
  expect(body.key).toMatch(/^cl_[0-9A-Za-z]{40}$/)
  expect(body.prefix).toBe(body.key.slice(0, 9))
  expect((await app.request(body.key, getCurrentUser)).body).toMatchObject({
    name: 'HIS',
    permissions: { 'audit.read': 'all' },
  })
  expect((await app.request(body.key, verifyAudit)).status).toBe(200)
  expect((await app.request(body.key, createApiKey, { body: { name: 'x', role: 'nurse' } })).status).toBe(403)
  const list = await app.request(admin, listApiKeys)
  expect(JSON.stringify(list.body)).not.toContain(body.key)
  await app.settled()
  expect((await app.request(admin, listApiKeys)).body.items[0]?.lastUsedAt).not.toBeNull()
  expect((await app.request(admin, revokeApiKey, { params: { id: body.id } })).status).toBe(204)
  expect((await app.request(body.key, getCurrentUser)).status).toBe(401)
})

test('an API key stops working when it expires', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  const { body } = await app.request(admin, createApiKey, {
    body: { name: 'short', role: 'auditor', expiresAt },
  })
  expect((await app.request(body.key, getCurrentUser)).status).toBe(200)
  await sql`update api_key set expires_at = now() where id = ${body.id}`.execute(app.db)
  expect((await app.request(body.key, getCurrentUser)).status).toBe(401)
})

test('an API key stops with the suspension of its owner, unless another administrator took it over', async () => {
  const id = await app.createUser('leaving', 'administrator')
  const leaving = await app.signIn('leaving')
  const { body: key } = await app.request(leaving, createApiKey, {
    body: { name: 'HIS', role: 'administrator' },
  })
  expect(key).toMatchObject({ ownerId: id, ownerName: 'leaving', ownerGone: false })
  const { body: second } = await app.request(leaving, createApiKey, { body: { name: '2', role: 'auditor' } })
  const users = async () => (await app.request(admin, listUsers, { query: { search: 'leaving' } })).body.items
  expect((await users())[0]?.apiKeys).toBe(2)
  const suspend = (suspended: boolean) =>
    app.request(admin, updateUser, { params: { id }, body: { suspended } })
  const works = async () =>
    Promise.all([key.key, second.key].map(async (one) => (await app.request(one, getCurrentUser)).status))
  expect(await works()).toEqual([200, 200])
  await suspend(true)
  expect(await works()).toEqual([401, 401])
  expect((await users())[0]?.apiKeys).toBe(0)

  const handOver = (ownerId: string) =>
    app.request(admin, handOverApiKey, { params: { id: second.id }, body: { ownerId } })
  const nurse = await app.createUser('no-administrator', 'nurse')
  for (const unfit of [nurse, id, 'nobody'])
    expect((await handOver(unfit)).error?.fields?.[0]?.path).toBe('ownerId')
  const { body: me } = await app.request(admin, getCurrentUser)
  expect((await handOver(me.id)).body).toMatchObject({ ownerId: me.id, ownerGone: false })
  expect(await works()).toEqual([401, 200])
  const entry = await app.db
    .selectFrom('audit_event')
    .select(['actor_id', 'subject', 'fields'])
    .where('action', '=', 'api-key.hand-over')
    .executeTakeFirst()
  expect(entry).toEqual({ actor_id: `user:${me.id}`, subject: `key:${second.id}`, fields: ['ownerId'] })
  await suspend(false)
  expect(await works()).toEqual([200, 200])
})

test('an API key works exactly as long as its owner is an active administrator of where it reaches', async () => {
  await receive(app, { mrn: 'force-one' }, { mrn: 'force-far', site: 'EAST' })
  const { site } = await idsOf(app)
  const id = await app.createUser('changing', 'administrator')
  const changing = await app.signIn('changing')
  const keys: { key: string; siteId: number | null }[] = []
  for (const siteId of [null, site('NH'), site('EAST')])
    keys.push(
      (await app.request(changing, createApiKey, { body: { name: 'x', role: 'manager', siteId } })).body,
    )
  const place = fc.constantFrom(null, site('NH'), site('EAST'))
  const grants = fc.uniqueArray(
    fc.record({
      role: fc.constantFrom('administrator', 'nurse'),
      siteId: place,
      departmentId: fc.constant(null),
    }),
    { minLength: 1, maxLength: 3, selector: (one) => `${one.role} ${one.siteId}` },
  )
  await fc.assert(
    fc.asyncProperty(grants, fc.boolean(), async (given, suspended) => {
      await app.request(admin, updateUser, { params: { id }, body: { grants: given, suspended } })
      const expected = keys.map((key) =>
        !suspended &&
        given.some(
          (one) => one.role === 'administrator' && (one.siteId === null || one.siteId === key.siteId),
        )
          ? 200
          : 401,
      )
      const found = await Promise.all(
        keys.map(async ({ key }) => (await app.request(key, getCurrentUser)).status),
      )
      expect(found).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})

test('a key makes neither keys nor administrators, and hands no key over', async () => {
  const { body: key } = await app.request(admin, createApiKey, { body: { name: 'x', role: 'administrator' } })
  for (const made of ['auditor', 'administrator'])
    expect((await app.request(key.key, createApiKey, { body: { name: 'y', role: made } })).status).toBe(403)
  const user = (role: string) => ({
    body: { username: `by-key-${role}`, name: 'x', grants: [{ role, siteId: null, departmentId: null }] },
  })
  expect((await app.request(key.key, createUser, user('administrator'))).status).toBe(403)
  const nurse = await app.request(key.key, createUser, user('nurse'))
  expect(nurse.status).toBe(201)
  const raised = { params: { id: nurse.body.id }, body: { grants: user('administrator').body.grants } }
  expect((await app.request(key.key, updateUser, raised)).status).toBe(403)
  const { body: me } = await app.request(admin, getCurrentUser)
  const over = { params: { id: key.id }, body: { ownerId: me.id } }
  const { body: administrators } = await app.request(admin, listUsers, {
    query: { role: 'administrator', limit: 200 },
  })
  expect(administrators.items.map((one) => one.id)).toContain(me.id)
  expect(
    administrators.items.every((one) => one.grants.some((grant) => grant.role === 'administrator')),
  ).toBe(true)
  expect((await app.request(key.key, handOverApiKey, over)).status).toBe(403)
  expect((await app.request(admin, handOverApiKey, over)).status).toBe(200)
})

test('who administers one site makes, revokes and hands over keys of that site only', async () => {
  await receive(app, { mrn: 'key-one' }, { mrn: 'key-far', site: 'EAST' })
  const sites = await app.db.selectFrom('site').select(['id', 'code']).execute()
  const [own, far] = ['NH', 'EAST'].map((code) => sites.find((one) => one.code === code)?.id ?? 0)
  const bound = await app.signInAs('administrator', { site: own ?? 0 })
  const make = (caller: string, siteId: number | null | undefined) =>
    app.request(caller, createApiKey, { body: { name: 'x', role: 'administrator', siteId } })
  const answers = [await make(bound, own), await make(bound, far), await make(bound, null)]
  expect(answers.map((one) => one.status)).toEqual([201, 403, 403])
  // The audit has no sites.
  const auditor = { name: 'x', role: 'auditor', siteId: own }
  for (const caller of [bound, admin])
    expect((await app.request(caller, createApiKey, { body: auditor })).error?.fields?.[0]?.path).toBe(
      'siteId',
    )
  const elsewhere = (await make(admin, far)).body
  const { body: me } = await app.request(bound, getCurrentUser)
  const params = { id: elsewhere.id }
  expect((await app.request(bound, revokeApiKey, { params })).status).toBe(403)
  expect((await app.request(bound, handOverApiKey, { params, body: { ownerId: me.id } })).status).toBe(403)
  // Nor can a key be handed to who does not administer where it reaches.
  const given = await app.request(admin, handOverApiKey, { params, body: { ownerId: me.id } })
  expect(given.error?.fields?.[0]?.path).toBe('ownerId')
})

test('an API key needs no browser headers, and a cookie beside a wrong key does not help', async () => {
  const { body } = await app.request(admin, createApiKey, { body: { name: 'script', role: 'auditor' } })
  const plain = await app.send(body.key, 'post', '/api/v1/audit/verify', {
    headers: { origin: 'https://elsewhere' },
  })
  expect(plain.status).toBe(200)
  const mixed = await app.send(admin, 'get', '/api/v1/me', {
    headers: { authorization: `Bearer cl_${'x'.repeat(40)}` },
  })
  expect(mixed.status).toBe(401)
})

test('who administers one site neither gives nor takes rights elsewhere, nor touches those who have them', async () => {
  await receive(app, { mrn: 'one' }, { mrn: 'far', site: 'EAST' })
  const sites = await app.db.selectFrom('site').select(['id', 'code']).execute()
  const [own, far] = ['NH', 'EAST'].map((code) => sites.find((one) => one.code === code)?.id ?? 0)
  const bound = await app.signInAs('administrator', { site: own ?? 0 })
  const grant = (siteId: number | null) => ({ role: 'service-centre' as const, siteId, departmentId: null })
  const create = async (siteId: number | null) =>
    (
      await app.request(bound, createUser, {
        body: { username: `of-${siteId ?? 'all'}`, name: '新人', grants: [grant(siteId)] },
      })
    ).status
  expect([await create(own ?? 0), await create(far ?? 0), await create(null)]).toEqual([201, 403, 403])
  const other = await app.createUser('far-centre', 'service-centre', { site: far ?? 0 })
  expect((await app.request(bound, resetUserPassword, { params: { id: other } })).status).toBe(403)
  const widen = { params: { id: other }, body: { grants: [grant(own ?? 0)] } }
  expect((await app.request(bound, updateUser, widen)).status).toBe(403)
})

test('who administers one site takes neither staff nor departments of another into a user, nor the last right to all', async () => {
  await receive(app, { mrn: 'near', site: 'NEAR', doctor: 'N1' }, { mrn: 'far', site: 'FAR', doctor: 'F1' })
  const { site, staff } = await idsOf(app)
  const departmentOf = async (id: number) =>
    (await app.db.selectFrom('department').select('id').where('site_id', '=', id).executeTakeFirstOrThrow())
      .id
  const near = await app.signInAs('administrator', { site: site('NEAR') })
  const create = async (grant: object, staffId: number | null = null) =>
    (
      await app.request(near, createUser, {
        body: {
          username: `made-${++made}`,
          name: 'x',
          staffId,
          grants: [{ role: 'doctor', siteId: site('NEAR'), departmentId: null, ...grant }],
        },
      })
    ).status
  expect(await create({ departmentId: await departmentOf(site('FAR')) })).toBe(422)
  expect(await create({ siteId: site('FAR') })).toBe(403)
  expect(await create({ siteId: null })).toBe(403)
  expect(await create({}, staff('F1'))).toBe(403)
  expect(await create({ departmentId: await departmentOf(site('NEAR')) }, staff('N1'))).toBe(201)
  // One of a single site does not replace the last one of all.
  const { body: me } = await app.request(admin, getCurrentUser)
  const { rows } = await sql<{ id: string }>`
    select user_id as id from role_grant where role = 'administrator' and site_id is null and user_id <> ${me.id}`.execute(
    app.db,
  )
  for (const { id } of rows)
    await app.request(admin, updateUser, { params: { id }, body: { suspended: true } })
  const demoted = await app.request(admin, updateUser, {
    params: { id: me.id },
    body: { grants: [{ role: 'administrator', siteId: site('NEAR'), departmentId: null }] },
  })
  expect(demoted.status).toBe(422)
})
let made = 0

test('an installation that only has administrators of sites can go on without one of all', async () => {
  const other = await createTestApp()
  await receive(other, { mrn: 'near', site: 'NEAR' })
  const place = { site: (await idsOf(other)).site('NEAR') }
  const near = await other.signInAs('administrator', place)
  const id = await other.createUser('nurse', 'nurse', place)
  const renamed = await other.request(near, updateUser, { params: { id }, body: { name: '护士长' } })
  expect([renamed.status, renamed.body.name]).toEqual([200, '护士长'])
  await other.close()
})
