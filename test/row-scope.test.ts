import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Role, roles } from '../contract/access.ts'
import { fhirBase } from '../contract/fhir.ts'
import type { RouteContract } from '../contract/route.ts'
import { updateUserAs } from '../server/modules/access/user.ts'
import { roleRules } from '../server/platform/actor.ts'
import { transaction } from '../server/platform/db.ts'
import { implementedContracts } from '../server/platform/http.ts'
import { createTestApp, type TestApp, testActor } from './support/app.ts'
import { fillSite, type FilledSite } from './support/filled-site.ts'
import { type Known, sampleOf } from './support/sample.ts'

let app: TestApp
let own: FilledSite
let foreign: FilledSite
let contracts: readonly RouteContract[]
/** What stands only in rows of the other site. */
const marks = /麴|99999/
/** Of the whole installation, or of whoever is signed in: no row of a site is behind them. */
const ofNoSite =
  /^\/(pathways|voice\/questionnaires|voice\/audio|questionnaires|questionnaire-drafts|settings|calendar|saved-views|me|match-runs)\b/

beforeAll(async () => {
  app = await createTestApp()
  contracts = implementedContracts(app.api)
  own = await fillSite(app, 'OWN', { mark: '本', digits: '11111' })
  foreign = await fillSite(app, 'FAR', { mark: '麴', digits: '99999' })
})
afterAll(() => app.close())

/** Everything that names something of the other site, by the name of a parameter or property. */
function knownOf({ site, department, staff, persons, rows }: FilledSite): Known {
  const [personId, otherId] = persons
  const task = rows.tasks?.id
  return {
    siteId: site,
    siteIds: [site],
    departmentId: department,
    departmentIds: [department],
    staffId: staff,
    toStaffId: staff,
    coverStaffId: staff,
    assigneeStaffId: staff,
    personId,
    survivorId: personId,
    mergedId: otherId,
    taskId: task,
    taskIds: [task],
    groupId: rows.groups?.id,
    slotId: rows.slots?.id,
    visitTypeId: rows['visit-types']?.id,
    sessionId: rows['clinic-sessions']?.id,
    teamId: rows['visits/plans']?.teamId,
    reference: 'recording 17',
    sender: 'HIS',
    address: 'sample@example.test',
    facility: 'FAR',
  }
}

function paramsOf(site: FilledSite, contract: RouteContract): Record<string, unknown> | undefined {
  const path = contract.path.slice(1)
  const longest = Object.keys(site.rows)
    .filter((one) => path === one || path.startsWith(`${one}/`))
    .sort((one, other) => other.length - one.length)[0]
  return longest === undefined ? undefined : site.rows[longest]
}

async function call(caller: string, contract: RouteContract, site: FilledSite, every = false) {
  const params = { ...paramsOf(site, contract) }
  const url = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]))
  const noun = Object.keys(site.rows).find((one) => contract.path.startsWith(`/${one}`)) ?? ''
  const known = { ...knownOf(site), ids: [site.rows[noun]?.id ?? 1] }
  return app.send(caller, contract.method, `/api/v1${url}`, {
    ...(contract.query && { query: sampleOf(contract.query, known, every) as Known }),
    ...(contract.method !== 'get' && { body: contract.body ? sampleOf(contract.body, known, every) : {} }),
  })
}

const allowed = (role: Role, { permission }: RouteContract) =>
  permission === 'signed-in' ||
  (permission !== 'public' && permission !== 'portal' && roleRules[role][permission] !== undefined)

async function signedIn(role: Role): Promise<string> {
  return app.signInAs(role, { site: own.site, department: own.department, staff: own.staff })
}

const scoped = roles.filter((role) => role !== 'auditor')

test('every route that names a row names one that both sites have', () => {
  const missing = contracts.filter(
    (one) =>
      one.path.includes('{') &&
      !ofNoSite.test(one.path) &&
      one.permission !== 'portal' &&
      paramsOf(foreign, one) === undefined,
  )
  expect(missing.map((one) => one.path)).toEqual([])
})

test.each(scoped)('%s of one site neither reads nor changes a row of another', async (role) => {
  const caller = await signedIn(role)
  const before = await digest()
  const wrong: unknown[] = []
  for (const contract of contracts) {
    if (!contract.path.includes('{') || ofNoSite.test(contract.path) || !allowed(role, contract)) continue
    const answer = await call(caller, contract, foreign)
    const text = await answer.text()
    if (![403, 404].includes(answer.status))
      wrong.push([contract.method, contract.path, answer.status, text.slice(0, 200)])
  }
  expect(wrong).toEqual([])
  expect(await digest()).toBe(before)
})

test.each(scoped)('%s of one site makes nothing at another, nor out of its rows', async (role) => {
  const caller = await signedIn(role)
  const before = await digest()
  for (const contract of contracts) {
    if (contract.path.includes('{') || contract.method === 'get' || ofNoSite.test(contract.path)) continue
    if (!allowed(role, contract)) continue
    for (const every of [false, true]) {
      const answer = await call(caller, contract, foreign, every)
      const text = await answer.text()
      expect([contract.path, text.match(marks)?.[0]]).toEqual([contract.path, undefined])
      expect([contract.path, answer.status < 500]).toEqual([contract.path, true])
    }
  }
  expect(await digest()).toBe(before)
})

