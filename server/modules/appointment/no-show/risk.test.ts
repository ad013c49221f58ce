import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookAppointment, holdSlot, searchSlots } from '../../../../contract/appointment.ts'
import { getExpectedNoShow } from '../../../../contract/clinic-schedule.ts'
import { createTestApp, type TestApp } from '../../../../test/support/app.ts'
import { openClinic, patient } from '../../../../test/support/clinic.ts'
import { createTestDatabase } from '../../../../test/support/database.ts'
import { changeSetting } from '../../../../test/support/setting.ts'

let app: TestApp
let agent: string
beforeAll(async () => {
  app = await createTestApp({}, await createTestDatabase())
  agent = await app.signInAs('service-centre')
})
afterAll(() => app.close())

/** A clinic of four places and two above them, all four booked; each patient with this risk of not coming. */
async function fullClinic(name: string, risks: (number | null)[]) {
  const clinic = await openClinic(app, agent, name, { overbook: 2 })
  const [first] = await clinic.search()
  const sessionId = first?.sessionId ?? 0
  const slots = (await clinic.search()).filter((one) => one.sessionId === sessionId)
  for (const [at, risk] of risks.entries()) {
    const personId = await patient(app, `${name}-${at}`, name)
    const { body } = await app.request(agent, bookAppointment, {
      body: { personId, slotId: slots[at]?.id ?? 0, channel: 'phone' },
    })
    const drivers = [
      { feature: 'leadDays', value: 30, contribution: 1 },
      { feature: 'age', value: 30, contribution: at === 0 ? 0.5 : -0.5 },
    ]
    await sql`update appointment set no_show_risk = ${risk}, no_show_drivers = ${JSON.stringify(drivers)}::jsonb where id = ${body.id}`.execute(
      app.db,
    )
  }
  const { rows } = await sql<{
    id: number
  }>`select id from slot where session_id = ${sessionId} and overbooked order by number`.execute(app.db)
  const shown = async () =>
    (await clinic.search(agent, { overbook: true }))
      .filter((one) => one.sessionId === sessionId)
      .map((one) => one.id)
  const told = async (who = agent) => app.request(who, getExpectedNoShow, { params: { id: sessionId } })
  return { ...clinic, extra: rows.map((row) => row.id), shown, told }
}

const overbookShare = (value: number) => changeSetting(app, 'appointment.overbook-share', value)

test('as long as it is off, places above those of a session are as the schedule says', async () => {
  const { shown, extra } = await fullClinic('RA', [0.1, 0.1, 0.1, 0.1])
  expect(await shown()).toEqual(extra)
})

test('when it is on, as many are shown as are expected not to come, and no more than the share of the places', async () => {
  const { shown, extra, told } = await fullClinic('RB', [0.9, 0.6, 0.5, null])
  await overbookShare(0.5)
  expect(await shown()).toEqual(extra)
  await overbookShare(0.25)
  expect(await shown()).toEqual(extra.slice(0, 1))
  expect((await told()).body).toMatchObject({ booked: 4, known: 3, extra: 1 })
  await overbookShare(0.5)
  await sql`update appointment set no_show_risk = 0.2 where no_show_risk is not null`.execute(app.db)
  // 0.6 of a patient leaves nobody's place.
  expect(await shown()).toEqual([])
  expect((await told()).body.extra).toBe(0)
  await overbookShare(0)
})

test('a taken place above the usual ones counts, so that no second one is shown', async () => {
  const { shown, extra } = await fullClinic('RC', [0.9, 0.2, 0.1, 0.1])
  await overbookShare(0.5)
  expect(await shown()).toEqual(extra.slice(0, 1))
  const hold = await app.request(agent, holdSlot, {
    params: { id: extra[0] ?? 0 },
    body: { channel: 'phone' },
  })
  expect(hold.status).toBe(200)
  expect(await shown()).toEqual([])
  await overbookShare(0)
})

test('the risk refuses nobody: who is sure not to come books, and a place that is not shown is booked all the same', async () => {
  const clinic = await fullClinic('RD', [0, 0, 0, 0])
  await overbookShare(0.5)
  expect(await clinic.shown()).toEqual([])
  const personId = await patient(app, 'RD-9', 'RD')
  await sql`
    insert into appointment (site_id, person_id, department_id, title, starts_at, status, channel, booked_at, booked_by, booked_by_name, no_show_risk)
    select ${clinic.siteId}, ${personId}, ${clinic.departmentId}, 'x', now() - at * interval '1 day', 'noshow', 'phone', now() - interval '90 days', 'system:test', 'T', 1
    from generate_series(1, 50) as at`.execute(app.db)
  const book = (slotId: number | undefined) =>
    app.request(agent, bookAppointment, { body: { personId, slotId: slotId ?? 0, channel: 'phone' } })
  expect((await book(clinic.extra[0])).status).toBe(201)
  const [next] = (
    await app.request(agent, searchSlots, {
      query: { siteId: clinic.siteId, departmentId: clinic.departmentId },
    })
  ).body.items
  expect((await book(next?.id)).status).toBe(201)
  await overbookShare(0)
})

test('a session says how many are expected not to come, and what speaks for it, without names', async () => {
  const { told, departmentId } = await fullClinic('RE', [0.5, 0.25, 0.25, null])
  expect((await told()).body).toEqual({
    booked: 4,
    known: 3,
    expected: 1,
    extra: null,
    reasons: [
      { feature: 'leadDays', patients: 4 },
      { feature: 'age', patients: 1 },
    ],
  })
  expect((await told(await app.signInAs('nurse', { department: departmentId }))).status).toBe(200)
  expect((await told(await app.signInAs('auditor'))).status).toBe(403)
})

test('whoever is likely not to come and has not confirmed is called the day before, by the limit of the site', async () => {
  const clinic = await openClinic(app, agent, 'RF', { slotMinutes: 10 })
  const slots = await clinic.search()
  const tasks = async (personId: number) =>
    (await sql<{ title: string }>`select title from task where person_id = ${personId}`.execute(app.db)).rows
  const remind = async (at: number, risk: number | null, confirmed = false) => {
    const personId = await patient(app, `RF-${at}`, 'RF')
    const { body } = await app.request(agent, bookAppointment, {
      body: { personId, slotId: slots[at]?.id ?? 0, channel: 'phone' },
    })
    await app.processAll()
    await sql`update appointment set starts_at = now() + interval '19 hours', no_show_risk = ${risk}, confirmed_at = case when ${confirmed} then now() end where id = ${body.id}`.execute(
      app.db,
    )
    await sql`
      update enrollment set due_at = now() - interval '1 second' where person_id = ${personId} and status in ('active', 'waiting')
        and pathway_id = (select id from pathway where code = 'appointment-reminder')`.execute(app.db)
    await app.processAll()
    return (await tasks(personId)).map((one) => one.title)
  }
  // The wait for the day before, 20 hours ahead, is over now.
  expect(await remind(0, 0.4)).toEqual(['电话提醒就诊'])
  expect(await remind(1, 0.2)).toEqual([])
  expect(await remind(2, null)).toEqual([])
  expect(await remind(3, 0.9, true)).toEqual([])
  await changeSetting(app, 'appointment.remind-more-above', 0.1)
  expect(await remind(4, 0.2)).toEqual(['电话提醒就诊'])
})
