import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { type Adt, personOf, receive, store } from '../../../test/support/hl7.ts'
import { openDatabase } from '../../platform/db.ts'
import { applyWaiting } from './apply.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const national = '110101199003071234'

test('mother, newborn and his twin under one identity number stay three persons, whoever comes first', async () => {
  const mother: Adt = { mrn: 'm1', nationalId: national, name: '赵母', sex: 'F', birth: '19900307' }
  const baby: Adt = { mrn: 'b1', nationalId: national, name: '赵母之子', sex: 'M', birth: '20260901' }
  const twin: Adt = { ...baby, mrn: 'b2', name: '赵母之次子' }
  const unknown: Adt = { ...baby, mrn: 'b3', name: '赵母之女', sex: null, birth: null }
  await receive(app, baby, mother, twin, unknown)
  const ids = await Promise.all(['m1', 'b1', 'b2', 'b3'].map((mrn) => personOf(app, mrn)))
  expect(new Set(ids).size).toBe(4)
  const told = await sql`
    select 1 from event where person_id = ${ids[1]} and data -> 'conflicts' ? 'national-id'`.execute(app.db)
  expect(told.rows).toHaveLength(1)
  // The number says when its owner was born.
  const owner = await sql`select person_id from person_identifier where value = ${national}`.execute(app.db)
  expect(owner.rows).toEqual([{ person_id: ids[0] }])
})

test('two sites and one identity number are one person with two record numbers', async () => {
  const person: Adt = { nationalId: '310101198001015678', name: '錢某', birth: '19800101', sex: 'M' }
  await receive(app, { ...person, mrn: 'e9', site: 'EAST' })
  await receive(app, { ...person, name: '钱某', mrn: 'w9', site: 'WEST' })
  const id = await personOf(app, 'e9', 'EAST')
  expect(await personOf(app, 'w9', 'WEST')).toBe(id)
  const encounters = await app.db
    .selectFrom('encounter')
    .select('site_id')
    .where('person_id', '=', id)
    .execute()
  expect(new Set(encounters.map((one) => one.site_id)).size).toBe(2)
})

test('two record numbers of one person in one batch: the later statement sees the earlier one', async () => {
  const person: Adt = { nationalId: '310101198001019999', name: '孙某', birth: '19800101', sex: 'M' }
  await receive(app, { ...person, mrn: 'e8', site: 'EAST' }, { ...person, mrn: 'w8', site: 'WEST' })
  const soon = new Date(Date.now() - 1000)
  const sooner = new Date(Date.now() - 60_000)
  await receive(
    app,
    {
      ...person,
      mrn: 'w8',
      site: 'WEST',
      nationalId: null,
      event: 'A08',
      name: '孙新',
      at: soon,
      address: '一路',
    },
    {
      ...person,
      mrn: 'e8',
      site: 'EAST',
      nationalId: null,
      event: 'A08',
      name: '孙旧',
      at: sooner,
      address: '二路',
    },
  )
  const id = await personOf(app, 'e8', 'EAST')
  const { rows } = await sql`
    select p.name, a.text from person p join person_address a on a.person_id = p.id where p.id = ${id}`.execute(
    app.db,
  )
  expect(rows).toEqual([{ name: '孙新', text: '浙江省宁波市海曙区一路' }])
})

test('two processes whose lanes meet in one person make one person', async () => {
  const second = openDatabase(app.services.database.url, { max: 3 })
  const pairs = Array.from({ length: 25 }, (_, n) => {
    const person: Adt = {
      nationalId: `3201011970010${1000 + n}`,
      name: `周${n}`,
      birth: '19700101',
      sex: 'F',
    }
    return [
      { ...person, mrn: `p${n}`, site: 'EAST' },
      { ...person, mrn: `q${n * 7}`, site: 'WEST' },
    ]
  })
  await store(app, ...pairs.flat())
  for (let idle = 0; idle < 3;) {
    const counts = await Promise.allSettled([applyWaiting(app.db), applyWaiting(second.db)])
    idle = counts.every((one) => one.status === 'fulfilled' && one.value === 0) ? idle + 1 : 0
  }
  await second.close()
  const { rows } =
    await sql`select status, count(*) from inbound_message where status <> 'applied' group by 1`.execute(
      app.db,
    )
  expect(rows).toEqual([])
  for (const [n] of pairs.entries())
    expect(await personOf(app, `q${n * 7}`, 'WEST')).toBe(await personOf(app, `p${n}`, 'EAST'))
})

test('an unknown department and doctor are made and marked for review', async () => {
  await receive(app, {
    mrn: 'new-dep',
    department: 'ZZ1',
    departmentName: '新科室',
    doctor: 'ZZ9',
    doctorName: '吴^某',
  })
  const { rows } = await sql`
    select d.name as department, d.needs_review, s.name as doctor, s.role, s.needs_review as staff_review, s.department_id = d.id as his
    from encounter e join department d on d.id = e.department_id join staff s on s.id = e.attending_staff_id
    where e.person_id = ${await personOf(app, 'new-dep')}`.execute(app.db)
  expect(rows).toEqual([
    {
      department: '新科室',
      needs_review: true,
      doctor: '吴某',
      role: 'doctor',
      staff_review: true,
      his: true,
    },
  ])
})

