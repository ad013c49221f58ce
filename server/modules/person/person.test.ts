import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../../../contract/audit.ts'
import { getPerson, listPersons, revealPerson, setOptOut, updatePerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp } from '../../../test/support/app.ts'
import { idsOf } from '../../../test/support/hospital.ts'
import { type Adt, personOf, receive } from '../../../test/support/hl7.ts'
import { recordEvents } from '../event/event.ts'
import { transaction } from '../../platform/db.ts'

let app: TestApp
let centre: string
let auditor: string
const at = new Date(Date.now() - 3_600_000)

const people: Adt[] = [
  {
    mrn: 'A1001',
    name: '曾国平',
    phone: '13911112222',
    nationalId: '110101195001011234',
    birth: '19500101',
    address: '人民路88号',
  },
  { mrn: 'A1002', name: '单雄飞', phone: '13911113333' },
  { mrn: 'A1003', name: '仇英', phone: '057487654321' },
  { mrn: 'A1004', name: '張學友', phone: '13911115555', kin: ['張妻', '13700009999'] },
  { mrn: 'A1005', name: '吕布', email: 'lubu@example.test' },
  { mrn: 'A1006', name: 'Anna Schmidt' },
  { mrn: 'A1007', name: '欧阳娜娜', department: 'RESP', doctor: 'D2' },
]

beforeAll(async () => {
  app = await createTestApp()
  await receive(app, ...people.map((one) => ({ at, ...one })))
  await receive(app, { mrn: 'B1', site: 'EAST', name: '远方人', department: 'EYE', doctor: 'E1', at })
  centre = await app.signInAs('service-centre')
  auditor = await app.signInAs('auditor')
})
afterAll(() => app.close())

async function find(search: string, who = centre): Promise<string[]> {
  const { body } = await app.request(who, listPersons, { query: { search } })
  return body.items.map((one) => one.name)
}

test.each([
  ['a name', '曾国平', '曾国平'],
  ['its beginning', '欧阳', '欧阳娜娜'],
  ['simplified characters for a traditional name', '张学友', '張學友'],
  ['traditional characters for a simplified name', '單雄飛', '单雄飞'],
  ['full pinyin', 'ouyangnana', '欧阳娜娜'],
  ['pinyin with spaces', 'Zhang Xueyou', '張學友'],
  ['initials', 'oynn', '欧阳娜娜'],
  ['the surname reading of 曾', 'zengguoping', '曾国平'],
  ['the surname reading of 单', 'shanxiongfei', '单雄飞'],
  ['the surname reading of 仇', 'qiuying', '仇英'],
  ['ü written as v', 'lvbu', '吕布'],
  ['a whole telephone number', '13911112222', '曾国平'],
  ['a number with country code and spaces', '+86 139 1111 2222', '曾国平'],
  ['a fixed line with its area code', '0574-87654321', '仇英'],
  ['the last four digits', '3333', '单雄飞'],
  ['a record number', 'A1006', 'Anna Schmidt'],
  ['a record number in small letters', 'a1006', 'Anna Schmidt'],
  ['a Latin name', 'anna', 'Anna Schmidt'],
  ['a whole identity number', '110101195001011234', '曾国平'],
])('%s finds the person', async (_, search, name) => {
  expect(await find(search)).toContain(name)
})

test('what is masked cannot be guessed piece by piece: part of an identity number finds nobody', async () => {
  for (const part of ['110101', '110101195001', '11010119500101123']) expect(await find(part)).toEqual([])
})

test('a sign of LIKE in a search is only itself', async () => {
  for (const sign of ['%', '_', '\\', "'"]) expect(await find(sign)).toEqual([])
})

test('a person is found by the former name, in characters, pinyin and initials', async () => {
  await receive(app, { mrn: 'A1002', event: 'A08', visit: 'x', name: '单新名', at: new Date() })
  for (const search of ['单雄飞', 'shanxiongfei', 'sxf']) expect(await find(search)).toContain('单新名')
})

test('paging through persons shows each once', async () => {
  const seen: number[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body }: Awaited<ReturnType<typeof page>> = await page(cursor)
    seen.push(...body.items.map((one) => one.id))
    cursor = body.nextCursor
  }
  expect(seen).toHaveLength(8)
  expect(new Set(seen).size).toBe(8)
})
const page = (cursor: string | undefined) => app.request(centre, listPersons, { query: { limit: 3, cursor } })

