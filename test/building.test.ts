import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PathwayDefinition } from '../contract/pathway.ts'
import { putCalendarYear } from '../contract/setting.ts'
import type { RouteContract } from '../contract/route.ts'
import type { Mount } from '../server/app.ts'
import { fireDue } from '../server/modules/clock/fire.ts'
import { type ClockRule, registerClock } from '../server/modules/clock/rule.ts'
import { registerSubject, type SubjectKind } from '../server/modules/event/subject.ts'
import { executeDue } from '../server/modules/pathway/execute.ts'
import { settingDefinitions } from '../server/modules/setting/definitions.ts'
import { createTestApp, type TestApp } from './support/app.ts'
import { createTestDatabase } from './support/database.ts'
import { personOf, receive } from './support/hl7.ts'
import { makePathway } from './support/pathway.ts'

/*
 * docs/building-a-system.md is built: its code is written beside the product (`.tmp`, in no list of files), and the system that it makes is used
 * over HTTP.
 */

const root = path.resolve(import.meta.dirname, '..')
const place = path.join(root, '.tmp/building')
const page = readFileSync(path.join(root, 'docs/building-a-system.md'), 'utf8')
const blocks = new Map(
  [...page.matchAll(/^```ts file=(\S+)\n([\s\S]*?)^```/gm)].map(([, file = '', text = '']) => [file, text]),
)

let app: TestApp
let forget: () => void

/** Code of the page imports the product where it lies, and itself where it was written. */
function placed(file: string, text: string): string {
  return text.replaceAll(/from '(\.[^']+)'/g, (_whole, target: string) => {
    const meant = path.join(path.dirname(file), target)
    const at = path.join(blocks.has(meant) ? place : root, meant)
    const relative = path.relative(path.dirname(path.join(place, file)), at)
    return `from '${relative.startsWith('.') ? relative : `./${relative}`}'`
  })
}

const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(path.join(place, file)).href)) as T

beforeAll(async () => {
  for (const [file, text] of blocks) {
    mkdirSync(path.dirname(path.join(place, file)), { recursive: true })
    writeFileSync(path.join(place, file), placed(file, text))
  }
  const { loanSettings } = await load<{ loanSettings: object }>('server/modules/setting/loan.ts')
  Object.assign(settingDefinitions, loanSettings)
  const { mountLoan } = await load<{ mountLoan: Mount }>('server/modules/loan/routes.ts')
  app = await createTestApp({}, await createTestDatabase(), [mountLoan])
  const { up } = await load<{ up: (db: Kysely<unknown>) => Promise<void> }>('server/migrations/loan.ts')
  await up(app.db as unknown as Kysely<unknown>)
  const { loanSubject } = await load<{ loanSubject: SubjectKind }>('server/modules/loan/subject.ts')
  forget = registerSubject(loanSubject)
  const { returnClock } = await load<{ returnClock: ClockRule }>('server/modules/loan/clock.ts')
  registerClock(returnClock)
})
afterAll(async () => {
  forget()
  Reflect.deleteProperty(settingDefinitions, 'follow-up.loan-days')
  await app.close()
  rmSync(place, { recursive: true, force: true })
})

type Loan = { id: number; dueAt: string; returnedAt: string | null }
const day = 86_400_000
const inDays = (n: number) => new Date(Date.now() + n * day)

test('the system of the page lends, reminds, moves with the loan, makes work when it is late, and ends when the chair is back', async () => {
  const { lend, extendLoan, returnLoan } =
    await load<Record<'lend' | 'extendLoan' | 'returnLoan', RouteContract>>('contract/loan.ts')
  const { loanReminder } = await load<{ loanReminder: PathwayDefinition }>('server/seed/base/loan.ts')
  const pathway = await makePathway(app, loanReminder)
  await receive(app, { event: 'A04', class: 'O', mrn: 'loan', visit: 'loan', email: 'loan@example.test' })
  const person = await personOf(app, 'loan')
  const { id: siteId } = await app.db
    .selectFrom('site')
    .select('id')
    .where('code', '=', 'NH')
    .executeTakeFirstOrThrow()
  const centre = await app.signInAs('service-centre', { site: siteId })
  const admin = await app.signInAs('administrator')
  for (const year of [0, 1])
    await app.request(admin, putCalendarYear, {
      params: { year: new Date().getFullYear() + year },
      body: { days: [{ date: `${new Date().getFullYear() + year}-01-01`, working: false, name: '元旦' }] },
    })

  const call = async (contract: RouteContract, id: number, body?: object) => {
    const answer = await app.request(centre, contract, { params: { id }, ...(body && { body }) } as never)
    if (answer.error) throw new Error(JSON.stringify(answer.error))
    return answer.body as unknown as Loan
  }
  const state = async () => {
    await executeDue(app.db)
    const { rows } = await sql<{ status: string; reason: string | null; due: Date | null; made: string[] }>`
      select e.status, e.stop_reason as reason, e.due_at as due, array(select step_key from message where enrollment_id = e.id
        union all select step_key from task where enrollment_id = e.id) as made
      from enrollment e where e.pathway_id = ${pathway} order by e.id`.execute(app.db)
    return rows
  }

  const loan = await call(lend, person, { siteId, chair: 'L-7', dueAt: inDays(10).toISOString() })
  expect(Math.round(((await state())[0]?.due?.getTime() ?? 0) / day - Date.now() / day)).toBe(9)
  const taken = await app.request(centre, lend, {
    params: { id: person },
    body: { siteId, chair: 'L-7', dueAt: inDays(1).toISOString() },
  } as never)
  expect(taken.status).toBe(409)

  await call(extendLoan, loan.id, { dueAt: inDays(0.5).toISOString() })
  expect(await state()).toMatchObject([{ status: 'active', made: ['remind'] }])
  const late = () =>
    app.db.selectFrom('task').select(['title', 'status']).where('cause', '=', `loan:${loan.id}`).execute()
  await fireDue(app.db, inDays(1))
  expect(await late()).toEqual([])
  await fireDue(app.db, inDays(15))
  await fireDue(app.db, inDays(15))
  expect(await late()).toEqual([{ title: '追回轮椅 L-7', status: 'requested' }])

  await call(returnLoan, loan.id)
  expect(await state()).toMatchObject([{ status: 'stopped', reason: 'loan-returned' }])
})