test.each(scoped)('%s of one site finds nothing of another in any list, file or figure', async (role) => {
  const caller = await signedIn(role)
  const found: unknown[] = []
  for (const contract of contracts) {
    if (contract.path.includes('{') || contract.method !== 'get' || !allowed(role, contract)) continue
    if (contract.path === '/live') continue
    for (const site of [own, foreign]) {
      const answer = await call(caller, contract, site)
      const text = await answer.text()
      if (marks.test(text))
        found.push([contract.path, new RegExp(`.{0,60}(${marks.source})`).exec(text)?.[0]])
    }
  }
  expect(found).toEqual([])
})

let both: { id: string; cookie: string } | undefined

async function someone(): Promise<{ id: string; cookie: string }> {
  // Somebody has to administer everything before roles can change.
  await app.createUser('keeper', 'administrator')
  const id = await app.createUser('both', 'nurse', { staff: own.staff })
  return { id, cookie: await app.signIn('both') }
}

/** Every two roles of which one has a permission at home that the other lacks at the other site. */
const mixed = scoped.flatMap((home) =>
  scoped.filter((there) => there !== home).map((there) => [home, there] as const),
)

test.each(mixed)('who is %s here and %s there has each right at its place only', async (home, there) => {
  // The same session: rights count from the next request on.
  const { id, cookie: caller } = (both ??= await someone())
  const grants = [
    { role: home, siteId: own.site, departmentId: own.department },
    { role: there, siteId: foreign.site, departmentId: foreign.department },
  ]
  await transaction(app.db, (trx) => updateUserAs(trx, testActor, id, { grants }))
  const before = await digest()
  const wrong: unknown[] = []
  for (const contract of contracts) {
    if (!allowed(home, contract) || allowed(there, contract) || ofNoSite.test(contract.path)) continue
    if (!contract.path.includes('{')) continue
    const answer = await call(caller, contract, foreign)
    const text = await answer.text()
    if (![403, 404].includes(answer.status))
      wrong.push([contract.method, contract.path, answer.status, text.slice(0, 200)])
  }
  // Who reads no persons there sees no whole names.
  if (roleRules[there]['person.read'] === undefined)
    for (const contract of contracts) {
      if (contract.path.includes('{') || contract.method !== 'get' || contract.path === '/live') continue
      const text = await (await call(caller, contract, foreign)).text()
      if (/麴[一二三四五]/.test(text)) wrong.push([contract.path, text.match(/.{30}麴[一二三四五]/)?.[0]])
    }
  expect(wrong).toEqual([])
  expect(await digest()).toBe(before)
})

test.each(scoped)('%s of one site finds no resource of another over FHIR', async (role) => {
  const exchange = await app.signInAs('integration')
  const caller = await signedIn(role)
  const { rest } = (await (await app.send(exchange, 'get', `${fhirBase}/metadata`)).json()) as {
    rest: { resource: { type: string }[] }[]
  }
  let foreigners = 0
  for (const { type } of rest[0]?.resource ?? []) {
    const all = await entriesOf(exchange, type)
    const seen = new Set((await entriesOf(caller, type)).map((one) => one.id))
    for (const one of all) {
      if (!marks.test(JSON.stringify(one))) continue
      foreigners += 1
      expect([type, one.id, seen.has(one.id)]).toEqual([type, one.id, false])
      const read = await app.send(caller, 'get', `${fhirBase}/${type}/${one.id}`)
      expect([type, [403, 404].includes(read.status)]).toEqual([type, true])
      const body = { ...one, id: one.id }
      const written = await app.send(caller, 'put', `${fhirBase}/${type}/${one.id}`, {
        body,
        headers: { 'content-type': 'application/fhir+json' },
      })
      expect([type, written.status >= 400 && written.status < 500]).toEqual([type, true])
    }
  }
  expect(foreigners).toBeGreaterThan(0)
})

async function entriesOf(caller: string, type: string): Promise<{ id: string }[]> {
  const answer = await app.send(caller, 'get', `${fhirBase}/${type}`, { query: { _count: 200 } })
  const bundle = (await answer.json()) as { entry?: { resource: { id: string } }[] }
  return (bundle.entry ?? []).map((one) => one.resource)
}

/** A fingerprint of the rows that point to the other site or to something of it, a line a table. */
async function digest(): Promise<string> {
  const { site, staff, persons, rows } = foreign
  const pointing: Record<string, unknown[]> = {
    site_id: [site],
    person_id: persons,
    staff_id: [staff],
    group_id: [rows.groups?.id],
    task_id: [rows.tasks?.id, rows.visits?.id],
    channel_id: [rows['outbound/channels']?.id],
  }
  const { rows: tables } = await sql<{ name: string; columns: string[] }>`
    select table_name as name, array_agg(column_name::text) as columns from information_schema.columns
    where table_schema = 'public' and column_name = any(${Object.keys(pointing)}::text[]) and table_name !~ '^audit'
    group by 1 order by 1`.execute(app.db)
  const prints: string[] = []
  for (const { name, columns } of tables) {
    const points = columns.map((one) => sql`${sql.ref(one)} = any(${pointing[one]}::bigint[])`)
    const { rows: found } = await sql<{ print: string | null }>`
      select md5(string_agg(t::text, '' order by t::text)) as print from ${sql.table(name)} t
      where ${sql.join(points, sql` or `)}`.execute(app.db)
    prints.push(`${name} ${found[0]?.print ?? ''}`)
  }
  return prints.join('\n')
}