test.each([
  ['service-centre', 'NH', 7],
  ['manager', 'NH', 7],
  ['integration', 'EAST', 1],
  ['department-head', 'RESP', 1],
  ['nurse', 'CARD', 6],
  ['doctor', 'D2', 1],
] as const)(
  '%s sees the persons within reach, and for others a 404 that is audited',
  async (role, where, count) => {
    const ids = await idsOf(app)
    const place = {
      site: ids.site(where === 'EAST' ? 'EAST' : 'NH'),
      ...(where === 'RESP' || where === 'CARD' ? { department: ids.department(where) } : {}),
      ...(where === 'D2' ? { staff: ids.staff('D2') } : {}),
    }
    const who = await app.signInAs(role, place)
    const { body } = await app.request(who, listPersons, { query: { limit: 200 } })
    expect(body.items).toHaveLength(count)
    const hidden = where === 'EAST' ? await personOf(app, 'A1001') : await personOf(app, 'B1', 'EAST')
    for (const contract of [getPerson, getTimeline])
      expect((await app.request(who, contract, { params: { id: hidden } })).status).toBe(404)
    expect(
      (await app.request(who, listPersons, { query: { search: where === 'EAST' ? '曾国平' : '远方人' } }))
        .body.items,
    ).toEqual([])
    const trail = await app.request(auditor, listAudit, { query: { personId: hidden, outcome: 'refused' } })
    expect(trail.body.items.length).toBeGreaterThanOrEqual(2)
  },
)

test('a person page shows contact data masked; showing it needs a reason and is audited', async () => {
  const id = await personOf(app, 'A1001')
  const { body } = await app.request(centre, getPerson, { params: { id } })
  const shown = JSON.stringify(body)
  expect(shown).not.toMatch(/13911112222|110101195001011234|人民路/)
  expect(shown).toContain('139****2222')
  const ask = (more: Record<string, unknown>) =>
    app.request(centre, revealPerson, {
      params: { id },
      body: { fields: ['telecoms', 'identifiers', 'addresses'], ...more },
    })
  expect((await ask({})).status).toBe(422)
  expect((await ask({ reason: ' ' })).status).toBe(422)
  const revealed = await ask({ reason: '核对身份' })
  expect(JSON.stringify(revealed.body)).toMatch(/13911112222.*110101195001011234.*人民路88号/)
  expect(revealed.body).not.toHaveProperty('relationships')
  const trail = await app.request(auditor, listAudit, { query: { personId: id, action: 'person.reveal' } })
  expect(trail.body.items[0]).toMatchObject({
    reason: '核对身份',
    fields: ['telecoms', 'identifiers', 'addresses'],
  })
})

test('relatives, e-mail and the search itself leak nothing either', async () => {
  const relative = await app.request(centre, getPerson, { params: { id: await personOf(app, 'A1004') } })
  const mail = await app.request(centre, getPerson, { params: { id: await personOf(app, 'A1005') } })
  const found = await app.request(centre, listPersons, { query: { search: '13911115555' } })
  expect(JSON.stringify([relative.body, mail.body, found.body])).not.toMatch(/13700009999|13911115555|lubu@/)
  const trail = await app.request(auditor, listAudit, { query: { action: 'person.search' } })
  expect(JSON.stringify(trail.body)).not.toMatch(/13911115555|张学友/)
})

test('who may not reveal cannot, and the attempt is audited under the person', async () => {
  const manager = await app.signInAs('manager')
  const id = await personOf(app, 'A1001')
  const refused = await app.request(manager, revealPerson, {
    params: { id },
    body: { fields: ['telecoms'], reason: '好奇' },
  })
  expect(refused.status).toBe(403)
  const trail = await app.request(auditor, listAudit, { query: { personId: id, outcome: 'refused' } })
  expect(trail.body.items[0]).toMatchObject({ action: 'person.reveal', outcome: 'refused' })
})

