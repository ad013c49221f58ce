import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit, listAuditActors } from '../../../contract/audit.ts'
import { getPerson } from '../../../contract/person.ts'
import { holdTask } from '../../../contract/task.ts'
import { recordAttempt } from '../../../contract/task-result.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'
import { receive } from '../../../test/support/hl7.ts'

let app: TestApp
let auditor: string
let doctor: string
let person: number
beforeAll(async () => {
  app = await createTestApp()
  auditor = await app.signInAs('auditor')
  await receive(app, { mrn: 'first' })
  doctor = await app.signInAs('doctor', { staff: (await idsOf(app)).staff('D1') })
  const made = await discharged(app, 'AUD1', { doctor: 'D1' })
  person = made.person
  const params = { id: made.task }
  await app.request(doctor, holdTask, { params })
  await app.request(doctor, recordAttempt, { params, body: { outcome: 'unreached', channel: 'phone' } })
  await app.request(doctor, getPerson, { params: { id: person } })
})
afterAll(() => app.close())

const list = async (query: Record<string, unknown>) =>
  (await app.request(auditor, listAudit, { query: { limit: 200, ...query } })).body.items

test('an entry names what it is about, and of a patient the surname only', async () => {
  const [attempt] = await list({ action: 'task.attempt' })
  expect(attempt).toMatchObject({
    personId: person,
    personName: '测*',
    object: { kind: 'task', count: null },
  })
  expect(attempt?.object?.name).toMatch(/随访/)
})

test('the log is narrowed to kinds of objects, to a record number and to the staff of a site', async () => {
  const all = await list({})
  const kinds = await list({ object: 'task' })
  expect(kinds.length).toBeGreaterThan(0)
  expect(kinds.every((one) => one.action.startsWith('task.'))).toBe(true)
  expect(kinds.length).toBeLessThan(all.length)
  const ofPatient = await list({ recordNumber: 'AUD1' })
  expect(ofPatient.length).toBeGreaterThan(1)
  expect(new Set(ofPatient.map((one) => one.personId))).toEqual(new Set([person]))
  expect(await list({ recordNumber: 'AUD' })).toEqual([])
  const site = (await idsOf(app)).site('NH')
  const ofSite = await list({ siteId: site })
  expect(ofSite.some((one) => one.action === 'person.read')).toBe(true)
  expect(new Set(ofSite.map((one) => one.actorId)).size).toBe(1)
  expect(await list({ siteId: 9999 })).toEqual([])
})

test('whom one can choose are users and keys by name; nobody else asks for them', async () => {
  const { body } = await app.request(auditor, listAuditActors)
  const [attempt] = await list({ action: 'task.attempt' })
  expect(body.items).toContainEqual({ id: attempt?.actorId, name: attempt?.actorName })
  expect((await app.request(doctor, listAuditActors)).status).toBe(403)
})
