import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit } from '../../../contract/audit.ts'
import { chooseStatement, getPerson, updatePerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { createTestApp, type TestApp, testActor } from '../../../test/support/app.ts'
import { discharged } from '../../../test/support/hospital.ts'
import { type Adt, about, personOf, receive, receiveText } from '../../../test/support/hl7.ts'
import { tries } from '../../../test/support/tries.ts'
import { transaction } from '../../platform/db.ts'
import { updateSetting } from '../setting/setting.ts'
import { mergePersons } from './merge.ts'

let app: TestApp
let centre: string
let auditor: string
const hour = 3_600_000
const start = Date.now() - 100 * hour
const after = (hours: number) => new Date(start + hours * hour)

beforeAll(async () => {
  app = await createTestApp()
  centre = await app.signInAs('service-centre')
  auditor = await app.signInAs('auditor')
})
afterAll(() => app.close())

const read = async (mrn: string) =>
  (await app.request(centre, getPerson, { params: { id: await personOf(app, mrn) } })).body
const of = async (mrn: string, field: string) =>
  (await read(mrn)).provenance.find((one) => one.field === field)
const tell = (mrn: string, hours: number, said: Adt) =>
  receive(app, { event: 'A08', mrn, visit: `${mrn}v`, at: after(hours), ...said })

test('each field tells who said it last and when; one source alone keeps no more than the columns', async () => {
  await tell('P1', 1, { name: '王一', birth: '19500101', address: '人民路1号', phone: '13811110001' })
  await tell('P1', 5, {
    name: '王一',
    birth: '19500101',
    address: '人民路1号',
    phone: '13811110001',
    sex: null,
  })
  const person = await read('P1')
  for (const [field, hours] of [
    ['name', 5],
    ['birthDate', 5],
    ['address', 5],
    ['sex', 1],
  ] as const)
    expect(person.provenance.find((one) => one.field === field)).toMatchObject({
      conflict: null,
      statements: [
        { source: 'hl7:HIS/NH', at: after(hours).toISOString().replace(/\.\d+/, '.000'), counts: true },
      ],
    })
  expect(person.telecoms[0]).toMatchObject({
    source: 'hl7:HIS/NH',
    updatedAt: after(5).toISOString().replace(/\.\d+/, '.000'),
  })
  const { rows } = await sql`select claims from person where id = ${person.id}`.execute(app.db)
  expect(rows).toEqual([{ claims: null }])
})

test('what loses is kept with its source; staff choose, and the choice holds until the source says something new', async () => {
  await tell('P2', 1, { sender: 'EMR', name: '李二', birth: '19600101', address: '解放路2号' })
  await tell('P2', 2, { sender: 'HIS', name: '李二', birth: '19610101', address: '中山路9号' })
  const before = await read('P2')
  expect(before.birthDate).toBe('1961-01-01')
  const birth = before.provenance.find((one) => one.field === 'birthDate')
  expect(birth).toMatchObject({
    conflict: 'open',
    statements: [
      { source: 'hl7:HIS/NH', value: '1961-01-01', counts: true },
      { source: 'hl7:EMR/NH', value: '1960-01-01', counts: false },
    ],
  })
  expect(before.provenance.find((one) => one.field === 'name')?.conflict).toBeNull()
  const address = before.provenance.find((one) => one.field === 'address')
  expect(address?.statements).toHaveLength(2)
  // What lost is masked like what won.
  expect(JSON.stringify(before)).not.toMatch(/解放路|中山路/)
  const choose = (body: Record<string, unknown>) =>
    app.request(centre, chooseStatement, {
      params: { id: before.id },
      body: {
        version: before.version,
        field: 'birthDate',
        recordId: before.id,
        source: 'hl7:EMR/NH',
        reason: '看过身份证',
        ...body,
      },
    })
  expect((await choose({ reason: '' })).status).toBe(422)
  expect((await choose({ source: 'hl7:LIS/NH' })).status).toBe(404)
  expect((await choose({ version: before.version - 1 })).error?.id).toBe('changed-meanwhile')
  const { body: chosen } = await choose({})
  expect(chosen.birthDate).toBe('1960-01-01')
  expect(chosen.provenance.find((one) => one.field === 'birthDate')).toMatchObject({ conflict: 'settled' })
  const trail = await app.request(auditor, listAudit, {
    query: { personId: before.id, action: 'person.update' },
  })
  expect(trail.body.items[0]).toMatchObject({ reason: '看过身份证', fields: ['birthDate'] })
  const timeline = await app.request(centre, getTimeline, {
    params: { id: before.id },
    query: { kind: ['person.updated'] },
  })
  expect(timeline.body.items[0]?.data).toMatchObject({ fields: ['birthDate'] })
  // The HIS repeats what was overruled, later than the choice.
  await tell('P2', 150, { sender: 'HIS', name: '李二', birth: '19610101' })
  expect((await read('P2')).birthDate).toBe('1960-01-01')
  await tell('P2', 160, { sender: 'HIS', name: '李二', birth: '19620202' })
  expect(await of('P2', 'birthDate')).toMatchObject({
    conflict: 'open',
    statements: [
      { value: '1962-02-02', counts: true },
      { source: expect.stringContaining('staff:') as string },
      {},
    ],
  })
})

test('an address that lost can be chosen without anybody seeing it, and is then the one revealed', async () => {
  const { id, version } = await read('P2')
  const { body } = await app.request(centre, chooseStatement, {
    params: { id },
    body: { version, field: 'address', recordId: id, source: 'hl7:EMR/NH', reason: '家属确认' },
  })
  expect(body.provenance.find((one) => one.field === 'address')?.conflict).toBe('settled')
  const { rows } = await sql`select text, district from person_address where person_id = ${id}`.execute(
    app.db,
  )
  expect(rows).toEqual([{ text: '浙江省宁波市海曙区解放路2号', district: '海曙区' }])
})

test('only who may write chooses', async () => {
  const id = await personOf(app, 'P2')
  const manager = await app.signInAs('manager')
  const { status } = await app.request(manager, chooseStatement, {
    params: { id },
    body: { version: 1, field: 'name', recordId: id, source: 'hl7:EMR/NH', reason: '试试' },
  })
  expect(status).toBe(403)
})

test('the site decides by field whom it trusts', async () => {
  const set = (key: string, value: unknown, version: number) =>
    transaction(app.db, (trx) => updateSetting(trx, testActor, 'x', key, { value, version }))
  await set('provenance.name', 'trusted', 0)
  await set('provenance.trusted', 'hl7:HIS/NH; name = hl7:EMR/NH', 0)
  await tell('P3', 1, { sender: 'EMR', name: '周三', birth: '19600101' })
  await tell('P3', 2, { sender: 'HIS', name: '周山', birth: '19610101' })
  expect(await read('P3')).toMatchObject({ name: '周三', birthDate: '1961-01-01' })
  await set('provenance.name', null, 1)
  await set('provenance.trusted', null, 1)
  // From the next statement on the site's new rule counts.
  await tell('P3', 3, { sender: 'EMR', name: '周三', birth: '19600101' })
  expect(await read('P3')).toMatchObject({ name: '周三', birthDate: '1960-01-01' })
})

test('demographics that only come along with a result contradict visibly, and overrule nobody', async () => {
  await tell('P4', 1, { name: '吴四', birth: '19700102' })
  await receiveText(
    app,
    about(
      'ORU^R01',
      { mrn: 'P4', name: '吴^泗', at: after(9) },
      'OBR|1||L1|GLU^血糖|||20260101',
      'OBX|1|NM|GLU^血糖||5.5|mmol/L|||||F',
    ),
  )
  expect(await of('P4', 'name')).toMatchObject({
    conflict: 'open',
    statements: [
      { value: '吴四', counts: true, aside: false },
      { value: '吴泗', source: 'hl7:LIS/NH', aside: true },
    ],
  })
  // It agrees in the birth date: that is no second claim.
  expect((await of('P4', 'birthDate'))?.statements).toHaveLength(1)
})

test('staff correct demographics, telephones, addresses and contacts; what they do not touch stays the word of the source', async () => {
  await tell('P5', 1, {
    name: '郑五',
    birth: '19700102',
    marital: 'M',
    phone: '13811115555',
    address: '老路1号',
    kin: ['郑妻', '13700005555'],
  })
  const person = await read('P5')
  const phone = person.telecoms[0]
  const kin = person.relationships[0]
  const change = (body: Record<string, unknown>, version = person.version) =>
    app.request(centre, updatePerson, { params: { id: person.id }, body: { version, ...body } })
  expect((await change({ telecoms: [{ id: 999_999, valid: false }] })).error?.fields?.[0]?.path).toBe(
    'telecoms',
  )
  expect((await change({ addEmail: 'nobody' })).error?.fields?.[0]?.path).toBe('addEmail')
  expect((await change({ removeRelationships: [999_999] })).status).toBe(422)
  const { body } = await change({
    maritalStatus: 'D',
    language: '宁波话',
    address: { text: '新路2号', district: '鄞州区', city: '宁波市' },
    addEmail: 'Zheng5@example.test',
    telecoms: [{ id: phone?.id, valid: false }],
    addRelationship: { relation: 'CHD', name: '郑小', phone: '138 0000 5556' },
    removeRelationships: [kin?.id],
    birthDate: null,
    reason: '本人来电',
  })
  expect(body).toMatchObject({
    maritalStatus: 'D',
    language: '宁波话',
    birthDate: null,
    addresses: [{ text: '宁波市鄞州区***' }],
    relationships: [{ name: '郑小', phone: '138****5556' }],
  })
  expect(body.telecoms).toMatchObject([
    { system: 'email', valid: true },
    { system: 'phone', valid: false },
  ])
  const sources = new Map(body.provenance.map((one) => [one.field, one.statements[0]?.source.split(':')[0]]))
  expect(Object.fromEntries(sources)).toMatchObject({
    name: 'hl7',
    maritalStatus: 'staff',
    language: 'staff',
    address: 'staff',
    birthDate: 'staff',
  })
  // The HIS says the same as before once more: nothing comes back.
  await tell('P5', 150, { name: '郑五', birth: '19700102', marital: 'M', address: '老路1号' })
  expect(await read('P5')).toMatchObject({
    maritalStatus: 'D',
    birthDate: null,
    addresses: [{ text: '宁波市鄞州区***' }],
  })
})

test('of merged records each keeps its own sources, and what the other says is seen and can be chosen', async () => {
  await tell('P6', 1, { name: '冯六', birth: '19700102' })
  await tell('P7', 2, { name: '冯六', birth: '19710102' })
  const [survivorId, mergedId] = [await personOf(app, 'P6'), await personOf(app, 'P7')]
  await transaction(app.db, (trx) =>
    mergePersons(trx, testActor, { survivorId, mergedId, source: 'manual', reason: '同一人' }),
  )
  const person = await read('P6')
  expect(person.provenance.find((one) => one.field === 'birthDate')).toMatchObject({
    conflict: 'open',
    statements: [
      { recordId: survivorId, value: '1970-01-02', counts: true },
      { recordId: mergedId, value: '1971-01-02', counts: false },
    ],
  })
  const { body } = await app.request(centre, chooseStatement, {
    params: { id: mergedId },
    body: {
      version: person.version,
      field: 'birthDate',
      recordId: mergedId,
      source: 'hl7:HIS/NH',
      reason: '看过身份证',
    },
  })
  expect(body.birthDate).toBe('1971-01-02')
  expect(body.provenance.find((one) => one.field === 'birthDate')?.conflict).toBe('settled')
})

test('a death recorded by mistake is taken back with a reason: on every record, and the pathways that it stopped go on', async () => {
  const { person: id, task } = await discharged(app, 'D1', { name: '孔一' })
  await discharged(app, 'D2', { name: '孔一' })
  const enrollments = async () =>
    (
      await sql<{ status: string; open: number }>`
        select e.status, (select count(*)::int from task t where t.enrollment_id = e.id and t.status in ('requested', 'in-progress')) as open
        from enrollment e join person p on p.id = e.person_id where coalesce(p.survivor_id, p.id) = ${id} order by e.id`.execute(
        app.db,
      )
    ).rows
  await transaction(app.db, async (trx) =>
    mergePersons(trx, testActor, {
      survivorId: id,
      mergedId: await personOf(app, 'D2'),
      source: 'manual',
      reason: '同一人',
    }),
  )
  const before = await enrollments()
  expect(before).toContainEqual({ status: 'active', open: 1 })
  const died = new Date(Math.floor(Date.now() / 1000) * 1000 - hour)
  await receive(app, { event: 'A08', mrn: 'D2', visit: 'D2', diedAt: died, at: after(99) })
  expect((await enrollments()).every((one) => one.status === 'stopped' && one.open === 0)).toBe(true)
  const person = await read('D1')
  expect(person).toMatchObject({ deceased: true, deceasedAt: died.toISOString() })
  const withdraw = (more: Record<string, unknown>) =>
    app.request(centre, updatePerson, {
      params: { id },
      body: { version: person.version, deceased: false, ...more },
    })
  expect((await withdraw({})).error?.fields?.[0]?.path).toBe('reason')
  const { body } = await withdraw({ reason: '家属来电，登记错了' })
  expect(body).toMatchObject({ deceased: false, deceasedAt: null })
  expect(body.tags).not.toContain('deceased')
  expect(await enrollments()).toEqual(before)
  const kinds = (await app.request(centre, getTimeline, { params: { id } })).body.items.map((one) => one.kind)
  expect(kinds).toEqual(expect.arrayContaining(['person.death-withdrawn', 'enrollment.restarted']))
  const trail = await app.request(auditor, listAudit, { query: { personId: id, action: 'person.update' } })
  expect(trail.body.items[0]).toMatchObject({ reason: '家属来电，登记错了', fields: ['deceased'] })
  // The HIS has not noticed yet and repeats it: no news. Another time of death is.
  await receive(app, { event: 'A08', mrn: 'D2', visit: 'D2', diedAt: died, at: after(150) })
  expect((await read('D1')).deceased).toBe(false)
  expect(await enrollments()).toEqual(before)
  await receive(app, {
    event: 'A08',
    mrn: 'D2',
    visit: 'D2',
    diedAt: new Date(died.getTime() + 60_000),
    at: after(160),
  })
  expect((await read('D1')).deceased).toBe(true)
  expect(task).toBeGreaterThan(0)
})

test(
  'in whatever order the same messages of several senders arrive, the person ends up the same',
  async () => {
    const message = fc.record({
      sender: fc.constantFrom('HIS', 'EMR', 'PACS'),
      hours: fc.integer({ min: 1, max: 60 }),
      name: fc.constantFrom('卫甲', '卫乙', null),
      birth: fc.constantFrom('19500101', '19510101', null),
      address: fc.constantFrom('东路1号', '西路2号', undefined),
      marital: fc.constantFrom('M', 'W', null),
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc
          .uniqueArray(message, { selector: (one) => one.hours, minLength: 2, maxLength: 6 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        async (orders) => {
          run += 1
          const ends = []
          for (const [at, order] of orders.entries()) {
            const mrn = `O${run}-${at}`
            for (const { hours, ...said } of order) await tell(mrn, hours, { ...said, sex: null })
            const { name, birthDate, maritalStatus, addresses, provenance } = await read(mrn)
            ends.push({
              name,
              birthDate,
              maritalStatus,
              address: addresses.map(({ text, source }) => [text, source]),
              who: provenance.map(({ field, conflict, statements }) => [
                field,
                conflict,
                statements.map(({ source, value, at: when, counts }) => [source, value, when, counts]),
              ]),
            })
          }
          expect(ends[1]).toEqual(ends[0])
        },
      ),
      { numRuns: tries(12) },
    )
  },
  tries(60_000),
)
