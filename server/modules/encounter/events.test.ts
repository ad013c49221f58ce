import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { type Adt, personOf, receive } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const hour = (n: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - (100 - n) * 3_600_000)

/** A visit's lines on the timeline, and which of them are stored as events. */
async function told(visit: string) {
  const { rows } = await sql<{ line: string; recorded_at: Date; written: boolean }>`
    select replace(v.kind, 'encounter.', '') || ' ' || extract(epoch from v.at) || ' ' || v.source || ' ' || coalesce(d.code, '-') || ' '
        || coalesce(s.code, '-') || coalesce(' ' || (v.data ->> 'disposition'), '') as line,
      v.recorded_at, v.id > 0 as written
    from timeline v join encounter e on e.id = v.encounter_id left join department d on d.id = v.department_id
    left join staff s on s.id = v.attending_staff_id
    where e.visit_number = ${visit} and v.kind like 'encounter.%' order by v.at, v.recorded_at, v.id`.execute(
    app.db,
  )
  return rows
}
test('that a visit began and ended is told by its row alone', async () => {
  const base = { mrn: 'TO1', visit: 'TO1', class: 'O', admittedAt: hour(1) }
  await receive(app, { ...base, event: 'A04', at: hour(1) }, { ...base, event: 'A03', at: hour(2) })
  const lines = await told('TO1')
  expect(lines.map(({ line, written }) => [line.split(' ')[0], written])).toEqual([
    ['registered', false],
    ['discharged', false],
  ])
})

test('after a transfer the admission still names the ward and the doctor that it was to', async () => {
  const base = { mrn: 'TO2', visit: 'TO2', admittedAt: hour(1) }
  await receive(
    app,
    { ...base, event: 'A01', at: hour(1), department: 'CARD', doctor: 'D1' },
    { ...base, event: 'A02', at: hour(5), department: 'NEUR', departmentName: '神经内科', doctor: 'D2' },
    { ...base, event: 'A03', at: hour(9), department: 'NEUR', doctor: 'D2', disposition: '01' },
  )
  const lines = (await told('TO2')).map(({ line, written }) => {
    const [kind, , , department, doctor, disposition] = line.split(' ')
    return [kind, department, doctor, disposition, written]
  })
  expect(lines).toEqual([
    ['admitted', 'CARD', 'D1', undefined, true],
    ['updated', 'NEUR', 'D2', undefined, true],
    ['discharged', 'NEUR', 'D2', '01', false],
  ])
})

test('a registration that turns into an admission stays the registration of an outpatient', async () => {
  const base = { mrn: 'TO3', visit: 'TO3', admittedAt: hour(1) }
  await receive(
    app,
    { ...base, event: 'A04', class: 'O', at: hour(1) },
    { ...base, event: 'A06', class: 'I', at: hour(3) },
  )
  const cookie = await app.signInAs('service-centre')
  const { body } = await app.request(cookie, getTimeline, {
    params: { id: await personOf(app, 'TO3') },
    query: {},
  })
  const classes = body.items.map((one) => `${one.kind} ${String(one.data['class'])}`)
  expect(classes).toContain('encounter.registered outpatient')
  expect(classes).toContain('encounter.admitted inpatient')
})

const message = fc.record({
  event: fc.constantFrom('A01', 'A02', 'A03', 'A04', 'A06', 'A08', 'A11', 'A13'),
  class: fc.constantFrom('I', 'O', 'E'),
  department: fc.constantFrom('CARD', 'NEUR'),
  doctor: fc.constantFrom('D1', 'D2', null),
  sender: fc.constantFrom('HIS', 'LIS'),
  disposition: fc.constantFrom('01', '02', null),
  admitted: fc.constantFrom(0, 1, null),
  hour: fc.integer({ min: 2, max: 90 }),
})

test('what the timeline said once it says for ever, whatever is said of the visit later and in whatever order', async () => {
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 2, maxLength: 8 }), async (messages) => {
      const visit = `TP${(number += 1)}`
      let before: string[] = []
      for (const { admitted, hour: at, ...said } of messages) {
        const adt: Adt = {
          ...said,
          mrn: visit,
          visit,
          at: hour(at),
          admittedAt: admitted === null ? null : hour(admitted),
        }
        await receive(app, adt)
        const now = (await told(visit)).map((one) => `${one.line} ${one.recorded_at.toISOString()}`)
        const left = [...now]
        for (const line of before) {
          expect(left).toContain(line)
          left.splice(left.indexOf(line), 1)
        }
        before = now
      }
    }),
    { numRuns: tries(25) },
  )
}, 600_000)
