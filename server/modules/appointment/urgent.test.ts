import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAppointments } from '../../../contract/appointment.ts'
import { saveAnswers } from '../../../contract/task-result.ts'
import { holdTask } from '../../../contract/task.ts'
import { decideOffer, listOffers } from '../../../contract/waitlist.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { openClinic } from '../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../test/support/database.ts'
import { discharged, idsOf } from '../../../test/support/hospital.ts'

let app: TestApp
let agent: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  agent = await app.signInAs('service-centre')
})
afterAll(() => app.close())

test('a dangerous answer keeps the earliest slot of the department, the green channel’s included; the doctor sees and books it', async () => {
  const { search } = await openClinic(app, agent, 'UA', {
    quotas: [{ channel: 'green', places: 1, releaseHours: 0 }],
  })
  const green = (await search(agent, { channel: 'green' })).length
  const { person, task } = await discharged(app, 'UA-1', { department: 'UA', doctor: 'UA1' })
  const ids = await idsOf(app)
  const doctor = await app.signInAs('doctor', { staff: ids.staff('UA1'), department: ids.department('UA') })
  await app.request(doctor, holdTask, { params: { id: task } })
  const answer = async () =>
    app.request(doctor, saveAnswers, { params: { id: task }, body: { answers: { condition: 'worse' } } })
  expect((await answer()).body.redFlags).toHaveLength(1)
  await answer()
  const kept = (await app.request(doctor, listOffers, { params: { id: person } })).body.items
  expect(kept).toMatchObject([{ reason: 'red-flag', departmentName: 'UA科', taskId: task, status: 'open' }])
  expect((await search(agent, { channel: 'green' })).length).toBe(green - 1)
  const yes = await app.request(doctor, decideOffer, {
    params: { id: kept[0]?.id ?? 0 },
    body: { accept: true },
  })
  expect(yes.status).toBe(200)
  const mine = await app.request(doctor, listAppointments, { query: { personId: person } })
  expect(mine.body.items).toMatchObject([
    { urgent: true, channel: 'green', taskId: task, startsAt: kept[0]?.startsAt, status: 'booked' },
  ])
})

test('where no slot is free soon enough none is kept, and the alarm rings all the same', async () => {
  await openClinic(app, agent, 'UB', { validFrom: '2026-12-20' })
  const { person, task } = await discharged(app, 'UB-1', { department: 'UB', doctor: 'UB1' })
  const ids = await idsOf(app)
  const doctor = await app.signInAs('doctor', { staff: ids.staff('UB1'), department: ids.department('UB') })
  await app.request(doctor, holdTask, { params: { id: task } })
  const saved = await app.request(doctor, saveAnswers, {
    params: { id: task },
    body: { answers: { condition: 'worse' } },
  })
  expect(saved.body.redFlags).toHaveLength(1)
  expect((await app.request(doctor, listOffers, { params: { id: person } })).body.items).toEqual([])
})
