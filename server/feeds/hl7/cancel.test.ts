import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { type Adt, receive } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3600_000)

async function visit(number: string) {
  const { rows } = await sql<{ status: string; ended: boolean; disposition: string | null; kinds: string[] }>`
    select status, ends_at is not null as ended, disposition,
      array(select replace(kind, 'encounter.', '') from timeline v where v.encounter_id = e.id and kind like 'encounter.%' order by id) as kinds
    from encounter e where visit_number = ${number}`.execute(app.db)
  return rows[0]
}

async function followUp(number: string) {
  const { rows } = await sql<{ status: string; stop_reason: string | null; open: number }>`
    select r.status, r.stop_reason, (select count(*) from task t where t.enrollment_id = r.id and t.status = 'requested') as open
    from enrollment r join encounter e on e.id = r.encounter_id where e.visit_number = ${number} order by r.id`.execute(
    app.db,
  )
  return rows
}

const stay = (visitNumber: string): Adt => ({
  mrn: `P-${visitNumber}`,
  visit: visitNumber,
  class: 'I',
  admittedAt: hoursAgo(100),
})

test('a cancelled admission is a cancelled visit, and a later admission under the same number counts', async () => {
  const said = stay('A11')
  await receive(app, { ...said, event: 'A01', at: hoursAgo(100) })
  await receive(app, { ...said, event: 'A11', at: hoursAgo(99) })
  expect(await visit('A11')).toMatchObject({ status: 'cancelled', kinds: ['admitted', 'cancelled'] })
  await receive(app, { ...said, event: 'A01', at: hoursAgo(98) })
  expect(await visit('A11')).toMatchObject({
    status: 'in-progress',
    kinds: ['admitted', 'cancelled', 'admitted'],
  })
})

test('a cancelled discharge: the patient is in again, the follow-up of the stay ends, and the real discharge starts it anew', async () => {
  const said = stay('A13')
  await receive(app, { ...said, event: 'A01', at: hoursAgo(100) })
  await receive(app, {
    ...said,
    event: 'A03',
    at: hoursAgo(30),
    dischargedAt: hoursAgo(30),
    disposition: '01',
  })
  await app.processAll()
  expect(await followUp('A13')).toMatchObject([{ stop_reason: null, open: 1 }])
  await receive(app, { ...said, event: 'A13', at: hoursAgo(29) })
  expect(await visit('A13')).toEqual({
    status: 'in-progress',
    ended: false,
    disposition: null,
    kinds: ['admitted', 'discharged', 'discharge-cancelled'],
  })
  expect(await followUp('A13')).toMatchObject([
    { status: 'stopped', stop_reason: 'discharge-cancelled', open: 0 },
  ])
  await receive(app, { ...said, event: 'A03', at: hoursAgo(5), dischargedAt: hoursAgo(5) })
  await app.processAll()
  expect(await visit('A13')).toMatchObject({ status: 'finished', ended: true })
  expect(await followUp('A13')).toMatchObject([{ status: 'stopped' }, { stop_reason: null }])
})

test('a planned admission is no admission: it ends no follow-up and becomes one when the patient comes', async () => {
  const before = stay('A05a')
  await receive(app, { ...before, event: 'A03', at: hoursAgo(50), dischargedAt: hoursAgo(50) })
  await app.processAll()
  const said = { ...before, visit: 'A05b', admittedAt: null }
  await receive(app, { ...said, event: 'A05', at: hoursAgo(40) })
  expect(await visit('A05b')).toMatchObject({ status: 'planned', kinds: ['registered'] })
  expect(await followUp('A05a')).toMatchObject([{ stop_reason: null }])
  await receive(app, { ...said, event: 'A01', at: hoursAgo(2), admittedAt: hoursAgo(2) })
  expect(await visit('A05b')).toMatchObject({ status: 'in-progress', kinds: ['registered', 'admitted'] })
  expect(await followUp('A05a')).toMatchObject([{ stop_reason: 'readmission' }])
})

test('a transfer changes the ward, and its cancellation brings back the old one', async () => {
  const said = stay('A02')
  const ward = async () => {
    const { rows } = await sql<{ code: string }>`
      select d.code from encounter e join department d on d.id = e.department_id where visit_number = 'A02'`.execute(
      app.db,
    )
    return rows[0]?.code
  }
  await receive(app, { ...said, event: 'A01', at: hoursAgo(100), department: 'CARD' })
  await receive(app, { ...said, event: 'A02', at: hoursAgo(50), department: 'ICU' })
  expect(await ward()).toBe('ICU')
  await receive(app, { ...said, event: 'A12', at: hoursAgo(49), department: 'CARD' })
  expect(await ward()).toBe('CARD')
})

test('A28 and A31 are about the person alone', async () => {
  await receive(app, { mrn: 'A28', event: 'A28', name: '新建档', visit: 'not-a-visit' })
  await receive(app, { mrn: 'A28', event: 'A31', name: '改名后', at: hoursAgo(0) })
  const { rows } = await sql`
    select p.name, (select count(*) from encounter e where e.person_id = p.id) as visits
    from person p join person_identifier i on i.person_id = p.id where i.value = 'A28'`.execute(app.db)
  expect(rows).toEqual([{ name: '改名后', visits: 0 }])
})

test('admission, discharge, its cancellation and the next discharge end in one state, whatever order they arrive in', async () => {
  let serial = 0
  const story: Adt[] = [
    { event: 'A01', at: hoursAgo(90) },
    { event: 'A03', at: hoursAgo(30), dischargedAt: hoursAgo(30), disposition: '02' },
    { event: 'A13', at: hoursAgo(29) },
    { event: 'A03', at: hoursAgo(5), dischargedAt: hoursAgo(5), disposition: '01' },
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.integer({ min: 3, max: 4 }),
      async (order, length) => {
        serial += 1
        const said = stay(`any-${serial}`)
        const told = order.filter((at) => at < length)
        for (const at of told) await receive(app, { ...said, ...story[at], admittedAt: hoursAgo(90) })
        const expected =
          length === 4
            ? { status: 'finished', ended: true, disposition: '01' }
            : { status: 'in-progress', ended: false, disposition: null }
        expect(await visit(`any-${serial}`)).toMatchObject(expected)
      },
    ),
    { numRuns: tries(16) },
  )
})
