import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  acknowledgeHeadCheck,
  getHeadCheckSample,
  listHeadChecks,
  saveHeadCheck,
} from '../../../contract/head-check.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let ids: Awaited<ReturnType<typeof idsOf>>
const who = { head: '', otherHead: '', d1: '', d2: '', manager: '', nurse: '' }

/** The month before this one. */
const before = new Date()
before.setUTCDate(1)
before.setUTCHours(0, 0, 0, 0)
before.setUTCDate(0)
const month = before.toISOString().slice(0, 7)
const thisMonth = new Date().toISOString().slice(0, 7)
const inMonth = (day: number) => new Date(`${month}-${String(day).padStart(2, '0')}T03:00:00Z`)

beforeAll(async () => {
  app = await createTestApp()
  await receive(
    app,
    ...Array.from({ length: 20 }, (_, n) => ({
      event: 'A03',
      mrn: `H${n}`,
      visit: `H${n}`,
      department: n < 15 ? 'CARD' : 'RESP',
      doctor: n < 10 ? 'D1' : n < 15 ? 'D2' : 'D1',
      at: inMonth(1 + n),
    })),
  )
  ids = await idsOf(app)
  await sql`
    insert into task (kind, level, title, person_id, encounter_id, site_id, department_id, assignee_role, queue, start_at, due_at, status,
      outcome, completed_at, proof, reached)
    select 'follow-up-call', 1, 't', e.person_id, e.id, e.site_id, e.department_id, 'doctor', 'q', e.ends_at, e.ends_at + interval '7 days',
      'completed', 'done', e.ends_at + interval '2 days', case when e.id % 2 = 0 then 'stated' else 'call-record' end, true
    from encounter e where e.visit_number <> 'H0'`.execute(app.db)
  const site = ids.site('NH')
  const [card, resp] = [ids.department('CARD'), ids.department('RESP')]
  who.head = await app.signInAs('department-head', { site, department: card })
  who.otherHead = await app.signInAs('department-head', { site, department: resp })
  who.d1 = await app.signInAs('doctor', { site, department: card, staff: ids.staff('D1') })
  who.d2 = await app.signInAs('doctor', { site, department: card, staff: ids.staff('D2') })
  who.manager = await app.signInAs('manager', { site })
  who.nurse = await app.signInAs('nurse', { site, department: card })
})
afterAll(() => app.close())

const list = async (caller: string, query: object = {}) =>
  (await app.request(caller, listHeadChecks, { query: { month, ...query } })).body
const save = (caller: string, body: object = {}) =>
  app.request(caller, saveHeadCheck, {
    body: {
      month,
      staffId: ids.staff('D1'),
      departmentId: ids.department('CARD'),
      verdict: 'satisfactory',
      ...body,
    },
  })

test('a head sees the doctors of the department with their figures, and checks them once the month is over', async () => {
  const { items, over } = await list(who.head)
  expect(over).toBe(true)
  expect(items.map((one) => [one.counts.discharged, one.counts.followed, one.check])).toEqual([
    [10, 9, null],
    [5, 5, null],
  ])
  expect(items.every((one) => one.abilities.check && !one.abilities.acknowledge)).toBe(true)
  expect((await save(who.head)).status).toBe(201)
  const checked = (await list(who.manager)).items.filter((one) => one.check !== null)
  expect(checked).toHaveLength(1)
  expect(checked[0]).toMatchObject({
    check: { verdict: 'satisfactory', acknowledgedAt: null },
    abilities: { check: false },
  })
  const future = await save(who.head, { month: thisMonth })
  expect(future.error?.fields?.[0]?.path ?? future.error?.id).toMatch(/month|not-found/)
})

test('a finding of work to be done says what, and can be corrected until the doctor took note', async () => {
  expect((await save(who.head, { verdict: 'needs-work' })).error?.fields?.[0]?.path).toBe('remark')
  const { body } = await save(who.head, { verdict: 'needs-work', remark: '三份只有口述，请留通话记录' })
  const mine = async () =>
    (await list(who.d1)).items.find((one) => one.departmentId === ids.department('CARD'))
  expect(await mine()).toMatchObject({
    check: { id: body.id, verdict: 'needs-work', remark: '三份只有口述，请留通话记录' },
    abilities: { check: false, acknowledge: true },
  })
  const note = (caller: string) => app.request(caller, acknowledgeHeadCheck, { params: { id: body.id } })
  expect((await note(who.d2)).error?.id).toBe('not-found')
  expect((await note(who.head)).error?.id).toBe('forbidden')
  expect((await note(who.d1)).status).toBe(204)
  expect((await note(who.d1)).error?.id).toBe('already-closed')
  expect((await save(who.head)).error?.id).toBe('already-closed')
  expect((await mine())?.check?.acknowledgedAt).not.toBeNull()
})

test('the sample is the same for everybody who asks, and holds finished results only', async () => {
  const query = { month, staffId: ids.staff('D1'), departmentId: ids.department('CARD') }
  const sample = async (caller: string) =>
    (await app.request(caller, getHeadCheckSample, { query })).body.items.map((one) => one.taskId)
  const seen = await sample(who.head)
  expect(seen).toHaveLength(3)
  expect(await sample(who.manager)).toEqual(seen)
  expect(await sample(who.d1)).toEqual(seen)
  expect(await sample(who.otherHead)).toEqual([])
})

test('nobody checks themselves, another department, or without the role', async () => {
  expect((await save(who.otherHead)).error?.id).toBe('not-found')
  for (const caller of [who.d1, who.manager, who.nurse])
    expect((await save(caller)).error?.id).toBe('forbidden')
  const self = await app.signInAs('department-head', {
    site: ids.site('NH'),
    department: ids.department('CARD'),
    staff: ids.staff('D2'),
  })
  expect((await save(self, { staffId: ids.staff('D2') })).error?.id).toBe('forbidden')
  expect((await list(who.d2)).items.map((one) => one.staffId)).toEqual([ids.staff('D2')])
})
