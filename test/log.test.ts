import { readFile, stat } from 'node:fs/promises'
import { symbols } from 'pino'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { fhirBase } from '../contract/fhir.ts'
import { postIntakeMessage } from '../contract/intake.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { log } from '../server/platform/log.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { createTestDatabase } from './support/database.ts'
import { fillSite, type FilledSite } from './support/filled-site.ts'
import { adt, adtBytes, store } from './support/hl7.ts'
import { sampleOf } from './support/sample.ts'
import { uploadsOf } from './support/upload.ts'

const secrets = ['慕容某', '13955556666', '110101195001019876', 'murong@example.test', '桃花路']
const said = {
  name: '慕容某',
  phone: '13955556666',
  nationalId: '110101195001019876',
  email: 'murong@example.test',
  address: '桃花路7号',
}
/** Everything the program's one logger writes during this file. */
const written: string[] = []
const loggedTo = (log as unknown as Record<symbol, unknown>)[symbols.streamSym]
let app: TestApp
let site: FilledSite
let serverLogFrom = 0
const serverLog = inject('serverLog')

beforeAll(async () => {
  // As the owner of its tables, to make triggers.
  app = await createTestApp({}, await createTestDatabase())
  site = await fillSite(app, 'LOG', { mark: '某', digits: '22222' })
  serverLogFrom = serverLog === null ? 0 : (await stat(serverLog)).size
  await everythingFails()
  log.level = 'trace'
  Object.assign(log, { [symbols.streamSym]: { write: (line: string) => written.push(line) } })
})
afterAll(async () => {
  log.level = 'error'
  Object.assign(log, { [symbols.streamSym]: loggedTo })
  await app.close()
})

/** From now on the database refuses every write about persons, and says about whom in all parts of its errors. */
async function everythingFails(): Promise<void> {
  await sql`
    create function tell_all() returns trigger language plpgsql as $$ begin
      raise exception 'refused: % 慕容某 13955556666', new using detail = '桃花路 110101195001019876', hint = 'murong@example.test',
        errcode = '23514', constraint = 'tell_all', column = '慕容某';
    end $$`.execute(app.db)
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
      and table_name !~ '^(audit|app_|sign_in|kysely|inbound|import|api_key|used_code|role_grant)'`.execute(
    app.db,
  )
  for (const { name } of rows)
    await sql`create trigger tell_all before insert or update on ${sql.table(name)} for each row execute function tell_all()`.execute(
      app.db,
    )
}

test('whatever the database says when it refuses, no value of a feed, a form or a file reaches a log', async () => {
  const centre = await app.signInAs('service-centre', { site: site.site })
  const exchange = await app.signInAs('integration', { site: site.site })
  // MLLP and HTTP.
  await store(app, { ...said, mrn: 'L1', site: 'LOG' }, { ...said, site: 'LOG', charset: 'GB18030' })
  await app.request(exchange, postIntakeMessage, {
    body: { message: adt({ ...said, mrn: 'L2', site: 'LOG' }) },
  })
  await app.request(exchange, postIntakeMessage, {
    body: {
      message: adtBytes({ ...said, site: 'LOG' })
        .toString()
        .replace('PID|', 'PI\u0000D|慕容某'),
    },
  })
  // Tables.
  const uploads = uploadsOf(app, centre, site.site)
  const file = `病案号,姓名,手机,身份证号\nL3,${said.name},${said.phone},${said.nationalId}\n`
  for (const text of [file, file.replace('L3', 'L\u0000'), `"${said.name}`, '\ud83d'])
    await uploads.upload(text)
  await uploads.imported(file).catch(() => undefined)
  // FHIR.
  const patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:careloop:mrn:LOG', value: 'L4' }],
    name: [{ text: said.name }],
    telecom: [{ system: 'phone', value: said.phone }],
  }
  const headers = { 'content-type': 'application/fhir+json' }
  await app.send(exchange, 'post', `${fhirBase}/Patient`, { body: patient, headers })
  await app.send(exchange, 'post', `${fhirBase}/Patient`, { body: { ...patient, name: said.name }, headers })
  const entry = [{ request: { method: 'POST', url: 'Patient' }, resource: patient }]
  await app.send(exchange, 'post', fhirBase, {
    body: { resourceType: 'Bundle', type: 'transaction', entry },
    headers,
  })
  await app.processAll().catch(() => undefined)
  // Every route, with these values wherever a text fits.
  const known = Object.fromEntries(
    ['name', 'note', 'reason', 'text', 'remark', 'search', 'phone', 'addPhone', 'address'].map((name, at) => [
      name,
      secrets[at % secrets.length],
    ]),
  )
  const callers = [
    centre,
    await app.signInAs('administrator'),
    await app.signInAs('manager', { site: site.site }),
  ]
  for (const contract of implementedContracts(app.api)) {
    if (contract.method === 'get') continue
    const params = Object.entries(site.rows).find(([noun]) => contract.path.startsWith(`/${noun}`))?.[1] ?? {}
    const url = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? 1))
    const body = contract.body ? sampleOf(contract.body, { ...known, personId: site.persons[0] }, true) : {}
    for (const caller of callers)
      await (await app.send(caller, contract.method, `/api/v1${url}`, { body })).body?.cancel()
  }
  await app.processAll().catch(() => undefined)
  const logged = written.join('')
  expect(logged).toContain('tell_all')
  for (const secret of secrets) expect([secret, logged.includes(secret)]).toEqual([secret, false])
})

test('nor does one reach the log of the database', async () => {
  if (serverLog === null) return
  await sql`select ${said.phone}::text::int4`.execute(app.db).catch(() => undefined)
  await sql`select (${JSON.stringify(said)} || '{')::jsonb`.execute(app.db).catch(() => undefined)
  const text = (await readFile(serverLog)).subarray(serverLogFrom).toString()
  for (const secret of secrets) expect([secret, text.includes(secret)]).toEqual([secret, false])
})

test('an error is logged by its kind, its code, our own names and where it happened', () => {
  written.length = 0
  const cause = Object.assign(new Error('value 13955556666'), {
    code: '23505',
    constraint: 'person_pkey',
    detail: '慕容某',
  })
  const error = new TypeError('Invalid URL postgres://user:geheim@host\n    慕容某', { cause })
  log.error(
    { err: Object.assign(error, { input: 'geheim', code: 'ERR_INVALID_URL', table: '慕容某' }) },
    'failed',
  )
  const line = written.join('')
  expect(JSON.parse(line)).toMatchObject({
    err: { name: 'TypeError', code: 'ERR_INVALID_URL', cause: { code: '23505', constraint: 'person_pkey' } },
  })
  expect(line).toContain('log.test.ts')
  expect(line).not.toMatch(/geheim|慕容某|13955556666/)
})