test('a correction outlives what the HIS said before, not what it says later, and only in the corrected field', async () => {
  const id = await personOf(app, 'A1003')
  const { body } = await app.request(centre, getPerson, { params: { id } })
  const changed = await app.request(centre, updatePerson, {
    params: { id },
    body: { version: body.version, birthDate: '1971-01-01' },
  })
  expect(changed.body).toMatchObject({ birthDate: '1971-01-01', version: body.version + 1 })
  const stale = await app.request(centre, updatePerson, {
    params: { id },
    body: { version: body.version, note: '晚了' },
  })
  expect(stale.error?.id).toBe('changed-meanwhile')
  const late = new Date(at.getTime() + 60_000)
  await receive(app, { event: 'A08', mrn: 'A1003', visit: 'y', birth: '19690101', name: '仇瑛', at: late })
  expect((await app.request(centre, getPerson, { params: { id } })).body).toMatchObject({
    birthDate: '1971-01-01',
    name: '仇瑛',
  })
  await receive(app, {
    event: 'A08',
    mrn: 'A1003',
    visit: 'y',
    birth: '19720101',
    at: new Date(Date.now() + 5000),
  })
  expect((await app.request(centre, getPerson, { params: { id } })).body.birthDate).toBe('1972-01-01')
})

test('a number entered by hand is the one to call, and must look like one', async () => {
  const id = await personOf(app, 'A1001')
  const { body } = await app.request(centre, getPerson, { params: { id } })
  const add = (addPhone: string) =>
    app.request(centre, updatePerson, { params: { id }, body: { version: body.version, addPhone } })
  expect((await add('后门')).error?.fields?.[0]?.path).toBe('addPhone')
  expect((await add('138 0000 7777')).body.phone).toBe('138****7777')
})

test('an opt-out can be recorded twice and taken back, and every step is on the timeline', async () => {
  const id = await personOf(app, 'A1005')
  const set = (active: boolean) =>
    app.request(centre, setOptOut, {
      params: { id },
      body: { channel: 'all', purpose: 'all', active, reason: '不想被打扰' },
    })
  expect((await set(true)).body.tags).toContain('do-not-contact')
  expect((await set(true)).body.optOuts).toHaveLength(1)
  expect((await set(false)).body.optOuts).toEqual([])
  const { body } = await app.request(centre, getTimeline, {
    params: { id },
    query: { kind: ['person.opted-out', 'person.opted-in'] },
  })
  expect(body.items.map((one) => one.kind)).toEqual([
    'person.opted-in',
    'person.opted-out',
    'person.opted-out',
  ])
})

test('the timeline pages without gap or repetition, also where many things happened at the same instant', async () => {
  const id = await personOf(app, 'A1006')
  const moments = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z', '2025-05-05T05:05:05Z']
  await transaction(app.db, (trx) =>
    recordEvents(
      trx,
      Array.from({ length: 47 }, (_, n) => ({
        personId: id,
        at: new Date(moments[n % 3] ?? 0),
        kind: n % 2 ? ('contact.attempted' as const) : ('task.created' as const),
        source: 'test',
        data: { note: `第${n}次` },
      })),
    ),
  )
  await sql`update event set at = at + (id % 5) * interval '1 microsecond' where person_id = ${id}`.execute(
    app.db,
  )
  const query = fc.record({
    limit: fc.integer({ min: 1, max: 30 }),
    kind: fc.subarray(['contact.attempted', 'task.created']),
    before: fc.constantFrom(undefined, '2026-01-01T00:00:00Z', '2020-01-01T00:00:00Z'),
  })
  await fc.assert(
    fc.asyncProperty(query, async ({ limit, kind, before }) => {
      const seen: number[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const { body }: Awaited<ReturnType<typeof slice>> = await slice(id, { limit, kind, before, cursor })
        seen.push(...body.items.map((one) => one.id))
        cursor = body.nextCursor
      }
      const { rows } = await sql<{ id: number }>`
        select id from timeline where person_id = ${id} and (${kind.length} = 0 or kind = any(${kind}::text[]))
          and at < ${before ?? 'infinity'}::timestamptz order by at desc, id desc`.execute(app.db)
      expect(seen).toEqual(rows.map((row) => row.id))
    }),
    { numRuns: 15 },
  )
  const { body } = await slice(id, { search: '第13次' })
  expect(body.items).toHaveLength(1)
}, 600_000)
const slice = (id: number, query: Record<string, unknown>) =>
  app.request(centre, getTimeline, { params: { id }, query })
