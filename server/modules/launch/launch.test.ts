import { searchPath } from '../../../contract/personal.ts'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createApiKey,
  getCurrentUser,
  listSessions,
  revokeApiKey,
  revokeSession,
  updateUser,
} from '../../../contract/access.ts'
import { createLaunch, endLaunch, launchRoutes, openLaunch, revokeLaunch } from '../../../contract/launch.ts'
import { mergePersons, undoPersonMerge } from '../../../contract/match.ts'
import { revealPerson } from '../../../contract/person.ts'
import { updateSetting } from '../../../contract/setting.ts'
import { countTasks, getTask, holdTask, listTasks, takeNextTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { implementedContracts } from '../../platform/http.ts'
import { readOrigins } from '../../platform/origins.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, goodAnswers, idsOf } from '../../../test/support/hospital.ts'
import { authSecret } from '../access/auth.ts'
import { authPaths } from '../access/sign-in.ts'

let app: TestApp
let admin: string
/** Of the HIS, bound to the site NH. */
let his: { id: number; key: string }
let mine: { person: number; task: number }
let other: { person: number; task: number }

beforeAll(async () => {
  app = await createTestApp()
  admin = await app.signInAs('administrator')
  mine = await discharged(app, 'L100', { department: 'CARD', doctor: 'D01' })
  other = await discharged(app, 'L200', { department: 'CARD', doctor: 'D01', phone: '13800002222' })
  const ids = await idsOf(app)
  const card = { department: ids.department('CARD'), staff: ids.staff('D01') }
  await app.createUser('doctor.one', 'doctor', card)
  await discharged(app, 'L300', { department: 'NEUR', doctor: 'D02', phone: '13800003333' })
  const key = await app.request(admin, createApiKey, {
    body: { name: 'HIS', role: 'integration', siteId: ids.site('NH') },
  })
  his = key.body
  await set('security.launch', true)
})
afterAll(() => app.close())

async function set(key: string, value: unknown) {
  const { rows } = await sql<{ version: number }>`select version from setting where key = ${key}`.execute(
    app.db,
  )
  return app.request(admin, updateSetting, {
    params: { key },
    body: { value, version: rows[0]?.version ?? 0 },
  })
}

const ask = (body: object, caller = his.key) =>
  app.request(caller, createLaunch, { body: { username: 'doctor.one', ...body } })

const open = (url: string) =>
  app.request(undefined, openLaunch, { body: { token: new URL(url).hash.slice(1) } })

/** The key of a session as the page behind a new link would have it. */
async function enter(body: object): Promise<string> {
  const asked = await ask(body)
  const opened = await open(asked.body.url)
  if (opened.body.state !== 'open') throw new Error(JSON.stringify(asked.error ?? opened.body))
  return opened.body.key
}

async function lastAudit(action: string) {
  const { rows } = await sql<{
    actor_id: string
    outcome: string
    reason: string | null
    person_id: number | null
  }>`
    select actor_id, outcome, reason, person_id from audit_event where action = ${action} order by seq desc limit 1`.execute(
    app.db,
  )
  return rows[0]
}

test('the HIS opens one patient for the doctor it has signed in, who works the task without ever signing in here', async () => {
  const asked = await ask({ username: undefined, staffCode: 'D01', recordNumber: 'L100', language: 'en' })
  expect(asked.status).toBe(201)
  expect(asked.body.url).toMatch(/^http:\/\/careloop\.test\/launch\?lang=en#[\w-]{43}$/)
  expect(asked.body.frameOrigins).toEqual([])
  expect(await lastAudit('launch.create')).toMatchObject({
    actor_id: `key:${his.id}`,
    person_id: mine.person,
  })

  const opened = await open(asked.body.url)
  expect(opened.headers.getSetCookie()).toEqual([])
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  const { key } = opened.body
  const me = await app.request(key, getCurrentUser)
  expect(me.body).toMatchObject({ username: 'doctor.one', launch: { personId: mine.person, taskId: null } })
  expect(Object.keys(me.body.permissions).sort()).toEqual([
    'person.read',
    'person.reveal',
    'questionnaire.read',
    'task.read',
    'task.work',
  ])
  const list = await app.request(key, listTasks, { query: { whose: 'team' } })
  expect(list.body.items.map((task) => task.id)).toEqual([mine.task])
  expect((await app.request(key, countTasks)).body.todo).toBe(1)

  await app.request(key, holdTask, { params: { id: mine.task } })
  const done = await app.request(key, recordAttempt, {
    params: { id: mine.task },
    body: { outcome: 'done', answers: await goodAnswers(app, mine.task) },
  })
  expect(done.body).toMatchObject({ status: 'completed', outcome: 'done' })
  expect(done.body.attemptList[0]?.staffName).toBe('doctor.one')
  expect((await app.request(key, takeNextTask, { body: {} })).body.task).toBeNull()
})

test('a link opens once: the second time it is refused, and what the first one opened ends', async () => {
  const { url } = (await ask({ personId: mine.person })).body
  const first = await open(url)
  if (first.body.state !== 'open') throw new Error(first.body.state)
  const { key } = first.body
  expect((await app.request(key, getCurrentUser)).status).toBe(200)
  expect((await open(url)).body).toEqual({ state: 'used' })
  expect((await app.request(key, getCurrentUser)).status).toBe(401)
  expect(await lastAudit('launch.open')).toMatchObject({ outcome: 'refused', reason: 'used' })
})

test('of many who open one link at once, one gets in', async () => {
  const { url } = (await ask({})).body
  const opened = await Promise.all(Array.from({ length: 8 }, () => open(url)))
  expect(opened.filter(({ body }) => body.state === 'open')).toHaveLength(1)
})

test('a link that nobody opened in time, or that the HIS took back, opens nothing', async () => {
  const late = await ask({})
  await sql`update launch set expires_at = now() - interval '1 second' where id = ${late.body.id}`.execute(
    app.db,
  )
  expect((await open(late.body.url)).body).toEqual({ state: 'expired' })
  const back = await ask({})
  expect((await app.request(his.key, revokeLaunch, { params: { id: back.body.id } })).status).toBe(204)
  expect((await open(back.body.url)).body).toEqual({ state: 'closed' })
  expect((await open(`http://careloop.test/launch#${'x'.repeat(43)}`)).body).toEqual({ state: 'closed' })
})

test('when the HIS signs its user out, the session here ends; another system cannot end it', async () => {
  const asked = await ask({})
  const opened = await open(asked.body.url)
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  const { key } = opened.body
  const ris = await app.request(admin, createApiKey, { body: { name: 'RIS', role: 'integration' } })
  expect((await app.request(ris.body.key, revokeLaunch, { params: { id: asked.body.id } })).status).toBe(404)
  expect((await app.request(key, getCurrentUser)).status).toBe(200)
  expect((await app.request(his.key, revokeLaunch, { params: { id: asked.body.id } })).status).toBe(204)
  expect((await app.request(key, getCurrentUser)).status).toBe(401)
})

test('a session on one patient reaches nobody else, a session on one task no other task', async () => {
  const onPerson = await enter({ recordNumber: 'L200' })
  expect((await app.request(onPerson, getTask, { params: { id: other.task } })).status).toBe(200)
  expect((await app.request(onPerson, getTask, { params: { id: mine.task } })).status).toBe(404)
  expect((await app.request(onPerson, holdTask, { params: { id: mine.task } })).status).toBe(404)
  const reveal = (id: number) =>
    app.request(onPerson, revealPerson, { params: { id }, body: { fields: ['telecoms'], reason: 'call' } })
  expect((await reveal(other.person)).status).toBe(200)
  expect((await reveal(mine.person)).status).toBe(404)

  const onTask = await enter({ taskId: other.task })
  const list = await app.request(onTask, listTasks, { query: { view: 'all', whose: 'team' } })
  expect(list.body.items.map((task) => task.id)).toEqual([other.task])
})

test('a session follows its patient when two records turn out to be one person', async () => {
  const key = await enter({ recordNumber: 'L200' })
  const centre = await app.signInAs('service-centre')
  const body = { survivorId: mine.person, mergedId: other.person, reason: '同一人' }
  const merged = await app.request(centre, mergePersons, { body })
  expect(merged.status).toBe(201)
  expect((await app.request(key, getCurrentUser)).body.launch?.personId).toBe(mine.person)
  expect((await app.request(key, getTask, { params: { id: other.task } })).body.personId).toBe(mine.person)
  // Asked for by the old number, too.
  const again = await enter({ recordNumber: 'L200' })
  expect((await app.request(again, getCurrentUser)).body.launch?.personId).toBe(mine.person)
  await app.request(centre, undoPersonMerge, {
    params: { id: merged.body.mergeId },
    body: { reason: '两人' },
  })
  expect((await app.request(key, getCurrentUser)).body.launch?.personId).toBe(other.person)
})

test('a session without a patient shows its user their own list, not that of the whole department', async () => {
  const ids = await idsOf(app)
  await app.createUser('nurse.one', 'nurse', { department: ids.department('CARD') })
  const inApp = await app.request(await app.signIn('nurse.one'), getTask, { params: { id: other.task } })
  expect(inApp.status).toBe(200)
  const unbound = await app.request(admin, createApiKey, { body: { name: 'EMR', role: 'integration' } })
  const asked = await ask({ username: 'Nurse.One' }, unbound.body.key)
  const opened = await open(asked.body.url)
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  const { key } = opened.body
  expect((await app.request(key, getTask, { params: { id: other.task } })).status).toBe(404)
  expect((await app.request(key, listTasks, { query: { whose: 'team', view: 'all' } })).body.items).toEqual(
    [],
  )

  // A key that ends takes along what it opened.
  await app.request(admin, revokeApiKey, { params: { id: unbound.body.id } })
  expect((await app.request(key, getCurrentUser)).status).toBe(401)
})

test('nobody is opened whom the key or the user does not reach, and each refusal says why', async () => {
  const wrong = async (body: object, path: string, reason: string) => {
    const asked = await ask(body)
    expect([asked.status, asked.error?.fields?.[0]?.path]).toEqual([422, path])
    expect(await lastAudit('launch.create')).toMatchObject({ outcome: 'refused', reason })
  }
  await wrong({ username: 'nobody' }, 'username', 'no-account')
  await wrong({ username: undefined, staffCode: 'D99' }, 'staffCode', 'no-account')
  // An administrator has no staff record at the key's site.
  await wrong({ username: 'administrator-1' }, 'username', 'no-account')
  await wrong({ recordNumber: 'L999' }, 'recordNumber', 'no-person')
  // A patient of a colleague's.
  await wrong({ recordNumber: 'L300' }, 'recordNumber', 'no-person')
  await wrong({ recordNumber: 'L100', siteCode: 'XX' }, 'siteCode', 'no-site')
  await wrong({ taskId: 999_999 }, 'taskId', 'no-task')
  const both = await ask({ personId: mine.person, taskId: mine.task })
  expect([both.status, both.error?.id]).toEqual([422, 'invalid'])
})

test('a suspended user gets no link, opens none, and loses the session at once', async () => {
  const ids = await idsOf(app)
  const place = { department: ids.department('CARD'), staff: ids.staff('D01') }
  const id = await app.createUser('doctor.two', 'doctor', place)
  const asked = await ask({ username: 'doctor.two' })
  const waiting = await ask({ username: 'doctor.two' })
  const opened = await open(asked.body.url)
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  await app.request(admin, updateUser, { params: { id }, body: { suspended: true } })
  expect((await app.request(opened.body.key, getCurrentUser)).status).toBe(401)
  expect((await open(waiting.body.url)).body).toEqual({ state: 'closed' })
  const refused = await ask({ username: 'doctor.two' })
  expect(refused.status).toBe(422)
  expect(await lastAudit('launch.create')).toMatchObject({ outcome: 'refused', reason: 'suspended' })
})

test('the user sees the session among their own, named after the system, and can end it; the page can, too', async () => {
  const key = await enter({})
  const cookie = await app.signIn('doctor.one')
  const { items } = (await app.request(cookie, listSessions)).body
  const session = items.find((one) => one.openedBy === 'HIS')
  expect(session).toMatchObject({ current: false })
  await app.request(cookie, revokeSession, { params: { id: session?.id ?? '' } })
  expect((await app.request(key, getCurrentUser)).status).toBe(401)

  const again = await enter({})
  expect((await app.request(again, endLaunch)).status).toBe(204)
  expect((await app.request(again, getCurrentUser)).status).toBe(401)
  expect((await app.request(cookie, endLaunch)).status).toBe(404)
})

test('a workstation session ends after its hours, and with the switch', async () => {
  await set('security.launch-session-hours', 1)
  const asked = await ask({})
  const opened = await open(asked.body.url)
  if (opened.body.state !== 'open') throw new Error(opened.body.state)
  expect(new Date(opened.body.expiresAt).getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000)
  const { key } = opened.body
  await set('security.launch', false)
  expect((await app.request(key, getCurrentUser)).status).toBe(401)
  expect(await ask({})).toMatchObject({ status: 403 })
  await set('security.launch', true)
  expect((await app.request(key, getCurrentUser)).status).toBe(200)
  await sql`update app_session set expires_at = now() where launch_id = ${asked.body.id}`.execute(app.db)
  expect((await app.request(key, getCurrentUser)).status).toBe(401)
})

test('the key of a session is no cookie, not even a signed one, and a stolen row of the database opens nothing', async () => {
  const key = await enter({})
  const { rows } = await sql<{ token: string }>`
    select token from app_session where launch_id is not null order by created_at desc limit 1`.execute(
    app.db,
  )
  const token = rows[0]?.token ?? ''
  expect(token).toMatch(/^launch:[0-9a-f]{64}$/)
  for (const value of [key, token]) {
    const signature = createHmac('sha256', authSecret(app.services)).update(value).digest('base64')
    const cookie = `careloop.session=${encodeURIComponent(`${value}.${signature}`)}`
    expect((await app.request(cookie, getCurrentUser)).status).toBe(401)
  }
  const headers = { authorization: `Bearer ${token}` }
  expect((await app.request(undefined, getCurrentUser, { headers })).status).toBe(401)
})

test('a workstation session is refused everywhere but on the short list, whatever its user may do', async () => {
  const ids = await idsOf(app)
  await app.createUser('head.one', 'department-head', {
    department: ids.department('CARD'),
    staff: ids.staff('D01'),
  })
  const key = await enter({ username: 'head.one' })
  // Lists with names are asked by POST as well.
  const allowed = new Set(
    launchRoutes.flatMap(({ method, path, personal }) => [
      `${method} ${path}`,
      ...(personal ? [`post ${searchPath(path)}`] : []),
    ]),
  )
  const send = async (method: string, path: string) => {
    const answer = await app.send(key, method, path.replace(/\{\w+\}/g, '999999999'), {
      ...(method !== 'get' && { body: {} }),
    })
    await answer.body?.cancel()
    return answer.status
  }
  const own = implementedContracts(app.api).map((contract) => ({ contract, base: '/api/v1' }))
  const fhir = implementedContracts(app.fhir).map((contract) => ({ contract, base: '/fhir/R4' }))
  let refused = 0
  for (const { contract, base } of [...own, ...fhir]) {
    // Ends the session that walks here.
    if (contract === endLaunch) continue
    const status = await send(contract.method, `${base}${contract.path}`.replace(/\/$/, ''))
    const where = `${contract.method} ${contract.path}`
    // At the portal of patients a workstation is nobody.
    if (/^\/portal(\/|$)/.test(contract.path)) {
      if (contract.permission === 'portal') expect([where, status]).toEqual([where, 401])
    } else if (allowed.has(where)) expect([where, status]).not.toEqual([where, 403])
    else {
      expect([where, status]).toEqual([where, 403])
      refused += 1
    }
  }
  expect(refused).toBeGreaterThan(100)
  for (const path of authPaths) expect([path, await send('post', `/api/auth${path}`)]).toEqual([path, 403])
})

test('only the page of the link may be framed, and only by origins that an administrator entered', async () => {
  const policy = async (path: string) => {
    const { headers } = await app.send(undefined, 'get', path)
    return [
      /frame-ancestors [^;]*/.exec(headers.get('content-security-policy') ?? '')?.[0],
      headers.get('x-frame-options'),
    ]
  }
  expect(await policy('/launch')).toEqual(["frame-ancestors 'none'", 'DENY'])
  for (const value of [
    'https://*.example.org',
    'https://his.example.org/page',
    'his.example.org',
    "'self'",
    'https:',
  ])
    expect((await set('security.launch-origins', value)).status).toBe(422)
  const kept = await set('security.launch-origins', 'https://his.example.org, http://10.1.2.3:8080/')
  expect(kept.status).toBe(200)
  expect(await policy('/launch')).toEqual([
    'frame-ancestors https://his.example.org http://10.1.2.3:8080',
    null,
  ])
  expect((await ask({})).body.frameOrigins).toEqual(['https://his.example.org', 'http://10.1.2.3:8080'])
  for (const path of ['/', '/desk', '/sign-in', '/launch/', '/q/x', '/api/v1/me'])
    expect(await policy(path)).toEqual(["frame-ancestors 'none'", 'DENY'])
})

test('another site cannot use a link up from its own pages', async () => {
  const { url } = (await ask({})).body
  const foreign = await app.request(undefined, openLaunch, {
    body: { token: new URL(url).hash.slice(1) },
    headers: { origin: 'https://evil.example.org', 'sec-fetch-site': 'cross-site' },
  })
  expect([foreign.status, foreign.error?.id]).toEqual([403, 'cross-site'])
  expect((await open(url)).body.state).toBe('open')
})

test('whatever is typed as origins, what is taken are exact origins', () => {
  const piece = fc.oneof(
    fc.webUrl(),
    fc.string(),
    fc.constantFrom(
      '*',
      "'none'",
      'https://*',
      'https://a.example;script-src',
      'data:',
      'https://[::1]:8443',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const read = readOrigins(pieces.join(' '))
      if ('wrong' in read) return
      for (const origin of read.origins)
        expect(origin).toMatch(/^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?$/)
    }),
  )
})