test('a discharge without an admission makes the stay, and ends the follow-up of the stay before', async () => {
  const day = (n: number) => new Date(Date.now() - n * 86_400_000)
  await receive(app, { event: 'A03', mrn: 'no-a01', visit: 'n1', at: day(9) })
  await app.processAll()
  await receive(app, { event: 'A03', mrn: 'no-a01', visit: 'n2', at: day(1), admittedAt: day(3) })
  await app.processAll()
  const { rows } = await sql`
    select e.visit_number, e.status, m.status as enrollment, m.stop_reason from encounter e left join enrollment m on m.encounter_id = e.id
    where e.person_id = ${await personOf(app, 'no-a01')} order by 1`.execute(app.db)
  expect(rows).toEqual([
    { visit_number: 'n1', status: 'finished', enrollment: 'stopped', stop_reason: 'readmission' },
    { visit_number: 'n2', status: 'finished', enrollment: 'active', stop_reason: null },
  ])
})

test('a discharge that arrives after the next admission starts no follow-up', async () => {
  const day = (n: number) => new Date(Date.now() - n * 86_400_000)
  await receive(app, { mrn: 'back', visit: 'k2', at: day(1) })
  await receive(app, { event: 'A03', mrn: 'back', visit: 'k1', at: day(4), admittedAt: day(8) })
  const { rows } =
    await sql`select 1 from enrollment where person_id = ${await personOf(app, 'back')}`.execute(app.db)
  expect(rows).toEqual([])
})

test.each<[string, Adt]>([
  ['a correction (A08)', { event: 'A08', visit: 'd' }],
  ['another discharge (A03)', { event: 'A03', visit: 'd2' }],
])('a death told in %s stops every enrolment, its tasks and its mail', async (event, last) => {
  const mrn = `dead-${event}`
  await receive(app, { event: 'A03', mrn, visit: `${mrn}1` })
  await app.processAll()
  await receive(app, {
    ...last,
    mrn,
    visit: `${mrn}${last.visit ?? ''}`,
    diedAt: new Date(Date.now() - 60_000),
  })
  await app.processAll()
  const id = await personOf(app, mrn)
  const { rows } = await sql`
    select (select array_agg(distinct status) from enrollment where person_id = ${id}) as enrollments,
      (select array_agg(distinct status) from task where person_id = ${id}) as tasks,
      (select array_agg(distinct kind) from event where person_id = ${id} and kind = 'person.deceased') as events`.execute(
    app.db,
  )
  expect(rows).toEqual([{ enrollments: ['stopped'], tasks: ['cancelled'], events: ['person.deceased'] }])
})

test('a stay that ends in death has no follow-up', async () => {
  await receive(app, { event: 'A03', mrn: 'expired', disposition: '20', diedAt: new Date() })
  const { rows } =
    await sql`select 1 from enrollment where person_id = ${await personOf(app, 'expired')}`.execute(app.db)
  expect(rows).toEqual([])
})

test('an emergency visit that we closed and that becomes an admission is open again', async () => {
  const day = (n: number) => new Date(Date.now() - n * 86_400_000)
  await receive(app, { event: 'A04', class: 'E', mrn: 'em', visit: 'em', at: day(3) })
  await sql`update encounter set status = 'finished', ends_at = starts_at where visit_number = 'em'`.execute(
    app.db,
  )
  await receive(app, { event: 'A01', class: 'I', mrn: 'em', visit: 'em', at: day(1) })
  const { rows } = await sql`select class, status from encounter where visit_number = 'em'`.execute(app.db)
  expect(rows).toEqual([{ class: 'inpatient', status: 'in-progress' }])
})

test('the telephone number said last is the one to call, also when an older message comes late', async () => {
  const hour = (n: number) => new Date(Date.now() - n * 3_600_000)
  const base: Adt = { event: 'A08', mrn: 'moved', visit: 'moved' }
  await receive(app, { ...base, phone: '13800000099', at: hour(1) })
  await receive(app, { ...base, phone: '13800000011', at: hour(5) })
  await receive(app, { ...base, phone: '13800000022', at: hour(2) })
  const { rows } = await sql<{ value: string }>`
    select value from person_telecom where person_id = ${await personOf(app, 'moved')} order by updated_at desc`.execute(
    app.db,
  )
  expect(rows.map((row) => row.value.slice(-2))).toEqual(['99', '22', '11'])
})

test('one message costs few statements, and a hundred patients hardly more', async () => {
  const statements = async (messages: Adt[]) => {
    await store(app, ...messages)
    let count = 0
    const { pool } = app.services.database
    const clients = new Set<unknown>()
    const acquire = (client: { query: (...args: never[]) => unknown }) => {
      if (clients.has(client)) return
      clients.add(client)
      const query = client.query.bind(client)
      client.query = (...args) => {
        count += 1
        return query(...args)
      }
    }
    pool.on('acquire', acquire)
    await applyWaiting(app.db)
    pool.off('acquire', acquire)
    return count
  }
  const told = (n: number): Adt => ({
    event: 'A01',
    mrn: `cost${n}`,
    visit: `cost${n}`,
    phone: '13811112222',
  })
  await receive(app, told(0))
  const one = await statements([told(1)])
  const many = await statements(Array.from({ length: 100 }, (_, n) => told(n + 2)))
  // begin, commit, lanes, read, settle and the chain of the audit are among them.
  expect(one).toBeLessThanOrEqual(18)
  expect(many).toBeLessThanOrEqual(one + 4)
})
