import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { type Adt, personOf, receive, store } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'
import { openDatabase } from '../../platform/db.ts'
import { applyWaiting } from './apply.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const start = Date.now() - 40 * 86_400_000
const maybe = <T>(values: T[]) => fc.constantFrom<T | null>(...values, null)

/** Statements about one stay, each leaving out what it likes. */
const statement = fc.record({
  event: fc.constantFrom('A01', 'A08', 'A03', 'A08'),
  name: maybe(['陈一', '陈二', '陈三']),
  sex: maybe(['M', 'F']),
  birth: maybe(['19600101', '19600110']),
  marital: fc.constantFrom('', 'M', 'S'),
  address: maybe(['中山路1号', '解放路2号']),
  phone: maybe(['13800000001', '13800000002']),
  bed: maybe(['1', '2']),
  doctor: maybe(['D1', 'D2']),
  department: maybe(['CARD', 'RESP']),
  disposition: maybe(['1', '2']),
})

let runs = 0

/** What is known afterwards of the person and of the stay. */
async function stateOf(mrn: string) {
  const id = await personOf(app, mrn)
  const { rows } = await sql<Record<string, unknown>>`
    select p.name, p.sex, p.birth_date, p.marital_status, p.source_time, a.text as address,
      (select value from person_telecom t where t.person_id = p.id order by updated_at desc limit 1) as phone,
      (select jsonb_agg(jsonb_build_array(e.class, e.status, e.bed, d.code, s.code, e.starts_at, e.ends_at, e.disposition, e.source_time))
        from encounter e left join department d on d.id = e.department_id left join staff s on s.id = e.attending_staff_id
        where e.person_id = p.id) as stays,
      (select count(*) from timeline v where v.person_id = p.id and v.kind = 'encounter.discharged') as discharges,
      (select count(*) from timeline v where v.person_id = p.id and v.kind = 'encounter.admitted') as admissions
    from person p left join person_address a on a.person_id = p.id where p.id = ${id}`.execute(app.db)
  return rows[0]
}

test(
  'whatever order and batches messages arrive in, the person and the stay are those of time order',
  async () => {
    const plans = fc.array(statement, { minLength: 2, maxLength: 6 }).chain((messages) =>
      fc.record({
        messages: fc.constant(messages),
        order: fc.shuffledSubarray([...messages.keys()], { minLength: messages.length }),
        batches: fc.array(fc.boolean(), { minLength: messages.length, maxLength: messages.length }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(plans, async ({ messages, order, batches }) => {
        runs += 1
        const told = (prefix: string) =>
          messages.map((message, at): Adt => ({
            ...message,
            mrn: `${prefix}${runs}`,
            visit: `${prefix}${runs}`,
            class: 'I',
            at: new Date(start + at * 3_600_000),
            // Before any discharge: one before its admission is noted and counts as none.
            admittedAt: message.event === 'A01' ? new Date(start - (6 - at) * 3_600_000) : null,
          }))
        await receive(app, ...told('T'))
        const shuffled = order.flatMap((at) => told('S')[at] ?? [])
        for (const [at, message] of shuffled.entries())
          if (batches[at]) await receive(app, message)
          else await store(app, message)
        await receive(app)
        const expected = await stateOf(`T${runs}`)
        expect(await stateOf(`S${runs}`)).toEqual(expected)
        const ended = messages.some((message) => message.event === 'A03')
        expect(expected).toMatchObject({ discharges: ended ? 1 : 0, admissions: 1 })
      }),
      { numRuns: tries(60) },
    )
  },
  tries(120_000),
)

test('messages of many patients over several connections keep the order of each patient', async () => {
  const day = 86_400_000
  const stories = Array.from({ length: 30 }, (_, n) =>
    ['A01', 'A08', 'A08', 'A03'].map((event, at): Adt => ({
      event,
      mrn: `many${n}`,
      visit: `many${n}`,
      name: `李${'甲乙丙丁'[at] ?? ''}`,
      // The same time throughout: only arrival tells which is newer.
      at: new Date(Math.floor((Date.now() - day) / 1000) * 1000),
    })),
  )
  const second = openDatabase(app.services.database.url, { max: 3 })
  for (let step = 0; step < 4; step++) await store(app, ...stories.flatMap((story) => story[step] ?? []))
  const appliers = [app.db, second.db]
  while ((await Promise.all(appliers.map(applyWaiting))).some((count) => count > 0));
  await second.close()
  const { rows } = await sql<{ names: string[]; states: string[] }>`
    select array_agg(distinct p.name) as names, array_agg(distinct e.status) as states from person p
    join encounter e on e.person_id = p.id where e.visit_number like 'many%'`.execute(app.db)
  expect(rows).toEqual([{ names: ['李丁'], states: ['finished'] }])
})

test('a late older message neither renames nor readmits, but its name still finds the person', async () => {
  const at = (hours: number) => new Date(start + hours * 3_600_000)
  await receive(app, { event: 'A03', mrn: 'late', visit: 'late', name: '新名', at: at(50) })
  await receive(app, { event: 'A01', mrn: 'late', visit: 'late', name: '旧名', at: at(2), bed: '9' })
  expect(await stateOf('late')).toMatchObject({ name: '新名', discharges: 1, admissions: 1 })
  const id = await personOf(app, 'late')
  const names = await app.db.selectFrom('person_name').select('text').where('person_id', '=', id).execute()
  expect(names).toEqual([{ text: '旧名' }])
})

test('a clock that runs years ahead does not outvote what follows', async () => {
  await receive(app, { mrn: 'ahead', visit: 'ahead', name: '未来', at: new Date('2090-01-01') })
  await receive(app, {
    mrn: 'ahead',
    visit: 'ahead',
    name: '现在',
    event: 'A08',
    at: new Date(Date.now() + 1000),
  })
  expect(await stateOf('ahead')).toMatchObject({ name: '现在' })
})
